//! How long a half is busy: most calls are too short to be timed, so some stand for the rest.
//!
//! Used by `node`. What holds: the clock is asked at most once in [`SAMPLE_EVERY`] calls of a half whose calls are
//! short, and around every call of one whose calls are long.

use crate::pool;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// Runs a call; adds what it took, or what it stands for, to `busy_ns`, which only this thread writes.
    #[inline]
    pub fn time<T>(&mut self, busy_ns: &AtomicU64, body: impl FnOnce() -> T) -> T {
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
        busy_ns.store(busy_ns.load(Ordering::Relaxed) + spent * stands_for, Ordering::Relaxed);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of `calls` calls changed the sum.
    fn timed(busy: &mut Busy, calls: usize, body: impl Fn()) -> Vec<bool> {
        let sum = AtomicU64::new(0);
        let mut before = 0;
        let mut see = || {
            busy.time(&sum, &body);
            std::mem::replace(&mut before, sum.load(Ordering::Relaxed)) != before
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
        busy.time(&AtomicU64::new(0), || ());
        busy.time(&AtomicU64::new(0), || ());
        assert!(busy.calls >= SAMPLE_EVERY, "what is past the first calls stays past them");
    }
}
