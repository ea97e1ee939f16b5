//! A swap in full flow: no client is refused, no connection is closed, no byte is lost.

use super::{LIMIT, client, drain, frame, gauge, is_frame, params, server, size, wire};
use rogue_sdk::bench::json;
use std::{net::TcpListener, ops::Range, thread, time::Instant};
use wire::Peer;

const FRAMES: usize = 120;

/// Sends the frames a few bytes at a time as the bench asks for them, so that a swap meets every kind of cut.
fn in_cuts() -> Vec<Vec<u8>> {
    let bytes: Vec<u8> = (0..FRAMES).flat_map(|i| wire::numbered(i, size(i))).collect();
    let mut cuts = Vec::new();
    let (mut at, mut step) = (0, 1);
    while at < bytes.len() {
        let end = (at + step).min(bytes.len());
        cuts.push(bytes[at..end].to_vec());
        at = end;
        step = step * 3 % 65_521 + 1;
    }
    cuts
}

#[test]
fn a_receiving_server_is_swapped_between_any_two_bytes() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let peer = thread::spawn(move || Peer::connect(port).greet("PUSH", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 1).unwrap();
    let mut peer = peer.join().unwrap();
    let mut given = Vec::new();
    for (n, cut) in in_cuts().into_iter().enumerate() {
        peer.write(&cut);
        // Some swaps come with frames read and not given yet.
        bench.produce_up_to(1).unwrap();
        if n % 2 == 0 {
            let left = bench.swap(params(port, json!({}))).unwrap();
            assert!(left.frames.is_empty() && left.handles.is_empty());
        }
        given.extend(bench.out());
    }
    bench
        .run_until(LIMIT, |bench| {
            given.extend(bench.out());
            given.len() == FRAMES
        })
        .unwrap();
    for (i, frame) in given.iter().enumerate() {
        assert!(is_frame(frame, i, size(i)), "frame {i}");
    }
    assert_eq!((bench.counter("connects"), bench.counter("disconnects")), (1, 0));
    bench.end().unwrap();
}

#[test]
fn a_sending_client_is_swapped_in_the_middle_of_frames() {
    let port = wire::ports();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let mut bench = client(port, json!({ "max_held": "64MiB" }));
    let peer = thread::spawn(move || Peer::accept(&listener).greet("PULL", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 1).unwrap();
    let mut peer = peer.join().unwrap();
    for i in 0..FRAMES {
        bench.push(frame(i, 1_000_000 / (1 + i % 3))).unwrap();
        if i % 7 == 0 {
            bench.swap(params(port, json!({ "max_held": "64MiB" }))).unwrap();
        }
    }
    let reads = thread::spawn(move || {
        (0..FRAMES).for_each(|i| peer.expect(i, 1_000_000 / (1 + i % 3)));
        peer
    });
    drain(&mut bench);
    bench.run_until(LIMIT, |_| reads.is_finished()).unwrap();
    let _peer = reads.join().unwrap();
    assert_eq!(bench.counter("disconnects"), 0);
    bench.end().unwrap();
}

#[test]
fn clients_that_come_during_a_swap_are_served_after_it() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let held = bench.release_held().unwrap();
    let names: Vec<&str> = held.handles.iter().map(|(name, _)| name.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["listen-in", "listen-out"]);
    bench.stop().unwrap();
    // Nobody is there to accept, and still it can be connected to.
    let peer = Peer::connect(port);
    let left = bench.adopt(held).unwrap();
    assert!(left.handles.is_empty());
    let peer = thread::spawn(move || peer.greet("PUSH", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 1).unwrap();
    peer.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn a_successor_with_other_ports_takes_the_frames_alone() {
    let (port, other) = (wire::ports(), wire::ports());
    let mut bench = server(port, json!({ "max_held": "64MiB" }));
    let peer = thread::spawn(move || Peer::connect(port + 1).greet("PULL", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 1).unwrap();
    let first = peer.join().unwrap();
    bench.push_all(0, (0..30).map(|i| frame(i, 1_000_000))).unwrap();
    let held = gauge(&bench, "held") as usize;
    assert!(held > 0);
    drop(bench.swap(params(other, json!({ "max_held": "64MiB" }))).unwrap());
    drop(first);
    let peer = thread::spawn(move || {
        let mut peer = Peer::connect(other + 1).greet("PULL", 1);
        (30 - held..30).for_each(|i| peer.expect(i, 1_000_000));
    });
    drain(&mut bench);
    bench.run_until(LIMIT, |_| peer.is_finished()).unwrap();
    peer.join().unwrap();
    TcpListener::bind(("127.0.0.1", port)).unwrap();
    bench.end().unwrap();
}

/// Waits without a call into the module that is not the test's own.
fn wait_until(mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < LIMIT);
        thread::yield_now();
    }
}

#[test]
fn what_has_come_by_a_connection_that_is_served_no_more_is_given() {
    let (port, other) = (wire::ports(), wire::ports());
    let mut bench = server(port, json!({}));
    let peer = thread::spawn(move || Peer::connect(port).greet("PUSH", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 1).unwrap();
    let mut peer = peer.join().unwrap();
    // Some are read and not given, some are not even read, and of the last one a part has come.
    let frames = |range: Range<usize>| range.flat_map(|i| wire::numbered(i, 1000)).collect::<Vec<u8>>();
    peer.write(&frames(0..20));
    wait_until(|| bench.produce_up_to(1).is_ok() && bench.out_len() > 0);
    peer.write(&frames(20..31)[..10 * wire::numbered(20, 1000).len() + 500]);
    // What is acknowledged has come.
    let all = (64 + 28 + frames(0..30).len() + 500) as u64;
    wait_until(|| crate::sys::acknowledged(&peer.0).is_some_and(|bytes| bytes >= all));
    let left = bench.swap(params(other, json!({}))).unwrap();
    assert!(left.frames.is_empty());
    bench.run_until(LIMIT, |bench| bench.counter("disconnects") == 1).unwrap();
    let given = bench.out();
    assert_eq!(given.len(), 30);
    for (i, frame) in given.iter().enumerate() {
        assert!(is_frame(frame, i, 1000), "frame {i}");
    }
    assert_eq!((bench.counter("torn_frames"), gauge(&bench, "peers_in")), (1, 0));
    bench.end().unwrap();
}

#[test]
fn a_swap_that_is_refused_leaves_connections_and_frames_as_they_were() {
    let (port, other) = (wire::ports(), wire::ports());
    let held_port = TcpListener::bind(("127.0.0.1", other + 1)).unwrap();
    let mut bench = server(port, json!({ "max_held": "64MiB" }));
    let peer = thread::spawn(move || Peer::connect(port + 1).greet("PULL", 1));
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 1).unwrap();
    let mut peer = peer.join().unwrap();
    bench.push_all(0, (0..30).map(|i| frame(i, 1_000_000))).unwrap();
    assert!(gauge(&bench, "held") > 0);
    let error = bench.swap(params(other, json!({ "max_held": "64MiB" }))).err().unwrap().to_string();
    assert!(error.contains(&format!("port {} is in use by ", other + 1)), "{error}");
    let reads = thread::spawn(move || {
        (0..30).for_each(|i| peer.expect(i, 1_000_000));
        peer
    });
    drain(&mut bench);
    bench.run_until(LIMIT, |_| reads.is_finished()).unwrap();
    let _peer = reads.join().unwrap();
    assert_eq!(bench.counter("disconnects"), 0);
    drop((held_port, TcpListener::bind(("127.0.0.1", other)).unwrap()));
    bench.end().unwrap();
}
