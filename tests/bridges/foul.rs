//! What goes wrong between two bridges: processes that are killed, peers that stop reading, connections that come and go,
//! ends that nobody hears of.

use crate::desk::{Desk, Run, on_ports, until};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Instant,
};

const SOURCE: &str = "nodes:
  src: { module: prbs-source, params: { size: 2048 } }
  bridge: { module: tcp-client, params: { addr: 127.0.0.1, port: PORT } }
links: [ src >> bridge ]
";

const SINK: &str = "nodes:
  bridge: { module: tcp-server, params: { addr: 127.0.0.1, port: PORT } }
  check: { module: prbs-check }
links: [ bridge >> check ]
";

/// A line of `/proc/PID/status` in its unit, or how many descriptors there are.
pub fn of(run: &Run, what: &str) -> u64 {
    let folder = format!("/proc/{}", run.child.id());
    if what == "descriptors" {
        return std::fs::read_dir(folder + "/fd").expect("it runs").count() as u64;
    }
    let status = std::fs::read_to_string(folder + "/status").expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("a line");
    line.trim_start_matches(':')
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a number")
}

/// A peer made of plain bytes, its handshake done.
pub fn greeted(addr: &str, port: u16, kind: &str) -> TcpStream {
    let mut greeting = vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1];
    greeting.extend(b"NULL");
    greeting.resize(64, 0);
    greeting.extend(b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04");
    greeting.extend(kind.as_bytes());
    let mut socket = TcpStream::connect((addr, port)).expect("it listens");
    socket.write_all(&greeting).expect("it reads");
    socket.read_exact(&mut [0; 64 + 28]).expect("it greets");
    socket
}

#[test]
fn test_frames_both_ways_at_once_between_ours_have_no_error() {
    let desk = Desk::new();
    let graph = |module: &str| {
        format!(
            "nodes:
  src: {{ module: prbs-source, params: {{ size: 4096, count: 20000 }} }}
  bridge: {{ module: {module}, params: {{ addr: 127.0.0.1, port: PORT }} }}
  check: {{ module: prbs-check }}
links: [ src >> bridge >> check ]
"
        )
    };
    let (port, mut server) = on_ports(|port| desk.start("server", &graph("tcp-server"), port));
    let mut client = desk.client("client", &graph("tcp-client"), port);
    for run in [&mut server, &mut client] {
        run.wait("check", "rx_count", 20_000);
        assert_eq!(run.get("check", "rx_errors"), 0);
    }
    client.stop().ended(0).shows("COMPLETE: nothing was lost");
    server.stop().ended(0).shows("COMPLETE: nothing was lost");
}

#[test]
fn a_sender_killed_in_mid_stream_costs_a_torn_frame_at_most() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    for round in 1..=3 {
        let before = sink.get("check", "rx_count");
        let source = desk.client("source", SOURCE, port);
        sink.wait("check", "rx_count", before + 1000);
        source.child.kill();
        sink.wait("bridge", "disconnects", round);
        assert_eq!(sink.get("bridge", "peers_in"), 0);
    }
    // A stream that begins anew begins with number 0, which is no error.
    assert_eq!(sink.get("check", "rx_errors"), 0);
    assert!(sink.get("bridge", "torn_frames") <= 3);
    sink.stop().ended(0);
}

#[test]
fn a_receiver_killed_in_mid_stream_is_found_again_and_what_was_on_its_way_is_counted() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let mut source = desk.client("source", SOURCE, port);
    let (mut lost, mut counted) = (0, 0);
    for _ in 0..3 {
        sink.wait("check", "rx_count", 1000);
        sink.child.kill();
        source.wait_is("bridge", "link", 0);
        counted = source.get("bridge", "in_flight");
        sink = until("the ports are free again", || desk.start("sink", SINK, port));
        sink.wait("check", "rx_count", 1000);
        // The new one may begin anywhere, and misses nothing from there on.
        lost += sink.get("check", "rx_errors");
    }
    assert_eq!(lost, 0);
    // The kernel acknowledges what it has before the program has read it: what is counted is what was not even there.
    assert!(counted < 1_000_000);
    source.stop();
    sink.stop();
}

#[test]
fn a_thousand_connections_come_and_go_without_growth() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let cycle = |sink: &mut Run, n: u64| {
        let sockets =
            [("PUSH", port), ("PULL", port + 1)].map(|(kind, port)| greeted("127.0.0.1", port, kind));
        drop(sockets);
        if n.is_multiple_of(100) {
            sink.wait("bridge", "disconnects", 2 * n);
        }
    };
    (1..=100).for_each(|n| cycle(&mut sink, n));
    let (descriptors, memory) = (of(&sink, "descriptors"), of(&sink, "VmRSS"));
    (101..=1000).for_each(|n| cycle(&mut sink, n));
    assert_eq!(sink.get("bridge", "connects"), 2000);
    assert_eq!(of(&sink, "descriptors"), descriptors);
    let now = of(&sink, "VmRSS");
    assert!(now <= memory + 1024, "{memory} KiB after 100 connections, {now} KiB after 1000");
    sink.stop().ended(0);
}

#[test]
fn a_peer_that_stops_reading_holds_up_the_source_and_neither_stop_nor_swap() {
    let desk = Desk::new();
    let (port, mut sink) = on_ports(|port| desk.start("sink", SINK, port));
    let mut source = desk.client("source", SOURCE, port);
    sink.wait("check", "rx_count", 100);
    sink.child.signal("STOP");
    // It is full when nothing moves any more.
    let mut last = source.taken("bridge");
    until("the source stands still", || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        let now = source.taken("bridge");
        (std::mem::replace(&mut last, now) == now).then_some(())
    });
    let held = source.get("bridge", "held");
    assert!(held > 0 && held <= (4 << 20) / 2048 + 1, "{held} frames are held");
    let swapped =
        source.ask(serde_json::json!({ "command": "swap", "node": "bridge", "module": "tcp-client" }));
    assert!(swapped["ok"]["swapped"].is_object(), "{swapped}");
    assert_eq!(source.get("bridge", "held"), held);
    sink.child.signal("CONT");
    let taken = source.taken("bridge");
    source.wait_taken("bridge", taken + 1000);
    assert_eq!(sink.get("check", "rx_errors"), 0);
    sink.child.signal("STOP");
    // With a short drain the stop is bounded, whatever the peer does.
    let begun = Instant::now();
    source.child.signal("INT");
    source.child.signal("INT");
    let done = source.child.end().sound();
    assert!(done.code.is_some(), "{}", done.err);
    assert!(begun.elapsed() < crate::desk::LIMIT);
    sink.child.signal("CONT");
    sink.stop();
}
