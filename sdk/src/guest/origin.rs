//! Whether a frame is what the host gave, a part of it, or new.
//!
//! Used by [`super::batch`] for what leaves. What holds: bytes that the batch still refers to were never written, so a
//! frame over them needs only be named.
#![allow(unsafe_code)]

use super::slot::{self, Slot};
use crate::abi::{FrameHdr, Seg};
use crate::frame::raw::ABSENT;

/// Where the bytes of a frame are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// All the payload of a frame that was given, with the same room.
    Whole(*mut Slot),
    /// So many bytes from the one of that number on, and no room beyond.
    Part(*mut Slot, u32, u32),
    /// They are here only.
    New,
}

/// Where the bytes of a frame are from.
///
/// # Safety
/// `hdr` must be a live handle of this component's.
#[inline]
pub(super) unsafe fn origin(hdr: *mut FrameHdr) -> Origin {
    // SAFETY: see the contract; blocks of this component's frames lie in slots.
    unsafe {
        match (*hdr).nseg {
            0 => {
                let (slot, note) = (slot::of(hdr), &(*slot::of(hdr)).note);
                let whole = note.listed && note.alive && note.kept && note.size == 0;
                if whole { Origin::Whole(slot) } else { Origin::New }
            }
            1 => {
                let seg = &*(*hdr).segs;
                let slot = slot::of_block(seg.block);
                if (*slot).note.kept { within(seg, slot) } else { Origin::New }
            }
            _ => Origin::New,
        }
    }
}

/// The only segment of a frame, over a block that the batch refers to.
unsafe fn within(seg: &Seg, slot: *mut Slot) -> Origin {
    // SAFETY: the caller's slot lives.
    let Slot { block, note, .. } = unsafe { &*slot };
    let base = (seg.base.addr() - block.data.addr()) as u32;
    let room = seg.raw - seg.head - seg.tail;
    let (offset, len) = (base + seg.head, seg.end - seg.head);
    if base == 0 && room == note.size && (offset, len) == (0, note.payload) {
        return Origin::Whole(slot);
    }
    // Room beyond what is sent is what a part cannot have. Of bytes that are not here there is no other way to speak.
    let fits = room == len || seg.flags & ABSENT != 0;
    let inside = offset.checked_add(len).is_some_and(|end| end <= note.payload);
    if fits && inside { Origin::Part(slot, offset, len) } else { Origin::New }
}

/// Whether a frame is as it was given, and nobody else has its bytes.
///
/// # Safety
/// `slot` must be one that the batch has listed.
#[inline]
pub(super) unsafe fn is_as_given(slot: *mut Slot) -> bool {
    // SAFETY: see the contract; a live header's segments are initialised.
    unsafe {
        let Slot { hdr, note, .. } = &*slot;
        let count = if note.size == 0 { 1 } else { 2 };
        note.alive
            && note.kept
            && note.dropped.is_none()
            && (*slot).count() == count
            && super::outcome::Meta::of(hdr) == note.meta
            && hdr.segs.cast_const() == &raw const hdr.seg0
            && origin((&raw const *hdr).cast_mut()) == Origin::Whole(slot)
    }
}
