//! Agents that break the protocol: each is counted and named in the log, and a good one is found behind it.

use super::{
    LIMIT,
    agent::{Agent, data},
    framed, node,
    peer::{Peer, serve_until},
    until_given,
};
use rogue_sdk::bench::json;
use rogue_tcf_wire::{framing::Header, streams::Lost};

#[test]
fn each_is_named_and_left_and_the_next_is_tried() {
    type Act = fn(&mut Peer);
    let acts: &[(Act, &str)] = &[
        (|peer| peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n\x03\x01"), "a message ends before its type"),
        (|peer| peer.created("scope", "VS0"), "it has not begun with a Hello"),
        (
            |peer| {
                peer.greet(true);
                peer.send(b"R\x0099\0\0\x03\x01");
            },
            "a reply to a command that was never given",
        ),
        (
            |peer| {
                peer.greet(true);
                let (token, _) = peer.command();
                peer.done(token);
                peer.created("scope", "VS0");
                loop {
                    match peer.command() {
                        (token, rogue_tcf_wire::streams::Command::Read { .. }) => {
                            return peer.data(token, &[0; 70_000], Lost::NONE, false);
                        }
                        (token, _) => peer.done(token),
                    }
                }
            },
            "70000 bytes for a read of 65536",
        ),
    ];
    let count = acts.len();
    let (address, agent) = serve_until(move |number, peer| match acts.get(number) {
        Some((act, _)) => {
            act(peer);
            peer.until_gone();
            None
        }
        None => Some(Agent::new(vec![data(&framed(0, 10))]).play(peer)),
    });
    let mut bench = node(address, json!({}));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 1);
    assert_eq!(bench.counter("rejected"), count as u64);
    let lines = bench.logged();
    for (_, says) in acts {
        let said = |line: &str| line.contains("no channel to TCP:127.0.0.1") && line.contains(says);
        assert!(lines.iter().any(|line| said(&line.message)), "{says}: {lines:?}");
    }
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// Frames that cannot be: they are passed over, and the next one says so.
#[test]
fn frames_that_cannot_be_are_passed_over() {
    let long = Header { payload: 2000, ..Header::default() };
    let far = Header { channel: 256, sequence: 1, time_ns: 1, ..Header::default() };
    let mut broken = framed(2, 10);
    broken[9] ^= 1;
    let answers = vec![
        data(&[long.encode().as_bytes(), &[1; 2000]].concat()),
        data(far.encode().as_bytes()),
        data(&broken),
        data(&[7; 500]),
        data(&framed(3, 10)),
        data(&framed(4, 10)),
    ];
    let (address, agent) = serve_until(move |_, peer| Some(Agent::new(answers.clone()).play(peer)));
    let mut bench = node(address, json!({ "max_payload": "1KiB" }));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 2);
    assert_eq!(
        [0, 1].map(|at| (given[at].channel(), given[at].error())),
        [(3, crate::reading::MISSING), (4, 0)]
    );
    // Too long with what follows it, channel 256, a damaged header with what follows it.
    assert_eq!(bench.counter("bad_frames"), 3);
    assert_eq!(bench.counter("skipped_bytes"), 2036 + 50 + 500);
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// A peer that dies in the middle of everything, many times.
#[test]
fn channels_that_end_anywhere_leave_nothing_behind() {
    let (address, agent) = serve_until(|number, peer| {
        if number < 7 {
            let hello = b"E\0Locator\0Hello\0[\"ZeroCopy\",\"Streams\"]\0\x03\x01R\x000\0\0\x03\x01E\0Str";
            peer.send(&hello[..number * hello.len() / 6]);
            return None;
        }
        Some(Agent::new(vec![data(&framed(0, 10))]).play(peer))
    });
    let mut bench = node(address, json!({}));
    let mut given = Vec::new();
    // Pauses grow while none of them comes to work: this is what takes the time.
    bench
        .run_until(LIMIT * 2, |bench| {
            given.extend(bench.out());
            given.len() == 1
        })
        .unwrap();
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}
