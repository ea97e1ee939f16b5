//! Graphs with bridges as processes of their own, peers over libzmq, and the ports between them.

use crate::python::{self, Libzmq};
use rogue_tests::child::{Child, Done, Program};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// Far more than anything here takes.
pub const LIMIT: Duration = Duration::from_secs(100);

/// A folder of its own, in which the runs of a test find each other.
pub struct Desk {
    dir: tempfile::TempDir,
    program: Program,
}

/// A graph that runs.
pub struct Run {
    pub child: Child,
    control: BufReader<UnixStream>,
}

/// Two consecutive ports that were free a moment ago, as the system gives them.
fn free_ports() -> u16 {
    for _ in 0..1000 {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = first.local_addr().expect("it is bound").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
    panic!("no two consecutive ports are free");
}

/// Starts something on two ports; again on others where somebody was quicker and it says `None`.
pub fn on_ports<T>(mut start: impl FnMut(u16) -> Option<T>) -> (u16, T) {
    for _ in 0..50 {
        let port = free_ports();
        if let Some(started) = start(port) {
            return (port, started);
        }
    }
    panic!("fifty pairs of ports were all taken by somebody else");
}

/// Tries again until it is there.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begin.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Desk {
    pub fn new() -> Desk {
        let dir = tempfile::tempdir().expect("a folder");
        let program = Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir.path());
        Desk { dir, program }
    }

    /// A file of this folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts a graph, in which PORT stands for the port; `None` if that is in use.
    pub fn start(&self, name: &str, graph: &str, port: u16) -> Option<Run> {
        self.start_by(name, graph, port, |command| command)
    }

    /// Writes the file of a graph, in which PORT stands for the port; one that runs may `reload` it.
    pub fn write(&self, name: &str, graph: &str, port: u16) -> PathBuf {
        let file = self.dir.path().join(format!("{name}.yaml"));
        let text = format!("name: {name}\n{}", graph.replace("PORT", &port.to_string()));
        fs::write(&file, text).expect("written");
        file
    }

    /// Starts a graph by a command made of the one that runs it.
    pub fn start_by(
        &self,
        name: &str,
        graph: &str,
        port: u16,
        by: impl FnOnce(Command) -> Command,
    ) -> Option<Run> {
        let file = self.write(name, graph, port);
        let mut command = self.program.command(&[file.as_os_str()]);
        command.arg("-v").args(["--drain", "20s"]);
        self.started(name, by(command))
    }

    /// Runs a graph, in which PORT stands for the port, to its end.
    pub fn ends(&self, graph: &str, port: u16) -> Done {
        let file = self.dir.path().join("g.yaml");
        fs::write(&file, graph.replace("PORT", &port.to_string())).expect("written");
        rogue_tests::child::run(&mut self.program.command(&[file])).sound()
    }

    /// Starts a command that runs a graph of this name.
    pub fn started(&self, name: &str, mut command: Command) -> Option<Run> {
        command.env_remove("ROGUE_NO_CONTROL");
        command.env("XDG_RUNTIME_DIR", self.dir.path()).env("TMPDIR", self.dir.path());
        let mut child = Child::spawn(&mut command, b"");
        if !child.says(" segments\n") {
            let done = child.end();
            assert!(done.err.contains("is in use"), "{}", done.err);
            return None;
        }
        let socket = self.dir.path().join("rogue-runtime").join(format!("{name}.sock"));
        let control = UnixStream::connect(&socket).unwrap_or_else(|error| panic!("{socket:?}: {error}"));
        control.set_read_timeout(Some(LIMIT)).expect("a time");
        let mut control = BufReader::new(control);
        control.read_line(&mut String::new()).expect("a greeting");
        Some(Run { child, control })
    }

    /// The same for a graph that needs no port to be free.
    pub fn client(&self, name: &str, graph: &str, port: u16) -> Run {
        self.start(name, graph, port).expect("it takes no port")
    }

    /// Starts a peer over libzmq; `None` if a port is in use.
    pub fn peer(&self, args: &[&str], port: u16) -> Option<Child> {
        self.peer_over(&python::CURRENT, args, port)
    }

    /// The same over this release of it.
    pub fn peer_over(&self, libzmq: &Libzmq, args: &[&str], port: u16) -> Option<Child> {
        let mut command = libzmq.python().expect("asked before");
        command.arg(python::scripts().join("peer.py")).arg(args[0]).arg(port.to_string()).args(&args[1..]);
        let mut child = Child::spawn(&mut command, b"");
        if child.says("ready") {
            child.wait_for(&libzmq.ready());
        } else {
            let done = child.end();
            assert!(done.err.contains("busy"), "{}", done.err);
            return None;
        }
        Some(child)
    }
}

impl Run {
    /// The answer to a command.
    pub fn ask(&mut self, command: Value) -> Value {
        writeln!(self.control.get_mut(), "{command}").expect("it is told");
        let mut line = String::new();
        self.control.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// A counter or reading of a node.
    pub fn get(&mut self, node: &str, name: &str) -> u64 {
        let answer = self.ask(json!({ "command": "get", "node": node, "name": name }));
        let value = &answer["ok"]["values"][0]["value"];
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.unwrap_or_else(|| panic!("{node}.{name}: {answer}"))
    }

    /// Frames that a node has taken.
    pub fn taken(&mut self, node: &str) -> u64 {
        let answer = self.ask(json!({ "command": "top" }));
        let nodes = answer["ok"]["top"]["nodes"].as_array().cloned().unwrap_or_default();
        let found = nodes.iter().find(|shown| shown["node"] == node).and_then(|shown| shown["in"].as_u64());
        found.unwrap_or_else(|| panic!("{node}: {answer}"))
    }

    /// Waits until a node has taken at least so many.
    pub fn wait_taken(&mut self, node: &str, least: u64) {
        until(&format!("{node} has taken {least}"), || (self.taken(node) >= least).then_some(()));
    }

    /// Waits until a counter or reading of a node is at least so much.
    pub fn wait(&mut self, node: &str, name: &str, least: u64) -> u64 {
        until(&format!("{node}.{name} >= {least}"), || Some(self.get(node, name)).filter(|is| *is >= least))
    }

    /// Waits until a counter or reading has this value.
    pub fn wait_is(&mut self, node: &str, name: &str, value: u64) {
        until(&format!("{node}.{name} == {value}"), || (self.get(node, name) == value).then_some(()));
    }

    /// Ends it as a user does.
    pub fn stop(self) -> Done {
        self.child.signal("TERM");
        self.child.end().sound()
    }
}
