//! Bytes a second, over the last second.
//!
//! Used by `writer`, which has no thread to look at a clock: the meter says when it wants to be looked at.

use core::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Counts bytes.
#[derive(Default)]
pub struct Meter {
    start: Option<Duration>,
    bytes: u64,
}

impl Meter {
    /// Counts.
    pub fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// When a second is over: what it brought, in bytes a second.
    pub fn tick(&mut self, now: Duration) -> Option<u64> {
        if self.start.is_none() && self.bytes > 0 {
            self.start = Some(now);
        }
        let elapsed = now.saturating_sub(self.start?);
        if elapsed < SECOND {
            return None;
        }
        let rate = (self.bytes as f64 / elapsed.as_secs_f64()) as u64;
        self.start = (self.bytes > 0).then_some(now);
        self.bytes = 0;
        Some(rate)
    }

    /// When to look again; `None` = when there is something.
    pub fn due(&self) -> Option<Duration> {
        self.start.map(|start| start + SECOND)
    }
}
