//! Frames made in a component: `frame::ops` over slots and bytes of its own.
//!
//! Used by `host::wasm` for requests, and by every frame through its table. What holds: memory that only one handle refers
//! to is there from the segment's first byte to its last; of a frame that was given, the room beyond the payload is made
//! when somebody is about to write or to count it as payload.
#![allow(unsafe_code)]

use super::{
    bytes,
    slot::{self, Slot},
};
use crate::abi::{Block, FrameHdr, FrameVt, Seg, refs};
use crate::frame::{
    ops::{self, Memory},
    table::table,
};
use std::{ptr, sync::atomic::Ordering::Relaxed};

/// A component's own memory.
pub(crate) struct Guest;

/// Who holds a frame of a component: there is one.
pub(super) const HOLDER: u32 = 1;

// SAFETY: `slot` gives a slot that `free_slot` takes back, its constant fields set by `Slot::new` and `slot::take`.
unsafe impl Memory for Guest {
    /// As the runtime's; its limit on a component's memory comes first.
    const MAX_FRAME: u32 = 1 << 30;

    fn slot(_: u64, cap: u32) -> *mut FrameHdr {
        let slot = slot::take();
        if slot.is_null() {
            return ptr::null_mut();
        }
        let (data, cap) = if cap == 0 { (ptr::null_mut(), 0) } else { bytes::take(cap) };
        // SAFETY: the slot is ours alone.
        unsafe {
            (*slot).note.kept = false;
            (*slot).block.data = data;
            (*slot).block.cap = cap;
            (*slot).block.free = own_gone;
            if data.is_null() && cap != 0 {
                slot::give(slot);
                return ptr::null_mut();
            }
        }
        slot.cast()
    }

    unsafe fn free_slot(slot: *mut FrameHdr) {
        // SAFETY: see the contract of `Memory`.
        unsafe { slot::give(slot::of(slot)) }
    }

    fn buffer_taken(_: u64, _: u32) -> u32 {
        0
    }

    fn fixed_size(_: u64) -> u32 {
        0
    }

    fn handle_made(_: u32) {}

    #[inline]
    fn handle_gone(hdr: *mut FrameHdr, _: u32, _: u32) {
        // SAFETY: the header is alive, so its slot is.
        unsafe { (*slot::of(hdr)).note.alive = false };
    }
}

/// Memory of [`bytes`] is no longer in use.
unsafe extern "C" fn own_gone(block: *mut Block) {
    // SAFETY: the block is alive during the call, and its memory is of `bytes::take`.
    unsafe { bytes::give((*block).data, (*block).cap) }
}

/// Memory of a `Vec` is no longer in use.
pub(super) unsafe extern "C" fn vec_gone(block: *mut Block) {
    // SAFETY: the block is alive during the call, and its memory is of a `Vec<u8>` of this capacity.
    unsafe { bytes::free((*block).data, (*block).cap as usize) }
}

/// A component's functions for frames.
pub(super) static TABLE: FrameVt = FrameVt { make_writable, ..table::<Guest>() };

/// A frame with room for `size` bytes; null when there is no memory, or it is larger than a frame may be.
pub(crate) fn request(size: u32, now_ns: u64) -> *mut FrameHdr {
    if size > Guest::MAX_FRAME {
        return ptr::null_mut();
    }
    ops::request::<Guest>(0, HOLDER, size, now_ns)
}

/// A frame around memory; null when there is none for the header, or it is longer than a frame may be.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) fn wrap(memory: Box<[u8]>) -> *mut FrameHdr {
    let hdr = ops::request::<Guest>(0, HOLDER, 0, 0);
    match u32::try_from(memory.len()) {
        Ok(len) if len <= Guest::MAX_FRAME && !hdr.is_null() => {
            // SAFETY: the frame is fresh and ours, and without a buffer.
            unsafe { put(slot::of(hdr), Box::into_raw(memory).cast(), vec_gone, len, len) };
            hdr
        }
        _ => {
            if !hdr.is_null() {
                // SAFETY: the frame is fresh and ours.
                unsafe { ops::release::<Guest>(hdr, crate::abi::why::NORMAL) };
            }
            ptr::null_mut()
        }
    }
}

/// Makes `payload` bytes at `data` the only buffer of a live frame without one, with room for `size` bytes.
///
/// # Safety
/// The slot must be the caller's, its block without a reference; `free` gives up that memory, which is nobody else's.
#[inline]
pub(super) unsafe fn put(
    slot: *mut Slot,
    data: *mut u8,
    free: unsafe extern "C" fn(*mut Block),
    payload: u32,
    size: u32,
) {
    // SAFETY: see the contract.
    unsafe {
        let Slot { hdr, block, .. } = &mut *slot;
        block.data = data;
        block.cap = payload;
        block.free = free;
        block.refs.store(refs::HEADER | 1, Relaxed);
        hdr.seg0 =
            Seg { block, base: block.data, raw: size, head: 0, tail: 0, end: payload, meta: 0, flags: 0 };
        hdr.nseg = 1;
        hdr.payload = payload;
        hdr.size = size;
    }
}

/// Makes segments private and their memory whole. What is shared with the batch only is not copied: the batch gives its
/// reference up, and knows by that that the host's bytes are no longer those here.
unsafe extern "C" fn make_writable(hdr: *mut FrameHdr, first: u32, count: u32) -> i32 {
    // SAFETY: the contract of `FrameVt`: a live handle of the caller's, whose segments are of blocks in slots.
    unsafe {
        let end = first.saturating_add(count).min((*hdr).nseg.into());
        for i in first..end {
            let seg = &mut *(*hdr).segs.add(i as usize);
            let slot = &mut *slot::of_block(seg.block);
            let batch_only = slot.note.kept && slot.count() == 2;
            let done = if batch_only || slot.count() == 1 { cover(seg, &mut slot.block) } else { copy(seg) };
            if !done {
                return -1;
            }
            if batch_only {
                slot.give_up();
            }
        }
        0
    }
}

/// Bytes of a block from the start of a segment on.
#[inline]
fn reach(seg: &Seg, block: &Block) -> u32 {
    block.cap.saturating_sub((seg.base.addr() - block.data.addr()) as u32)
}

/// Has the whole of a segment in memory, which it alone refers to; false when there is none.
fn cover(seg: &mut Seg, block: &mut Block) -> bool {
    let there = reach(seg, block);
    if there >= seg.raw {
        return true;
    }
    let (data, cap) = bytes::take(seg.raw);
    if data.is_null() {
        return false;
    }
    // SAFETY: what is there lies in the block from the segment's base on; the new memory is as long as the segment.
    unsafe {
        ptr::copy_nonoverlapping(seg.base, data, there.min(seg.end) as usize);
        (block.free)(block);
    }
    (block.data, block.cap, block.free) = (data, cap, own_gone);
    seg.base = data;
    true
}

/// Puts a segment on a copy of its bytes; false when there is no memory.
unsafe fn copy(seg: &mut Seg) -> bool {
    let new = <Guest as Memory>::slot(0, seg.raw.max(1));
    if new.is_null() {
        return false;
    }
    // SAFETY: the new slot is ours alone, and its header stays dead; the segment's reference keeps its block alive, and
    // somebody else has another, so that giving it up ends nothing.
    unsafe {
        let (old, new) = (&mut *seg.block, &mut (*slot::of(new)).block);
        ptr::copy_nonoverlapping(seg.base, new.data, reach(seg, old).min(seg.end) as usize);
        new.refs.store(1, Relaxed);
        old.refs.store(old.refs.load(Relaxed) - 1, Relaxed);
        seg.base = new.data;
        seg.block = new;
    }
    true
}
