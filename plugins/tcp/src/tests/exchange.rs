//! Frames each way with a peer made of the specification, and between the two modules.

use super::{LIMIT, client, drain, frame, gauge, is_frame, server, size, wire};
use rogue_sdk::bench::{Bench, json};
use std::{io::Write, net::TcpListener, thread};
use wire::Peer;

const FRAMES: usize = 40;

/// Runs until so many frames came out; they are those that were sent.
fn receive(bench: &mut Bench, frames: usize) {
    bench.run_until(LIMIT, |bench| bench.out_len() >= frames).unwrap();
    for (i, frame) in bench.out().iter().enumerate() {
        assert!(is_frame(frame, i, size(i)), "frame {i} of {} bytes", frame.payload());
    }
}

/// A peer that sends the frames.
fn sends(mut peer: Peer) {
    (0..FRAMES).for_each(|i| peer.write(&wire::numbered(i, size(i))));
    // Open until all has come.
    peer.expect_end();
}

/// A peer that wants the frames.
fn wants(mut peer: Peer) {
    (0..FRAMES).for_each(|i| peer.expect(i, size(i)));
}

#[test]
fn a_server_exchanges_frames_with_any_peer_of_3_x() {
    for minor in [0, 1] {
        let port = wire::ports();
        let mut bench = server(port, json!({}));
        let sender = thread::spawn(move || sends(Peer::connect(port).greet("PUSH", minor)));
        let taker = thread::spawn(move || wants(Peer::connect(port + 1).greet("PULL", minor)));
        bench.push_all(0, (0..FRAMES).map(|i| frame(i, size(i)))).unwrap();
        receive(&mut bench, FRAMES);
        drain(&mut bench);
        taker.join().unwrap();
        bench.end().unwrap();
        sender.join().unwrap();
    }
}

#[test]
fn a_client_exchanges_frames_with_a_server_that_starts_before_or_after_it() {
    for server_first in [true, false] {
        let port = wire::ports();
        let listen = move || [port, port + 1].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
        let listeners = server_first.then(listen);
        let mut bench = client(port, json!({}));
        bench.push_all(0, (0..FRAMES).map(|i| frame(i, size(i)))).unwrap();
        let [pull, push] = listeners.unwrap_or_else(|| {
            // It has tried, and failed, at least once before anybody listens.
            bench.run().unwrap();
            assert_eq!(bench.counter("connects"), 0);
            listen()
        });
        let taker = thread::spawn(move || wants(Peer::accept(&pull).greet("PULL", 1)));
        let sender = thread::spawn(move || sends(Peer::accept(&push).greet("PUSH", 0)));
        receive(&mut bench, FRAMES);
        drain(&mut bench);
        taker.join().unwrap();
        bench.end().unwrap();
        sender.join().unwrap();
    }
}

#[test]
fn several_takers_get_frames_in_turn() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let connect = || thread::spawn(move || Peer::connect(port + 1).greet("PULL", 1));
    let takers = [connect(), connect(), connect()];
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_out") == 3).unwrap();
    let mut takers = takers.map(|taker| taker.join().unwrap());
    bench.push_all(0, (0..30).map(|i| frame(i, 100))).unwrap();
    drain(&mut bench);
    let mut seen = Vec::new();
    for taker in &mut takers {
        let channels: Vec<u8> = (0..10).map(|_| taker.message().1).collect();
        assert!(channels.windows(2).all(|pair| pair[1] == pair[0] + 3), "{channels:?}");
        seen.extend(channels);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..30).collect::<Vec<u8>>());
    drop(takers);
    bench.run_until(LIMIT, |bench| bench.counter("disconnects") == 3).unwrap();
    assert_eq!(bench.counter("in_flight"), 0);
    bench.end().unwrap();
}

