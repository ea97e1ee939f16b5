//! The node against clients made of the wire's code alone, and of bare bytes.

mod bad_input;
mod client;
mod crowd;
mod ends;
mod golden;
mod handover;
mod kept;
mod python;
mod reading;
mod writing;

use client::Client;
use rogue_sdk::{
    bench::{Bench, Value},
    prelude::*,
};
use std::time::Duration as Time;

/// Longest a wait for something observable may take.
const LIMIT: Time = Time::from_secs(60);

fn node(params: Value) -> Bench {
    Bench::endpoint::<crate::node::TcfStreams>(params).unwrap()
}

/// A reading that is a number.
fn gauge(bench: &Bench, name: &str) -> u64 {
    bench.reading(name).map_or(0, |text| text.parse().unwrap())
}

fn port(bench: &Bench) -> u16 {
    gauge(bench, "port").try_into().unwrap()
}

/// Byte `j` of frame `i`.
fn payload(i: usize, len: usize) -> Vec<u8> {
    (0..len).map(|j| (i * 7 + j) as u8).collect()
}

/// A frame with metadata made of its number.
fn frame(i: usize, len: usize) -> Frame {
    let mut frame = Bench::frame_of(&payload(i, len)).unwrap();
    frame.set_channel(i as u8);
    frame.set_flags((i * 257) as u16);
    frame.set_error((i / 3) as u8);
    frame
}
