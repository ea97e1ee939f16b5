//! Frames come out as streams: framed, raw, by channel; with losses, and with a client that blocks.

use super::client::Said;
use super::{Client, LIMIT, frame, gauge, node, payload, port};
use rogue_sdk::{
    Flow,
    bench::{Bench, json},
};
use rogue_tcf_wire::{
    Form,
    framing::{Framed, Parser},
    streams::{Command, Event},
};
use std::thread;

/// The frames in some bytes.
fn frames(bytes: &[u8]) -> Vec<Framed> {
    let (mut parser, mut rest, mut all) = (Parser::new(1 << 20), bytes, Vec::new());
    while let Some(framed) = parser.next(&mut rest).unwrap() {
        all.push(framed);
    }
    assert!(!parser.is_within());
    all
}

/// Ends the input while a client reads on, which is on a thread.
fn finish<T: Send + 'static>(bench: &mut Bench, client: thread::JoinHandle<T>) -> T {
    bench.run_until(LIMIT, |bench| bench.finish().unwrap() == Flow::Ended && client.is_finished()).unwrap();
    client.join().unwrap()
}

#[test]
fn frames_are_read_with_their_metadata_in_either_form() {
    for form in [Form::Plain, Form::Binary] {
        let mut bench = node(json!({ "type": "scope" }));
        let mut client = Client::connect(port(&bench), form);
        let subscribe = client.command(&Command::Subscribe { stream_type: "scope".into() });
        assert!(matches!(client.next(), Said::Reply(token, _) if token == subscribe));
        let created = Event::Created { stream_type: "scope".into(), id: "VS0".into(), context: None };
        assert_eq!(client.next(), Said::Event(created));
        let sizes = [0, 1, 3, 100, 5000, 70_000];
        bench.push_all(0, sizes.iter().enumerate().map(|(i, len)| frame(i, *len))).unwrap();
        let reads = thread::spawn(move || client.read_all("VS0"));
        let (bytes, lost) = finish(&mut bench, reads);
        assert_eq!(lost, 0);
        let all = frames(&bytes);
        assert_eq!(all.len(), sizes.len());
        for (i, framed) in all.iter().enumerate() {
            assert_eq!(framed.payload, payload(i, sizes[i]));
            let head = framed.header;
            let expected = (i as u32, (i * 257) as u16, (i / 3) as u8, i as u64);
            assert_eq!((head.channel, head.flags, head.error, head.sequence), expected);
            assert!(head.time_ns > 0);
        }
        assert_eq!(bench.counter("frames_published"), 6);
        bench.run_until(LIMIT, |bench| bench.counter("bytes_read") == bytes.len() as u64).unwrap();
        bench.end().unwrap();
    }
}

