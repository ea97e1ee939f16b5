//! Absent and slow peers, the ends of connections and of runs.

use super::{LIMIT, client, drain, frame, gauge, is_frame, server, wire};
use rogue_sdk::{
    Flow,
    bench::{Bench, json},
};
use std::{net::TcpListener, thread};
use wire::Peer;

#[test]
fn without_a_peer_nothing_is_taken_off_the_graph() {
    for bench in [server(wire::ports(), json!({})), client(wire::ports(), json!({}))] {
        let mut bench = bench;
        bench.push_all(0, (0..10).map(|i| frame(i, 10))).unwrap();
        assert!(bench.is_blocked());
        assert_eq!((bench.inbox_len(), bench.held()), (10, 0));
        // At once, however long they might have waited.
        bench.stop().unwrap();
        assert_eq!(bench.inbox_len(), 10);
        bench.end().unwrap();
    }
}

#[test]
fn without_a_peer_frames_are_dropped_if_that_is_asked_for() {
    let port = wire::ports();
    let mut bench = server(port, json!({ "when_absent": "drop" }));
    bench.push_all(0, (0..10).map(|i| frame(i, 10))).unwrap();
    assert_eq!((bench.inbox_len(), bench.dropped("absent")), (0, 10));
    let taker = thread::spawn(move || Peer::connect(port + 1).greet("PULL", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 1).unwrap();
    let mut taker = taker.join().unwrap();
    bench.push(frame(3, 10)).unwrap();
    drain(&mut bench);
    taker.expect(3, 10);
    assert_eq!(bench.dropped("absent"), 10);
    bench.end().unwrap();
}

#[test]
fn a_peer_that_stops_reading_holds_up_the_graph_within_a_bound_and_loses_nothing() {
    let port = wire::ports();
    let mut bench = server(port, json!({ "max_held": "1MiB" }));
    let taker = thread::spawn(move || Peer::connect(port + 1).greet("PULL", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 1).unwrap();
    let mut taker = taker.join().unwrap();
    const LEN: usize = 100_000;
    // More than any socket's buffers.
    let frames = 400;
    bench.push_all(0, (0..frames).map(|i| frame(i, LEN))).unwrap();
    bench.run().unwrap();
    assert!(bench.is_blocked() && bench.inbox_len() > 0);
    assert!(gauge(&bench, "held") <= 12, "{} frames are held", gauge(&bench, "held"));
    let reads = thread::spawn(move || (0..frames).for_each(|i| taker.expect(i, LEN)));
    drain(&mut bench);
    bench.run_until(LIMIT, |_| reads.is_finished()).unwrap();
    reads.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn what_a_connection_leaves_unwritten_goes_out_by_the_next() {
    let port = wire::ports();
    let mut bench = server(port, json!({ "max_held": "64MiB" }));
    let taker = thread::spawn(move || Peer::connect(port + 1).greet("PULL", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 1).unwrap();
    let first = taker.join().unwrap();
    const LEN: usize = 1_000_000;
    bench.push_all(0, (0..30).map(|i| frame(i, LEN))).unwrap();
    let held = gauge(&bench, "held");
    assert!(held > 0 && bench.inbox_len() == 0);
    // It has read nothing: what the system has of it is lost, and said to be.
    drop(first);
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 0).unwrap();
    assert_eq!(gauge(&bench, "held"), held);
    let lost = bench.counter("in_flight");
    assert!(lost <= 30 - held, "{lost} frames in flight of {}", 30 - held);
    let taker = thread::spawn(move || {
        let mut taker = Peer::connect(port + 1).greet("PULL", 1);
        (30 - held as usize..30).for_each(|i| taker.expect(i, LEN));
    });
    drain(&mut bench);
    bench.run_until(LIMIT, |_| taker.is_finished()).unwrap();
    taker.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn a_client_connects_again_to_a_server_that_comes_back() {
    let port = wire::ports();
    let mut bench = client(port, json!({}));
    for round in 0..3 {
        let peers = thread::spawn(move || {
            let [pull, push] = [port, port + 1].map(|port| {
                // The ports of the last round may be closing still.
                let begin = std::time::Instant::now();
                loop {
                    match TcpListener::bind(("127.0.0.1", port)) {
                        Ok(listener) => return listener,
                        Err(error) => assert!(begin.elapsed() < LIMIT, "{error}"),
                    }
                    thread::yield_now();
                }
            });
            let mut pull = Peer::accept(&pull).greet("PULL", 1);
            let mut push = Peer::accept(&push).greet("PUSH", 1);
            push.write(&wire::numbered(round, 100));
            pull.expect(round, 100);
            push.expect_quiet();
        });
        bench.push(frame(round, 100)).unwrap();
        bench.run_until(LIMIT, |bench| bench.out_len() == 1 && peers.is_finished()).unwrap();
        peers.join().unwrap();
        assert!(is_frame(&bench.out()[0], round, 100));
        bench.run_until(LIMIT, |bench| bench.counter("disconnects") == 2 * round as u64 + 2).unwrap();
    }
    // It had all been read.
    assert_eq!(bench.counter("in_flight"), 0);
    bench.end().unwrap();
}

impl Peer {
    /// Closes; what was sent has been read by then, or is on its way.
    fn expect_quiet(self) {
        self.0.shutdown(std::net::Shutdown::Write).unwrap();
        self.expect_end();
    }
}

#[test]
fn many_connections_come_and_go_without_a_trace() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let mut most = 0;
    for round in 0..300u64 {
        let peers = thread::spawn(move || {
            let _both = (Peer::connect(port).greet("PUSH", 1), Peer::connect(port + 1).greet("PULL", 0));
        });
        bench.run_until(LIMIT, |bench| bench.counter("disconnects") == 2 * (round + 1)).unwrap();
        peers.join().unwrap();
        // Other tests have descriptors too, so that only a steady growth would tell.
        most = most.max(descriptors());
    }
    assert!(most < 300, "{most} descriptors");
    assert_eq!(bench.counter("connects"), 600);
    bench.end().unwrap();
}

#[test]
fn the_last_frame_is_followed_by_the_end_and_a_linked_giving_half_goes_on() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let taker = thread::spawn(move || {
        let mut taker = Peer::connect(port + 1).greet("PULL", 1);
        (0..100).for_each(|i| taker.expect(i, 5000));
        taker.expect_end();
    });
    bench.push_all(0, (0..100).map(|i| frame(i, 5000))).unwrap();
    drain(&mut bench);
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    bench.run_until(LIMIT, |_| taker.is_finished()).unwrap();
    taker.join().unwrap();
    // Both ports are served on: by the giving half.
    let peers = thread::spawn(move || {
        let pull = Peer::connect(port + 1).greet("PULL", 1);
        let mut push = Peer::connect(port).greet("PUSH", 1);
        push.write(&wire::numbered(1, 7));
        (push, pull)
    });
    bench.run_until(LIMIT, |bench| bench.out_len() == 1 && peers.is_finished()).unwrap();
    peers.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn a_giving_half_that_nothing_is_linked_to_ends_with_the_taking_one() {
    let port = wire::ports();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let account = Bench::frame(1).unwrap();
    drop(account);
    let mut bench = client(port, json!({}));
    bench.set_links(0, 0);
    let mut bench = {
        // Links are known when an instance is made.
        bench.swap(super::params(port, json!({}))).unwrap();
        bench
    };
    let taker = thread::spawn(move || {
        let mut taker = Peer::accept(&listener).greet("PULL", 1);
        taker.expect(5, 50);
        taker.expect_end();
    });
    bench.push(frame(5, 50)).unwrap();
    drain(&mut bench);
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    bench.run_until(LIMIT, |_| taker.is_finished()).unwrap();
    taker.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn the_giving_half_ends_with_its_peers_if_that_is_asked_for() {
    let port = wire::ports();
    let mut bench = server(port, json!({ "end_with_peer": true }));
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    let peers = thread::spawn(move || {
        let mut first = Peer::connect(port).greet("PUSH", 1);
        let mut second = Peer::connect(port).greet("PUSH", 1);
        first.write(&wire::numbered(0, 10));
        second.write(&wire::numbered(1, 10));
        (first, second)
    });
    bench.run_until(LIMIT, |bench| bench.out_len() == 2).unwrap();
    let (first, second) = peers.join().unwrap();
    drop(first);
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 1).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    drop(second);
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 0).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    bench.end().unwrap();
}
