//! `prbs-source` on the bench.

use crate::{
    pattern::Pattern,
    source::{PrbsSource, PrbsSourceParams},
};
use core::time::Duration;
use rogue_sdk::{
    Flow, Frame, Reconfigured,
    bench::{Bench, json},
    params::Params,
};

fn wanted(width: u32, sequence: u32, size: usize) -> Vec<u8> {
    let mut frame = vec![0; size];
    Pattern::new(width, &[1, 2, 6, 31]).unwrap().write(sequence, &mut frame, false);
    frame
}

fn all(bench: &mut Bench) -> Vec<Frame> {
    while bench.produce().unwrap() == Flow::More {}
    bench.out()
}

#[test]
fn makes_as_many_as_asked_for_with_clean_metadata() {
    let mut bench =
        Bench::source::<PrbsSource>(json!({ "size": 40, "count": 200, "width": 64, "channel": 9 })).unwrap();
    let frames = all(&mut bench);
    assert_eq!(frames.len(), 200);
    for (i, frame) in frames.iter().enumerate() {
        assert_eq!(frame.to_vec(), wanted(64, i as u32, 40));
        assert_eq!((frame.channel(), frame.error(), frame.flags()), (9, 0, 0));
    }
    assert_eq!((bench.counter("tx_count"), bench.counter("tx_bytes")), (200, 8000));
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    bench.end().unwrap();
}

#[test]
fn frames_of_several_buffers_have_the_same_bytes() {
    for fixed in [1, 7, 16, 100, 2048, 4096] {
        let mut bench = Bench::source::<PrbsSource>(json!({ "size": 2048, "count": 3 })).unwrap();
        bench.set_downstream_pool(fixed);
        for (i, frame) in all(&mut bench).iter().enumerate() {
            assert_eq!(frame.buffer_count(), 2048usize.div_ceil(fixed as usize));
            assert_eq!(frame.to_vec(), wanted(32, i as u32, 2048), "buffers of {fixed}");
        }
    }
}

#[test]
fn a_count_of_zero_ends_at_once_and_none_goes_on() {
    let mut none = Bench::source::<PrbsSource>(json!({ "count": 0 })).unwrap();
    assert_eq!(none.produce().unwrap(), Flow::Ended);
    assert_eq!(none.out_len(), 0);
    let mut ever = Bench::source::<PrbsSource>(json!({})).unwrap();
    assert_eq!(ever.produce_up_to(5).unwrap(), Flow::More);
    assert_eq!(ever.out().iter().map(Frame::payload).collect::<Vec<_>>(), [2048; 5]);
}

#[test]
fn a_rate_is_kept_without_drift() {
    let mut bench = Bench::source::<PrbsSource>(json!({ "rate": 300, "count": 900 })).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    assert_eq!(bench.out_len(), 1, "the first frame is due at once");
    bench.advance(Duration::from_millis(1000)).unwrap();
    assert_eq!(bench.out_len(), 301);
    bench.advance(Duration::from_millis(1996)).unwrap();
    assert_eq!(bench.out_len(), 899);
    bench.advance(Duration::from_millis(1)).unwrap();
    assert_eq!(bench.out_len(), 900);
}

#[test]
fn the_rate_is_live_and_the_rest_is_not() {
    let mut bench = Bench::source::<PrbsSource>(json!({ "rate": 1, "count": 100 })).unwrap();
    bench.produce().unwrap();
    assert_eq!(bench.out_len(), 1);
    assert_eq!(bench.reconfigure(json!({ "count": 100 })).unwrap(), Reconfigured::Done);
    bench.run().unwrap();
    assert_eq!(bench.out_len(), 100);
    assert_eq!(bench.reconfigure(json!({ "count": 101 })).unwrap(), Reconfigured::Unsupported);
}

#[test]
fn a_successor_goes_on_with_the_next_number() {
    let mut bench = Bench::source::<PrbsSource>(json!({ "size": 12, "count": 10 })).unwrap();
    bench.produce_up_to(4).unwrap();
    bench.swap(json!({ "size": 16, "count": 10 })).unwrap();
    let frames = all(&mut bench);
    let numbers: Vec<u32> = frames.iter().map(|frame| frame.reader().number().unwrap()).collect();
    assert_eq!(numbers, (0..10).collect::<Vec<_>>());
    assert_eq!(frames[4].to_vec(), wanted(32, 4, 16));
}

#[test]
fn numbers_wrap_after_32_bits() {
    let mut bench = Bench::source::<PrbsSource>(json!({ "size": 12, "count": 2 })).unwrap();
    let mut state = bench.snapshot().unwrap().unwrap();
    state.bytes = json!({ "sequence": u32::MAX, "given": 0 }).to_string().into_bytes();
    bench.restore(&state).unwrap();
    let frames = all(&mut bench);
    assert_eq!(frames[0].to_vec()[..4], [255; 4]);
    assert_eq!(frames[1].to_vec()[..4], [0; 4]);
    state.version = 2;
    assert!(
        bench.restore(&state).unwrap_err().to_string().contains("this module takes prbs-source version 1")
    );
}

#[test]
fn no_memory_is_an_error_not_a_panic() {
    let mut bench = Bench::source::<PrbsSource>(json!({})).unwrap();
    bench.set_no_memory(true);
    assert!(bench.produce().unwrap_err().to_string().starts_with("no memory for a frame of this size"));
}

#[test]
fn parameters_that_make_no_frame() {
    let error = |params: serde_json::Value| Bench::source::<PrbsSource>(params).err().unwrap().to_string();
    let size = "are not a frame of 64-bit words: it has a multiple of 8 bytes, and at least 24";
    assert!(error(json!({ "size": 20, "width": 64 })).contains(&format!("size: 20 bytes {size}")));
    assert!(error(json!({ "size": 16, "width": 64 })).contains(&format!("size: 16 bytes {size}")));
    assert!(error(json!({ "size": "8GiB" })).contains("8589934592 bytes are not a frame of 32-bit words"));
    assert!(error(json!({ "width": 40 })).contains("width is 40 bits"));
    assert!(error(json!({ "rate": 0 })).contains("rate is 0; write frames a second above 0"));
    assert!(error(json!({ "taps": [40] })).contains("taps has 40"));
    let defaults = PrbsSourceParams::parse("{}").unwrap();
    assert_eq!(defaults, PrbsSourceParams::default());
}
