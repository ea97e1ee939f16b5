//! The books of a graph that runs, exact to the frame: everything is paused for as long as it takes to count.
//!
//! What holds: the graph goes on afterwards, whatever comes of it; frames in inboxes count as queued, and every living header
//! is counted independently of the books.

use super::{SwapError, running::Running};
use crate::metrics::Ledger;
use std::time::Duration;

impl Running {
    /// Pauses all segments, and reads the books and what is alive. Sources that block have threads of their own, and are
    /// right only as far as they rest; the same goes for modules that were replaced and still end ([`Running::settle`]).
    ///
    /// # Errors
    /// [`SwapError::Busy`] when a module does not return from its call within `patience`.
    pub fn audit(&mut self, patience: Duration) -> Result<Ledger, SwapError> {
        let numbers: Vec<usize> = (0..self.drivers.len()).collect();
        let mut taken = self.take(&numbers, "of the graph", patience, false)?;
        let mut ledger = self.ledger(true);
        for (account, frames) in taken.iter().flat_map(|(_, segment)| segment.queued()) {
            let node = self.nodes.iter().position(|node| node.account.id() == account);
            if let Some(book) = node.and_then(|at| ledger.nodes.get_mut(at)) {
                book.queued += frames;
            }
        }
        self.put_segments(&mut taken);
        Ok(ledger)
    }
}
