//! Frames over TCF streams between processes of our own: each module is swapped in full flow, and the one that serves is
//! ended and comes back; and clients that want too much.

use crate::{
    desk::{Desk, Run, until},
    foul::of,
};
use rogue_tcf_wire::{Form, Token, locator::Hello, streams::Command};
use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// Offers what it makes, and waits for whoever reads it.
const OFFERS: &str = "nodes:
  src: { module: prbs-source, params: { size: 1024, rate: 3000, count: 9000 } }
  scope: { module: tcf-streams, params: { type: t, buffer: 64MiB, when_full: block, stall_limit: 60s } }
links: [ src >> scope ]
";
/// Reads it.
const READS: &str = "nodes:
  reader: { module: tcf-client, params: { peer: 'TCP:127.0.0.1:PORT', type: t, end_with_peer: true } }
  check: { module: prbs-check }
links: [ reader >> check ]
";
/// Takes what is written.
const TAKES: &str = "nodes:
  scope: { module: tcf-streams, params: { listen: '127.0.0.1:PORT', type: t, write: true } }
  check: { module: prbs-check }
links: [ scope >> check ]
";
/// Writes it.
const WRITES: &str = "nodes:
  src: { module: prbs-source, params: { size: 1024, rate: 3000, count: 9000 } }
  writer: { module: tcf-client, params: { peer: 'TCP:127.0.0.1:PORT', type: t } }
links: [ src >> writer ]
";

/// The port of a graph that let the system choose.
fn port(run: &mut Run) -> u16 {
    run.wait("scope", "port", 1).try_into().expect("a port")
}

/// Sets a parameter that cannot be set in a running instance, so that the module is swapped with itself.
fn swaps(run: &mut Run, change: &str) {
    let answer = run.ask(json!({ "command": "set", "changes": [change] }));
    assert!(answer["ok"].is_object(), "{change}: {answer}");
}

#[test]
fn the_reader_and_what_it_reads_from_are_swapped_and_no_frame_is_missing() {
    let desk = Desk::new();
    let mut offers = desk.client("offers", OFFERS, 0);
    let port = port(&mut offers);
    let mut reads = desk.client("reads", READS, port);
    for round in 1..=5 {
        let before = reads.get("check", "rx_count");
        reads.wait("check", "rx_count", before + 200);
        swaps(&mut offers, &format!("scope.stall_limit={}s", 60 + round));
        assert_eq!(offers.get("scope", "port"), u64::from(port));
        let before = reads.get("check", "rx_count");
        reads.wait("check", "rx_count", before + 200);
        swaps(&mut reads, &format!("reader.reads={}", 4 + round));
    }
    // The server's swaps are not noticed; each of the client's is a new channel.
    reads.wait_is("reader", "connects", 6);
    assert_eq!(offers.get("scope", "connects"), 6);
    let reads = reads.child.end().sound().ended(0);
    for line in ["check.rx_count 9,000", "check.rx_errors 0", "reader.peer_lost 0", "reader.missed_frames 0"]
    {
        assert!(reads.out.contains(line), "{line}: {}", reads.out);
    }
    let offers = offers.child.end().sound().ended(0);
    assert!(offers.out.contains("scope.frames_lost 0"), "{}", offers.out);
}

#[test]
fn what_is_written_arrives_while_what_takes_it_is_swapped() {
    let desk = Desk::new();
    let mut takes = desk.client("takes", TAKES, 0);
    let port = port(&mut takes);
    let writes = desk.client("writes", WRITES, port);
    for round in 1..=5 {
        let before = takes.get("check", "rx_count");
        takes.wait("check", "rx_count", before + 200);
        swaps(&mut takes, &format!("scope.stall_limit={}s", 10 + round));
        let before = takes.get("check", "rx_count");
        takes.wait("check", "rx_count", before + 200);
    }
    assert_eq!(takes.get("scope", "connects"), 1);
    let writes = writes.child.end().sound().ended(0);
    takes.wait("check", "rx_count", 9000);
    assert_eq!(takes.get("check", "rx_errors"), 0);
    assert!(writes.out.contains("writer.resent 0"), "{}", writes.out);
    takes.stop().ended(0);
}

