//! Peers that break the protocol: each is counted, named in the log and disconnected, and the server goes on.

use super::{LIMIT, drain, frame, gauge, is_frame, server, wire};
use rogue_sdk::bench::{Bench, json};
use std::{collections::VecDeque, net::TcpStream, thread, time::Duration};
use wire::Peer;

/// What one does on a port of a server, and what is said of it.
struct Bad {
    /// 0: the port by which the server receives, 1: by which it sends.
    port: u16,
    bytes: Vec<u8>,
    says: &'static str,
}

fn opened(kind: &str, then: &[u8]) -> Vec<u8> {
    [wire::greeting(1), wire::ready(kind), then.to_vec()].concat()
}

fn all() -> Vec<Bad> {
    let bad = |port, bytes: Vec<u8>, says| Bad { port, bytes, says };
    let mut older = wire::greeting(1);
    older[10] = 1;
    let mut secure = wire::greeting(1);
    secure[12..17].copy_from_slice(b"PLAIN");
    let huge = |low: u8| [&[1, 2, 0, 0, 1, 1, 0, 1, 1, 0, 2][..], &[low; 8]].concat();
    vec![
        bad(0, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), "its first bytes are not those of ZeroMQ"),
        bad(1, vec![0; 100], "its first bytes are not those of ZeroMQ"),
        bad(0, older, "it speaks ZMTP 2, and 3 is needed"),
        bad(0, secure, "it asks for the security mechanism \"PLAIN\""),
        bad(0, opened("PULL", &[]), "it is a \"PULL\" socket where PUSH belongs"),
        bad(1, opened("PUSH", &[]), "it is a \"PUSH\" socket where PULL belongs"),
        bad(0, [wire::greeting(1), vec![7; 40]].concat(), "its handshake is broken"),
        bad(0, opened("PUSH", &[0, 1, 7]), "a message that has not four parts"),
        bad(0, opened("PUSH", &[1, 2, 0, 0, 0, 1, 0]), "a message that has not four parts"),
        bad(0, opened("PUSH", &[1, 2, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0]), "a message that has not four parts"),
        bad(0, opened("PUSH", &[1, 3, 0, 0, 0]), "a message whose flags part has 3 bytes"),
        bad(0, opened("PUSH", &[1, 2, 0, 0, 1, 2, 0, 0]), "a message whose channel part has 2 bytes"),
        bad(
            0,
            opened("PUSH", &huge(0x7f)),
            "a payload of 9187201950435737471 bytes, and max_payload is 1000000",
        ),
        bad(0, opened("PUSH", &huge(0xff)), "and max_payload is 1000000"),
        bad(0, opened("PUSH", &[0x90, 1]), "a head with the flags 0x90"),
        bad(0, opened("PUSH", &[6, 0, 0, 0, 1, 0, 0, 0, 0]), "a command of 4294967296 bytes"),
        bad(1, opened("PULL", &wire::numbered(1, 1)), "a message on the port by which it receives"),
        bad(0, opened("PUSH", b"\x04\x09\x05ERROR\x02no"), "it refuses us: \"no\""),
    ]
}

