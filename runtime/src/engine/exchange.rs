//! Puts a fresh half in place of one that failed, between two turns of its segment.

use crate::module::Half;
use std::sync::{Mutex, PoisonError};

/// Where fresh halves for nodes that failed are put, by index in the segment.
#[derive(Default)]
pub struct Exchange {
    fresh: Mutex<Vec<Fresh>>,
    old: Mutex<Vec<(usize, Box<dyn Half>)>>,
}

/// A half on its way in.
pub(super) struct Fresh {
    pub(super) index: usize,
    pub(super) half: Box<dyn Half>,
    /// Whether somebody waits for the half that is there now.
    pub(super) wanted: bool,
}

impl Exchange {
    /// Puts a half in place of node `index`'s at the next turn; wake the node afterwards. The half that was there
    /// comes back, for whoever ends the instance.
    pub fn put(&self, index: usize, half: Box<dyn Half>) {
        self.add(Fresh { index, half, wanted: true });
    }

    /// The same in place of a half that nobody wants back.
    pub fn put_for_good(&self, index: usize, half: Box<dyn Half>) {
        self.add(Fresh { index, half, wanted: false });
    }

    fn add(&self, fresh: Fresh) {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(fresh);
    }

    /// The half that [`Exchange::put`] replaced at `index`, once that has happened.
    pub fn take_old(&self, index: usize) -> Option<Box<dyn Half>> {
        let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
        let at = old.iter().position(|(n, _)| *n == index)?;
        Some(old.swap_remove(at).1)
    }

    /// All halves on their way, in or back: for the end of a run, in which nobody waits for them.
    pub fn drain(&self) -> Vec<Box<dyn Half>> {
        let old = std::mem::take(&mut *self.old.lock().unwrap_or_else(PoisonError::into_inner));
        let fresh = self.take_fresh().into_iter().map(|fresh| fresh.half);
        fresh.chain(old.into_iter().map(|(_, half)| half)).collect()
    }

    /// The halves that were put since the last time.
    pub(super) fn take_fresh(&self) -> Vec<Fresh> {
        std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives a half back that was replaced.
    pub(super) fn give_old(&self, index: usize, half: Box<dyn Half>) {
        self.old.lock().unwrap_or_else(PoisonError::into_inner).push((index, half));
    }
}