#[test]
fn a_server_that_is_ended_and_comes_back_is_found_again_in_both_directions() {
    let desk = Desk::new();
    let both = TAKES.replace(
        "links: [",
        "  src: { module: prbs-source, params: { size: 256, rate: 1000 } }\nlinks: [ src >> scope,",
    );
    let mut first = desk.client("first", &both, 0);
    let port = port(&mut first);
    let reads = READS.replace(", end_with_peer: true", "");
    let mut reads = desk.client("reads", &reads, port);
    let mut writes = desk.client("writes", &WRITES.replace(", count: 9000", ""), port);
    first.wait("check", "rx_count", 500);
    reads.wait("check", "rx_count", 200);
    first.child.kill();
    reads.wait("reader", "disconnects", 1);
    writes.wait("writer", "disconnects", 1);
    let mut second = until("the port is free again", || desk.start("second", &both, port));
    second.wait("check", "rx_count", 500);
    let before = reads.get("check", "rx_count");
    reads.wait("check", "rx_count", before + 200);
    // Its port was chosen here: a successor gets it all the same, and the two clients with it.
    swaps(&mut second, "scope.stall_limit=12s");
    let before = (reads.get("check", "rx_count"), second.get("check", "rx_count"));
    reads.wait("check", "rx_count", before.0 + 200);
    second.wait("check", "rx_count", before.1 + 200);
    // Nothing is missing between what is read or written of one server; what was unanswered was written again.
    assert_eq!((second.get("check", "rx_errors"), second.get("scope", "bad_writes")), (0, 0));
    reads.wait_is("reader", "connects", 2);
    writes.wait_is("writer", "connects", 2);
    assert_eq!(writes.get("writer", "dropped"), 0);
    reads.stop();
    writes.stop();
    second.stop();
}

/// Publishes as fast as it can, and takes what is written without end into something that takes nothing.
const BESET: &str = "nodes:
  src: { module: pattern, params: { size: 4096, rate: 50000 } }
  scope:
    module: tcf-streams
    params: { type: t, framing: raw, write: true, buffer: 1MiB, max_read: 64KiB, max_message: 64KiB, max_held: 64KiB }
  nowhere: { module: tcf-client, params: { peer: 'TCP:127.0.0.1:9', type: t } }
links: [ src >> scope >> nowhere ]
";

/// Sixteen clients at a time ask for all they may, write all they may, send half a message and read nothing; over and over.
#[test]
fn whatever_clients_do_memory_is_bounded_by_the_settings() {
    let desk = Desk::new();
    let mut run = desk.client("beset", BESET, 0);
    let port = port(&mut run);
    let mut all = Vec::new();
    Hello::new(["ZeroCopy"]).encode(&mut all);
    let mut tokens = 0..;
    let mut say = |command: Command<'_>| {
        command.encode(&Token::from(tokens.next().expect("enough")), Form::Binary, &mut all);
    };
    say(Command::Connect { id: "VS0".into() });
    say(Command::Connect { id: "VS1".into() });
    (0..100).for_each(|_| say(Command::Read { id: "VS0".into(), size: i64::MAX }));
    (0..100).for_each(|_| say(Command::Write { id: "VS1".into(), data: (&[7; 4000][..]).into() }));
    all.extend([b'x'; 60_000]);
    run.wait("scope", "frames_published", 1000);
    let before = of(&run, "VmRSS");
    for round in 1..=5 {
        let clients: Vec<TcpStream> = (0..16)
            .map(|_| {
                let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
                client.set_nonblocking(true).expect("a socket");
                // As much as goes in.
                let mut rest = &all[..];
                while let Ok(sent @ 1..) = client.write(rest) {
                    rest = &rest[sent..];
                }
                client
            })
            .collect();
        run.wait("scope", "bytes_read", round * (4 << 20));
        drop(clients);
        run.wait_is("scope", "clients", 0);
    }
    // For each client its messages, its writes and what is on its way to it; the buffer; and some slack for what the
    // allocator keeps.
    let each = 2 * 64 + 1024 + 64;
    let peak = of(&run, "VmHWM") - before;
    assert!(peak <= 16 * each + 1024 + (16 << 10), "{peak} KiB more than the {before} KiB before");
    // What was written waits for nobody.
    run.child.kill();
}

#[test]
fn a_thousand_clients_come_and_go_without_growth() {
    let desk = Desk::new();
    let graph = OFFERS
        .replace(", count: 9000", "")
        .replace("buffer: 64MiB, when_full: block, stall_limit: 60s", "buffer: 1MiB");
    let mut run = desk.client("offers", &graph, 0);
    let port = port(&mut run);
    let mut hello = Vec::new();
    Hello::new(["ZeroCopy"]).encode(&mut hello);
    Command::Connect { id: "VS0".into() }.encode(&Token::from(1), Form::Binary, &mut hello);
    Command::Read { id: "VS0".into(), size: 1000 }.encode(&Token::from(2), Form::Binary, &mut hello);
    let cycle = |run: &mut Run, n: u64| {
        let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        client.write_all(&hello).expect("it reads");
        client.read_exact(&mut [0; 500]).expect("it answers");
        drop(client);
        run.wait("scope", "disconnects", n);
    };
    (1..=100).for_each(|n| cycle(&mut run, n));
    let (descriptors, memory) = (of(&run, "descriptors"), of(&run, "VmRSS"));
    (101..=1000).for_each(|n| cycle(&mut run, n));
    assert_eq!((run.get("scope", "connects"), run.get("scope", "rejected")), (1000, 0));
    run.wait_is("scope", "clients", 0);
    assert_eq!(of(&run, "descriptors"), descriptors);
    let now = of(&run, "VmRSS");
    assert!(now <= memory + 2048, "{memory} KiB after 100 clients, {now} KiB after 1000");
    run.stop();
}
