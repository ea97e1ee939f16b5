//! How long a half is busy: most calls are too short to be timed, so some stand for the rest.
//!
//! Used by `node`. What holds: the clock is asked at most once in [`SAMPLE_EVERY`] calls of a half whose calls are
//! short, and around every call of one whose calls are long; what is counted only grows, whoever reads it when.

use crate::pool;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the classes of call times end, in nanoseconds; the last class has no end.
pub const CALL_BOUNDS_NS: [u64; 15] = [
    500,
    1_000,
    5_000,
    10_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
    10_000_000,
    50_000_000,
    100_000_000,
    500_000_000,
    1_000_000_000,
    10_000_000_000,
];
/// Classes of call times.
const CLASSES: usize = CALL_BOUNDS_NS.len() + 1;

/// How long the calls of a node took: a sum, and how many of each class.
#[derive(Debug, Default)]
pub struct CallTimes {
    busy_ns: AtomicU64,
    classes: [AtomicU64; CLASSES],
}

impl CallTimes {
    /// Adds a call that stands for so many. Both halves of a node may, each on its thread.
    #[inline(never)]
    fn add(&self, spent_ns: u64, stands_for: u64) {
        self.busy_ns.fetch_add(spent_ns * stands_for, Ordering::Relaxed);
        let class = CALL_BOUNDS_NS.partition_point(|bound| *bound < spent_ns);
        if let Some(class) = self.classes.get(class) {
            class.fetch_add(stands_for, Ordering::Relaxed);
        }
    }

    /// Nanoseconds inside the module.
    pub fn busy_ns(&self) -> u64 {
        self.busy_ns.load(Ordering::Relaxed)
    }

    /// Calls of each class of [`CALL_BOUNDS_NS`], the one without an end last.
    pub fn classes(&self) -> [u64; CLASSES] {
        std::array::from_fn(|class| self.classes.get(class).map_or(0, |n| n.load(Ordering::Relaxed)))
    }
}

/// So many first calls are timed each; of later ones, one in so many.
pub const SAMPLE_EVERY: u32 = 64;
/// A half whose last timed call took so long has each call timed: the clock costs little beside it.
const LONG_NS: u64 = 5_000;

/// The sampling of one half.
#[derive(Default)]
pub struct Busy {
    calls: u32,
    long: bool,
}

impl Busy {
    /// Runs a call; adds what it took, or what it stands for, to `times`.
    #[inline]
    pub fn time<T>(&mut self, times: &CallTimes, body: impl FnOnce() -> T) -> T {
        let call = self.calls;
        // Past the first calls it stays past them.
        self.calls = call.checked_add(1).unwrap_or(SAMPLE_EVERY);
        let stands_for = if call < SAMPLE_EVERY || self.long {
            1
        } else if call.is_multiple_of(SAMPLE_EVERY) {
            u64::from(SAMPLE_EVERY)
        } else {
            return body();
        };
        let start = pool::now_ns();
        let done = body();
        let spent = pool::now_ns() - start;
        self.long = spent >= LONG_NS;
        times.add(spent, stands_for);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of `calls` calls changed the sum.
    fn timed(busy: &mut Busy, calls: usize, body: impl Fn()) -> Vec<bool> {
        let times = CallTimes::default();
        let mut before = 0;
        let mut see = || {
            busy.time(&times, &body);
            std::mem::replace(&mut before, times.busy_ns()) != before
        };
        (0..calls).map(|_| see()).collect()
    }

    #[test]
    fn the_first_calls_are_timed_then_one_in_so_many_and_every_long_one() {
        let every = SAMPLE_EVERY as usize;
        let long = || {
            let start = pool::now_ns();
            while pool::now_ns() - start < LONG_NS {}
        };
        let mut busy = Busy::default();
        assert_eq!(timed(&mut busy, every, long), vec![true; every]);
        assert_eq!(timed(&mut busy, 100, long), vec![true; 100], "long calls are timed each");

        let short = || _ = std::hint::black_box(pool::now_ns());
        let mut busy = Busy { calls: SAMPLE_EVERY + 1, long: false };
        let expected: Vec<bool> = (1..=every).map(|call| call == every).collect();
        assert_eq!(timed(&mut busy, every, short), expected);
        busy.calls = u32::MAX;
        busy.long = false;
        busy.time(&CallTimes::default(), || ());
        busy.time(&CallTimes::default(), || ());
        assert!(busy.calls >= SAMPLE_EVERY, "what is past the first calls stays past them");
    }

    #[test]
    fn a_call_is_in_the_class_that_its_time_ends_in_with_those_it_stands_for() {
        let times = CallTimes::default();
        for (spent_ns, stands_for) in [(1, 64), (500, 1), (501, 64), (2_000_000, 1), (u64::MAX / 2, 1)] {
            times.add(spent_ns, stands_for);
        }
        let classes = times.classes();
        assert_eq!((classes[0], classes[1], classes[8], classes[15]), (65, 64, 1, 1));
        assert_eq!(classes.iter().sum::<u64>(), 131);
        assert_eq!(times.busy_ns(), 64 + 500 + 501 * 64 + 2_000_000 + u64::MAX / 2);
    }
}
