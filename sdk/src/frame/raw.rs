//! The handle, and the only unsafe code of the frame's face: everything else in this folder's public part
//! is written in terms of the safe functions here.
//!
//! Called by the other files of `frame`, by `export`, and by the runtime. What holds: see `rogue_abi::frame`.
#![allow(unsafe_code)]

use super::FrameError;
use crate::abi::{FrameHdr, Seg, refs, why};
use std::{fmt, ptr::NonNull, sync::atomic::Ordering};

/// Whether frames may be a component's. Of such a frame the room beyond the payload is there only once it is needed, and
/// a module of metadata only is given no payload at all.
const GUEST: bool = cfg!(any(test, target_family = "wasm"));

/// In `Seg::flags`, in a component only: the payload was not given.
#[cfg(any(test, target_family = "wasm"))]
pub(crate) const ABSENT: u32 = ABSENT_BIT;
const ABSENT_BIT: u32 = 1;

/// A frame: metadata and 1..n buffers of payload, owned through an 8-byte handle.
///
/// Dropping a frame gives its memory back to the pool it came from, wherever that happens; the ledger
/// counts it as *consumed* by the node that holds it.
///
/// ```
/// use rogue_sdk::bench::Bench;
/// # use rogue_sdk::frame::FrameError;
/// let mut frame = Bench::frame(16)?;             // capacity 16, payload 0
/// frame.write(0, b"hello")?;                     // payload grows with what is written
/// assert_eq!((frame.size(), frame.payload(), frame.available()), (16, 5, 11));
/// assert!(frame.write(10, b"too long").is_err());
/// assert_eq!(frame.payload(), 5);                // a failed call changes nothing
/// # Ok::<(), FrameError>(())
/// ```
#[repr(transparent)]
#[doc(alias = "FramePtr")]
pub struct Frame(NonNull<FrameHdr>);

// SAFETY: the handle is the only one to its header, and blocks are reached through atomic counts.
unsafe impl Send for Frame {}
// SAFETY: `&Frame` only reads the header; bytes of a shared block are never written.
unsafe impl Sync for Frame {}

impl Frame {
    /// Takes over a handle.
    ///
    /// # Safety
    /// `hdr` must be a live handle (from the host, or from [`Frame::into_raw`]) that the caller owns.
    pub unsafe fn from_raw(hdr: NonNull<FrameHdr>) -> Frame {
        Frame(hdr)
    }

    /// Gives the handle up without giving the frame back.
    pub fn into_raw(self) -> NonNull<FrameHdr> {
        let hdr = self.0;
        std::mem::forget(self);
        hdr
    }

    /// The handle, still owned by `self`.
    pub(crate) fn as_ptr(&self) -> *mut FrameHdr {
        self.0.as_ptr()
    }

    #[inline]
    pub(super) fn hdr(&self) -> &FrameHdr {
        // SAFETY: the handle is live while `self` is, and nobody writes the header but its owner.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(super) fn hdr_mut(&mut self) -> &mut FrameHdr {
        // SAFETY: as above, and `&mut self` makes this the only access.
        unsafe { self.0.as_mut() }
    }

    #[inline]
    pub(super) fn segs(&self) -> &[Seg] {
        let hdr = self.hdr();
        // SAFETY: `segs` points to at least `nseg` segments for as long as the header lives unchanged.
        unsafe { std::slice::from_raw_parts(hdr.segs, hdr.nseg as usize) }
    }

    #[inline]
    pub(super) fn segs_mut(&mut self) -> &mut [Seg] {
        let hdr = self.hdr_mut();
        // SAFETY: as above; private to the owner of the handle.
        unsafe { std::slice::from_raw_parts_mut(hdr.segs, hdr.nseg as usize) }
    }

    /// Brings the header's sums in line with its segments. To be called after every change of one.
    #[inline]
    pub(super) fn recount(&mut self) {
        let (mut payload, mut size) = (0, 0);
        for seg in self.segs() {
            payload += seg.end - seg.head;
            size += seg.raw - seg.head - seg.tail;
        }
        let hdr = self.hdr_mut();
        hdr.payload = payload;
        hdr.size = size;
        self.cover();
    }

    /// Whether some of the payload was not given to this component.
    #[inline]
    pub(crate) fn is_absent(&self) -> bool {
        GUEST && self.segs().iter().any(|seg| seg.flags & ABSENT_BIT != 0)
    }

    /// Bytes of payload that can be read.
    #[inline]
    pub(super) fn present(&self) -> u32 {
        if self.is_absent() { 0 } else { self.payload() }
    }

