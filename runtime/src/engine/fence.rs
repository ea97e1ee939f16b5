//! What follows when a module fails in a call.
//!
//! What holds: results of the frames before are delivered; the frame inside is dropped under *fault*, and so
//! are the results it had left already; the rest stays in the inbox, or meets what the graph's `on_fault`
//! says.

use crate::{
    module::OutItem,
    pool::{self, field},
};

/// What the graph says of a node that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum OnFault {
    /// The run ends; what else is held is delivered first.
    #[default]
    Stop = 0,
    /// Frames for this node are dropped from now on.
    Drop = 1,
    /// Frames pass this node by, from input 0 to output 0.
    Bypass = 2,
    /// A new instance takes over, after a pause that grows with each failure.
    Restart = 3,
}

/// What a segment tells whoever watches the run.
#[derive(Clone, Debug)]
pub enum Event {
    /// A module failed.
    Fault {
        /// Number of the node ([`NodeCtl::node`](super::NodeCtl::node)).
        node: usize,
        /// What it said.
        text: String,
    },
    /// A segment has come to its end.
    Ended {
        /// The number its driver was started with.
        segment: usize,
    },
}

/// Drops the results that a call left after the last frame it completed.
pub(super) fn drop_unfinished(items: &mut Vec<OutItem>, completed: usize) {
    for item in items.drain(completed.min(items.len())..) {
        pool::drop_as(item.frame, field::DROP_FAULT);
    }
}

/// Books the frame that was inside, when the module let go of it while it failed.
pub(super) fn book_inside(account: pool::AccountId, inside: usize) {
    if inside != 0 && pool::take_last_gone() == inside {
        pool::count(account, field::CONSUMED, u64::MAX);
        pool::count(account, field::DROP_FAULT, 1);
    }
}
