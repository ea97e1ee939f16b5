//! How much an instance may say: lines above a rate are counted instead of shown, whatever their target.
//!
//! Used by [`super::imports`]. The limit of the program's own logger is one of repetitions, and targets that end in
//! `#always` pass it; a module in a sandbox is not to fill a disk by either. Time is told, so that tests need not wait.

use std::time::{Duration, Instant};

/// Time in which so much may be said.
const WINDOW: Duration = Duration::from_secs(1);
/// Most lines in a window: two frames of 64 KiB in hexadecimal, far more than a person reads.
const LINES: u32 = 1 << 14;
/// Most bytes of text in a window.
const BYTES: usize = 2 << 20;

/// What an instance has said lately.
#[derive(Debug, Default)]
pub struct Words {
    since: Option<Instant>,
    lines: u32,
    bytes: usize,
    unsaid: u64,
}

impl Words {
    /// Whether a line of so many bytes may be said (`None`: it is counted), and how many before it were not.
    pub fn admit(&mut self, bytes: usize, now: Instant) -> Option<u64> {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= WINDOW) {
            (self.since, self.lines, self.bytes) = (Some(now), 0, 0);
        }
        if self.lines >= LINES || self.bytes.saturating_add(bytes) > BYTES {
            self.unsaid += 1;
            return None;
        }
        self.lines += 1;
        self.bytes += bytes;
        Some(self.unsaid())
    }

    /// How many lines were not said since this was asked last.
    pub fn unsaid(&mut self) -> u64 {
        std::mem::take(&mut self.unsaid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_above_the_rate_are_counted_and_told_with_the_next() {
        let (mut words, begin) = (Words::default(), Instant::now());
        let said = (0..LINES + 7).filter(|_| words.admit(10, begin).is_some()).count();
        assert_eq!(said, LINES as usize);
        assert_eq!(words.admit(10, begin + WINDOW), Some(7));
        assert_eq!(words.admit(10, begin + WINDOW), Some(0));
    }

    #[test]
    fn long_lines_reach_the_limit_of_bytes() {
        let (mut words, begin) = (Words::default(), Instant::now());
        let said = (0..LINES).filter(|_| words.admit(4096, begin).is_some()).count();
        assert_eq!(said, BYTES / 4096);
        assert_eq!(words.unsaid(), u64::from(LINES) - said as u64);
        assert_eq!(words.unsaid(), 0);
    }
}
