//! A look at the books of a graph that runs, which stops nobody.
//!
//! Called by whoever watches over a run, and judged there: what is read while frames flow is not of one moment.

use super::running::Running;
use crate::{metrics::Ledger, pool};

/// Handles made and handles gone, over the whole graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Made by nodes, and by the runtime for further links.
    pub made: u64,
    /// Done with or dropped.
    pub gone: u64,
}

/// What was counted before and after all of memory was looked at, and what was found there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Counted before.
    pub before: Flow,
    /// Handles of the graph that were found.
    pub alive: u64,
    /// Counted after.
    pub after: Flow,
}

impl Flow {
    fn of(ledger: &Ledger) -> Flow {
        let none = Flow { made: 0, gone: 0 };
        ledger.nodes.iter().fold(none, |sum, node| Flow {
            made: sum.made.wrapping_add(node.created).wrapping_add(node.shared),
            gone: sum.gone.wrapping_add(node.consumed).wrapping_add(node.dropped_all()),
        })
    }
}

impl Running {
    /// Looks for every frame of the graph in memory, and at the counters before and after.
    pub fn look_at_books(&self) -> Look {
        let holders: Vec<pool::AccountId> =
            self.nodes.iter().map(|node| node.account.id()).chain(self.gone.accounts()).collect();
        let before = Flow::of(&self.ledger(false));
        let alive = pool::live_among(&holders);
        Look { before, alive, after: Flow::of(&self.ledger(false)) }
    }
}
