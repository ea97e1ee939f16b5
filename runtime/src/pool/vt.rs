//! The functions of a frame that modules call through `FrameHdr::vt`, and what the loop does with a header.

use super::{field, local, memory::Pools};
use rogue_abi::{FrameHdr, FrameVt};
use rogue_sdk::frame::{Frame, ops, table::table};
use std::ptr;

/// The one table of this process.
pub static FRAME_VT: FrameVt = table::<Pools>();

/// Charges a frame to another account: who answers for it from now on. The books are the caller's to keep.
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

/// A share of a frame that `account` has made and answers for, so that the books of whoever has the frame stay as they
/// are; `None`: no memory.
pub fn share_for(frame: &Frame, account: u32) -> Option<Frame> {
    let mut twin = frame.share().ok()?;
    local::count(holder(frame), field::CREATED, u64::MAX);
    local::count(account, field::CREATED, 1);
    set_holder(&mut twin, account);
    Some(twin)
}

/// Address of a frame's header; tells handles apart, as `take_last_gone` does.
#[inline]
pub fn address(frame: &Frame) -> usize {
    frame_ptr(frame) as usize
}

#[inline(always)]
pub(super) fn frame_ptr(frame: &Frame) -> *mut FrameHdr {
    // SAFETY: `Frame` is `repr(transparent)` over a non-null pointer to its header.
    unsafe { *ptr::from_ref(frame).cast::<*mut FrameHdr>() }
}

/// Gives a frame back as dropped, counted in `field` instead of as consumed.
pub fn drop_as(frame: Frame, field: usize) {
    let hdr = frame.into_raw().as_ptr();
    // SAFETY: the handle is live and ours.
    local::charge_as(field, || unsafe { ops::release::<Pools>(hdr, rogue_abi::why::NORMAL) });
}

/// Gives a frame back that its module died with: counted as dropped by the fault, and described for its text
/// (`take_last_words`).
pub fn drop_inside(frame: Frame) {
    let hdr = frame.into_raw().as_ptr();
    // SAFETY: the handle is live and ours.
    unsafe { ops::release::<Pools>(hdr, rogue_abi::why::PANICKED) };
}
