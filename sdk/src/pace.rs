//! When the next frame of a source with a rate is due.

use std::time::Duration;

/// Longest time that is made up for: a source that was held up does not flood the graph for as long.
const CATCH_UP: Duration = Duration::from_secs(1);

/// A steady rate: frame n is due at the beginning + n / rate, so that errors do not add up. At most one second
/// of missed frames is made up for.
///
/// ```
/// use rogue_sdk::Pace;
/// use std::time::Duration;
///
/// let mut pace = Pace::new(Some(10.0));
/// let now = Duration::from_secs(5);
/// assert_eq!(pace.due_after(now), None);          // the first is due at once
/// pace.step();
/// assert_eq!(pace.due_after(now), Some(now + Duration::from_millis(100)));
/// ```
#[derive(Debug)]
pub struct Pace {
    rate: Option<f64>,
    begin: Option<Duration>,
    /// Frames since the beginning.
    made: u64,
}

impl Pace {
    /// Frames per second, more than 0; `None` is as fast as possible.
    pub fn new(rate: Option<f64>) -> Pace {
        Pace { rate, begin: None, made: 0 }
    }

    /// When the next frame is due, if that is after `now` ([`crate::Context::now`]). The first is due at once.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_caught_up_with_for_a_second() {
        let mut pace = Pace::new(Some(10.0));
        let start = Duration::from_secs(100);
        assert_eq!(pace.due_after(start), None);
        pace.step();
        let late = start + Duration::from_secs(60);
        let mut burst = 0;
        while pace.due_after(late).is_none() {
            pace.step();
            burst += 1;
        }
        assert_eq!(burst, 11, "one that is a second late, and those up to now; not 600");
        assert_eq!(pace.due_after(late), Some(late + Duration::from_millis(100)));
    }

    #[test]
    fn without_a_rate_a_frame_is_always_due() {
        let mut pace = Pace::new(None);
        pace.step();
        assert_eq!(pace.due_after(Duration::ZERO), None);
    }
}
