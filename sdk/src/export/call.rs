//! One call as the shapes see it: frames offered ([`Input`]) and where results go ([`Out`]).
#![allow(unsafe_code)]

use crate::abi::{Call, FrameHdr, OutItem};
use crate::{Node, Result, frame::Frame, host};
use std::{marker::PhantomData, ptr::NonNull};

/// The frames on offer in a call; what is not taken stays with the host.
#[doc(hidden)]
pub struct Input<'a> {
    call: NonNull<Call>,
    /// Those of the call, kept at hand: `frames`, `len` and, written through, `taken`.
    frames: *mut *mut FrameHdr,
    len: u32,
    taken: u32,
    life: PhantomData<&'a mut Call>,
}

impl<'a> Input<'a> {
    /// # Safety
    /// `call` must be valid for `'a`, with `frames` holding `len` live handles.
    #[inline]
    pub(crate) unsafe fn new(call: NonNull<Call>) -> Input<'a> {
        // SAFETY: see the contract.
        let c = unsafe { &*call.as_ptr() };
        Input { call, frames: c.frames, len: c.len, taken: c.taken, life: PhantomData }
    }

    /// Whether the call offers nothing: a wake or a timer.
    #[inline]
    pub(crate) fn is_wake(&self) -> bool {
        self.len == 0
    }

    /// Whether all that was offered is taken.
    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.taken >= self.len
    }

    #[inline]
    fn set_taken(&mut self, taken: u32) {
        self.taken = taken;
        // SAFETY: see `new`.
        unsafe { (*self.call.as_ptr()).taken = taken };
    }

    /// Takes the next frame.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Frame> {
        if self.is_done() {
            return None;
        }
        let at = self.taken;
        self.set_taken(at + 1);
        // SAFETY: see `new`; `taken` was stored first, so the handle has one owner whatever happens.
        Some(unsafe { Frame::from_raw(NonNull::new_unchecked(*self.frames.add(at as usize))) })
    }

    /// The frame taken last goes back to the host.
    pub(crate) fn give_back(&mut self, frame: Frame) {
        if let Some(at) = self.taken.checked_sub(1) {
            // SAFETY: see `new`; the slot of the frame taken last is free to be written.
            unsafe { *self.frames.add(at as usize) = frame.into_raw().as_ptr() };
            self.set_taken(at);
        }
    }

    /// The frame taken last is done: what it left in `out` counts.
    #[inline]
    pub(crate) fn complete(&mut self, out: &Out<'_>) {
        // SAFETY: see `new`.
        unsafe { (*self.call.as_ptr()).completed_out = out.len }
    }
}

/// Asks the host for room for one more result at least: the list and its capacity, or nothing.
///
/// # Safety
/// `out` must be valid.
#[cold]
#[inline(never)]
unsafe fn grow(out: NonNull<crate::abi::Out>) -> Option<(*mut OutItem, u32)> {
    // SAFETY: see the contract.
    let (refused, out) = unsafe { (((*out.as_ptr()).grow)(out.as_ptr()) != 0, &*out.as_ptr()) };
    (!refused && out.len < out.cap).then_some((out.items, out.cap))
}

/// Where a module leaves frames. Lives as long as the call; cannot leave its thread.
///
/// What may be kept is a frame:
/// ```
/// # use rogue_sdk::prelude::*;
/// fn keep<T: 'static>(_: T) {}
/// fn accept(frame: Frame, out: Out) {
///     keep(frame);
/// }
/// ```
/// The list may not:
/// ```compile_fail
/// # use rogue_sdk::prelude::*;
/// fn keep<T: 'static>(_: T) {}
/// fn accept(frame: Frame, out: Out) {
///     keep(out); // "`out` has an anonymous lifetime but it needs to satisfy a `'static` lifetime requirement"
/// }
/// ```
pub struct Out<'a> {
    out: NonNull<crate::abi::Out>,
    /// Those of the host's list, kept at hand: `items`, `cap`, `limit` and, written through, `len`.
    items: *mut OutItem,
    cap: u32,
    limit: u32,
    len: u32,
    refused: bool,
    node: Node,
    call: PhantomData<(&'a mut crate::abi::Out, *const ())>,
}

impl<'a> Out<'a> {
    /// # Safety
    /// `out` must be valid for `'a`.
    #[inline]
    pub(crate) unsafe fn new(out: NonNull<crate::abi::Out>, node: Node) -> Out<'a> {
        // SAFETY: see the contract.
        let o = unsafe { &*out.as_ptr() };
        let (items, cap, limit, len) = (o.items, o.cap, o.limit, o.len);
        Out { out, items, cap, limit, len, refused: false, node, call: PhantomData }
    }

    /// Whether the batch is full: give no more than the frame in hand needs.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.len >= self.limit
    }

    /// How many more frames this batch wants.
    #[inline]
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.len) as usize
    }

    /// Sends a frame by output 0.
    #[inline]
    #[doc(alias = "sendFrame")]
    pub fn send(&mut self, frame: Frame) {
        self.send_to(0, frame);
    }

    /// Sends a frame by an output port. Frames leave in the order they are sent in.
    #[inline]
    pub fn send_to(&mut self, port: u32, frame: Frame) {
        let item = OutItem { frame: frame.into_raw().as_ptr(), port, _pad: 0 };
        if self.len == self.cap {
            // SAFETY: see `new`.
            match unsafe { grow(self.out) } {
                Some((items, cap)) => (self.items, self.cap) = (items, cap),
                None => {
                    self.refused = true;
                    host::drop_raw(&self.node, item.frame, crate::abi::reason::FAULT);
                    return;
                }
            }
        }
        // SAFETY: see `new`; `len < cap` holds, or `grow` made room.
        unsafe {
            *self.items.add(self.len as usize) = item;
            self.len += 1;
            (*self.out.as_ptr()).len = self.len;
        }
    }

    /// A frame with room for `size` bytes, payload 0, for output 0: answered by the pool of its primary
    /// link, across plugin borders too.
    ///
    /// # Errors
    /// When there is no memory, or `size` is more than the runtime allows for one frame.
    #[inline]
    #[doc(alias = "reqFrame")]
    pub fn request(&self, size: u32) -> Result<Frame> {
        host::request(&self.node, 0, size, false)
    }

    /// The same for any output; `zero_copy` says that memory of a device's own is welcome.
    ///
    /// # Errors
    /// As [`Out::request`].
    #[inline]
    #[doc(alias = "reqFrame")]
    pub fn request_for(&self, port: u32, size: u32, zero_copy: bool) -> Result<Frame> {
        host::request(&self.node, port, size, zero_copy)
    }

    /// Number of links of an output port; 0 = what is sent there is dropped as `unlinked`.
    pub fn links(&self, port: u32) -> u32 {
        self.node.links(port)
    }

    /// Whether the runtime refused a result of this call.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}
