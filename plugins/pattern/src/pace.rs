//! When the next frame is due.

use core::time::Duration;

/// Longest time that is made up for: a source that was held up does not flood the graph for as long.
const CATCH_UP: Duration = Duration::from_secs(1);

/// A steady rate: frame n is due at the beginning + n / rate, so that errors do not add up.
pub struct Pace {
    rate: Option<f64>,
    begin: Option<Duration>,
    /// Frames since the beginning.
    made: u64,
}

impl Pace {
    /// Frames per second; `None` is as fast as possible.
    pub fn new(rate: Option<f64>) -> Pace {
        Pace { rate, begin: None, made: 0 }
    }

    /// When the next frame is due, if that is after `now`. The first is due at once.
    pub fn due_after(&mut self, now: Duration) -> Option<Duration> {
        let rate = self.rate?;
        let begin = *self.begin.get_or_insert(now);
        let after = Duration::try_from_secs_f64(self.made as f64 / rate).unwrap_or(Duration::MAX);
        let due = begin.saturating_add(after);
        if now.saturating_sub(due) > CATCH_UP {
            self.begin = Some(now - CATCH_UP);
            self.made = 0;
        }
        Some(due).filter(|due| *due > now)
    }

    /// A frame was made.
    pub fn step(&mut self) {
        self.made += 1;
    }
}
