//! Metadata, sizes, and reading and writing bytes at an offset (spec section 1).

use super::{Buffer, BufferMut, Frame, FrameError, Reader, Writer};
use crate::abi::Seg;

/// Metadata. All of it starts at 0.
impl Frame {
    /// Channel number.
    #[inline]
    #[doc(alias = "getChannel")]
    pub fn channel(&self) -> u8 {
        self.hdr().chan
    }

    /// Sets the channel number.
    #[inline]
    #[doc(alias = "setChannel")]
    pub fn set_channel(&mut self, channel: u8) {
        self.hdr_mut().chan = channel;
    }

    /// Error code, 0 = good.
    #[inline]
    #[doc(alias = "getError")]
    pub fn error(&self) -> u8 {
        self.hdr().error
    }

    /// Sets the error code.
    #[inline]
    #[doc(alias = "setError")]
    pub fn set_error(&mut self, error: u8) {
        self.hdr_mut().error = error;
    }

    /// All 16 flag bits.
    #[inline]
    #[doc(alias = "getFlags")]
    pub fn flags(&self) -> u16 {
        self.hdr().flags
    }

    /// Sets all 16 flag bits.
    #[inline]
    #[doc(alias = "setFlags")]
    pub fn set_flags(&mut self, flags: u16) {
        self.hdr_mut().flags = flags;
    }

    /// The low byte of the flags.
    #[inline]
    #[doc(alias = "getFirstUser")]
    pub fn first_user(&self) -> u8 {
        self.flags().to_le_bytes()[0]
    }

    /// Replaces the low byte of the flags. (The original can only set bits here; [`Frame::or_first_user`]
    /// does as it does.)
    #[doc(alias = "setFirstUser")]
    pub fn set_first_user(&mut self, value: u8) {
        self.set_flags(u16::from_le_bytes([value, self.last_user()]));
    }

    /// Sets bits of the low byte of the flags, as the original's `setFirstUser` does.
    pub fn or_first_user(&mut self, bits: u8) {
        self.set_first_user(self.first_user() | bits);
    }

    /// The high byte of the flags.
    #[inline]
    #[doc(alias = "getLastUser")]
    pub fn last_user(&self) -> u8 {
        self.flags().to_le_bytes()[1]
    }

    /// Replaces the high byte of the flags. (The original can only set bits here; [`Frame::or_last_user`]
    /// does as it does.)
    #[doc(alias = "setLastUser")]
    pub fn set_last_user(&mut self, value: u8) {
        self.set_flags(u16::from_le_bytes([self.first_user(), value]));
    }

    /// Sets bits of the high byte of the flags, as the original's `setLastUser` does.
    pub fn or_last_user(&mut self, bits: u8) {
        self.set_last_user(self.last_user() | bits);
    }

    /// Copies channel, error and flags of another frame.
    pub fn copy_metadata(&mut self, from: &Frame) {
        let (channel, error, flags) = (from.channel(), from.error(), from.flags());
        let hdr = self.hdr_mut();
        hdr.chan = channel;
        hdr.error = error;
        hdr.flags = flags;
    }

    /// Monotonic nanoseconds at which the frame was requested.
    #[inline]
    pub fn stamp_ns(&self) -> u64 {
        self.hdr().stamp_ns
    }
}

/// Sizes, in bytes.
impl Frame {
    /// Capacity for payload over all buffers.
    #[inline]
    #[doc(alias = "getSize")]
    pub fn size(&self) -> u32 {
        self.hdr().size
    }

    /// Valid bytes over all buffers.
    #[inline]
    #[doc(alias = "getPayload")]
    pub fn payload(&self) -> u32 {
        self.hdr().payload
    }

    /// Room left: `size - payload`, 0 where tail room overlaps payload.
    #[inline]
    #[doc(alias = "getAvailable")]
    pub fn available(&self) -> u32 {
        self.size().saturating_sub(self.payload())
    }

    /// Number of buffers.
    #[inline]
    #[doc(alias = "bufferCount")]
    pub fn buffer_count(&self) -> usize {
        self.hdr().nseg as usize
    }

    /// Whether the frame has no buffers (what a request for 0 bytes gives).
    #[inline]
    #[doc(alias = "isEmpty")]
    pub fn is_empty(&self) -> bool {
        self.hdr().nseg == 0
    }

