//! Frames of one side that wait for their partners.

use rogue_sdk::Frame;
use std::{collections::VecDeque, fmt};

/// How far one side may be ahead.
pub mod limits {
    /// Frames: a fifo of default depth in one branch fits 16 times.
    pub const FRAMES: usize = 16_384;
    /// Bytes of their buffers: what a fifo holds by default.
    pub const BYTES: u64 = 256 << 20;
}

/// One of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    A,
    B,
}

impl Side {
    /// Port 0 is `a`, port 1 is `b`.
    pub fn of_port(port: u32) -> Side {
        if port == 0 { Side::A } else { Side::B }
    }

    /// The port of the side.
    pub fn port(self) -> u32 {
        match self {
            Side::A => 0,
            Side::B => 1,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Side::A { "a" } else { "b" })
    }
}

/// The frames that wait, oldest first. What holds: all are of one side.
#[derive(Default)]
pub struct Pairs {
    waiting: VecDeque<(Side, Frame)>,
    bytes: u64,
}

impl Pairs {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The oldest frame that waits, whatever its side.
    pub fn pop(&mut self) -> Option<(Side, Frame)> {
        let (side, frame) = self.waiting.pop_front()?;
        self.bytes -= u64::from(frame.size());
        Some((side, frame))
    }

    /// The frame that waits for the next one of `side`.
    pub fn partner_of(&mut self, side: Side) -> Option<Frame> {
        match self.waiting.front() {
            Some((ahead, _)) if *ahead != side => self.pop().map(|(_, frame)| frame),
            _ => None,
        }
    }

    /// Whether one more may wait, or which limit it would pass.
    pub fn has_room(&self, frame: &Frame) -> Result<(), String> {
        if self.waiting.len() >= limits::FRAMES {
            Err(format!("{} frames", limits::FRAMES))
        } else if !self.waiting.is_empty() && self.bytes + u64::from(frame.size()) > limits::BYTES {
            Err(format!("{} MiB", limits::BYTES >> 20))
        } else {
            Ok(())
        }
    }

    /// Has a frame wait.
    pub fn push(&mut self, side: Side, frame: Frame) {
        self.bytes += u64::from(frame.size());
        self.waiting.push_back((side, frame));
    }
}
