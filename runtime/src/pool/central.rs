//! The free slots that no thread keeps: one list per class, exchanged in batches.

use super::{
    class::CLASSES,
    slab::{self, Cutter},
};
use rogue_abi::FrameHdr;
use std::sync::{Mutex, PoisonError};

struct Central {
    free: Vec<*mut FrameHdr>,
    cutter: Cutter,
}

// SAFETY: a free slot is nobody's; it may be handed to any thread.
unsafe impl Send for Central {}

static CENTRAL: [Mutex<Central>; CLASSES] =
    [const { Mutex::new(Central { free: Vec::new(), cutter: Cutter::new() }) }; CLASSES];

/// Moves up to `batch` free slots of a class into `to`; none when the system has no memory.
pub(super) fn take(class: usize, batch: usize, to: &mut Vec<*mut FrameHdr>) {
    if super::local::is_starved() {
        return;
    }
    let mut central = CENTRAL[class].lock().unwrap_or_else(PoisonError::into_inner);
    let have = central.free.len().min(batch);
    let at = central.free.len() - have;
    to.extend(central.free.drain(at..));
    if have == 0 {
        slab::cut(&mut central.cutter, class, batch, to);
    }
}

/// Takes free slots of a class back.
pub(super) fn give(class: usize, from: impl Iterator<Item = *mut FrameHdr>) {
    CENTRAL[class].lock().unwrap_or_else(PoisonError::into_inner).free.extend(from);
}
