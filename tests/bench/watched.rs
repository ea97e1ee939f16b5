//! What being looked at costs a graph at full rate, through the whole program: frames a second with nobody looking, with `top`
//! asked for once a second, and with a scrape of the metrics once a second.
//! `cargo bench -p rogue-tests -- watched`.

use rogue_tests::child::{Child, Program};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

/// Pairs of runs, without and with, one after the other: what else the machine does meets both.
const ROUNDS: usize = 5;
/// How long frames are counted.
const WINDOW: Duration = Duration::from_secs(3);

const GRAPH: &str = "name: watched
nodes:
  s: { module: bench-source, params: { size: 64, count: 1000000000000 } }
  x: { module: carry }
  e: { module: carry-check }
links: [ s >> x >> e ]
";

/// A run, and a connection to its socket.
struct Run {
    child: Child,
    socket: BufReader<UnixStream>,
    /// Where its metrics are.
    metrics: String,
}

impl Run {
    fn start(dir: &Path) -> Run {
        let program = Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir);
        let mut command = program.command(&["run", "watched.yaml", "-v", "--metrics", "127.0.0.1:0"]);
        command.env_remove("ROGUE_NO_CONTROL").env("XDG_RUNTIME_DIR", dir);
        let mut child = Child::spawn(&mut command, b"");
        child.wait_for(" segments\n");
        let said = child.said().split("http://").nth(1).expect("where the metrics are");
        let metrics = said.split('/').next().expect("an address").to_owned();
        let socket = UnixStream::connect(dir.join("rogue-runtime/watched.sock")).expect("a socket");
        let mut run = Run { child, socket: BufReader::new(socket), metrics };
        run.line();
        run
    }

    fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.socket.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    /// Asks as `top` does; frames that the last node has taken.
    fn top(&mut self) -> u64 {
        self.socket.get_mut().write_all(b"{\"command\":\"top\"}\n").expect("sent");
        let answer = self.line();
        answer["ok"]["top"]["nodes"][2]["in"].as_u64().expect("a number")
    }

    fn scrape(&self) {
        let mut connection = TcpStream::connect(&self.metrics).expect("a port");
        connection
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            .expect("sent");
        let mut text = String::new();
        connection.read_to_string(&mut text).expect("metrics");
        assert!(text.contains("rogue_"), "{text}");
    }

    /// Frames a second, while it is looked at once a second.
    fn rate(mut self, mut look: impl FnMut(&mut Run)) -> f64 {
        let (begun, before) = (Instant::now(), self.top());
        while begun.elapsed() < WINDOW {
            look(&mut self);
            std::thread::sleep(Duration::from_secs(1));
        }
        let rate = (self.top() - before) as f64 / begun.elapsed().as_secs_f64();
        self.socket.get_mut().write_all(b"{\"command\":\"stop\"}\n").expect("sent");
        self.line();
        self.child.end().ended(0);
        rate
    }
}

/// Prints one line for each way of looking.
pub fn report() {
    println!(
        "\n| a graph at full rate, looked at once a second | throughput, of that without |\n| --- | ---: |"
    );
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("watched.yaml"), GRAPH).expect("written");
    for (name, look) in
        [("`top`", (|run| _ = run.top()) as fn(&mut Run)), ("a scrape of the metrics", |run| run.scrape())]
    {
        let (mut without, mut with) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            without += Run::start(dir.path()).rate(|_| {});
            with += Run::start(dir.path()).rate(look);
        }
        println!("| {name} | {:.1} % |", 100.0 * with / without);
    }
}
