//! Frames over plain memory: one allocation per slot, freed at once, zeroed when made.
//!
//! Used by `host` and `instance`; [`crate::frame::ops`] does the rest. What holds: a slot starts at a multiple
//! of 64 bytes, and so does the data of its block, which is header and block (128 bytes) further on.
#![allow(unsafe_code)]

use super::account::{Account, Test};
use crate::{
    Frame,
    frame::{
        ops::{self, Memory},
        table::table,
    },
};
use rogue_abi::{Block, FrameHdr, FrameVt, FreeFn, Seg, why};
use std::{
    alloc::Layout,
    ffi::c_void,
    ptr::{self, NonNull},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// Most bytes of one frame on the bench: enough for a test, little enough for the machine it runs on.
pub(super) const MAX_FRAME: u32 = 256 << 20;

/// Start of slots and of their data.
const ALIGN: usize = 64;

/// What lies before the data of a slot.
const HEAD: usize = size_of::<FrameHdr>() + size_of::<Block>();

const _: () = assert!(HEAD.is_multiple_of(ALIGN) && ALIGN >= align_of::<FrameHdr>());

/// The heap as memory for frames; owners and holders are accounts.
pub(super) struct Heap;

fn layout(cap: u32) -> Option<Layout> {
    Layout::from_size_align(HEAD + cap as usize, ALIGN).ok()
}

// SAFETY: `slot` gives zeroed memory of a layout that `free_slot` finds again (`home` is the capacity it was
// made with), with the constant fields set.
unsafe impl Memory for Heap {
    const MAX_FRAME: u32 = MAX_FRAME;

    fn slot(owner: u64, cap: u32) -> *mut FrameHdr {
        let (Some(account), Some(layout)) = (Account::get(owner), layout(cap)) else {
            return ptr::null_mut();
        };
        if cap > MAX_FRAME {
            return ptr::null_mut();
        }
        // SAFETY: the layout is not empty. What is written lies within it; all-zero is a valid header
        // with null pointers, which are set before anyone sees it.
        unsafe {
            let at = std::alloc::alloc_zeroed(layout);
            let hdr = at.cast::<FrameHdr>();
            if hdr.is_null() {
                return hdr;
            }
            (*hdr).home = cap;
            (*hdr).vt = vt();
            (*hdr).segcap = 1;
            (*hdr).segs = &raw mut (*hdr).seg0;
            let block = Block { refs: AtomicU32::new(0), cap, data: at.add(HEAD), free: buffer_gone, owner };
            ptr::write(ops::own_block(hdr), block);
            account.test.bytes.fetch_add(layout.size() as u64, Relaxed);
            hdr
        }
    }

    unsafe fn free_slot(slot: *mut FrameHdr) {
        // SAFETY: the slot is one of ours and dead.
        unsafe {
            let owner = (*ops::own_block(slot)).owner;
            if let Some(layout) = layout((*slot).home) {
                if let Some(account) = Account::get(owner) {
                    account.test.bytes.fetch_sub(layout.size() as u64, Relaxed);
                }
                std::alloc::dealloc(slot.cast(), layout);
            }
        }
    }

    fn buffer_taken(owner: u64, _cap: u32) -> u32 {
        Account::get(owner).map_or(0, |account| {
            account.test.buffers.fetch_add(1, Relaxed);
            account.next_sequence()
        })
    }

    fn fixed_size(owner: u64) -> u32 {
        Account::get(owner).map_or(0, |account| account.fixed_size.load(Relaxed))
    }

    fn handle_made(holder: u32) {
        if let Some(account) = Account::get(holder.into()) {
            account.test.frames.fetch_add(1, Relaxed);
            account.live.fetch_add(1, Relaxed);
            account.created.fetch_add(1, Relaxed);
        }
    }

    fn handle_gone(_: *mut FrameHdr, holder: u32, reason: u32) {
        if let Some(account) = Account::get(holder.into()) {
            account.test.frames.fetch_sub(1, Relaxed);
            account.live.fetch_sub(1, Relaxed);
            let count = if reason == why::PANICKED { &account.panicked } else { &account.consumed };
            count.fetch_add(1, Relaxed);
        }
    }
}

/// A buffer is no longer in use.
unsafe extern "C" fn buffer_gone(block: *mut Block) {
    // SAFETY: the block is alive during the call.
    if let Some(account) = Account::get(unsafe { (*block).owner }) {
        account.test.buffers.fetch_sub(1, Relaxed);
    }
}

static TABLE: FrameVt = table::<Heap>();

/// The bench's functions for frames.
pub(super) fn vt() -> *const FrameVt {
    &raw const TABLE
}

/// A frame from the pool `owner`, held by `holder`; null when there is no memory.
pub(super) fn request(owner: &Account, holder: &Account, size: u32, now_ns: u64) -> *mut FrameHdr {
    if size > MAX_FRAME {
        return ptr::null_mut();
    }
    ops::request::<Heap>(owner.id.into(), holder.id, size, now_ns)
}

/// A frame of the test's own.
pub(super) fn frame(fixed_size: u32, size: u32) -> Option<Frame> {
    let account = Test::current().pool(fixed_size);
    // SAFETY: the handle is fresh and ours.
    NonNull::new(request(account, account, size, 0)).map(|hdr| unsafe { Frame::from_raw(hdr) })
}

/// How the owner of wrapped memory gets it back; lies in the data of the slot that stands for it.
struct Wrapped {
    free: FreeFn,
    ctx: *mut c_void,
}

/// A frame around foreign memory.
pub(super) fn wrap(
    holder: &Account,
    data: *mut u8,
    len: u32,
    free: FreeFn,
    ctx: *mut c_void,
) -> *mut FrameHdr {
    let hdr = request(holder.test.pool(0), holder, size_of::<Wrapped>() as u32, 0);
    if hdr.is_null() {
        return hdr;
    }
    // SAFETY: the frame is fresh and ours; its one buffer is the slot's own, aligned for anything.
    unsafe {
        let block = ops::own_block(hdr);
        ptr::write((*block).data.cast(), Wrapped { free, ctx });
        (*block).data = data;
        (*block).cap = len;
        (*block).free = unwrap;
        let h = &mut *hdr;
        h.seg0 = Seg { base: data, raw: len, end: len, ..h.seg0 };
        h.size = len;
        h.payload = len;
    }
    hdr
}

unsafe extern "C" fn unwrap(block: *mut Block) {
    // SAFETY: only `wrap` has this called, once, when nothing refers to the memory any more.
    unsafe {
        let slot = ops::slot_of(block).cast::<u8>();
        let wrapped = slot.add(HEAD).cast::<Wrapped>().read();
        (wrapped.free.0)(wrapped.ctx, (*block).data);
        buffer_gone(block);
    }
}

/// Hands a frame from the account that holds it to another; false when it is none of the bench's.
pub(super) fn hand_over(frame: &mut Frame, to: &Account) -> bool {
    let hdr = frame.as_ptr();
    // SAFETY: the handle is live and ours.
    unsafe {
        if !ptr::eq((*hdr).vt, vt()) {
            return false;
        }
        if let Some(from) = Account::get((*hdr).holder.into()) {
            from.live.fetch_sub(1, Relaxed);
            from.test.frames.fetch_sub(1, Relaxed);
        }
        (*hdr).holder = to.id;
        to.live.fetch_add(1, Relaxed);
        to.test.frames.fetch_add(1, Relaxed);
    }
    true
}
