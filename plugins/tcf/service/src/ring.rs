//! The last bytes of a stream, and where frames end in them.
//!
//! What holds: only whole frames are dropped, so that the oldest byte is always the first of a frame; memory is bounded by
//! the capacity, whatever the frames' sizes.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Least bytes that a frame counts with, so that the list of their ends is bounded too.
const FRAME_LEAST: usize = 16;

/// A buffer of bounded size with positions from the stream's beginning.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Ring {
    /// Handed over apart from the rest, see [`crate::Service::buffers`].
    #[serde(skip)]
    bytes: VecDeque<u8>,
    /// Position behind each frame.
    ends: VecDeque<u64>,
    begin: u64,
    /// Frames that were dropped.
    gone: u64,
    capacity: usize,
}

impl Ring {
    /// One for so many bytes. Memory is taken as it is needed.
    pub fn new(capacity: usize) -> Ring {
        Ring { capacity: capacity.min(u32::MAX as usize), ..Ring::default() }
    }

    /// Makes it larger or smaller; of what is there the oldest frames go if they must, unless `keep`.
    pub fn resize(&mut self, capacity: usize, keep: bool) {
        self.capacity = capacity.min(u32::MAX as usize).max(if keep { self.bytes.len() } else { 0 });
        while self.bytes.len() > self.capacity {
            self.drop_first();
        }
        self.bytes.shrink_to(self.capacity);
    }

    /// Position of the oldest byte.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// Position behind the newest byte: bytes put in so far.
    pub fn end(&self) -> u64 {
        self.begin + self.bytes.len() as u64
    }

    /// Whether a frame of this length can ever be held.
    pub fn can_hold(&self, len: usize) -> bool {
        len <= self.capacity
    }

    /// Whether there is room for one more frame of this length.
    pub fn has_room(&self, len: usize) -> bool {
        len <= self.room()
    }

    /// Bytes of the next frame for which there is room.
    pub fn room(&self) -> usize {
        if self.ends.len() * FRAME_LEAST >= self.capacity.max(FRAME_LEAST) {
            return 0;
        }
        self.capacity - self.bytes.len()
    }

    /// Position behind the oldest frame.
    pub fn first_end(&self) -> Option<u64> {
        self.ends.front().copied()
    }

    /// Drops the oldest frame.
    pub fn drop_first(&mut self) {
        if let Some(end) = self.ends.pop_front() {
            self.bytes.drain(..(end - self.begin) as usize);
            self.begin = end;
            self.gone += 1;
        }
    }

    /// Frames dropped so far.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// Frames that end at or before a position, which must be held, since the beginning.
    pub fn frames_before(&self, position: u64) -> u64 {
        self.gone + self.ends.partition_point(|end| *end <= position) as u64
    }

    /// Puts a frame of `len` bytes behind the others; there must be room. Bytes beyond `len` are left out.
    pub fn push<'a>(&mut self, len: usize, pieces: impl Iterator<Item = &'a [u8]>) {
        let before = self.bytes.len();
        if self.bytes.capacity() < before + len {
            let wanted = (self.bytes.capacity() * 2).clamp(before + len, self.capacity.max(before + len));
            self.bytes.reserve_exact(wanted - before);
        }
        for piece in pieces {
            let left = before + len - self.bytes.len();
            self.bytes.extend(&piece[..piece.len().min(left)]);
        }
        if self.bytes.len() > before {
            self.ends.push_back(self.end());
        }
    }

    /// What is held, in up to two pieces.
    pub fn pieces(&self) -> [&[u8]; 2] {
        let (first, second) = self.bytes.as_slices();
        [first, second]
    }

    /// Bytes that the frames come to; `None`: they are not in order.
    pub fn frames_len(&self) -> Option<usize> {
        if !self.ends.iter().is_sorted() {
            return None;
        }
        let end = self.ends.back().copied().unwrap_or(self.begin);
        usize::try_from(end.checked_sub(self.begin)?).ok()
    }

    /// Has these bytes, [`Ring::frames_len`] of them, once the rest was read again.
    pub fn fill(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes.into();
    }

    /// Copies up to `most` bytes from a position, which must be held, and says how many.
    pub fn read(&self, position: u64, most: usize, to: &mut Vec<u8>) -> usize {
        let from = usize::try_from(position - self.begin).unwrap_or(usize::MAX).min(self.bytes.len());
        let to_at = from + most.min(self.bytes.len() - from);
        let [first, second] = self.pieces();
        let split = first.len();
        to.extend_from_slice(&first[from.min(split)..to_at.min(split)]);
        to.extend_from_slice(&second[from.saturating_sub(split)..to_at.saturating_sub(split)]);
        to_at - from
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Ring;

    #[test]
    fn memory_is_bounded_by_the_capacity() {
        for len in [0, 1, 3, 100, 1000] {
            let mut ring = Ring::new(1000);
            for _ in 0..3000 {
                while !ring.has_room(len) {
                    ring.drop_first();
                }
                ring.push(len, std::iter::once(&[7; 1000][..]));
                let (bytes, frames) = (ring.bytes.capacity(), ring.ends.len());
                assert!(bytes <= 1000 && frames <= 63, "{bytes} bytes, {frames} frames of {len}");
            }
            assert_eq!(ring.end(), 3000 * len as u64);
        }
    }

    #[test]
    fn what_is_read_is_what_was_put_in() {
        let mut ring = Ring::new(64);
        for round in 0..500_u64 {
            let frame: Vec<u8> = (0..round % 40).map(|i| (ring.end() + i) as u8).collect();
            while !ring.has_room(frame.len()) {
                ring.drop_first();
            }
            ring.push(frame.len(), frame.chunks(7));
            for position in ring.begin()..=ring.end() {
                let mut read = Vec::new();
                let n = ring.read(position, 9, &mut read);
                assert_eq!(n, 9.min((ring.end() - position) as usize));
                let expected: Vec<u8> = (0..n as u64).map(|i| (position + i) as u8).collect();
                assert_eq!(read, expected);
                let frames = ring.ends.iter().filter(|end| **end <= position).count() as u64;
                assert_eq!(ring.frames_before(position), ring.gone() + frames);
            }
        }
    }
}
