//! What the queue does with frames, seen from outside of it, and with two threads.

mod alarm;
mod bounds;
mod copies;
mod end;
mod hand_over;
mod threads;

use super::Fifo;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};

/// A queue with these parameters: `fifo!({ "max_depth": 2 })`.
macro_rules! fifo {
    ($params:tt) => {
        Bench::endpoint::<Fifo>(json!($params))
    };
}
use fifo;

/// Pushes frames with these payloads, each in a call of its own.
fn push(bench: &mut Bench, payloads: impl IntoIterator<Item = u8>) -> Result<()> {
    payloads.into_iter().try_for_each(|payload| bench.push(Bench::frame_of(&[payload])?))
}

/// Takes everything out: the first byte of each frame.
fn drained(bench: &mut Bench) -> Result<Vec<u8>> {
    while bench.produce()? == Flow::More {}
    popped(bench)
}

/// What has come out: the first byte of each frame.
fn popped(bench: &mut Bench) -> Result<Vec<u8>> {
    let first = |frame: &Frame| {
        let mut byte = [0];
        frame.read(0, &mut byte).map(|()| byte[0])
    };
    Ok(bench.out().iter().map(first).collect::<Result<_, _>>()?)
}

/// How much waits: frames and bytes.
fn waiting(bench: &Bench) -> (u64, u64) {
    let read = |name| bench.reading(name).and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
    (read("size"), read("size_bytes"))
}

/// Frames dropped, by reason and by counter, which must agree.
fn dropped(bench: &Bench) -> u64 {
    assert_eq!(bench.dropped("full"), bench.counter("drop_count"));
    bench.dropped("full")
}
