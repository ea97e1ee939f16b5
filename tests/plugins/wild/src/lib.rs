//! Modules that do whatever a seed says: send, hold, drop, share, change, wait, refuse, fail, panic. For the
//! simulation of the engine.
//!
//! What holds: the same seed, the same calls and the same time give the same results, and a new instance of a node
//! goes on with another part of the sequence. Payload begins with the number of who made it and a number of its own
//! (two little-endian u32).

mod bridge;
mod mood;
mod queue;
mod sink;
mod source;
mod stage;

use rogue_sdk::prelude::*;

/// Parameters of all modules of this file.
#[derive(Params, Clone, Copy)]
pub struct WildParams {
    /// Where the sequence of decisions begins.
    seed: u32,
    /// Who made the frames that it makes.
    #[param(default = 0)]
    maker: u32,
    /// Frames to make; absent: for ever.
    count: Option<u32>,
    /// Most bytes of payload.
    #[param(default = 64, min = 8)]
    size: u32,
    /// Of a thousand decisions so many are a panic.
    #[param(default = 0)]
    panics: u32,
    /// Of a thousand decisions so many are an error.
    #[param(default = 0)]
    errors: u32,
    /// Of a thousand decisions so many are to wait for a time.
    #[param(default = 0)]
    naps: u32,
    /// Whether `wild-queue` forgets to wake its other half.
    #[param(default = false)]
    forgets: bool,
}

export_module!(
    source::WildSource: Source,
    stage::WildStage: Transform,
    stage::WildFork: Transform,
    sink::WildSink: Sink,
    queue::WildQueue: Endpoint,
    bridge::WildBridge: Endpoint
);
