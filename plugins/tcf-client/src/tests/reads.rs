//! What is read: frames in any cut, gaps, garbage, frames that come again.

use super::{
    agent::{Agent, behind, cut, data, eos},
    framed, is_frame, node,
    peer::{serve, serve_until},
    size, until_given,
};
use crate::reading::MISSING;
use rogue_sdk::bench::{Bench, json};
use rogue_tcf_wire::streams::Lost;

const FRAMES: usize = 40;

fn all() -> Vec<u8> {
    (0..FRAMES).flat_map(|i| framed(i, size(i))).collect()
}

#[test]
fn frames_come_out_however_the_stream_is_cut() {
    for most in [1, 7, 36, 1000, 65_536] {
        // Cuts of one byte only through the small ones.
        let bytes = if most < 36 { (0..5).flat_map(|i| framed(i, size(i))).collect() } else { all() };
        let count = if most < 36 { 5 } else { FRAMES };
        let mut answers = cut(&bytes, most);
        answers.push(eos());
        let (address, agent) = serve(move |peer| Agent::new(answers).play(peer));
        let mut bench = node(address, json!({}));
        let mut given = Vec::new();
        until_given(&mut bench, &mut given, count);
        for (i, frame) in given.iter().enumerate() {
            assert!(is_frame(frame, i, size(i)) && frame.error() == 0, "frame {i} in cuts of {most}");
        }
        assert_eq!(bench.counter("bytes_read"), bytes.len() as u64);
        drop(given);
        bench.end().unwrap();
        agent.join().unwrap();
    }
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn lost_bytes_are_counted_and_the_next_frame_says_so() {
    let whole: Vec<Vec<u8>> = (0..5).map(|i| framed(i, 100)).collect();
    let answers = vec![
        data(&whole[0]),
        // Cut in its payload; the rest of it and frame 2 are lost.
        data(&whole[1][..90]),
        behind(Lost::Bytes(46 + 136), &whole[3]),
        // A gap without data behind it yet, and one of a size that nobody knows: frame 4 is whole.
        behind(Lost::Bytes(7), b""),
        behind(Lost::Unknown, &whole[4]),
    ];
    let (address, agent) = serve(move |peer| Agent::new(answers).play(peer));
    let mut bench = node(address, json!({}));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 3);
    let seen: Vec<(u8, u8)> = given.iter().map(|frame| (frame.channel(), frame.error())).collect();
    assert_eq!(seen, [(0, 0), (3, MISSING), (4, MISSING)]);
    let counters = ["peer_lost", "unknown_gaps", "cut_frames", "missed_frames", "bad_frames"];
    assert_eq!(counters.map(|name| bench.counter(name)), [46 + 136 + 7, 1, 1, 2, 0]);
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

#[test]
fn behind_a_gap_in_the_middle_of_a_frame_it_goes_on_at_the_next_header() {
    let whole: Vec<Vec<u8>> = (0..3).map(|i| framed(i, 100)).collect();
    let tail = [&whole[1][50..], &whole[2]].concat();
    let answers = vec![data(&whole[0]), behind(Lost::Unknown, &tail)];
    let (address, agent) = serve(move |peer| Agent::new(answers).play(peer));
    let mut bench = node(address, json!({}));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 2);
    assert!(is_frame(&given[1], 2, 100) && given[1].error() == MISSING);
    assert_eq!((bench.counter("bad_frames"), bench.counter("skipped_bytes")), (1, 90));
    assert_eq!(bench.counter("missed_frames"), 1);
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// The second channel begins at what is still buffered, as a new connection does.
#[test]
fn a_new_channel_goes_on_without_repeats_and_knows_what_is_missing() {
    let (address, agent) = serve_until(|number, peer| {
        let frames = [0..5, 3..8, 10..12][number].clone();
        let bytes: Vec<u8> = frames.flat_map(|i| framed(i, 100)).collect();
        // The first ends in the middle of a frame.
        let bytes = if number == 0 { [&bytes, &framed(5, 100)[..50]].concat() } else { bytes };
        let agent = Agent { drops: number < 2, ..Agent::new(cut(&bytes, 77)) }.play(peer);
        (number == 2).then_some(agent)
    });
    let mut bench = node(address, json!({}));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 10);
    for (frame, i) in given.iter().zip([0, 1, 2, 3, 4, 5, 6, 7, 10, 11]) {
        assert!(is_frame(frame, i, 100), "frame {i}");
        assert_eq!(frame.error(), if i == 10 { MISSING } else { 0 });
    }
    let counters = ["repeated", "missed_frames", "connects", "disconnects", "cut_frames"];
    assert_eq!(counters.map(|name| bench.counter(name)), [2, 2, 3, 2, 1]);
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

#[test]
fn in_raw_framing_each_answer_is_a_frame() {
    let answers = vec![data(b"one"), data(b"two"), behind(Lost::Bytes(4), b""), data(b"three"), eos()];
    let (address, agent) = serve(move |peer| Agent::new(answers).play(peer));
    let mut bench = node(address, json!({ "framing": "raw" }));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 3);
    let seen: Vec<(Vec<u8>, u8)> = given.iter().map(|frame| (frame.to_vec(), frame.error())).collect();
    assert_eq!(seen, [(b"one".to_vec(), 0), (b"two".to_vec(), 0), (b"three".to_vec(), MISSING)]);
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// What the graph does not take is not asked for: the agent is left with the rest.
#[test]
fn a_graph_that_does_not_take_is_not_flooded() {
    let bytes: Vec<u8> = (0..200).flat_map(|i| framed(i, 1000)).collect();
    let (address, agent) = serve(move |peer| Agent::new(cut(&bytes, 1036)).play(peer));
    let mut bench = node(address, json!({ "read_size": "1036B", "reads": 2 }));
    // Two reads fill the window, and those that are out then wait in the channel.
    bench
        .run_until(super::LIMIT, |bench| super::gauge(bench, "queued") + bench.out_len() as u64 >= 3)
        .unwrap();
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 200);
    assert!(given.iter().enumerate().all(|(i, frame)| is_frame(frame, i, 1000)));
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

#[test]
fn one_stream_is_read_by_its_id() {
    let (address, agent) = serve(|peer| Agent::new(vec![data(&framed(0, 10))]).play(peer));
    let mut bench = node(address, json!({ "type": null, "stream": "VS0" }));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 1);
    assert!(bench.reading("link").unwrap().ends_with("reads VS0"));
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}