    /// Makes exactly `payload` bytes valid: buffers are filled in order, one may be partial, later ones are
    /// emptied.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`]; the frame is as it was (the original leaves all buffers full).
    #[inline]
    #[doc(alias = "setPayload")]
    pub fn set_payload(&mut self, payload: u32) -> Result<(), FrameError> {
        let size = self.size();
        if payload > size {
            return Err(FrameError::BeyondSize { asked: payload.into(), size });
        }
        match self.segs_mut() {
            [only] => only.end = only.head + payload,
            several => fill_in_order(several, payload),
        }
        self.hdr_mut().payload = payload;
        self.cover();
        Ok(())
    }

    /// Makes at least `payload` bytes valid; never fewer than now.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`].
    #[inline]
    #[doc(alias = "minPayload")]
    pub fn min_payload(&mut self, payload: u32) -> Result<(), FrameError> {
        if payload <= self.payload() { Ok(()) } else { self.set_payload(payload) }
    }

    /// Changes the number of valid bytes by `by`.
    ///
    /// # Errors
    /// [`FrameError::BeyondRoom`].
    #[doc(alias = "adjustPayload")]
    pub fn adjust_payload(&mut self, by: i32) -> Result<(), FrameError> {
        let least = -i64::from(self.payload());
        let most = i64::from(self.size()) - i64::from(self.payload());
        match self.payload().checked_add_signed(by) {
            Some(payload) if i64::from(by) <= most => self.set_payload(payload),
            _ => Err(FrameError::BeyondRoom { by: by.into(), least, most }),
        }
    }

    /// Makes every buffer full.
    #[doc(alias = "setPayloadFull")]
    pub fn set_payload_full(&mut self) {
        for seg in self.segs_mut() {
            seg.end = seg.raw - seg.tail;
        }
        self.recount();
    }

    /// Makes every buffer empty.
    #[doc(alias = "setPayloadEmpty")]
    pub fn set_payload_empty(&mut self) {
        for seg in self.segs_mut() {
            seg.end = seg.head;
        }
        self.recount();
    }

    /// `BeyondPayload` unless `len` bytes from `offset` are valid.
    pub(super) fn within(&self, offset: u32, len: usize) -> Result<(), FrameError> {
        let asked = u64::from(offset) + len as u64;
        let payload = self.payload();
        if asked <= payload.into() { Ok(()) } else { Err(FrameError::BeyondPayload { asked, payload }) }
    }

    /// [`Frame::within`], and the bytes can be read.
    pub(super) fn readable(&self, offset: u32, len: usize) -> Result<(), FrameError> {
        self.within(offset, len)?;
        if len > 0 && self.is_absent() { Err(FrameError::NoPayload) } else { Ok(()) }
    }
}

/// Bytes.
impl Frame {
    /// Fills `to` with payload from `offset`.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`]; `to` is as it was.
    #[doc(alias = "fromFrame")]
    pub fn read(&self, offset: u32, to: &mut [u8]) -> Result<(), FrameError> {
        self.readable(offset, to.len())?;
        let (mut skip, mut done) = (offset as usize, 0);
        for index in 0..self.buffer_count() {
            let here = self.seg_payload(index);
            if skip >= here.len() {
                skip -= here.len();
                continue;
            }
            let n = (here.len() - skip).min(to.len() - done);
            to[done..done + n].copy_from_slice(&here[skip..skip + n]);
            done += n;
            skip = 0;
            if done == to.len() {
                break;
            }
        }
        Ok(())
    }

    /// Copies `from` to `offset` and raises the payload to at least the end of it, never lowers it. Memory
    /// that another frame shares is copied first.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`], [`FrameError::NoMemory`]; nothing was changed.
    #[inline]
    #[doc(alias = "toFrame")]
    pub fn write(&mut self, offset: u32, from: &[u8]) -> Result<(), FrameError> {
        if self.write_single(offset, from) { Ok(()) } else { self.write_any(offset, from) }
    }

    /// [`Frame::write`] whatever the frame is like.
    #[inline(never)]
    fn write_any(&mut self, offset: u32, from: &[u8]) -> Result<(), FrameError> {
        let size = self.size();
        let asked = u64::from(offset) + from.len() as u64;
        if asked > size.into() {
            return Err(FrameError::BeyondSize { asked, size });
        }
        self.write_across(offset as usize, from)?;
        self.min_payload(asked as u32)
    }

