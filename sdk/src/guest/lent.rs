//! One buffer that a component lends to the host, which writes the frames of a call into it: records first, payloads
//! behind them. So a call of frames needs no room to be made for each list, and nothing is freed after it.
//!
//! Asked for by the host through `cabi_realloc` with an alignment of [`ALIGN`], which no list of the contract has; a host
//! that does not know of it asks for each list by itself. What holds: the host writes only while [`Head::refs`] is 0, and
//! only from [`RECORDS`] on; a buffer in which somebody still has bytes when the host asks for another lives until they
//! are given up. The host's side is `load/wasm/frames.rs` of the runtime.
#![allow(unsafe_code)]

use super::slot;
use crate::abi::Block;
use std::{
    alloc::{Layout, alloc, dealloc},
    cell::Cell,
    ptr,
};

/// The alignment that asks for a buffer.
pub(crate) const ALIGN: usize = 8;
/// Where records begin.
pub(crate) const RECORDS: usize = size_of::<Head>();
/// First bytes of a buffer.
const MARK: [u8; 8] = *b"RGLENT01";

/// The front of a buffer, which the host reads.
#[repr(C, align(8))]
pub(crate) struct Head {
    mark: [u8; 8],
    /// Its own address.
    at: u32,
    /// Blocks of frames whose bytes lie in it.
    refs: u32,
    /// Bytes of all of it.
    size: u32,
    /// The host may write into it.
    current: bool,
    _reserved: [u32; 2],
}

const _: () = assert!(RECORDS == 32);

thread_local! {
    static CURRENT: Cell<*mut Head> = const { Cell::new(ptr::null_mut()) };
}

/// Makes the buffer that the host writes into from now on; null where there is no memory, and none is lent then.
pub(crate) fn make(size: usize) -> *mut u8 {
    let before = CURRENT.replace(ptr::null_mut());
    // SAFETY: it was made here, and is freed once: here, or when the last of its bytes is given up.
    unsafe {
        if !before.is_null() {
            (*before).current = false;
            end(before);
        }
    }
    let (Ok(layout), Ok(size32)) = (Layout::from_size_align(size.max(RECORDS), ALIGN), u32::try_from(size))
    else {
        return ptr::null_mut();
    };
    // SAFETY: the layout is not empty.
    let head: *mut Head = unsafe { alloc(layout) }.cast();
    if !head.is_null() {
        let front = Head {
            mark: MARK,
            at: head.addr() as u32,
            refs: 0,
            size: size32,
            current: true,
            _reserved: [0; 2],
        };
        // SAFETY: fresh, and large enough.
        unsafe { head.write(front) };
        CURRENT.set(head);
    }
    head.cast()
}

/// The buffer whose records begin there, if it is the one that is lent.
#[inline]
pub(crate) fn at(records: *const u8) -> Option<*mut Head> {
    let head = CURRENT.get();
    (!head.is_null() && records.addr() == head.addr() + RECORDS).then_some(head)
}

/// A block's bytes lie in it.
///
/// # Safety
/// `head` must be a buffer of [`at`].
#[inline]
pub(super) unsafe fn take(head: *mut Head) {
    // SAFETY: see the contract.
    unsafe { (*head).refs += 1 }
}

/// A block of a frame that was given in the buffer: nobody refers to its bytes any more.
pub(super) unsafe extern "C" fn gone(block: *mut Block) {
    // SAFETY: the block lies in a slot, whose note says which buffer it is of; that lives as long as it has references.
    unsafe {
        let head = (*slot::of_block(block)).note.lent;
        (*head).refs -= 1;
        if !(*head).current {
            end(head);
        }
    }
}

/// Frees a buffer that is lent no more, once nobody has bytes in it.
#[cold]
unsafe fn end(head: *mut Head) {
    // SAFETY: made by `make`, with this layout.
    unsafe {
        if (*head).refs == 0
            && let Ok(layout) = Layout::from_size_align(((*head).size as usize).max(RECORDS), ALIGN)
        {
            dealloc(head.cast(), layout);
        }
    }
}

#[cfg(test)]
/// Whether the host may write into a buffer.
pub(super) fn is_free(head: *const u8) -> bool {
    // SAFETY: tests ask of buffers that live.
    let head = unsafe { &*head.cast::<Head>() };
    head.mark == MARK && head.refs == 0 && head.current
}
