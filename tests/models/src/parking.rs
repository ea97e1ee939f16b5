//! Where a thread sleeps, with everything public: `park.rs` as it is in the engine, and `poll` of its own.

#[path = "../../../runtime/src/engine/park.rs"]
mod park;
mod poll;

pub use park::{Parker, Waker};

/// What the thread of a segment hears: see `Segment::hear`.
pub fn woken(waker: &Waker, word: usize) -> u64 {
    waker.take(word)
}
