//! Which frames a peer has not acknowledged: what a disconnect may lose.
//!
//! Used by `outgoing`. What holds: never too few; at most the frames of one write too many.

use super::sys;
use std::{collections::VecDeque, net::TcpStream};

/// Writes remembered. Beyond the system's longest send buffer nothing is in flight; small writes fill it with fewer.
const MARKS_MAX: usize = 4096;

/// The writes of a connection.
#[derive(Default)]
pub struct Flight {
    bytes: u64,
    frames: u64,
    /// Bytes and frames written in all, after each write.
    marks: VecDeque<(u64, u64)>,
    /// Frames of writes that are not remembered: they have come.
    forgotten: u64,
}

impl Flight {
    /// So many bytes were written, which completed so many frames.
    #[inline]
    pub fn wrote(&mut self, bytes: u64, frames: u64) {
        self.bytes += bytes;
        self.frames += frames;
        if self.marks.len() == MARKS_MAX
            && let Some((_, frames)) = self.marks.pop_front()
        {
            self.forgotten = frames;
        }
        self.marks.push_back((self.bytes, self.frames));
    }

    /// Frames written.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes written.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Frames written that the peer has not acknowledged; `other`: bytes written that are no frame's. None where the
    /// system does not say.
    pub fn unacknowledged(&self, stream: &TcpStream, other: u64) -> u64 {
        sys::acknowledged(stream).map_or(0, |acknowledged| self.beyond(acknowledged.saturating_sub(other)))
    }

    /// Frames not covered by so many bytes.
    fn beyond(&self, bytes: u64) -> u64 {
        let covered = self.marks.iter().take_while(|(end, _)| *end <= bytes).last();
        self.frames - covered.map_or(self.forgotten, |(_, frames)| *frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_writes_that_are_not_covered_are_in_flight() {
        let mut flight = Flight::default();
        for (bytes, frames) in [(100, 2), (50, 0), (300, 5)] {
            flight.wrote(bytes, frames);
        }
        assert_eq!(flight.frames(), 7);
        assert_eq!([450, 449, 150, 100, 99, 0].map(|bytes| flight.beyond(bytes)), [0, 5, 5, 5, 7, 7]);
        (0..MARKS_MAX as u64).for_each(|_| flight.wrote(10, 1));
        assert_eq!(flight.beyond(450), MARKS_MAX as u64);
        assert_eq!(flight.beyond(0), MARKS_MAX as u64);
    }
}