#[test]
fn raw_streams_hold_payloads_alone() {
    let mut bench = node(json!({ "framing": "raw", "buffer": "64KiB" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    bench.push_all(0, [frame(0, 10), frame(1, 0), frame(2, 70_000), frame(3, 20)]).unwrap();
    let reads = thread::spawn(move || client.read_all("VS0"));
    let (bytes, lost) = finish(&mut bench, reads);
    assert_eq!((bytes, lost), ([payload(0, 10), payload(3, 20)].concat(), 0));
    assert_eq!((bench.dropped("empty"), bench.dropped("too_long")), (1, 1));
    bench.end().unwrap();
}

#[test]
fn each_channel_has_its_stream_when_it_occurs() {
    let mut bench = node(json!({ "per": "channel", "framing": "raw", "type": "t" }));
    let mut client = Client::connect(port(&bench), Form::Plain);
    assert_eq!(client.done(&Command::Subscribe { stream_type: "t".into() }), None);
    for i in [7, 9, 7] {
        bench.push(frame(i, 10)).unwrap();
    }
    for (id, channel) in [("VS0", "7"), ("VS1", "9")] {
        let created =
            Event::Created { stream_type: "t".into(), id: id.into(), context: Some(channel.into()) };
        assert_eq!(client.next(), Said::Event(created));
    }
    let reads = thread::spawn(move || [client.read_all("VS0"), client.read_all("VS1")]);
    let [seven, nine] = finish(&mut bench, reads);
    assert_eq!(seven.0, [payload(7, 10), payload(7, 10)].concat());
    assert_eq!(nine.0, payload(9, 10));
    bench.end().unwrap();
}

#[test]
fn who_does_not_read_loses_whole_frames_and_is_told_how_much() {
    let mut bench = node(json!({ "buffer": "64KiB" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    for i in 0..1000 {
        bench.push(frame(i, 1000)).unwrap();
    }
    assert_eq!(bench.inbox_len(), 0);
    let published = bench.counter("bytes_published");
    let got = client.read("VS0", 100_000);
    assert_eq!(got.lost + got.data.len() as u64, published);
    let all = frames(&got.data);
    assert!(all.len() > 50 && all.last().unwrap().header.sequence == 999);
    // A late one begins at the oldest frame that is there, and has lost nothing.
    let mut late = Client::connect(port(&bench), Form::Plain);
    late.join("VS0");
    let mut whole = Vec::new();
    while whole.len() < got.data.len() {
        let more = late.read("VS0", 10_000);
        assert_eq!(more.lost, 0);
        whole.extend_from_slice(&more.data);
    }
    assert!(whole == got.data);
    bench.run_until(LIMIT, |bench| bench.counter("bytes_lost") == got.lost).unwrap();
    let missed = 1000 - all.len() as u64;
    assert_eq!((bench.counter("frames_lost"), bench.counter("frames_read")), (missed, 2 * all.len() as u64));
    // Who leaves without having read has missed what was gone by then.
    let mut idle = Client::connect(port(&bench), Form::Plain);
    idle.join("VS0");
    for i in 0..1000 {
        bench.push(frame(i, 1000)).unwrap();
    }
    let before = bench.counter("frames_lost");
    idle.leave();
    bench.run_until(LIMIT, |bench| bench.counter("frames_lost") == before + 1000).unwrap();
    bench.end().unwrap();
}

#[test]
fn who_blocks_holds_up_the_graph_and_loses_nothing() {
    let mut bench = node(json!({ "buffer": "64KiB", "when_full": "block", "stall_limit": "100s" }));
    // With nobody there, nobody is waited for.
    bench.push_all(0, (0..200).map(|i| frame(i, 1000))).unwrap();
    assert_eq!(bench.inbox_len(), 0);
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    bench.push_all(0, (0..500).map(|i| frame(i, 1000))).unwrap();
    assert!(bench.is_blocked() && bench.inbox_len() > 400);
    let reads = thread::spawn(move || client.read_all("VS0"));
    bench.run_until(LIMIT, |bench| bench.inbox_len() == 0).unwrap();
    let (bytes, lost) = finish(&mut bench, reads);
    assert_eq!(lost, 0);
    let sequences: Vec<u64> = frames(&bytes).iter().map(|framed| framed.header.sequence).collect();
    let first = sequences[0];
    assert_eq!(sequences, (first..700).collect::<Vec<u64>>());
    bench.end().unwrap();
}

#[test]
fn who_stalls_is_disconnected_and_the_graph_goes_on() {
    let mut bench = node(json!({ "buffer": "4KiB", "when_full": "block", "stall_limit": "50ms" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    bench.push_all(0, (0..100).map(|i| frame(i, 1000))).unwrap();
    assert!(bench.is_blocked());
    bench.run_until(LIMIT, |bench| bench.inbox_len() == 0).unwrap();
    assert_eq!(bench.counter("stalled"), 1);
    assert!(matches!(client.next(), Said::Event(Event::Disposed { .. })));
    assert_eq!(client.read("VS0", 1).error, Some(1));
    bench.end().unwrap();
}

#[test]
fn the_end_waits_for_those_who_read_but_not_for_ever() {
    let mut bench = node(json!({ "stall_limit": "100ms" }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS0");
    bench.push(frame(0, 1000)).unwrap();
    assert_eq!(bench.finish().unwrap(), Flow::Idle);
    bench.run_until(LIMIT, |bench| bench.finish().unwrap() == Flow::Ended).unwrap();
    // Until the node is gone, the rest can be read.
    assert_eq!(client.read_all("VS0").0.len(), 1000 + 36);
    assert_eq!(gauge(&bench, "clients"), 1);
    bench.end().unwrap();
}