#[test]
fn several_senders_are_heard_in_turn() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let connect = || thread::spawn(move || Peer::connect(port).greet("PUSH", 1));
    let senders = [connect(), connect(), connect()];
    bench.run_until(LIMIT, |bench| gauge(bench, "peers_in") == 3).unwrap();
    let mut senders = senders.map(|sender| sender.join().unwrap());
    let mut rest = Vec::new();
    for (channel, sender) in senders.iter_mut().enumerate() {
        let bytes = wire::message(0, channel as u8, 0, &[7; 1000]).repeat(3000);
        // As much as there is room for, before the server hears any of them.
        sender.0.set_nonblocking(true).unwrap();
        let mut at = 0;
        while let Ok(n @ 1..) = sender.0.write(&bytes[at..]) {
            at += n;
        }
        sender.0.set_nonblocking(false).unwrap();
        let mut stream = sender.0.try_clone().unwrap();
        rest.push(move || stream.write_all(&bytes[at..]).unwrap());
    }
    rest.into_iter().for_each(|rest| drop(thread::spawn(rest)));
    bench.run_until(LIMIT, |bench| bench.out_len() == 9000).unwrap();
    let mut counts = [0; 3];
    for frame in bench.out() {
        counts[usize::from(frame.channel())] += 1;
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        assert!(*least > 0 || *most < 1000, "one was heard out before another was heard at all");
    }
    assert_eq!(counts, [3000; 3]);
    bench.end().unwrap();
}

#[test]
fn the_modules_exchange_frames_with_each_other() {
    let port = wire::ports();
    let (to_client, from_server) = std::sync::mpsc::channel();
    let far = thread::spawn(move || {
        let mut bench = client(port, json!({}));
        bench.push_all(0, (0..FRAMES).map(|i| frame(i, size(i)))).unwrap();
        receive(&mut bench, FRAMES);
        bench.run_until(LIMIT, |_| from_server.try_recv().is_ok()).unwrap();
        bench.end().unwrap();
    });
    let mut bench = server(port, json!({}));
    bench.push_all(0, (0..FRAMES).map(|i| frame(i, size(i)))).unwrap();
    receive(&mut bench, FRAMES);
    drain(&mut bench);
    to_client.send(()).unwrap();
    bench.run_until(LIMIT, |_| far.is_finished()).unwrap();
    far.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn frames_of_many_buffers_go_out_whole() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let taker = thread::spawn(move || {
        let mut peer = Peer::connect(port + 1).greet("PULL", 1);
        for len in [100, 5000, 100_000, 1] {
            assert!(peer.message().3 == super::payload(9, len), "{len} bytes");
        }
    });
    // 5000 bytes in 72 buffers are more than one write takes.
    for (len, buffer) in [(100, 7), (5000, 70), (100_000, 999), (1, 1)] {
        let mut frame = Bench::frame_with(buffer, len).unwrap();
        frame.write(0, &super::payload(9, len as usize)).unwrap();
        bench.push(frame).unwrap();
    }
    drain(&mut bench);
    taker.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn a_ping_is_answered_between_frames_in_both_directions() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    let ping = b"\x04\x0a\x04PING\0\x64abc";
    let peers = thread::spawn(move || {
        let mut pull = Peer::connect(port + 1).greet("PULL", 1);
        let mut push = Peer::connect(port).greet("PUSH", 1);
        for peer in [&mut pull, &mut push] {
            peer.write(ping);
            assert_eq!(peer.bytes(10), b"\x04\x08\x04PONGabc");
        }
        push.write(&wire::numbered(0, size(0)));
        pull.expect(0, 70_000);
        (pull, push)
    });
    receive(&mut bench, 1);
    bench.push(frame(0, 70_000)).unwrap();
    bench.run_until(LIMIT, |_| peers.is_finished()).unwrap();
    peers.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn empty_payloads_are_skipped_unless_they_are_asked_for_and_always_received() {
    let port = wire::ports();
    let mut bench = server(port, json!({}));
    bench.push(frame(1, 0)).unwrap();
    assert_eq!(bench.dropped("empty"), 1);
    let sender = thread::spawn(move || {
        let mut peer = Peer::connect(port).greet("PUSH", 1);
        [1, 0, 3].into_iter().for_each(|len| peer.write(&wire::numbered(len, len)));
        peer
    });
    bench.run_until(LIMIT, |bench| bench.out_len() == 3).unwrap();
    assert_eq!(bench.out().iter().map(|frame| frame.payload()).collect::<Vec<_>>(), [1, 0, 3]);
    sender.join().unwrap();
    bench.end().unwrap();

    let port = wire::ports();
    let mut bench = server(port, json!({ "empty_payloads": "send" }));
    bench.push_all(0, [frame(1, 0), frame(2, 5)]).unwrap();
    let taker = thread::spawn(move || {
        let mut peer = Peer::connect(port + 1).greet("PULL", 1);
        [(1, 0), (2, 5)].into_iter().for_each(|(i, len)| peer.expect(i, len));
    });
    bench.run_until(LIMIT, |_| taker.is_finished()).unwrap();
    taker.join().unwrap();
    bench.end().unwrap();
}
