//! What a channel has read and lost.
//!
//! What holds: of a frame that it has read in part when the rest is gone, the channel has lost the frame, and of its bytes
//! those that it has not read.

use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// Sums over all streams of a channel, or what is added to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Bytes of answers to reads.
    pub read_bytes: u64,
    /// Frames whose last byte was among them.
    pub read_frames: u64,
    /// Bytes that were gone before the channel read them: it was told so, or has left before.
    pub lost_bytes: u64,
    /// Frames of which that is true for some bytes.
    pub lost_frames: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Totals) {
        self.read_bytes += more.read_bytes;
        self.read_frames += more.read_frames;
        self.lost_bytes += more.lost_bytes;
        self.lost_frames += more.lost_frames;
    }
}
