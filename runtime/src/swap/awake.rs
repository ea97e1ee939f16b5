//! Waiting for what comes in a moment, without falling asleep first: while a segment is paused, each sleep and wake of
//! another thread would make the pause longer.

use std::{
    thread,
    time::{Duration, Instant},
};

/// After so long whoever waits sleeps.
const LONGEST: Duration = Duration::from_micros(50);

/// Returns when it is there, or after [`LONGEST`]. Gives its processor up to whoever else wants it.
pub(super) fn await_briefly(there: impl Fn() -> bool) {
    let until = Instant::now() + LONGEST;
    while !there() && Instant::now() < until {
        thread::yield_now();
    }
}
