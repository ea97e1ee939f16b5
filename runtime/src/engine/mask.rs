//! Holding up what leads to a node that cannot take, and nothing else.
//!
//! What holds: while a node is blocked, no node that can reach it is called; so every inbox stays bounded, and
//! what the blocked node was offered waits in its inbox.

use super::Segment;

impl Segment {
    /// Woken nodes are no longer blocked.
    pub(super) fn unblock(&mut self) {
        let mut changed = false;
        for n in 0..self.nodes.len() {
            if self.blocked.contains(n) && self.ready.contains(n) {
                self.blocked.remove(n);
                changed = true;
            }
        }
        if changed {
            self.remask();
        }
    }

    pub(super) fn remask(&mut self) {
        self.masked.clear();
        for n in 0..self.nodes.len() {
            if self.blocked.contains(n) {
                self.masked.add_all(&self.nodes[n].upstream);
            }
        }
        self.skipped = self.masked.clone();
        self.skipped.add_all(&self.givers);
    }

    pub(super) fn block(&mut self, n: usize) {
        self.ready.remove(n);
        self.nodes[n].show_waiting();
        if !self.blocked.contains(n) {
            self.blocked.insert(n);
            self.remask();
        }
    }
}
