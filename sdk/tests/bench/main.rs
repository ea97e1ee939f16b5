//! Modules on the bench: every shape, every call, and what comes of failures, through the tables of a plugin.
// A test ends where something is not as it should be.
#![allow(clippy::unwrap_used)]

mod endpoint;
mod failure;
mod host;
mod params;
mod sink;
mod source;
mod state;
mod threads;
mod time;
mod transform;
mod wild;

use rogue_sdk::{Frame, bench::Bench};

/// Payloads of what came out, as text.
fn texts(bench: &mut Bench) -> Vec<String> {
    bench.out().iter().map(|frame| String::from_utf8_lossy(&frame.to_vec()).into_owned()).collect()
}

fn frame(text: &str) -> Frame {
    Bench::frame_of(text.as_bytes()).unwrap()
}
