//! Modules that do what a sandbox is for, to see that it holds: `tests/wasm/sandbox.rs` runs each.
//!
//! Each misbehaves with the frame whose first four bytes are the number `at`, or in the call that `when` names, and sends
//! on all other frames.

mod hoard;
mod loops;
mod memory;
mod output;
mod panics;

use rogue_sdk::prelude::*;

/// The number a frame of the tests begins with.
fn number(frame: &Frame) -> Option<u32> {
    let mut bytes = [0; 4];
    frame.read(0, &mut bytes).ok()?;
    Some(u32::from_le_bytes(bytes))
}

export_module!(
    loops::Loops: Transform,
    memory::Memory: Transform,
    memory::Deep: Transform,
    output::Giant: Transform,
    output::Storm: Transform,
    output::Pieces: Transform,
    output::Shouts: Transform,
    panics::Panics: Transform,
    panics::BadState: Transform,
    hoard::Hoard: Transform,
    hoard::Keeps: Transform,
);
