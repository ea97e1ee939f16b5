//! A swap in full flow: no frame is lost and none comes twice.

use super::{
    agent::{Agent, cut},
    frame, framed, gauge, is_frame, node,
    peer::serve_until,
    until_given, with,
};
use rogue_sdk::bench::json;
use rogue_tcf_wire::framing::Parser;

const FRAMES: usize = 60;

/// Each channel begins at the first byte that is still buffered, which here is the first of all.
#[test]
fn a_reader_is_swapped_and_goes_on_behind_its_last_frame() {
    let (address, agent) = serve_until(|number, peer| {
        let bytes: Vec<u8> = (0..FRAMES).flat_map(|i| framed(i, 1000)).collect();
        let agent = Agent::new(cut(&bytes, 700)).play(peer);
        (number == 4).then_some(agent)
    });
    let more = || json!({ "read_size": "700B", "reads": 2 });
    let mut bench = node(address, more());
    let mut given = Vec::new();
    for swap in 1..=4 {
        // Some are queued at the swap, some are on their way.
        bench
            .run_until(super::LIMIT, |bench| {
                given.extend(bench.out());
                given.len() >= swap * 10
            })
            .unwrap();
        let left = bench.swap(with(address, more())).unwrap();
        assert!(left.frames.is_empty() && left.handles.is_empty());
        bench.run_until(super::LIMIT, |bench| gauge(bench, "connected") == 1).unwrap();
    }
    until_given(&mut bench, &mut given, FRAMES);
    for (i, frame) in given.iter().enumerate() {
        assert!(is_frame(frame, i, 1000) && frame.error() == 0, "frame {i}");
    }
    assert_eq!(bench.counter("missed_frames"), 0);
    assert!(bench.counter("repeated") > 0);
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// An agent that answers only some writes of each channel.
#[test]
fn a_writer_is_swapped_and_every_frame_arrives() {
    let (address, agent) = serve_until({
        let mut written = Vec::new();
        move |number, peer| {
            let most_writes = if number < 3 { Some(3) } else { None };
            written.extend(Agent { most_writes, ..Agent::default() }.play(peer).written);
            (number == 3).then(|| written.clone())
        }
    });
    let more = || json!({ "max_held": "1MiB" });
    let mut bench = node(address, more());
    for swap in 0..3 {
        bench.run_until(super::LIMIT, |bench| gauge(bench, "writable") == 1).unwrap();
        bench.push_all(0, (swap * 10..swap * 10 + 10).map(|i| frame(i, 500))).unwrap();
        let answered = (swap as u64 + 1) * 7;
        bench.run_until(super::LIMIT, |bench| gauge(bench, "held") == answered).unwrap();
        let left = bench.swap(with(address, more())).unwrap();
        assert!(left.frames.is_empty());
    }
    bench.run_until(super::LIMIT, |bench| bench.inbox_len() == 0 && gauge(bench, "held") == 0).unwrap();
    bench.end().unwrap();
    let written = agent.join().unwrap();
    let (mut parser, mut rest) = (Parser::new(1 << 20), &written[..]);
    let mut channels = Vec::new();
    while let Some(framed) = parser.next(&mut rest).unwrap() {
        channels.push(framed.header.channel);
    }
    // Each was answered once and not written again behind that.
    assert_eq!(channels, (0..30).collect::<Vec<u32>>());
}

/// A successor that cannot be: the old instance goes on with what it had.
#[test]
fn a_refused_swap_loses_nothing() {
    let (address, agent) = serve_until(|number, peer| {
        let bytes: Vec<u8> = (0..FRAMES).flat_map(|i| framed(i, 1000)).collect();
        let agent = Agent::new(cut(&bytes, 700)).play(peer);
        (number == 0).then_some(agent)
    });
    let mut bench = node(address, json!({ "read_size": "700B" }));
    let mut given = Vec::new();
    bench
        .run_until(super::LIMIT, |bench| {
            given.extend(bench.out());
            given.len() >= 5
        })
        .unwrap();
    assert!(bench.swap(json!({ "peer": "x", "type": "scope" })).is_err());
    // And one that is only asked.
    drop(bench.snapshot().unwrap());
    until_given(&mut bench, &mut given, FRAMES);
    assert!(given.iter().enumerate().all(|(i, frame)| is_frame(frame, i, 1000)));
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}