#[test]
fn each_is_counted_named_and_disconnected_and_good_ones_are_served() {
    let port = wire::ports();
    let mut bench = server(port, json!({ "max_payload": 1_000_000 }));
    let good = thread::spawn(move || {
        (Peer::connect(port).greet("PUSH", 1), Peer::connect(port + 1).greet("PULL", 1))
    });
    bench.run_until(LIMIT, |_| good.is_finished()).unwrap();
    let (mut push, mut pull) = good.join().unwrap();
    for (n, bad) in all().into_iter().enumerate() {
        let peer = thread::spawn(move || {
            let mut peer = Peer::connect(port + bad.port);
            let name = peer.0.local_addr().unwrap().to_string();
            // It may be disconnected before it is done.
            drop(std::io::Write::write_all(&mut peer.0, &bad.bytes));
            drop(std::io::copy(&mut peer.0, &mut std::io::sink()));
            name
        });
        bench
            .run_until(LIMIT, |bench| bench.counter("rejected") == n as u64 + 1 && peer.is_finished())
            .unwrap();
        let (name, lines) = (peer.join().unwrap(), bench.logged());
        let warning = lines.iter().find(|line| line.message.contains(bad.says));
        let warning = warning.unwrap_or_else(|| panic!("{:?} was not said of {n}: {lines:?}", bad.says));
        assert!(warning.message.contains(&name), "{warning:?} does not name {name}");
        assert_eq!(warning.target, format!("pyrogue.stream.TcpCore.127.0.0.1.Server.{port}"));
    }
    push.write(&wire::numbered(3, 5000));
    bench.push(frame(4, 5000)).unwrap();
    bench.run_until(LIMIT, |bench| bench.out_len() == 1).unwrap();
    assert!(is_frame(&bench.out()[0], 3, 5000));
    drain(&mut bench);
    pull.expect(4, 5000);
    assert!(bench.faults().is_empty());
    bench.end().unwrap();
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn one_that_dawdles_in_its_handshake_is_disconnected() {
    for sent in [0, 1, 63, 64, 80] {
        let port = wire::ports();
        let mut bench = server(port, json!({}));
        let mut peer = Peer::connect(port);
        let bytes = opened("PUSH", &[]);
        peer.write(&bytes[..sent]);
        // It is heard before the time passes.
        bench.run_until(LIMIT, |bench| bench.wake_at().is_some()).unwrap();
        bench.advance(Duration::from_secs(11)).unwrap();
        bench.run_until(LIMIT, |bench| bench.counter("rejected") == 1).unwrap();
        assert!(bench.logged().iter().any(|line| line.message.contains("no whole handshake in 10 s")));
        peer.0.read_to_end_of_handshake();
        bench.end().unwrap();
    }
}

/// Reading what a server says before it closes.
trait ReadToEnd {
    fn read_to_end_of_handshake(&mut self);
}

impl ReadToEnd for std::net::TcpStream {
    fn read_to_end_of_handshake(&mut self) {
        let mut all = Vec::new();
        drop(std::io::Read::read_to_end(self, &mut all));
        assert!(all.starts_with(&wire::greeting(1)));
    }
}

#[test]
fn a_frame_that_memory_is_refused_for_ends_the_connection_and_not_the_node() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    bench.set_no_memory(true);
    let peer = thread::spawn(move || {
        let mut peer = Peer::connect(port).greet("PUSH", 1);
        peer.write(&wire::numbered(1, 100));
        peer.expect_end();
    });
    bench.run_until(LIMIT, |bench| bench.counter("rejected") == 1 && peer.is_finished()).unwrap();
    peer.join().unwrap();
    bench.set_no_memory(false);
    let peer = thread::spawn(move || {
        let mut peer = Peer::connect(port).greet("PUSH", 1);
        peer.write(&wire::numbered(1, 100));
        peer
    });
    bench.run_until(LIMIT, |bench| bench.out_len() == 1).unwrap();
    drop(peer.join().unwrap());
    bench.end().unwrap();
}

#[test]
fn a_frame_that_is_cut_by_the_end_is_counted_and_not_given() {
    for cut in [1, 5, 11, 15, 200, 60_000] {
        let port = wire::ports();
        let mut bench = server(port, json!({}));
        let whole = [wire::numbered(1, 1000), wire::numbered(2, 70_000)].concat();
        thread::spawn(move || {
            let mut peer = Peer::connect(port).greet("PUSH", 1);
            peer.write(&whole[..1019 + cut]);
        })
        .join_while(&mut bench);
        bench.run_until(LIMIT, |bench| bench.counter("disconnects") == 1).unwrap();
        assert_eq!((bench.out_len(), bench.counter("torn_frames")), (1, 1), "cut after {cut} bytes");
        assert_eq!(bench.counter("rejected"), 0);
        bench.end().unwrap();
    }
}

/// Running a bench while a thread is at work.
trait JoinWhile {
    fn join_while(self, bench: &mut Bench);
}

impl JoinWhile for thread::JoinHandle<()> {
    fn join_while(self, bench: &mut Bench) {
        bench.run_until(LIMIT, |_| self.is_finished()).unwrap();
        self.join().unwrap();
    }
}

#[test]
fn who_comes_and_goes_without_a_greeting_takes_nothing_from_the_stream_beside() {
    const ROUNDS: usize = 100;
    const EACH: usize = 20;
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    // One of them is before it in the list of connections.
    let mut others = VecDeque::from([TcpStream::connect(("127.0.0.1", port)).unwrap()]);
    bench.run().unwrap();
    let peer = thread::spawn(move || Peer::connect(port).greet("PUSH", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 1).unwrap();
    let mut peer = peer.join().unwrap();
    let mut given = Vec::new();
    for round in 0..ROUNDS {
        others.push_back(TcpStream::connect(("127.0.0.1", port)).unwrap());
        (0..EACH).for_each(|i| peer.write(&wire::numbered(round * EACH + i, 1000)));
        others.pop_front();
        // The others are looked after when part of what was read has not been given yet.
        for _ in 0..EACH / 3 {
            bench.advance(crate::receiver::LOOK_PAUSE).unwrap();
            bench.produce_up_to(3).unwrap();
        }
        given.extend(bench.out());
    }
    bench
        .run_until(LIMIT, |bench| {
            given.extend(bench.out());
            given.len() == ROUNDS * EACH
        })
        .unwrap();
    assert!(given.iter().enumerate().all(|(i, frame)| is_frame(frame, i, 1000)));
    assert_eq!((bench.counter("disconnects"), bench.counter("rejected")), (0, 0));
    bench.end().unwrap();
}
