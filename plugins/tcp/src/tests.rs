//! The protocol against Rogue's own bytes, and both modules against a peer made of the specification alone.

mod bad_peers;
mod exchange;
mod golden;
mod hand_over;
mod lifecycle;
mod pieces;
mod ports;
mod wire;

use rogue_sdk::{
    bench::{Bench, Value, json},
    prelude::*,
};
use std::time::Duration as Time;

/// Longest a wait for something observable may take.
const LIMIT: Time = Time::from_secs(60);

/// Parameters with this address and port and some more.
fn params(port: u16, more: Value) -> Value {
    let mut params = json!({ "addr": "127.0.0.1", "port": port });
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    params
}

fn server(port: u16, more: Value) -> Bench {
    Bench::endpoint::<crate::modules::TcpServer>(params(port, more)).unwrap()
}

fn client(port: u16, more: Value) -> Bench {
    Bench::endpoint::<crate::modules::TcpClient>(params(port, more)).unwrap()
}

/// Byte `j` of frame `i`.
fn payload(i: usize, len: usize) -> Vec<u8> {
    (0..len).map(|j| (i + j) as u8).collect()
}

/// A frame with metadata made of its number.
fn frame(i: usize, len: usize) -> Frame {
    let mut frame = Bench::frame_of(&payload(i, len)).unwrap();
    frame.set_channel(i as u8);
    frame.set_flags((i * 257) as u16);
    frame.set_error((i / 3) as u8);
    frame
}

/// Whether it is the frame of that number.
fn is_frame(frame: &Frame, i: usize, len: usize) -> bool {
    (frame.channel(), frame.flags(), frame.error()) == (i as u8, (i * 257) as u16, (i / 3) as u8)
        && frame.to_vec() == payload(i, len)
}

/// Sizes with every kind of head, below and above what is copied.
fn size(i: usize) -> usize {
    [1, 16, 255, 256, 4096, 4097, 70_000, 300_000][i % 8]
}

/// A reading that is a number.
fn gauge(bench: &Bench, name: &str) -> u64 {
    bench.reading(name).map_or(0, |text| text.parse().unwrap())
}

/// Runs until all frames are taken and written.
fn drain(bench: &mut Bench) {
    bench.run_until(LIMIT, |bench| bench.inbox_len() == 0 && gauge(bench, "held") == 0).unwrap();
}
