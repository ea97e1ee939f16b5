//! What happened in the last second or so, for all who ask.
//!
//! Kept by whoever attends to the run, so that a client need not ask twice to know a rate. Pure: time is told.

use std::time::Duration;

use crate::metrics::{Ledger, NodeBook};

/// The least time that a rate is of: less would jump.
const LEAST: Duration = Duration::from_millis(500);
/// How far the kept books are apart.
const APART: Duration = Duration::from_secs(1);

/// Books of about a second ago and two.
#[derive(Debug, Default)]
pub struct Rates {
    older: (Duration, Ledger),
    newer: (Duration, Ledger),
}

/// The rates of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Frames taken in a second; of a source those given.
    pub frames: f64,
    /// Payload bytes of these.
    pub bytes: f64,
    /// Share of the time inside the module, in percent.
    pub busy: f64,
}

impl Rates {
    /// Takes note of the books at time `at` of the run.
    pub fn note(&mut self, at: Duration, ledger: &Ledger) {
        if at.saturating_sub(self.newer.0) >= APART {
            self.older = std::mem::replace(&mut self.newer, (at, ledger.clone()));
        }
    }

    /// The time that rates are of at time `at`, and those of each node.
    pub fn over(&self, at: Duration, ledger: &Ledger) -> (Duration, Vec<Rate>) {
        let far_enough = at.saturating_sub(self.newer.0) >= LEAST;
        let (then, before) = if far_enough { &self.newer } else { &self.older };
        let window = at.saturating_sub(*then);
        let nothing = NodeBook::default();
        // A reload may have changed the order.
        let same = |now: &NodeBook| {
            before.nodes.iter().find(|then| then.name == now.name && then.removed == now.removed)
        };
        let of = |(index, now): (usize, &NodeBook)| {
            let there = before.nodes.get(index).filter(|then| then.name == now.name);
            rate(there.or_else(|| same(now)).unwrap_or(&nothing), now, window.as_secs_f64())
        };
        (window, ledger.nodes.iter().enumerate().map(of).collect())
    }
}

fn rate(before: &NodeBook, now: &NodeBook, seconds: f64) -> Rate {
    if seconds <= 0.0 {
        return Rate::default();
    }
    let per_second = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
    let gives_only = now.taken == 0;
    let frames = |book: &NodeBook| if gives_only { book.out } else { book.taken };
    let bytes = |book: &NodeBook| if gives_only { book.bytes_out } else { book.bytes_in };
    Rate {
        frames: per_second(frames(now), frames(before)),
        bytes: per_second(bytes(now), bytes(before)),
        busy: per_second(now.busy_ns, before.busy_ns) / 1e7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_half_a_second_to_two() {
        let at = Duration::from_millis;
        let books = |out| Ledger {
            nodes: vec![NodeBook {
                out,
                bytes_out: out * 8,
                busy_ns: out * 1_000_000,
                ..NodeBook::default()
            }],
        };
        let mut rates = Rates::default();
        let frames = |rates: &Rates, ms, out| rates.over(at(ms), &books(out)).1[0].frames;
        assert_eq!(frames(&rates, 0, 0), 0.0);
        assert_eq!(frames(&rates, 100, 10), 100.0);
        rates.note(at(1000), &books(100));
        // The newest books are too near: those before count.
        assert_eq!(frames(&rates, 1250, 125), 100.0);
        assert_eq!(frames(&rates, 1500, 200), 200.0);
        rates.note(at(1500), &books(200));
        rates.note(at(2000), &books(300));
        assert_eq!(frames(&rates, 2250, 350), 200.0);
        let (window, rates) = rates.over(at(2500), &books(400));
        let rate = Rate { frames: 200.0, bytes: 1600.0, busy: 20.0 };
        assert_eq!((window, rates), (at(500), vec![rate]));
    }
}
