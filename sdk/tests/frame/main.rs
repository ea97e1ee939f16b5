//! Frames against the interface specification, sections 1 to 7, one sentence per test.
//!
//! Only what an author can call. Every frame here is made on the bench, whose pools are those of section 6.
// A test ends where something is not as it should be.
#![allow(clippy::unwrap_used)]

mod accessor;
mod buffer;
mod bytes;
mod compose;
mod crossing;
mod cursor;
mod metadata;
mod model;
mod request;
mod sharing;
mod sizes;

use rogue_sdk::{Frame, bench::Bench};

/// A frame of buffers of 4 bytes each, as many as `payload` needs, full of it as far as that goes.
fn in_fours(payload: &[u8]) -> Frame {
    let mut frame = Bench::frame_with(4, payload.len() as u32).unwrap();
    frame.write(0, payload).unwrap();
    frame
}
