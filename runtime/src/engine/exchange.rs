//! Puts a fresh half in place of one that failed, between two turns of its segment.

use crate::module::Half;
use std::sync::{Mutex, PoisonError};

type Halves = Mutex<Vec<(usize, Box<dyn Half>)>>;

/// Where fresh halves for nodes that failed are put, by index in the segment. The half that was there comes
/// back in its place, for whoever ends the instance.
#[derive(Default)]
pub struct Exchange {
    fresh: Halves,
    old: Halves,
}

impl Exchange {
    /// Puts a half in place of node `index`'s at the next turn; wake the node afterwards.
    pub fn put(&self, index: usize, half: Box<dyn Half>) {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push((index, half));
    }

    /// The half that was replaced last at `index`, once that has happened.
    pub fn take_old(&self, index: usize) -> Option<Box<dyn Half>> {
        let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
        let at = old.iter().position(|(n, _)| *n == index)?;
        Some(old.swap_remove(at).1)
    }

    /// The halves that were put since the last time.
    pub(super) fn take_fresh(&self) -> Vec<(usize, Box<dyn Half>)> {
        std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives a half back that was replaced.
    pub(super) fn give_old(&self, index: usize, half: Box<dyn Half>) {
        self.old.lock().unwrap_or_else(PoisonError::into_inner).push((index, half));
    }
}
