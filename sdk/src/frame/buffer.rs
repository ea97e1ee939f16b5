//! One buffer of a frame: head room, payload, tail room (spec section 2).

use super::{Frame, FrameError};
use crate::abi::Seg;

/// A buffer, to look at. Sizes in bytes.
#[derive(Clone, Copy)]
pub struct Buffer<'a> {
    frame: &'a Frame,
    seg: &'a Seg,
    index: usize,
}

impl<'a> Buffer<'a> {
    pub(super) fn new(frame: &'a Frame, index: usize) -> Result<Self, FrameError> {
        let count = frame.buffer_count();
        let seg = frame.segs().get(index).ok_or(FrameError::NoBuffer { index, count })?;
        Ok(Self { frame, seg, index })
    }

    /// Usable bytes, head and tail room included.
    pub fn raw_size(&self) -> u32 {
        self.seg.raw
    }

    /// Bytes kept free in front of the payload.
    pub fn head_room(&self) -> u32 {
        self.seg.head
    }

    /// Bytes kept free at the end.
    pub fn tail_room(&self) -> u32 {
        self.seg.tail
    }

    /// Capacity for payload: raw size less head and tail room.
    pub fn size(&self) -> u32 {
        self.seg.raw - self.seg.head - self.seg.tail
    }

    /// Valid bytes.
    pub fn payload(&self) -> u32 {
        self.seg.end - self.seg.head
    }

    /// Room left for payload; 0 where tail room overlaps it.
    pub fn available(&self) -> u32 {
        (self.seg.raw - self.seg.end).saturating_sub(self.seg.tail)
    }

    /// The allocation's sequence number (24 bits).
    pub fn meta(&self) -> u32 {
        self.seg.meta
    }

    /// The valid bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.frame.seg_payload(self.index)
    }
}

/// A buffer, to change. Every change keeps the frame's sizes up to date.
pub struct BufferMut<'a> {
    frame: &'a mut Frame,
    index: usize,
}

impl<'a> BufferMut<'a> {
    pub(super) fn new(frame: &'a mut Frame, index: usize) -> Result<Self, FrameError> {
        let count = frame.buffer_count();
        if index < count { Ok(Self { frame, index }) } else { Err(FrameError::NoBuffer { index, count }) }
    }

    fn change<T>(&mut self, f: impl FnOnce(&mut Seg) -> Result<T, FrameError>) -> Result<T, FrameError> {
        let count = self.frame.buffer_count();
        let index = self.index;
        let seg = self.frame.segs_mut().get_mut(index).ok_or(FrameError::NoBuffer { index, count })?;
        let done = f(seg)?;
        self.frame.recount();
        Ok(done)
    }

    /// Moves the start of the payload by `by`: forward strips bytes from the front (the payload shrinks),
    /// backward gives head room back (the payload grows at the front), both without a copy.
    ///
    /// # Errors
    /// [`FrameError::BeyondRoom`]: forward by more than the size, backward by more than the head room.
    #[doc(alias = "adjustHeader")]
    pub fn adjust_header(&mut self, by: i32) -> Result<(), FrameError> {
        self.change(|seg| {
            let (least, most) = (-i64::from(seg.head), i64::from(seg.raw - seg.head - seg.tail));
            match seg.head.checked_add_signed(by) {
                Some(head) if i64::from(by) <= most => {
                    seg.head = head;
                    seg.end = seg.end.max(head);
                    Ok(())
                }
                _ => Err(FrameError::BeyondRoom { by: by.into(), least, most }),
            }
        })
    }

    /// Gives all head room back to the payload.
    #[doc(alias = "zeroHeader")]
    pub fn zero_header(&mut self) -> Result<(), FrameError> {
        self.change(|seg| {
            seg.head = 0;
            Ok(())
        })
    }

    /// Changes the tail room by `by`; never the payload, which tail room may overlap (then nothing is
    /// available).
    ///
    /// # Errors
    /// [`FrameError::BeyondRoom`].
    #[doc(alias = "adjustTail")]
    pub fn adjust_tail(&mut self, by: i32) -> Result<(), FrameError> {
        self.change(|seg| {
            let (least, most) = (-i64::from(seg.tail), i64::from(seg.raw - seg.head - seg.tail));
            match seg.tail.checked_add_signed(by) {
                Some(tail) if i64::from(by) <= most => {
                    seg.tail = tail;
                    Ok(())
                }
                _ => Err(FrameError::BeyondRoom { by: by.into(), least, most }),
            }
        })
    }

    /// Gives all tail room up.
    #[doc(alias = "zeroTail")]
    pub fn zero_tail(&mut self) -> Result<(), FrameError> {
        self.change(|seg| {
            seg.tail = 0;
            Ok(())
        })
    }

    /// Makes exactly `payload` bytes of this buffer valid.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`].
    #[doc(alias = "setPayload")]
    pub fn set_payload(&mut self, payload: u32) -> Result<(), FrameError> {
        self.change(|seg| {
            let size = seg.raw - seg.head - seg.tail;
            if payload > size {
                return Err(FrameError::BeyondSize { asked: payload.into(), size });
            }
            seg.end = seg.head + payload;
            Ok(())
        })
    }

    /// Makes at least `payload` bytes of this buffer valid.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`].
    #[doc(alias = "minPayload")]
    pub fn min_payload(&mut self, payload: u32) -> Result<(), FrameError> {
        if payload <= self.view()?.payload() { Ok(()) } else { self.set_payload(payload) }
    }

    /// Changes the number of valid bytes by `by`.
    ///
    /// # Errors
    /// [`FrameError::BeyondRoom`].
    #[doc(alias = "adjustPayload")]
    pub fn adjust_payload(&mut self, by: i32) -> Result<(), FrameError> {
        let view = self.view()?;
        let (payload, size) = (view.payload(), view.size());
        match payload.checked_add_signed(by) {
            Some(new) if new <= size => self.set_payload(new),
            _ => Err(FrameError::BeyondRoom {
                by: by.into(),
                least: -i64::from(payload),
                most: i64::from(size) - i64::from(payload),
            }),
        }
    }

    /// Makes the buffer full, up to its tail room.
    #[doc(alias = "setPayloadFull")]
    pub fn set_payload_full(&mut self) -> Result<(), FrameError> {
        self.change(|seg| {
            seg.end = seg.raw - seg.tail;
            Ok(())
        })
    }

    /// Makes the buffer empty.
    #[doc(alias = "setPayloadEmpty")]
    pub fn set_payload_empty(&mut self) -> Result<(), FrameError> {
        self.change(|seg| {
            seg.end = seg.head;
            Ok(())
        })
    }

    /// The same buffer, to look at.
    pub fn view(&self) -> Result<Buffer<'_>, FrameError> {
        Buffer::new(self.frame, self.index)
    }

    /// The whole room for payload (`size` bytes), for writing in place, without changing what is valid.
    /// Memory that another frame shares is copied first.
    ///
    /// # Errors
    /// [`FrameError::NoMemory`].
    pub fn room_mut(&mut self) -> Result<&mut [u8], FrameError> {
        self.frame.make_writable(self.index, 1)?;
        Ok(self.frame.seg_room_mut(self.index))
    }
}
