//! Whether the books of a run that goes on add up.
//!
//! While frames flow no two counters are read at one moment, so "made less gone" and the frames found by looking at all
//! of memory differ by what happened meanwhile. What can be said exactly are bounds: what was made before the look and
//! not gone after it must be found, and nothing more can be than what was made after it and not gone before. Outside of
//! them something is wrong; a difference that is smaller than what flows during a look shows as soon as less flows, and
//! at the latest at the end of the run, whose books are exact. What holds: a difference counts only when two looks one
//! after the other find it, as the counters of one frame are not written in one step either; a look takes at most
//! 1 part in [`SHARE`] of a processor's time.

use crate::swap::{Look, Running};
use std::time::{Duration, Instant};

/// The part of a processor's time that looks may take: one in so many.
const SHARE: u32 = 250;
/// The shortest time between two looks.
const LEAST: Duration = Duration::from_millis(500);

/// What looks at the books have found.
#[derive(Debug, Default)]
pub struct Balance {
    last: i64,
    found: i64,
    looks: u64,
    next: Option<Instant>,
}

impl Balance {
    /// By how many frames the books are off, as far as two looks agree: 0 in every run in which nothing is wrong. And
    /// how many looks there were.
    pub fn now(&mut self, running: &Running) -> (i64, u64) {
        let begun = Instant::now();
        if self.next.is_none_or(|next| next <= begun) {
            self.saw(off(&running.look_at_books()));
            self.next = Some(Instant::now() + (begun.elapsed() * SHARE).max(LEAST));
        }
        (self.found, self.looks)
    }

    fn saw(&mut self, off: i64) {
        let before = std::mem::replace(&mut self.last, off);
        self.found = match before.signum() == off.signum() {
            true if before.abs() < off.abs() => before,
            true => off,
            false => 0,
        };
        self.looks += 1;
    }
}

/// By how many frames what was found is beyond what can be: more than can be is above 0, fewer below.
fn off(look: &Look) -> i64 {
    let most = look.after.made.wrapping_sub(look.before.gone).cast_signed();
    let least = look.before.made.wrapping_sub(look.after.gone).cast_signed();
    let alive = look.alive.cast_signed();
    (alive - most).max(0) + (alive - least).min(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::swap::Flow;

    fn look(before: (u64, u64), alive: u64, after: (u64, u64)) -> i64 {
        let flow = |(made, gone)| Flow { made, gone };
        off(&Look { before: flow(before), alive, after: flow(after) })
    }

    #[test]
    fn what_happens_during_a_look_is_no_difference() {
        assert_eq!(look((100, 90), 10, (100, 90)), 0, "nothing flows");
        for alive in 3..=25 {
            assert_eq!(look((100, 90), alive, (115, 97)), 0, "{alive}");
        }
        assert_eq!((look((100, 90), 26, (115, 97)), look((100, 90), 2, (115, 97))), (1, -1));
        assert_eq!((look((100, 90), 11, (100, 90)), look((100, 90), 9, (100, 90))), (1, -1));
        // More gone than were ever made.
        assert_eq!(look((100, 102), 0, (100, 102)), 2);
    }

    #[test]
    fn a_difference_counts_when_two_looks_find_it() {
        let mut balance = Balance::default();
        let found = |balance: &mut Balance, off| {
            balance.saw(off);
            balance.found
        };
        let looks = [3, 0, -2, 2, 5, 4, -1, -1].map(|off| found(&mut balance, off));
        assert_eq!(looks, [0, 0, 0, 0, 2, 4, 0, -1]);
        assert_eq!(balance.looks, 8);
    }
}
