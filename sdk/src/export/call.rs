//! One call as the shapes see it: frames offered ([`Input`]) and where results go ([`Out`]).
#![allow(unsafe_code)]

use crate::{Node, Result, frame::Frame, host};
use rogue_abi::{Call, OutItem};
use std::{marker::PhantomData, ptr::NonNull};

/// The frames on offer in a call; what is not taken stays with the host.
#[doc(hidden)]
pub struct Input<'a> {
    call: NonNull<Call>,
    life: PhantomData<&'a mut Call>,
}

impl<'a> Input<'a> {
    /// # Safety
    /// `call` must be valid for `'a`, with `frames` holding `len` live handles.
    pub(crate) unsafe fn new(call: NonNull<Call>) -> Input<'a> {
        Input { call, life: PhantomData }
    }

    /// Whether the call offers nothing: a wake or a timer.
    #[inline]
    pub(crate) fn is_wake(&self) -> bool {
        // SAFETY: see `new`.
        unsafe { (*self.call.as_ptr()).len == 0 }
    }

    /// Takes the next frame.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Frame> {
        // SAFETY: see `new`; `taken` is stored first, so the handle has one owner whatever happens.
        unsafe {
            let call = self.call.as_ptr();
            let at = (*call).taken;
            if at >= (*call).len {
                return None;
            }
            (*call).taken = at + 1;
            NonNull::new(*(*call).frames.add(at as usize)).map(|hdr| Frame::from_raw(hdr))
        }
    }

    /// The frame taken last goes back to the host.
    pub(crate) fn give_back(&mut self, frame: Frame) {
        // SAFETY: see `new`; the slot of the frame taken last is free to be written.
        unsafe {
            let call = self.call.as_ptr();
            if let Some(at) = (*call).taken.checked_sub(1) {
                *(*call).frames.add(at as usize) = frame.into_raw().as_ptr();
                (*call).taken = at;
            }
        }
    }

    /// The frame taken last is done: what it left in `out` counts.
    #[inline]
    pub(crate) fn complete(&mut self, out: &Out<'_>) {
        // SAFETY: see `new`.
        unsafe { (*self.call.as_ptr()).completed_out = out.len() }
    }
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
    out: NonNull<rogue_abi::Out>,
    node: Node,
    refused: bool,
    call: PhantomData<(&'a mut rogue_abi::Out, *const ())>,
}

impl<'a> Out<'a> {
    /// # Safety
    /// `out` must be valid for `'a`.
    pub(crate) unsafe fn new(out: NonNull<rogue_abi::Out>, node: Node) -> Out<'a> {
        Out { out, node, refused: false, call: PhantomData }
    }

    #[inline]
    pub(crate) fn len(&self) -> u32 {
        // SAFETY: see `new`.
        unsafe { (*self.out.as_ptr()).len }
    }

    /// Whether the batch is full: give no more than the frame in hand needs.
    #[inline]
    pub fn is_full(&self) -> bool {
        // SAFETY: see `new`.
        unsafe { (*self.out.as_ptr()).len >= (*self.out.as_ptr()).limit }
    }

    /// How many more frames this batch wants.
    #[inline]
    pub fn room(&self) -> usize {
        // SAFETY: see `new`.
        unsafe { (*self.out.as_ptr()).limit.saturating_sub((*self.out.as_ptr()).len) as usize }
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
        // SAFETY: see `new`; `len < cap` holds at the write, or `grow` made room.
        unsafe {
            let out = self.out.as_ptr();
            if (*out).len == (*out).cap && ((*out).grow)(out) != 0 {
                self.refused = true;
                host::drop_frame(&self.node, frame, rogue_abi::reason::FAULT);
                return;
            }
            *(*out).items.add((*out).len as usize) =
                OutItem { frame: frame.into_raw().as_ptr(), port, _pad: 0 };
            (*out).len += 1;
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
