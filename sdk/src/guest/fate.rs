//! What is left of one frame with the module, and letting go of it when that is nothing.
//!
//! Used by [`super::batch`]. What holds: bytes that the host gave are freed when the batch's is the last reference.
#![allow(unsafe_code)]

use super::slot::{self, Slot};
use crate::abi::{FrameHdr, refs};
use std::sync::atomic::Ordering::Relaxed;

/// Whether nothing of a frame is left with the module, and there is nothing to say of it.
pub(super) fn is_gone(slot: &Slot) -> bool {
    let note = &slot.note;
    !note.alive && note.dropped.is_none() && (!note.kept || slot.count() == 1)
}

/// Notes of which frames a result is.
pub(super) unsafe fn note_result(index: usize, hdr: *mut FrameHdr) {
    // SAFETY: the caller's handle is live, its segments are of blocks in slots.
    unsafe {
        let itself = slot::of(hdr);
        (*itself).note.sent_itself = true;
        if (*hdr).nseg == 0 {
            (*itself).note.last = index;
        }
        for i in 0..(*hdr).nseg as usize {
            let slot = slot::of_block((*(*hdr).segs.add(i)).block);
            (*slot).note.sent += 1;
            (*slot).note.last = index;
        }
    }
}

/// Notes whether something of a frame is with the module still, results aside.
pub(super) fn note_stay(slot: &mut Slot) {
    let count = slot.count();
    let note = &mut slot.note;
    let bytes = note.kept && count - 1 > note.sent;
    note.stays = bytes || (note.alive && !note.sent_itself);
    (note.sent, note.sent_itself) = (0, false);
}

/// Lets go of the bytes of a frame that nobody else refers to; whether the batch must remember it further.
pub(super) fn stays_listed(slot: &mut Slot) -> bool {
    let open = !slot.note.said;
    if slot.note.kept && slot.count() == 1 && !slot.note.alive {
        slot.give_up();
    }
    let stays = open || slot.note.kept;
    if !stays {
        slot.unlist();
    }
    stays
}

/// Lets go of a frame of which nothing is left with the module.
pub(super) fn tidy(slot: &mut Slot) {
    if slot.note.kept {
        slot.give_up();
    }
    slot.unlist();
}

/// Ends a frame that is as it was given, handle and bytes.
///
/// # Safety
/// Nobody but the batch may use them again.
#[inline]
pub(super) unsafe fn retire(slot: *mut Slot) {
    // SAFETY: see the contract.
    unsafe {
        let Slot { hdr, block, note } = &mut *slot;
        debug_assert!(block.refs.load(Relaxed) & refs::HEADER != 0);
        (block.free)(block);
        hdr.holder = 0;
        block.refs.store(0, Relaxed);
        (note.kept, note.alive, note.listed) = (false, false, false);
        slot::give(slot);
    }
}
