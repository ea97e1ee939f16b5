//! The ledger, looked at after every step.

use crate::graph::number;
use rogue_runtime::{metrics::Ledger, swap::Running};

/// What the books say.
#[derive(Default)]
pub struct Books {
    /// Shares that memory had no room for, so far.
    pub missing: u64,
    /// Frames inside of each node.
    pub held: Vec<i64>,
}

/// Fails unless the books of every node and of the graph are right, given how many frames wait for each node, by its number.
pub fn check(running: &Running, waiting: &[u64]) -> Result<Books, String> {
    let mut ledger = running.ledger(true);
    ledger
        .nodes
        .iter_mut()
        .filter(|book| !book.removed)
        .for_each(|book| book.queued = waiting[number(&book.name)]);
    balance(&ledger)?;
    if let Some(book) = ledger.nodes.iter().find(|book| book.held < 0) {
        return Err(format!("node {} holds {} frames:\n{book:#?}", book.name, book.held));
    }
    let dropped = ledger.nodes.iter().flat_map(|book| &book.dropped);
    let missing = dropped.filter(|dropped| dropped.reason == "memory").map(|dropped| dropped.frames).sum();
    Ok(Books { missing, held: ledger.nodes.iter().map(|book| book.held).collect() })
}

/// Fails unless what is alive is what the equation says.
pub fn balance(ledger: &Ledger) -> Result<(), String> {
    let off = ledger.unbalanced();
    if !off.is_empty() {
        return Err(format!("living headers differ from the books: {off:?}\n{ledger:#?}"));
    }
    match ledger.imbalance() {
        0 => Ok(()),
        off => Err(format!("the ledger does not balance, by {off}:\n{ledger:#?}")),
    }
}
