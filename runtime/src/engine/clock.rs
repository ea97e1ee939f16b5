//! The time that modules see: the machine's, or one that a test moves.

use crate::pool;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Monotonic nanoseconds, never 0.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    Real,
    /// As far as somebody has moved it.
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// Now.
    #[inline]
    pub fn now_ns(&self) -> u64 {
        match self {
            Clock::Real => pool::now_ns(),
            Clock::Virtual(time) => time.load(Ordering::Relaxed).max(1),
        }
    }
}
