//! The node against an agent made of the wire library alone, which does what a test's script says.

mod agent;
mod bad_agents;
mod ends;
mod hand_over;
mod params;
#[path = "../../tcf/client/tests/peer/mod.rs"]
mod peer;
mod reads;
mod writes;

use rogue_sdk::{
    bench::{Bench, Value, json},
    prelude::*,
};
use rogue_tcf_wire::framing::Header;
use std::{net::SocketAddr, time::Duration as Time};

/// Longest a wait for something observable may take.
const LIMIT: Time = Time::from_secs(60);

fn node(address: SocketAddr, more: Value) -> Bench {
    Bench::endpoint::<crate::node::TcfClient>(with(address, more)).unwrap()
}

/// Parameters with this agent, type `scope`, and some more.
fn with(address: SocketAddr, more: Value) -> Value {
    let mut params = json!({ "peer": format!("TCP:{address}"), "type": "scope" });
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
        params.retain(|_, value| !value.is_null());
    }
    params
}

/// Byte `j` of frame `i`.
fn payload(i: usize, len: usize) -> Vec<u8> {
    (0..len).map(|j| (i * 7 + j) as u8).collect()
}

/// Sizes of all kinds, below and above what one read brings.
fn size(i: usize) -> usize {
    [0, 1, 3, 100, 4096, 70_000, 1, 35][i % 8]
}

fn frame(i: usize, len: usize) -> Frame {
    let mut frame = Bench::frame_of(&payload(i, len)).unwrap();
    frame.set_channel(i as u8);
    frame.set_flags((i * 257) as u16);
    frame
}

/// Whether it is the frame of that number.
fn is_frame(frame: &Frame, i: usize, len: usize) -> bool {
    (frame.channel(), frame.flags()) == (i as u8, (i * 257) as u16) && frame.to_vec() == payload(i, len)
}

/// The frame of that number as it lies in a stream.
fn framed(i: usize, len: usize) -> Vec<u8> {
    let header = Header {
        channel: i as u8 as u32,
        flags: (i * 257) as u16,
        error: 0,
        sequence: i as u64,
        time_ns: 1_000_000 + i as u64,
        payload: len as u32,
    };
    [header.encode().as_bytes(), &payload(i, len)].concat()
}

/// A reading that is a number.
fn gauge(bench: &Bench, name: &str) -> u64 {
    bench.reading(name).map_or(0, |text| text.parse().unwrap())
}

/// Runs until so many frames have been given in all.
fn until_given(bench: &mut Bench, given: &mut Vec<Frame>, count: usize) {
    bench
        .run_until(LIMIT, |bench| {
            given.extend(bench.out());
            given.len() >= count
        })
        .unwrap();
    assert_eq!(given.len(), count);
}
