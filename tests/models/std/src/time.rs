//! `std::time` with a clock that stands still: how long something takes on this machine would lead each run of a model
//! another way, and loom tries none that is not the same when it is tried again.

pub use ::std::time::*;

use ::std::ops::{Add, Sub};

/// The one moment there is, and those that are reckoned from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(Duration);

impl Instant {
    /// As the real one.
    pub fn now() -> Instant {
        Instant(Duration::ZERO)
    }

    /// As the real one.
    pub fn elapsed(&self) -> Duration {
        Instant::now().saturating_duration_since(*self)
    }

    /// As the real one.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, more: Duration) -> Instant {
        Instant(self.0 + more)
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }
}