    /// Has memory behind all of the payload. To be called after the end of a segment moved.
    #[inline]
    pub(super) fn cover(&mut self) {
        if GUEST {
            (0..self.buffer_count()).for_each(|index| self.cover_segment(index));
        }
    }

    fn cover_segment(&mut self, index: usize) {
        let seg = self.segs()[index];
        // SAFETY: a segment holds a reference, so its block is alive.
        let (data, cap) = unsafe { ((*seg.block).data.addr(), (*seg.block).cap) };
        let reach = seg.base.addr().wrapping_sub(data) + seg.end as usize;
        if reach <= cap as usize || seg.flags & ABSENT_BIT != 0 {
            return;
        }
        // SAFETY: the handle is live and ours; the segment exists.
        let rc = unsafe { ((*self.hdr().vt).make_writable)(self.as_ptr(), index as u32, 1) };
        if rc != 0 {
            // As for any allocation that an author does not see: the component ends.
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<Seg>());
        }
    }

    /// Payload bytes of one segment.
    #[inline]
    pub(super) fn seg_payload(&self, index: usize) -> &[u8] {
        match self.segs().get(index) {
            Some(seg) if GUEST && seg.flags & ABSENT_BIT != 0 => &[],
            // SAFETY: `base..base + raw` is memory of a block that the segment keeps alive, initialised
            // when the pool made it; `head <= end <= raw`; no handle may write it while another reads.
            Some(seg) => unsafe {
                std::slice::from_raw_parts(seg.base.add(seg.head as usize), (seg.end - seg.head) as usize)
            },
            None => &[],
        }
    }

    /// Makes `count` segments from `first` writable, copying those whose memory another handle shares.
    #[inline]
    pub(super) fn make_writable(&mut self, first: usize, count: usize) -> Result<(), FrameError> {
        if self.is_absent() {
            return Err(FrameError::NoPayload);
        }
        let shared = self.segs().iter().skip(first).take(count).any(|seg| !is_private(seg));
        if !shared {
            return Ok(());
        }
        // SAFETY: the handle is live and ours; the range was cut to existing segments by the host.
        let rc = unsafe { ((*self.hdr().vt).make_writable)(self.as_ptr(), first as u32, count as u32) };
        if rc == 0 { Ok(()) } else { Err(FrameError::NoMemory) }
    }

    /// Room of one segment, from its head room to its tail room, after [`Frame::make_writable`] of it;
    /// empty when it is shared all the same.
    #[inline]
    pub(super) fn seg_room_mut(&mut self, index: usize) -> &mut [u8] {
        match self.segs_mut().get_mut(index) {
            // SAFETY: as in `seg_payload`; the memory is private to this handle, which `self` borrows.
            Some(seg) if is_private(seg) => unsafe {
                let len = seg.raw - seg.head - seg.tail;
                std::slice::from_raw_parts_mut(seg.base.add(seg.head as usize), len as usize)
            },
            _ => &mut [],
        }
    }

    /// The usual write: copies `from` to `offset` and raises the payload to the end of it, when there is exactly one
    /// buffer, it is private, and it has the room. Else nothing happens, and the answer is false.
    #[inline]
    pub(super) fn write_single(&mut self, offset: u32, from: &[u8]) -> bool {
        let hdr = self.hdr_mut();
        if hdr.nseg != 1 {
            return false;
        }
        // SAFETY: `segs` points to at least `nseg` segments, private to the owner of the handle.
        let seg = unsafe { &mut *hdr.segs };
        let end = u64::from(offset) + from.len() as u64;
        if end > u64::from(hdr.size) || !is_private(seg) {
            return false;
        }
        // SAFETY: one segment, so `size` is its room from the head room to the tail room, and `end` lies within it;
        // the memory is private to this handle, which is borrowed for writing, so `from` is elsewhere.
        unsafe {
            let to = seg.base.add((seg.head + offset) as usize);
            std::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
        }
        let end = end as u32;
        if end > hdr.payload {
            hdr.payload = end;
            seg.end = seg.head + end;
        }
        true
    }

    /// Payload bytes of one segment, after [`Frame::make_writable`] of it; empty when it is shared all the same.
    #[inline]
    pub(super) fn seg_payload_mut(&mut self, index: usize) -> &mut [u8] {
        match self.segs_mut().get_mut(index) {
            // SAFETY: as in `seg_room_mut`.
            Some(seg) if is_private(seg) => unsafe {
                let len = seg.end - seg.head;
                std::slice::from_raw_parts_mut(seg.base.add(seg.head as usize), len as usize)
            },
            _ => &mut [],
        }
    }

    /// A second handle over the same memory, metadata copied. Writing through either copies the buffers it
    /// writes to first: head room and payload; what lay beyond the payload is not kept.
    ///
    /// # Errors
    /// [`FrameError::NoMemory`].
    pub fn share(&self) -> Result<Frame, FrameError> {
        // SAFETY: the handle is live; `share` reads it only.
        let raw = unsafe { ((*self.hdr().vt).share)(self.as_ptr()) };
        NonNull::new(raw).map(Frame).ok_or(FrameError::NoMemory)
    }

    /// A sub-frame over `len` payload bytes from `offset`, without a copy, metadata copied. It has no head
    /// room and no room beyond `len`.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`], [`FrameError::NoMemory`].
    pub fn slice(&self, offset: u32, len: u32) -> Result<Frame, FrameError> {
        self.within(offset, len as usize)?;
        // SAFETY: the handle is live; `slice` reads it only; the range was checked.
        let raw = unsafe { ((*self.hdr().vt).slice)(self.as_ptr(), offset, len) };
        NonNull::new(raw).map(Frame).ok_or(FrameError::NoMemory)
    }

    /// Moves all buffers of `other` to the end of this frame, in order, without a copy. The metadata of
    /// `other` is given up, that of `self` stays (spec section 1, `appendFrame`; a frame of one buffer is
    /// Rogue's `appendBuffer`).
    ///
    /// # Errors
    /// [`FrameError::NoMemory`], with `other` given back, when there would be more than 65,535 buffers.
    #[doc(alias = "appendFrame")]
    #[doc(alias = "appendBuffer")]
    pub fn append(&mut self, other: Frame) -> Result<(), (FrameError, Frame)> {
        // SAFETY: both handles are live and ours; on success the host has taken `other` over.
        let rc = unsafe { ((*self.hdr().vt).append)(self.as_ptr(), other.as_ptr()) };
        if rc == 0 {
            std::mem::forget(other);
            Ok(())
        } else {
            Err((FrameError::NoMemory, other))
        }
    }

    /// Adds room for `size` more bytes from the pool that the frame came from.
    ///
    /// # Errors
    /// [`FrameError::NoMemory`].
    pub fn extend(&mut self, size: u32) -> Result<(), FrameError> {
        // SAFETY: the handle is live and ours.
        let rc = unsafe { ((*self.hdr().vt).extend)(self.as_ptr(), size) };
        if rc == 0 { Ok(()) } else { Err(FrameError::NoMemory) }
    }

    /// Gathers the payload into exactly one buffer, copying when there are several. Metadata stays (the
    /// original loses it: spec section 7).
    ///
    /// # Errors
    /// [`FrameError::NoMemory`].
    #[doc(alias = "ensureSingleBuffer")]
    pub fn ensure_single_buffer(&mut self) -> Result<(), FrameError> {
        if self.is_absent() {
            return Err(FrameError::NoPayload);
        }
        if self.hdr().nseg == 1 {
            return Ok(());
        }
        // SAFETY: the handle is live and ours.
        let rc = unsafe { ((*self.hdr().vt).ensure_single)(self.as_ptr()) };
        if rc == 0 { Ok(()) } else { Err(FrameError::NoMemory) }
    }

    /// Gives all buffers back; metadata stays.
    pub fn clear(&mut self) {
        // SAFETY: the handle is live and ours.
        unsafe { ((*self.hdr().vt).clear)(self.as_ptr()) }
    }
}

/// Whether nobody else has a reference to the memory of this segment.
#[inline]
fn is_private(seg: &Seg) -> bool {
    // SAFETY: a segment holds a reference, so its block is alive. Acquire: what others wrote and read
    // before they let go happened before what we write now.
    unsafe { (*seg.block).refs.load(Ordering::Acquire) & refs::COUNT == 1 }
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        let reason = if std::thread::panicking() { why::PANICKED } else { why::NORMAL };
        // SAFETY: the handle is live and ours, and is not used again.
        unsafe { ((*self.hdr().vt).release)(self.0.as_ptr(), reason) }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("channel", &self.channel())
            .field("error", &self.error())
            .field("flags", &format_args!("{:#06x}", self.flags()))
            .field("payload", &self.payload())
            .field("size", &self.size())
            .field("buffers", &self.buffer_count())
            .finish()
    }
}
