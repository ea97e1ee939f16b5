//! How much waits, in frames and bytes.

use rogue_sdk::Frame;
use std::{
    ops::{Add, AddAssign, Sub},
    sync::atomic::{
        AtomicU64,
        Ordering::{Acquire, Release},
    },
};

/// Least bytes a frame counts with: its header, so that empty frames are bounded too.
const HEADER_BYTES: u64 = 64;

/// Bytes a frame with buffers of this size counts with.
pub fn bytes_of(size: u32) -> u64 {
    u64::from(size).max(HEADER_BYTES)
}

/// Frames and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub frames: u64,
    pub bytes: u64,
}

impl Amount {
    /// One frame.
    pub fn of(frame: &Frame) -> Amount {
        Amount { frames: 1, bytes: bytes_of(frame.size()) }
    }
}

impl Add for Amount {
    type Output = Amount;

    fn add(self, other: Amount) -> Amount {
        Amount { frames: self.frames + other.frames, bytes: self.bytes + other.bytes }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Amount) {
        *self = *self + other;
    }
}

/// What is left of an amount; none if less than that was there.
impl Sub for Amount {
    type Output = Amount;

    fn sub(self, other: Amount) -> Amount {
        Amount {
            frames: self.frames.saturating_sub(other.frames),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}

/// An amount that one half writes and both read. On cache lines of its own, since its writer writes it for every batch.
#[derive(Default)]
#[repr(align(128))]
pub struct Tally {
    frames: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    /// Reads it. Frames and bytes may be of two moments next to each other.
    pub fn get(&self) -> Amount {
        Amount { frames: self.frames.load(Acquire), bytes: self.bytes.load(Acquire) }
    }

    /// Writes it; for the one who writes it.
    pub fn set(&self, amount: Amount) {
        self.frames.store(amount.frames, Release);
        self.bytes.store(amount.bytes, Release);
    }
}
