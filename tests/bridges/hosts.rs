//! Two hosts, each a network namespace of its own, with a wire between them that loses and delays (`wire.py`).
//!
//! Where the system does not allow that, the tests pass and each says that nothing was tried, and why.

use crate::{
    desk::{Desk, Run, until},
    python,
};
use rogue_tests::child::Child;
use std::process::Command;

/// In a network that nobody else is in, so the port is free.
const PORT: u16 = 9000;

/// A network namespace, kept by a process that sleeps in it, and its end of the wire.
struct Host {
    holder: Child,
    wire: Child,
}

/// Starts a process that keeps a namespace; what is wrong if there can be none.
fn holder(begin: &[&str]) -> Result<Child, String> {
    let mut command = Command::new(begin[0]);
    command.args(&begin[1..]).args(["sh", "-c", "ip link set lo up && echo ready >&2 && exec sleep 600"]);
    let mut child = Child::spawn(&mut command, b"");
    match child.says("ready") {
        true => Ok(child),
        false => Err(child.end().err),
    }
}

/// A command that runs another one in the namespaces of a process.
fn inside(pid: u32, inner: &Command) -> Command {
    let mut command = Command::new("nsenter");
    command.args(["-t", &pid.to_string(), "-U", "-n", "--preserve-credentials"]);
    command.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(dir) = inner.get_current_dir() {
        command.current_dir(dir);
    }
    command
}

/// 10.77.0.1 and 10.77.0.2, or why there are none.
fn try_hosts(desk: &Desk, loss: f64, delay: f64) -> Result<[Host; 2], String> {
    let near = holder(&["unshare", "--user", "--map-root-user", "--net"])?;
    let pid = near.id().to_string();
    let far = holder(&["nsenter", "-t", &pid, "-U", "--preserve-credentials", "unshare", "--net"])?;
    let wire = |of: &Child, number: usize| {
        let ends = ["", "one", "two"].map(|name| desk.path(name));
        let mut command = Command::new("python3");
        command.arg("-B").arg(python::scripts().join("wire.py")).arg(format!("10.77.0.{number}"));
        command.arg(&ends[number]).arg(&ends[3 - number]);
        command.args([loss.to_string(), delay.to_string(), number.to_string()]);
        let mut wire = Child::spawn(&mut inside(of.id(), &command), b"");
        match wire.says("up\n") {
            true => Ok(wire),
            false => Err(wire.end().err),
        }
    };
    let wires = [wire(&near, 1)?, wire(&far, 2)?];
    let [near_wire, far_wire] = wires;
    Ok([Host { holder: near, wire: near_wire }, Host { holder: far, wire: far_wire }])
}

/// The same; `None`: it is said that there are none.
fn hosts(desk: &Desk, loss: f64, delay: f64) -> Option<[Host; 2]> {
    try_hosts(desk, loss, delay)
        .inspect_err(|why| eprintln!("SKIPPED: no two hosts can be had here: {}", why.trim()))
        .ok()
}

impl Host {
    fn run(&self, desk: &Desk, name: &str, graph: &str) -> Run {
        let started = desk.start_by(name, graph, PORT, |command| inside(self.holder.id(), &command));
        started.expect("nobody else is in this network")
    }

    /// Has the wire lose everything, or not any more.
    fn told(&mut self, signal: &str) {
        self.wire.signal(signal);
    }
}

#[test]
fn test_frames_over_tcp_have_no_error_though_packets_are_lost_and_late() {
    let desk = Desk::new();
    let Some([near, far]) = hosts(&desk, 0.01, 0.005) else { return };
    let mut echo = far.run(
        &desk,
        "echo",
        "nodes:
  bridge: { module: tcp-server, params: { addr: wire, port: PORT } }
  pass: { module: filter, params: { drop_errors: false } }
links: [ bridge >> pass >> bridge ]
",
    );
    let mut run = near.run(
        &desk,
        "run",
        "nodes:
  src: { module: prbs-source, params: { size: 2048, count: 2000 } }
  bridge: { module: tcp-client, params: { addr: 10.77.0.2, port: PORT } }
  check: { module: prbs-check }
links: [ src >> bridge >> check ]
",
    );
    run.wait("check", "rx_count", 2000);
    assert_eq!((run.get("check", "rx_errors"), run.get("bridge", "in_flight")), (0, 0));
    assert_eq!((echo.taken("pass"), echo.get("bridge", "rejected")), (2000, 0));
    run.stop().ended(0).shows("COMPLETE: nothing was lost");
    echo.stop().ended(0).shows("COMPLETE: nothing was lost");
}

