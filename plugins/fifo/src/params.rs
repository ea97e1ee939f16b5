//! The parameters of `fifo`.

use rogue_sdk::params::{Params, Size};

/// Most frames in one call, and most that are being delivered.
const BATCH: u64 = 64;

/// Bounds of the queue, and what it does when it is full.
#[derive(Params, Clone, Copy, Debug)]
pub struct FifoParams {
    /// Most frames that wait; 0 = no bound.
    #[param(default = 1000, live)]
    pub max_depth: u64,
    /// Most bytes of memory that waiting frames take; 0 = no bound. A frame counts with the size of its buffers, at
    /// least 64.
    #[param(default = "256MiB", live)]
    pub max_held: Size,
    /// With `no_copy: false`, most bytes of a frame that are kept; 0 = all. Without effect otherwise.
    #[param(default = 0, live)]
    pub trim_size: u32,
    /// Whether the frame itself is queued; else a copy of it, in memory of the next stage.
    #[param(default = true, live)]
    pub no_copy: bool,
    /// What the full queue does: drop the frame that comes, drop the one that has waited longest, or have the sources
    /// that lead here wait.
    #[param(default = "drop_newest", live)]
    pub overflow: Overflow,
}

/// What a full queue does.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The frame that comes is dropped, as Rogue does it.
    DropNewest,
    /// The frame that has waited longest is dropped.
    DropOldest,
    /// No frame is dropped: the sources that lead here wait.
    Block,
}

impl FifoParams {
    /// Frames of one call: small depths are kept exactly.
    pub fn batch(&self) -> u64 {
        if self.max_depth == 0 { BATCH } else { (self.max_depth / 4).clamp(1, BATCH) }
    }
}
