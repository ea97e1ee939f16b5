//! A folder of a test's own, runs whose sockets are in it, and a plain client.

use rogue_tests::child::{Child, Done, Program, run};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Runs without end; every frame gets through, or is dropped as asked.
pub const LIVE: &str = "name: live
nodes:
  src: { module: pattern, params: { size: 64, rate: 2000 } }
  q: { module: fifo, params: { max_depth: 100, overflow: block } }
  pick: { module: filter, params: { channel: 0 } }
  view: { module: debug, params: { max_bytes: 0 } }
links: [ src >> q >> pick >> view ]
";

/// How long an answer may take; far more than any needs.
const ANSWER: Duration = Duration::from_secs(100);

/// A place for runs.
pub struct Desk {
    dir: tempfile::TempDir,
    program: Program,
}

/// A connection to a run.
pub struct Client {
    pub lines: BufReader<UnixStream>,
    pub hello: Value,
}

impl Desk {
    pub fn new() -> Desk {
        let dir = tempfile::tempdir().expect("a folder");
        let program = Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir.path());
        fs::write(dir.path().join("live.yaml"), LIVE).expect("written");
        Desk { dir, program }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The folder of the sockets.
    pub fn folder(&self) -> PathBuf {
        self.path("rogue-runtime")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program.command(args);
        command.env_remove("ROGUE_NO_CONTROL");
        // The second is where a run is looked for too.
        command.env("XDG_RUNTIME_DIR", self.dir.path()).env("TMPDIR", self.dir.path());
        command
    }

    /// Starts a run and waits until it runs.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut child = Child::spawn(self.command(args).arg("-v"), b"");
        child.wait_for(" segments\n");
        child
    }

    /// Starts the graph that runs without end.
    pub fn live(&self) -> Child {
        self.start(&["live.yaml"])
    }

    /// A verb, done to its end.
    pub fn verb(&self, args: &[&str]) -> Done {
        run(&mut self.command(args)).sound()
    }

    /// The answer of a verb as JSON.
    pub fn json(&self, args: &[&str]) -> Value {
        let done = self.verb(args).ended(0);
        serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}:\n{}", done.out))
    }

    /// Ends a run as a user does, and sees that nothing was lost.
    pub fn stop(&self, child: Child) -> Done {
        self.verb(&["stop"]).ended(0);
        child.end().ended(0).shows("COMPLETE: nothing was lost")
    }

    /// Connects to a socket.
    pub fn client(&self, name: &str) -> Client {
        Client::connect(&self.folder().join(format!("{name}.sock")))
    }
}

impl Client {
    pub fn connect(path: &Path) -> Client {
        let stream = UnixStream::connect(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        stream.set_read_timeout(Some(ANSWER)).expect("a time");
        let mut client = Client { lines: BufReader::new(stream), hello: Value::Null };
        client.hello = client.read().expect("a greeting");
        client
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.lines.get_mut().write_all(bytes).expect("sent");
    }

    /// The next line; none if the connection has ended.
    pub fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(read) if read > 0 => {
                Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
            }
            _ => None,
        }
    }

    pub fn ask(&mut self, command: Value) -> Value {
        self.send((command.to_string() + "\n").as_bytes());
        self.read().expect("an answer")
    }

    /// Frames that the last node has taken.
    pub fn taken(&mut self) -> u64 {
        let answer = self.ask(json!({ "command": "top" }));
        let nodes = answer["ok"]["top"]["nodes"].as_array().expect("nodes").clone();
        nodes.last().expect("a node")["in"].as_u64().expect("a number")
    }

    /// Asks until the run has carried more frames than so many.
    pub fn flows_beyond(&mut self, frames: u64) {
        while self.taken() <= frames {}
    }
}
