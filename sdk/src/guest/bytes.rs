//! Memory of payloads made here, kept for reuse.
//!
//! Used by [`super::memory`]. What holds: what is given was zeroed once, and may hold bytes of earlier frames of the same
//! instance; sizes are powers of two from [`LEAST`] on, and at most [`KEPT`] bytes of each size are kept.
#![allow(unsafe_code)]

use std::{
    alloc::{Layout, alloc_zeroed, dealloc},
    cell::RefCell,
    ptr::{self, NonNull},
};

/// Smallest piece: what costs least is not worth more classes.
const LEAST: usize = 64;
/// Number of sizes that are kept: 64 bytes to 1 MiB, the largest that a batch is made of.
const CLASSES: usize = 15;
/// Most bytes of one size that are kept: one batch.
const KEPT: usize = 1 << 20;

thread_local! {
    static SPARE: RefCell<[Vec<NonNull<u8>>; CLASSES]> = const { RefCell::new([const { Vec::new() }; CLASSES]) };
}

fn layout(cap: usize) -> Option<Layout> {
    // Alignment 1 is what the canonical ABI asks for, so that memory of either origin is given back in one way.
    Layout::from_size_align(cap, 1).ok()
}

fn class(cap: usize) -> Option<usize> {
    let class = (cap / LEAST).trailing_zeros() as usize;
    (cap.is_power_of_two() && cap >= LEAST && class < CLASSES).then_some(class)
}

/// At least `len` bytes, and how many: a null pointer when there is no memory.
pub(super) fn take(len: u32) -> (*mut u8, u32) {
    let Some(cap) = (len as usize).max(LEAST).checked_next_power_of_two() else {
        return (ptr::null_mut(), 0);
    };
    let Ok(cap_u32) = u32::try_from(cap) else { return (ptr::null_mut(), 0) };
    let spare = class(cap).and_then(|class| SPARE.with_borrow_mut(|spare| spare[class].pop()));
    let data = spare.map_or_else(
        // SAFETY: the layout is not empty.
        || layout(cap).map_or(ptr::null_mut(), |layout| unsafe { alloc_zeroed(layout) }),
        NonNull::as_ptr,
    );
    (data, cap_u32)
}

/// Takes back what [`take`] gave.
///
/// # Safety
/// `data` and `cap` must be from `take`, and not be used again.
pub(super) unsafe fn give(data: *mut u8, cap: u32) {
    let cap = cap as usize;
    let kept = class(cap).zip(NonNull::new(data)).is_some_and(|(class, data)| {
        SPARE.with_borrow_mut(|spare| {
            let room = (spare[class].len() + 1) * cap <= KEPT;
            if room {
                spare[class].push(data);
            }
            room
        })
    });
    if !kept {
        // SAFETY: see the contract.
        unsafe { free(data, cap) };
    }
}

/// A list of bytes as the canonical ABI gives it.
///
/// # Safety
/// `data` must be an allocation of `len` bytes with alignment 1, or `len` be 0; it is the list's.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) unsafe fn list(data: *mut u8, len: usize) -> Vec<u8> {
    if len == 0 {
        return Vec::new();
    }
    // SAFETY: see the contract.
    unsafe { Vec::from_raw_parts(data, len, len) }
}

/// Frees memory of an alignment of 1.
///
/// # Safety
/// `data` must be an allocation of `cap` bytes with alignment 1, or `cap` be 0; it is not used again.
pub(super) unsafe fn free(data: *mut u8, cap: usize) {
    if let Some(layout) = layout(cap).filter(|layout| layout.size() > 0) {
        // SAFETY: see the contract.
        unsafe { dealloc(data, layout) };
    }
}
