//! The table of a frame's functions (`rogue_abi::FrameVt`), over any [`Memory`].
//!
//! Used by the runtime, by the bench and by components, which differ in their memory only.
#![allow(unsafe_code)]

use super::ops::{self, Memory};
use crate::abi::{FrameHdr, FrameVt, Name};
use std::{ffi::c_void, ptr};

/// The table for frames in `M`.
pub const fn table<M: Memory>() -> FrameVt {
    FrameVt {
        size: size_of::<FrameVt>() as u32,
        _pad: 0,
        release: release::<M>,
        share: share::<M>,
        slice: slice::<M>,
        make_writable: make_writable::<M>,
        append: append::<M>,
        extend: extend::<M>,
        ensure_single: ensure_single::<M>,
        clear: clear::<M>,
        extension,
        _reserved: [ptr::null(); 4],
    }
}

// The contract of `FrameVt`, to which callers hold themselves, is that of `ops`.

unsafe extern "C" fn release<M: Memory>(hdr: *mut FrameHdr, why: u32) {
    // SAFETY: see above.
    unsafe { ops::release::<M>(hdr, why) }
}

unsafe extern "C" fn share<M: Memory>(hdr: *mut FrameHdr) -> *mut FrameHdr {
    // SAFETY: see above.
    unsafe { ops::share::<M>(hdr) }
}

unsafe extern "C" fn slice<M: Memory>(hdr: *mut FrameHdr, offset: u32, len: u32) -> *mut FrameHdr {
    // SAFETY: see above.
    unsafe { ops::slice::<M>(hdr, offset, len) }
}

unsafe extern "C" fn make_writable<M: Memory>(hdr: *mut FrameHdr, first: u32, count: u32) -> i32 {
    // SAFETY: see above.
    unsafe { ops::make_writable::<M>(hdr, first, count) }
}

unsafe extern "C" fn append<M: Memory>(hdr: *mut FrameHdr, other: *mut FrameHdr) -> i32 {
    // SAFETY: see above.
    unsafe { ops::append::<M>(hdr, other) }
}

unsafe extern "C" fn extend<M: Memory>(hdr: *mut FrameHdr, size: u32) -> i32 {
    // SAFETY: see above.
    unsafe {
        let total = (*hdr).size.checked_add(size);
        if total.is_none_or(|total| total > M::MAX_FRAME) {
            return -1;
        }
        ops::extend::<M>(hdr, size)
    }
}

unsafe extern "C" fn ensure_single<M: Memory>(hdr: *mut FrameHdr) -> i32 {
    // SAFETY: see above.
    unsafe { ops::ensure_single::<M>(hdr) }
}

unsafe extern "C" fn clear<M: Memory>(hdr: *mut FrameHdr) {
    // SAFETY: see above.
    unsafe { ops::clear::<M>(hdr) }
}

unsafe extern "C" fn extension(_id: Name<'_>) -> *const c_void {
    ptr::null()
}
