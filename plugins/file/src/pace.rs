//! When the next frame of a source with a rate is due.
//!
//! What holds: a steady source does not drift, since every time is counted from the start; one that could
//! not give for more than [`CATCH_UP`] starts counting anew in place of a burst.

use core::time::Duration;

/// Longest standstill that is made up for.
const CATCH_UP: Duration = Duration::from_secs(1);

/// A clock that ticks `rate` times a second.
#[derive(Debug)]
pub struct Pace {
    rate: f64,
    start: Option<Duration>,
    given: u64,
}

impl Pace {
    /// `rate` is in frames a second, more than 0.
    pub fn new(rate: f64) -> Pace {
        Pace { rate, start: None, given: 0 }
    }

    /// `None`: a frame is due at `now`. Else when it will be.
    pub fn wait_until(&mut self, now: Duration) -> Option<Duration> {
        let start = *self.start.get_or_insert(now);
        let due = self.due(start);
        if due > now {
            return Some(due);
        }
        if now - due > CATCH_UP {
            self.start = Some(now);
            self.given = 0;
        }
        None
    }

    /// A frame was given.
    pub fn given(&mut self) {
        self.given += 1;
    }

    fn due(&self, start: Duration) -> Duration {
        let after = Duration::try_from_secs_f64(self.given as f64 / self.rate).unwrap_or(Duration::MAX);
        start.saturating_add(after)
    }
}
