//! What clients write becomes frames.

use super::{Client, LIMIT, node, payload, port};
use rogue_sdk::{
    Flow,
    bench::{Bench, json},
};
use rogue_tcf_wire::{Form, framing::Header, streams::Command};
use std::thread;

fn framed(channel: u32, payload: &[u8]) -> Vec<u8> {
    let header =
        Header { channel, flags: 0x1234, error: 5, payload: payload.len() as u32, ..Header::default() };
    [header.encode().as_bytes(), payload].concat()
}

#[test]
fn raw_writes_are_frames() {
    for form in [Form::Plain, Form::Binary] {
        let mut bench = node(json!({ "write": true, "framing": "raw", "type": "t" }));
        let mut client = Client::connect(port(&bench), form);
        let writes = thread::spawn(move || {
            assert_eq!(client.done(&Command::Subscribe { stream_type: "t.in".into() }), None);
            assert_eq!(client.write("VS1", b""), None);
            for i in 0..20 {
                assert_eq!(client.write("VS1", &payload(i, 1 + i * 1000)), None);
            }
            assert_eq!(client.write("VS0", b""), Some(1));
            client.leave();
        });
        bench.run_until(LIMIT, |bench| bench.out_len() == 20 && writes.is_finished()).unwrap();
        writes.join().unwrap();
        for (i, frame) in bench.out().iter().enumerate() {
            assert_eq!(frame.to_vec(), payload(i, 1 + i * 1000));
        }
        assert_eq!((bench.counter("writes"), bench.counter("frames_written")), (21, 20));
        bench.end().unwrap();
    }
}

#[test]
fn framed_writes_of_two_clients_do_not_meet_and_what_is_no_frame_is_said() {
    let mut bench = node(json!({ "write": true }));
    let [mut a, mut b] = [(); 2].map(|()| Client::connect(port(&bench), Form::Binary));
    let writes = thread::spawn(move || {
        a.join("VS1");
        b.join("VS1");
        let (one, two) = (framed(1, &payload(1, 3000)), framed(2, &payload(2, 3000)));
        // In pieces, between each other's.
        for (one, two) in one.chunks(500).zip(two.chunks(500)) {
            assert_eq!(a.write("VS1", one), None);
            assert_eq!(b.write("VS1", two), None);
        }
        // Garbage, and a frame behind it in the same write.
        assert_eq!(a.write("VS1", &[b"garbage".to_vec(), framed(3, b"abc")].concat()), Some(1));
        assert_eq!(a.write("VS1", &framed(256, b"no such channel")), Some(1));
        assert_eq!(a.write("VS1", &framed(4, b"")), None);
    });
    bench.run_until(LIMIT, |bench| bench.out_len() == 4 && writes.is_finished()).unwrap();
    writes.join().unwrap();
    let out = bench.out();
    let mut channels: Vec<u8> = out.iter().map(|frame| frame.channel()).collect();
    channels.sort_unstable();
    assert_eq!(channels, [1, 2, 3, 4]);
    for frame in &out {
        assert_eq!((frame.flags(), frame.error()), (0x1234, 5));
        if frame.channel() < 3 {
            assert_eq!(frame.to_vec(), payload(frame.channel().into(), 3000));
        }
    }
    assert_eq!(bench.counter("bad_writes"), 2);
    bench.end().unwrap();
}

/// Nothing is taken off the graph's hands: writes wait for their replies, other commands do not.
#[test]
fn a_graph_that_takes_nothing_holds_up_writes_alone() {
    let mut bench = node(json!({ "write": true, "framing": "raw", "max_held": "10kB", "max_pending": 8 }));
    let mut client = Client::connect(port(&bench), Form::Binary);
    client.join("VS1");
    let data = payload(0, 8000);
    let writes: Vec<u64> = (0..6)
        .map(|_| client.command(&Command::Write { id: "VS1".into(), data: (&data[..]).into() }))
        .collect();
    // Two have found room.
    assert_eq!(client.done_of(writes[0]), None);
    assert_eq!(client.done_of(writes[1]), None);
    assert_eq!(client.done(&Command::Subscribe { stream_type: "x".into() }), None);
    assert_eq!(bench.counter("frames_written"), 2);
    let rest =
        thread::spawn(move || writes[2..].iter().for_each(|token| assert_eq!(client.done_of(*token), None)));
    bench.run_until(LIMIT, |bench| bench.out_len() == 6 && rest.is_finished()).unwrap();
    rest.join().unwrap();
    bench.end().unwrap();
}

#[test]
fn an_end_is_the_clients_own_or_everybodys() {
    let ends = |bench: &mut Bench| {
        let mut client = Client::connect(port(bench), Form::Plain);
        let writes = thread::spawn(move || {
            client.join("VS1");
            assert_eq!(client.write("VS1", b"last"), None);
            assert_eq!(client.done(&Command::Eos { id: "VS1".into() }), None);
            assert_eq!(client.write("VS1", b"too late"), Some(9));
            assert_eq!(client.done(&Command::Eos { id: "VS1".into() }), Some(9));
        });
        bench.run_until(LIMIT, |bench| bench.out_len() == 1 && writes.is_finished()).unwrap();
        writes.join().unwrap();
        bench.produce().unwrap()
    };
    let mut bench = node(json!({ "write": true, "framing": "raw" }));
    assert_eq!(ends(&mut bench), Flow::Idle);
    bench.end().unwrap();
    let mut bench = node(json!({ "write": true, "framing": "raw", "end_on_eos": true }));
    assert_eq!(ends(&mut bench), Flow::Ended);
    bench.end().unwrap();
}

#[test]
fn frames_that_the_graph_has_not_taken_are_counted_at_the_end() {
    let mut bench = node(json!({ "write": true, "framing": "raw" }));
    let mut client = Client::connect(port(&bench), Form::Plain);
    client.join("VS1");
    assert_eq!(client.write("VS1", b"abc"), None);
    bench.stop().unwrap();
    assert_eq!(bench.dropped("stopped"), 1);
    bench.end().unwrap();
}
