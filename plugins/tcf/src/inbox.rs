//! Frames that clients wrote and the graph has not taken.

use rogue_sdk::Frame;
use std::collections::VecDeque;

/// Least bytes a frame counts with, so that empty frames are bounded too.
const FRAME_LEAST: u64 = 64;

/// The frames, oldest first.
#[derive(Default)]
pub struct Inbox {
    frames: VecDeque<Frame>,
    bytes: u64,
    /// Nothing more will come.
    pub ended: bool,
    /// The half that takes has finished.
    pub take_ended: bool,
    /// The writers wait for room.
    pub wanted: bool,
}

fn cost(frame: &Frame) -> u64 {
    u64::from(frame.size()).max(FRAME_LEAST)
}

impl Inbox {
    /// Bytes that wait.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn len(&self) -> usize {
        self.frames.len()
    }

    pub fn push(&mut self, frame: Frame) {
        self.bytes += cost(&frame);
        self.frames.push_back(frame);
    }

    pub fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes -= cost(&frame);
        Some(frame)
    }
}
