//! A frame of what the host gave: its payload's memory as it came, or nothing but its size.
//!
//! Used by [`super::batch`]. What holds: the batch has a reference of the block beside the handle's, so that whoever
//! writes goes through the table first, and bytes that nobody wrote are known to be the host's.
#![allow(unsafe_code)]

use super::{
    discard,
    lent::{self, Head},
    memory::{self, Guest, HOLDER},
    origin::{Origin, origin},
    outcome::Meta,
    slot::{self, Slot},
};
use crate::abi::{Block, FrameHdr, Seg, refs};
use crate::frame::{ops, raw::ABSENT};
use std::{alloc::Layout, ptr, sync::atomic::Ordering::Relaxed};

/// What the host says of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    pub(crate) id: u32,
    pub(crate) meta: Meta,
    /// Room for payload in bytes.
    pub(crate) size: u32,
}

/// A frame of all its payload.
#[inline]
pub(super) fn whole(given: Given, payload: Vec<u8>, now_ns: u64) -> *mut Slot {
    let payload = payload.into_boxed_slice();
    let len = payload.len() as u32;
    let size = given.size.max(len);
    let slot = live(given, len, size, now_ns);
    // SAFETY: the slot is fresh and ours.
    unsafe {
        if size > 0 {
            memory::put(slot, Box::into_raw(payload).cast(), memory::vec_gone, len, size);
            (*slot).block.refs.store(refs::HEADER | 2, Relaxed);
        }
    }
    slot
}

/// A frame of all its payload, which lies in a buffer lent to the host.
///
/// # Safety
/// `data` must be `len` bytes of that buffer, and nobody else's until they are given up.
#[inline]
pub(super) unsafe fn within(
    given: Given,
    head: *mut Head,
    data: *mut u8,
    len: u32,
    now_ns: u64,
) -> *mut Slot {
    let size = given.size.max(len);
    let slot = live(given, len, size, now_ns);
    // SAFETY: the slot is fresh and ours; the rest see the contract.
    unsafe {
        if size > 0 {
            lent::take(head);
            (*slot).note.lent = head;
            memory::put(slot, data, lent::gone, len, size);
            (*slot).block.refs.store(refs::HEADER | 2, Relaxed);
        }
    }
    slot
}

/// A frame of which only the size of the payload is known.
#[inline]
pub(super) fn head(given: Given, payload: u32, now_ns: u64) -> *mut Slot {
    let size = given.size.max(payload);
    let slot = live(given, payload, size, now_ns);
    // SAFETY: the slot is fresh and ours.
    unsafe {
        if size > 0 {
            memory::put(slot, ptr::dangling_mut(), memory::vec_gone, 0, size);
            let Slot { hdr, block, .. } = &mut *slot;
            block.refs.store(refs::HEADER | 2, Relaxed);
            hdr.seg0 = Seg { end: payload, flags: ABSENT, ..hdr.seg0 };
            hdr.payload = payload;
        }
    }
    slot
}

/// A live frame without a buffer, which the batch has listed and refers to.
#[inline]
fn live(given: Given, payload: u32, size: u32, now_ns: u64) -> *mut Slot {
    unsafe extern "C" fn nothing(_: *mut Block) {}
    let slot = slot::take();
    if slot.is_null() {
        std::alloc::handle_alloc_error(Layout::new::<Slot>());
    }
    // SAFETY: the slot is fresh and ours.
    unsafe {
        let Slot { hdr, block, note } = &mut *slot;
        hdr.holder = HOLDER;
        given.meta.put(hdr);
        (hdr.payload, hdr.size, hdr.nseg) = (0, 0, 0);
        hdr.stamp_ns = now_ns;
        (block.data, block.cap, block.free) = (ptr::null_mut(), 0, nothing);
        block.refs.store(refs::HEADER | 1, Relaxed);
        note.id = given.id;
        note.payload = payload;
        note.size = size;
        note.meta = given.meta;
        (note.kept, note.listed, note.alive, note.said) = (true, true, true, false);
        note.dropped = None;
        (note.stays, note.sent, note.sent_itself, note.last) = (false, 0, false, 0);
    }
    slot
}

/// Gives a frame back under a reason of the card. Of a frame that the host gave, that is what became of it; of one that
/// was made here, and of a second handle, the host is told that there was one.
///
/// # Safety
/// `hdr` must be a live handle of this component's, which is not used again.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) unsafe fn drop_as(hdr: *mut FrameHdr, reason: u32) {
    // SAFETY: see the contract.
    unsafe {
        let itself = slot::of(hdr);
        let slot = match origin(hdr) {
            _ if (*itself).note.listed && (*itself).note.alive => Some(itself),
            // The last that is left of a frame stands for it.
            Origin::Whole(slot) if !(*slot).note.alive && (*slot).count() == 2 => Some(slot),
            _ => None,
        };
        if reason != crate::abi::reason::FAULT {
            match slot {
                Some(slot) if (*slot).note.dropped.is_none() && !(*slot).note.said => {
                    (*slot).note.dropped = Some(reason);
                }
                _ => discard::note(reason),
            }
        }
        ops::release::<Guest>(hdr, crate::abi::why::NORMAL);
    }
}
