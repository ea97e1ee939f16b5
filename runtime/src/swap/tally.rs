//! What has been done to a node while it ran, counted; and how long segments were paused for it.
//!
//! Kept in `RunningNode` and `Running`, read by whoever shows the run. What holds: what is counted only grows.

use std::time::Duration;

/// Where the classes of pauses end; the last class has no end.
pub const PAUSE_BOUNDS: [Duration; 13] = [
    Duration::from_micros(5),
    Duration::from_micros(10),
    Duration::from_micros(20),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_secs(1),
];

/// What has been done to a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New instances after a failure.
    pub restarts: u64,
    /// Times that another instance took over, whoever asked for it: swaps, rollbacks, and parameters that need one.
    pub swaps: u64,
    /// Parameters that the running instance took.
    pub reconfigured: u64,
    /// Times that the module before came back because the new one failed on trial.
    pub trials_failed: u64,
    /// Calls that lasted for longer than they may.
    pub long_calls: u64,
}

/// Pauses of segments: how many of each class of [`PAUSE_BOUNDS`], and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// How many of each class, the one without an end last.
    pub classes: [u64; PAUSE_BOUNDS.len() + 1],
    /// All of them together.
    pub sum: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Pauses {
    /// Takes note of one.
    pub fn note(&mut self, pause: Duration) {
        let class = PAUSE_BOUNDS.partition_point(|bound| *bound < pause);
        if let Some(class) = self.classes.get_mut(class) {
            *class += 1;
        }
        self.sum = self.sum.saturating_add(pause);
        self.longest = self.longest.max(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_in_the_class_that_it_ends_in() {
        let mut pauses = Pauses::default();
        for us in [0, 5, 6, 2_000_000] {
            pauses.note(Duration::from_micros(us));
        }
        assert_eq!((pauses.classes[0], pauses.classes[1], pauses.classes[13]), (2, 1, 1));
        assert_eq!((pauses.sum.as_micros(), pauses.longest.as_secs()), (2_000_011, 2));
    }
}