    /// Copies `from` to `skip` over several buffers, which have room for it.
    fn write_across(&mut self, mut skip: usize, from: &[u8]) -> Result<(), FrameError> {
        let count = self.buffer_count();
        let mut index = 0;
        while index < count && skip >= self.room_of(index) && skip > 0 {
            skip -= self.room_of(index);
            index += 1;
        }
        let mut last = index;
        let mut reach = self.room_of(index).saturating_sub(skip);
        while reach < from.len() && last + 1 < count {
            last += 1;
            reach += self.room_of(last);
        }
        self.make_writable(index, last + 1 - index)?;
        let mut done = 0;
        while done < from.len() && index < count {
            let room = self.seg_room_mut(index);
            let n = (room.len() - skip).min(from.len() - done);
            room[skip..skip + n].copy_from_slice(&from[done..done + n]);
            done += n;
            skip = 0;
            index += 1;
        }
        Ok(())
    }

    fn room_of(&self, index: usize) -> usize {
        self.segs().get(index).map_or(0, |seg| (seg.raw - seg.head - seg.tail) as usize)
    }

    /// The payload, when it lies in one buffer (or there is none).
    #[inline]
    pub fn contiguous(&self) -> Option<&[u8]> {
        match self.buffer_count() {
            _ if self.is_absent() => None,
            0 | 1 => Some(self.seg_payload(0)),
            _ => {
                let mut full = (0..self.buffer_count()).filter(|&i| !self.seg_payload(i).is_empty());
                match (full.next(), full.next()) {
                    (None, _) => Some(&[]),
                    (Some(only), None) => Some(self.seg_payload(only)),
                    _ => None,
                }
            }
        }
    }

    /// The payload bytes, for writing in place. Gathers several buffers into one, and copies memory that
    /// another frame shares.
    ///
    /// # Errors
    /// [`FrameError::NoMemory`].
    pub fn bytes_mut(&mut self) -> Result<&mut [u8], FrameError> {
        if self.buffer_count() > 1 {
            self.ensure_single_buffer()?;
        }
        self.make_writable(0, 1)?;
        Ok(self.seg_payload_mut(0))
    }

    /// A copy of the payload.
    #[doc(alias = "getBa")]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.payload() as usize);
        for index in 0..self.buffer_count() {
            bytes.extend_from_slice(self.seg_payload(index));
        }
        bytes
    }

    /// Whether both frames have the same payload bytes, however they are cut into buffers.
    pub fn same_payload(&self, other: &Frame) -> bool {
        if self.payload() != other.payload() || self.is_absent() || other.is_absent() {
            return false;
        }
        let (mut a, mut b) = (self.reader(), other.reader());
        while a.remaining() > 0 {
            let n = a.chunk().len().min(b.chunk().len());
            if a.chunk()[..n] != b.chunk()[..n] {
                return false;
            }
            a.advance(n as u32);
            b.advance(n as u32);
        }
        true
    }

    /// Goes through the payload from its first byte.
    #[doc(alias = "begin")]
    #[doc(alias = "beginRead")]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Writes from byte `offset` on; the payload grows with what is written.
    #[doc(alias = "beginWrite")]
    pub fn writer(&mut self, offset: u32) -> Writer<'_> {
        Writer::new(self, offset)
    }

    /// One buffer.
    ///
    /// # Errors
    /// [`FrameError::NoBuffer`].
    pub fn buffer(&self, index: usize) -> Result<Buffer<'_>, FrameError> {
        Buffer::new(self, index)
    }

    /// One buffer, to change.
    ///
    /// # Errors
    /// [`FrameError::NoBuffer`].
    pub fn buffer_mut(&mut self, index: usize) -> Result<BufferMut<'_>, FrameError> {
        BufferMut::new(self, index)
    }

    /// All buffers, in order.
    pub fn buffers(&self) -> impl Iterator<Item = Buffer<'_>> {
        (0..self.buffer_count()).filter_map(|index| Buffer::new(self, index).ok())
    }
}

/// Makes `payload` bytes valid: each segment is filled until none are left, later ones are emptied.
fn fill_in_order(segs: &mut [Seg], payload: u32) {
    let mut left = payload;
    for seg in segs {
        let here = left.min(seg.raw - seg.head - seg.tail);
        seg.end = seg.head + here;
        left -= here;
    }
}
