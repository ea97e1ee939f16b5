//! The functions of a frame that modules call through `FrameHdr::vt`.

use super::{local, memory::Pools};
use rogue_abi::{FrameHdr, FrameVt, abi_stable::std_types::RStr};
use rogue_sdk::frame::{Frame, ops};
use std::{ffi::c_void, ptr};

/// The one table of this process.
pub static FRAME_VT: FrameVt = FrameVt {
    size: size_of::<FrameVt>() as u32,
    _pad: 0,
    release,
    share,
    slice,
    make_writable,
    append,
    extend,
    ensure_single,
    clear,
    extension,
    _reserved: [ptr::null(); 4],
};

// All of these: SAFETY: the contract of `rogue_abi::FrameVt` is that of `ops`.

unsafe extern "C" fn release(hdr: *mut FrameHdr, why: u32) {
    local::note_gone(hdr);
    // SAFETY: see above.
    unsafe { ops::release::<Pools>(hdr, why) }
}

unsafe extern "C" fn share(hdr: *mut FrameHdr) -> *mut FrameHdr {
    // SAFETY: see above.
    unsafe { ops::share::<Pools>(hdr) }
}

unsafe extern "C" fn slice(hdr: *mut FrameHdr, offset: u32, len: u32) -> *mut FrameHdr {
    // SAFETY: see above.
    unsafe { ops::slice::<Pools>(hdr, offset, len) }
}

unsafe extern "C" fn make_writable(hdr: *mut FrameHdr, first: u32, count: u32) -> i32 {
    // SAFETY: see above.
    unsafe { ops::make_writable::<Pools>(hdr, first, count) }
}

unsafe extern "C" fn append(hdr: *mut FrameHdr, other: *mut FrameHdr) -> i32 {
    // SAFETY: see above.
    unsafe { ops::append::<Pools>(hdr, other) }
}

unsafe extern "C" fn extend(hdr: *mut FrameHdr, size: u32) -> i32 {
    // SAFETY: see above.
    unsafe {
        let total = (*hdr).size.checked_add(size);
        if total.is_none_or(|total| total > super::MAX_FRAME_BYTES) {
            return -1;
        }
        ops::extend::<Pools>(hdr, size)
    }
}

unsafe extern "C" fn ensure_single(hdr: *mut FrameHdr) -> i32 {
    // SAFETY: see above.
    unsafe { ops::ensure_single::<Pools>(hdr) }
}

unsafe extern "C" fn clear(hdr: *mut FrameHdr) {
    // SAFETY: see above.
    unsafe { ops::clear::<Pools>(hdr) }
}

unsafe extern "C" fn extension(_id: RStr<'_>) -> *const c_void {
    ptr::null()
}

/// Charges a frame to another account: who answers for it from now on. `charged` says how many handles
/// changed hands, for the caller's books.
#[inline]
pub fn set_holder(frame: &mut Frame, holder: u32) {
    // SAFETY: `&mut Frame` is the only access to the header.
    unsafe { (*frame_ptr(frame)).holder = holder };
}

/// The account that answers for a frame now.
#[inline]
pub fn holder(frame: &Frame) -> u32 {
    // SAFETY: the handle is live while `frame` is.
    unsafe { (*frame_ptr(frame)).holder }
}

/// Address of a frame's header; tells handles apart, as `take_last_gone` does.
#[inline]
pub fn address(frame: &Frame) -> usize {
    frame_ptr(frame) as usize
}

fn frame_ptr(frame: &Frame) -> *mut FrameHdr {
    // SAFETY: `Frame` is `repr(transparent)` over a non-null pointer to its header.
    unsafe { *ptr::from_ref(frame).cast::<*mut FrameHdr>() }
}

/// Gives a frame back as dropped, counted in `field` instead of as consumed.
pub fn drop_as(frame: Frame, field: usize) {
    let hdr = frame.into_raw().as_ptr();
    // SAFETY: the handle is live and ours.
    local::charge_as(field, || unsafe { ops::release::<Pools>(hdr, rogue_abi::why::NORMAL) });
}
