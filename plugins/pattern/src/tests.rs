//! What frames are made, and when.

use super::Pattern;
use core::time::Duration as Time;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};

/// Asks for frames until there are none for now.
fn all(bench: &mut Bench) -> Result<(Vec<Frame>, Flow)> {
    loop {
        match bench.produce()? {
            Flow::More => {}
            flow => return Ok((bench.out(), flow)),
        }
    }
}

#[test]
fn every_byte_is_known() -> Result<()> {
    let mut bench = Bench::source::<Pattern>(json!({ "size": [0, 3, 10000], "count": 300 }))?;
    let (frames, flow) = all(&mut bench)?;
    assert_eq!((frames.len(), flow), (300, Flow::Ended));
    for (i, frame) in frames.iter().enumerate() {
        let want: Vec<u8> = (0..[0, 3, 10000][i % 3]).map(|j| ((i + j) % 256) as u8).collect();
        assert_eq!(frame.to_vec(), want, "frame {i}");
        assert_eq!((frame.channel(), frame.error(), frame.flags()), (0, 0, 0));
    }
    assert_eq!(bench.produce()?, Flow::Ended);
    bench.end()
}

/// The bytes are the same in whatever buffers the next stage gives.
#[test]
fn bytes_cross_buffers() -> Result<()> {
    let mut bench = Bench::source::<Pattern>(json!({ "size": 5000, "count": 1 }))?;
    bench.set_downstream_pool(1472);
    let (frames, _) = all(&mut bench)?;
    assert!(frames[0].buffer_count() > 1);
    assert_eq!(frames[0].to_vec(), (0..5000).map(|j| j as u8).collect::<Vec<u8>>());
    bench.end()
}

#[test]
fn channels_are_cycled_and_every_nth_frame_is_bad() -> Result<()> {
    let params = json!({ "size": 1, "count": 7, "channel": [5, 6], "errors": 3 });
    let mut bench = Bench::source::<Pattern>(params)?;
    let (frames, _) = all(&mut bench)?;
    let tags: Vec<_> = frames.iter().map(|frame| (frame.channel(), frame.error())).collect();
    assert_eq!(tags, [(5, 0), (6, 0), (5, 1), (6, 0), (5, 0), (6, 1), (5, 0)]);
    bench.end()
}

#[test]
fn without_a_rate_a_batch_is_full() -> Result<()> {
    let mut bench = Bench::source::<Pattern>(json!({ "size": 1 }))?;
    assert_eq!((bench.produce()?, bench.out_len()), (Flow::More, 64));
    bench.end()
}

#[test]
fn a_rate_is_kept_by_the_clock() -> Result<()> {
    let mut bench = Bench::source::<Pattern>(json!({ "size": 1, "rate": 1000 }))?;
    assert_eq!((bench.produce()?, bench.out_len()), (Flow::Idle, 1));
    assert_eq!(bench.wake_at(), Some(bench.now() + Time::from_millis(1)));
    bench.advance(Time::from_millis(1))?;
    assert_eq!(bench.out_len(), 2);
    bench.advance(Time::from_secs(10))?;
    assert_eq!(bench.out_len(), 10_002, "errors do not add up");
    bench.end()
}

#[test]
fn a_successor_goes_on_with_the_next_frame() -> Result<()> {
    let params = json!({ "size": 2, "count": 70 });
    let mut bench = Bench::source::<Pattern>(params.clone())?;
    bench.produce()?;
    bench.swap(params)?;
    let (frames, flow) = all(&mut bench)?;
    assert_eq!((frames.len(), flow), (70, Flow::Ended));
    assert!(frames.iter().enumerate().all(|(i, frame)| frame.to_vec() == [i as u8, i as u8 + 1]));
    assert!(bench.restore(&State::of("prbs", 1, &0)?).is_err());
    bench.end()
}

#[test]
fn the_rate_is_live_and_nothing_else() -> Result<()> {
    let mut bench = Bench::source::<Pattern>(json!({ "size": 1, "rate": 1 }))?;
    bench.produce()?;
    assert_eq!(bench.reconfigure(json!({ "size": 1, "rate": 2 }))?, Reconfigured::Done);
    assert!(bench.woken_give(), "the time asked for belongs to the old rate");
    assert_eq!(bench.reconfigure(json!({ "size": 2, "rate": 2 }))?, Reconfigured::Unsupported);
    assert_eq!(bench.reconfigure(json!({ "size": 1 }))?, Reconfigured::Done);
    assert_eq!(bench.produce()?, Flow::More);
    bench.end()
}

#[test]
fn wrong_parameters_are_refused() {
    for params in [
        json!({}),
        json!({ "size": [] }),
        json!({ "size": 1, "channel": [] }),
        json!({ "size": 1, "channel": 256 }),
        json!({ "size": 1, "rate": 0 }),
        json!({ "size": 1, "errors": 0 }),
        json!({ "size": -1 }),
    ] {
        assert!(Bench::source::<Pattern>(params.clone()).is_err(), "{params}");
    }
}

#[test]
fn no_memory_is_a_fault() -> Result<()> {
    let mut bench = Bench::source::<Pattern>(json!({ "size": 1 }))?;
    bench.set_no_memory(true);
    assert!(bench.produce().is_err());
    bench.end()
}