#[test]
fn what_udp_loses_on_the_way_is_known_to_the_datagram_and_nothing_else_is_wrong() {
    let desk = Desk::new();
    let Some([near, far]) = hosts(&desk, 0.02, 0.005) else { return };
    let server = far.run(
        &desk,
        "server",
        "nodes:
  u: { module: udp-server, params: { addr: wire, port: PORT, offload: false, end_when_silent: 3s } }
  check: { module: prbs-check }
links: [ u >> check ]
",
    );
    let client = near.run(
        &desk,
        "client",
        "nodes:
  src: { module: prbs-source, params: { size: 1024, rate: 1000, count: 3000 } }
  u: { module: udp-client, params: { host: 10.77.0.2, port: PORT, offload: false } }
links: [ src >> u ]
",
    );
    client.child.end().ended(0).shows("u.datagrams_out 3,000");
    // It ends by itself. Frames that are missing are gaps in the numbers, which the check counts.
    let server = server.child.end().sound();
    let number = |name: &str| -> u64 {
        let line = server.out.lines().find_map(|line| line.strip_prefix(name));
        let text = line.unwrap_or_else(|| panic!("no {name} in\n{}", server.out));
        let number = text.split_whitespace().next().unwrap_or_default().replace(',', "");
        number.parse().unwrap_or_else(|_| panic!("{text}"))
    };
    near.wire.signal("TERM");
    let said = near.wire.end().err;
    let lost = said.split_once("lost ").and_then(|(_, rest)| rest.split(' ').next()?.parse::<u64>().ok());
    let lost = lost.unwrap_or_else(|| panic!("{said}"));
    assert!(lost > 0 && said.contains("of 3000 datagrams"), "{said}");
    assert_eq!(number("u.datagrams_in ") + number("u.kernel_drops ") + lost, 3000);
    assert!(number("check.rx_errors ") > 0 && !server.err.contains("Bad data"), "{}", server.err);
}

#[test]
fn a_peer_that_vanishes_without_a_word_is_found_out_by_keep_alive_and_comes_back() {
    let desk = Desk::new();
    let Some([mut near, mut far]) = hosts(&desk, 0.0, 0.001) else { return };
    let mut sink = far.run(
        &desk,
        "sink",
        "nodes:
  bridge: { module: tcp-server, params: { addr: wire, port: PORT, keep_alive: 1s } }
  check: { module: prbs-check }
links: [ bridge >> check ]
",
    );
    let mut source = near.run(
        &desk,
        "source",
        "nodes:
  src: { module: prbs-source, params: { size: 1024, rate: 200, count: 4000 } }
  bridge: { module: tcp-client, params: { addr: 10.77.0.2, port: PORT } }
links: [ src >> bridge ]
",
    );
    sink.wait("check", "rx_count", 100);
    near.told("USR1");
    far.told("USR1");
    near.wire.wait_for("down\n");
    far.wire.wait_for("down\n");
    // Nobody has closed anything: whoever waits for frames asks, and has no answer.
    sink.wait("bridge", "disconnects", 1);
    sink.wait_is("bridge", "peers_in", 0);
    assert_eq!((source.get("bridge", "disconnects"), source.get("bridge", "peers_out")), (0, 1));
    near.told("USR2");
    far.told("USR2");
    // The next packet of the source has the answer that there is no such connection; it makes another.
    source.wait("bridge", "disconnects", 1);
    let in_flight = source.get("bridge", "in_flight");
    let before = sink.get("check", "rx_count");
    sink.wait("check", "rx_count", before + 100);
    until("all is sent", || source.child.has_ended().then_some(()));
    // None is missing but those that are said to have been on their way.
    assert!(in_flight <= 4000, "{in_flight}");
    sink.wait_taken("check", 4000 - in_flight);
    assert!(sink.taken("check") <= 4000);
    sink.stop();
}
