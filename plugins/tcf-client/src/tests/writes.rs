//! What is written: every frame, in order, once it is answered; and what becomes of those that are not.

use super::{
    LIMIT,
    agent::Agent,
    frame, gauge, node, payload,
    peer::{serve, serve_until},
};
use rogue_sdk::{
    Flow,
    bench::{Bench, json},
};
use rogue_tcf_wire::{
    Code,
    framing::{Framed, Parser},
};
use std::sync::mpsc;

fn parse(bytes: &[u8]) -> Vec<Framed> {
    let (mut parser, mut rest, mut all) = (Parser::new(64 << 20), bytes, Vec::new());
    while let Some(framed) = parser.next(&mut rest).unwrap() {
        all.push(framed);
    }
    assert!(!parser.is_within());
    all
}

fn ready(bench: &mut Bench) {
    bench.run_until(LIMIT, |bench| gauge(bench, "writable") == 1).unwrap();
}

fn drain(bench: &mut Bench) {
    bench.run_until(LIMIT, |bench| bench.inbox_len() == 0 && gauge(bench, "held") == 0).unwrap();
}

/// Until the half that takes has ended.
fn finish(bench: &mut Bench) {
    bench.run_until(LIMIT, |bench| bench.finish().unwrap() == Flow::Ended).unwrap();
}

#[test]
fn frames_go_out_in_order_with_all_that_they_are() {
    let sizes = [0, 1, 100, 70_000, 3_000_000, 5];
    let (address, agent) = serve(|peer| Agent::default().play(peer));
    let mut bench = node(address, json!({}));
    ready(&mut bench);
    bench.push_all(0, (0..60).map(|i| frame(i, sizes[i % 6]))).unwrap();
    drain(&mut bench);
    finish(&mut bench);
    bench.end().unwrap();
    let agent = agent.join().unwrap();
    assert!(agent.eos, "the end is told");
    for (i, framed) in parse(&agent.written).iter().enumerate() {
        let header = framed.header;
        assert_eq!((header.sequence, header.channel, header.flags), (i as u64, i as u32, (i * 257) as u16));
        assert!(framed.payload == payload(i, sizes[i % 6]), "frame {i}");
    }
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn what_is_not_answered_holds_up_the_graph_within_a_bound() {
    let (go, wait) = mpsc::channel::<()>();
    let (address, agent) = serve(move |peer| {
        let agent = Agent { most_writes: Some(0), ..Agent::default() };
        peer.greet(true);
        // Both subscriptions, and then nothing for a while.
        for stream_type in ["scope", "scope.in"] {
            let (token, _) = peer.command();
            peer.done(token);
            peer.created(stream_type, if stream_type == "scope" { "VS0" } else { "VS1" });
        }
        wait.recv().unwrap_err();
        let mut written = Vec::new();
        loop {
            match peer.hear() {
                super::peer::Heard::Command(token, rogue_tcf_wire::streams::Command::Write { data, .. }) => {
                    written.extend_from_slice(&data);
                    peer.done(token);
                }
                super::peer::Heard::Command(token, rogue_tcf_wire::streams::Command::Eos { .. }) => {
                    peer.done(token)
                }
                super::peer::Heard::Command(..) => {}
                _ => return Agent { written, ..agent },
            }
        }
    });
    let mut bench = node(address, json!({ "max_held": "10KiB" }));
    ready(&mut bench);
    bench.push_all(0, (0..100).map(|i| frame(i, 1000))).unwrap();
    bench.run().unwrap();
    assert!(bench.is_blocked());
    assert_eq!((gauge(&bench, "held"), bench.inbox_len()), (9, 91));
    drop(go);
    drain(&mut bench);
    finish(&mut bench);
    bench.end().unwrap();
    assert_eq!(parse(&agent.join().unwrap().written).len(), 100);
}

/// Of five writes the first agent answers two, and is gone.
#[test]
fn frames_without_an_answer_are_written_again_by_the_next_channel() {
    let (address, agent) = serve_until(|number, peer| {
        let agent = match number {
            0 => Agent { most_writes: Some(2), ..Agent::default() },
            _ => Agent::default(),
        };
        if number == 0 {
            peer.greet(true);
            let mut writes = 0;
            while writes < 5 {
                let (token, command) = peer.command();
                match command {
                    rogue_tcf_wire::streams::Command::Subscribe { stream_type } => {
                        peer.done(token);
                        if stream_type == "scope.in" {
                            peer.created("scope.in", "VS1");
                        }
                    }
                    rogue_tcf_wire::streams::Command::Write { .. } => {
                        writes += 1;
                        if writes <= 2 {
                            peer.done(token);
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
            return None;
        }
        Some(agent.play(peer))
    });
    let mut bench = node(address, json!({}));
    ready(&mut bench);
    bench.push_all(0, (0..5).map(|i| frame(i, 100))).unwrap();
    drain(&mut bench);
    finish(&mut bench);
    assert_eq!((bench.counter("resent"), bench.counter("connects")), (3, 2));
    bench.end().unwrap();
    let sequences: Vec<u64> =
        parse(&agent.join().unwrap().written).iter().map(|framed| framed.header.sequence).collect();
    assert_eq!(sequences, [2, 3, 4]);
}

#[test]
fn refused_frames_are_dropped_and_counted() {
    for code in [Code::Other, Code::InvalidDataSize] {
        let (address, agent) =
            serve(move |peer| Agent { refuses: Some(code), ..Agent::default() }.play(peer));
        let mut bench = node(address, json!({}));
        ready(&mut bench);
        bench.push_all(0, (0..5).map(|i| frame(i, 100))).unwrap();
        drain(&mut bench);
        assert_eq!(bench.dropped("refused"), 5);
        assert!(bench.logged().iter().any(|line| line.message.contains("not this one")));
        bench.end().unwrap();
        agent.join().unwrap();
    }
}

/// Nobody can write behind the end: what is out is refused, and the rest waits for another stream.
#[test]
fn a_stream_that_has_ended_takes_no_more() {
    let (address, agent) = serve(|peer| Agent { refuses: Some(Code::Eof), ..Agent::default() }.play(peer));
    let mut bench = node(address, json!({ "when_absent": "drop" }));
    ready(&mut bench);
    bench.push(frame(0, 100)).unwrap();
    bench.run_until(LIMIT, |bench| gauge(bench, "writable") == 0).unwrap();
    bench.push(frame(1, 100)).unwrap();
    assert_eq!((bench.dropped("refused"), bench.dropped("absent")), (1, 1));
    bench.end().unwrap();
    agent.join().unwrap();
}

#[test]
fn in_raw_framing_each_write_is_a_frame() {
    let (address, agent) = serve(|peer| Agent::default().play(peer));
    let mut bench = node(address, json!({ "framing": "raw" }));
    ready(&mut bench);
    bench.push_all(0, [3, 0, 2_000_000, 9_000_000].map(|len| frame(1, len))).unwrap();
    drain(&mut bench);
    assert_eq!((bench.dropped("empty"), bench.dropped("too_long")), (1, 1));
    bench.end().unwrap();
    let agent = agent.join().unwrap();
    assert_eq!(agent.writes, 2);
    assert!(agent.written == [payload(1, 3), payload(1, 2_000_000)].concat());
}
