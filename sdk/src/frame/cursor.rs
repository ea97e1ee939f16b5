//! Going through the bytes of a frame across buffer boundaries (spec section 3).
//!
//! Unlike the original's iterators these say when the end is reached, and an empty buffer, first or in
//! between, is just passed over.

use super::{Accessor, Frame, FrameError, Scalar};
use std::io;

/// Reads payload; bounded by the payload.
#[derive(Clone)]
#[doc(alias = "FrameIterator")]
pub struct Reader<'a> {
    frame: &'a Frame,
    index: usize,
    within: usize,
    position: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(frame: &'a Frame) -> Self {
        let mut reader = Self { frame, index: 0, within: 0, position: 0 };
        reader.settle();
        reader
    }

    /// Steps over buffers that have nothing left.
    fn settle(&mut self) {
        while self.index < self.frame.buffer_count()
            && self.within >= self.frame.seg_payload(self.index).len()
        {
            self.within = 0;
            self.index += 1;
        }
    }

    /// Bytes passed so far.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Bytes left in the frame.
    pub fn remaining(&self) -> u32 {
        self.frame.present().saturating_sub(self.position)
    }

    /// Bytes left in this buffer, as a slice; empty only at the end.
    #[doc(alias = "remBuffer")]
    #[doc(alias = "endBuffer")]
    pub fn chunk(&self) -> &'a [u8] {
        &self.frame.seg_payload(self.index)[self.within.min(self.frame.seg_payload(self.index).len())..]
    }

    /// Goes `count` bytes on, at most to the end; says how far it went.
    pub fn advance(&mut self, count: u32) -> u32 {
        let count = count.min(self.remaining());
        let mut left = count as usize;
        while left > 0 {
            let n = self.chunk().len().min(left);
            self.within += n;
            left -= n;
            self.settle();
        }
        self.position += count;
        count
    }

    /// Goes to a byte of the payload.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`]; the position is as it was.
    pub fn seek(&mut self, position: u32) -> Result<(), FrameError> {
        self.frame.within(position, 0)?;
        *self = Reader::new(self.frame);
        self.advance(position);
        Ok(())
    }

    /// Fills `to` completely, or not at all.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`].
    #[doc(alias = "fromFrame")]
    pub fn fill(&mut self, to: &mut [u8]) -> Result<(), FrameError> {
        self.frame.readable(self.position, to.len())?;
        let mut done = 0;
        while done < to.len() {
            let chunk = self.chunk();
            let n = chunk.len().min(to.len() - done);
            to[done..done + n].copy_from_slice(&chunk[..n]);
            self.advance(n as u32);
            done += n;
        }
        Ok(())
    }

    /// Reads one little-endian number.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`].
    pub fn number<T: Scalar>(&mut self) -> Result<T, FrameError> {
        let mut bytes = T::Bytes::default();
        self.fill(bytes.as_mut())?;
        Ok(T::from_le(bytes))
    }

    /// A view of `count` numbers from here, which must lie in one buffer. Does not go on.
    ///
    /// # Errors
    /// [`FrameError::CrossesBuffers`].
    pub fn accessor<T: Scalar>(&self, count: u32) -> Result<Accessor<'a, T>, FrameError> {
        Accessor::new(self.chunk(), self.position, count)
    }

    /// Copies up to `count` bytes into `to`; says how many, less than `count` only at the end of either.
    ///
    /// # Errors
    /// [`FrameError::NoMemory`].
    #[doc(alias = "copyFrame")]
    pub fn copy_to(&mut self, to: &mut Writer<'_>, count: u32) -> Result<u32, FrameError> {
        let count = count.min(self.remaining()).min(to.remaining());
        let mut left = count;
        while left > 0 {
            let chunk = self.chunk();
            let n = chunk.len().min(left as usize);
            to.put(&chunk[..n])?;
            self.advance(n as u32);
            left -= n as u32;
        }
        Ok(count)
    }
}

impl io::Read for Reader<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let chunk = self.chunk();
        let n = chunk.len().min(to.len());
        to[..n].copy_from_slice(&chunk[..n]);
        self.advance(n as u32);
        Ok(n)
    }
}

/// Writes into a frame; bounded by its size. The payload grows with what is written.
#[doc(alias = "FrameIterator")]
pub struct Writer<'a> {
    frame: &'a mut Frame,
    position: u32,
}

impl<'a> Writer<'a> {
    pub(super) fn new(frame: &'a mut Frame, position: u32) -> Self {
        Self { frame, position }
    }

    /// Where the next byte goes.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Room from here to the end of the last buffer.
    pub fn remaining(&self) -> u32 {
        self.frame.size().saturating_sub(self.position)
    }

    /// Writes all of `from`, or nothing.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`], [`FrameError::NoMemory`].
    #[doc(alias = "toFrame")]
    pub fn put(&mut self, from: &[u8]) -> Result<(), FrameError> {
        self.frame.write(self.position, from)?;
        self.position += from.len() as u32;
        Ok(())
    }

    /// Writes one little-endian number.
    ///
    /// # Errors
    /// [`FrameError::BeyondSize`], [`FrameError::NoMemory`].
    pub fn put_number<T: Scalar>(&mut self, value: T) -> Result<(), FrameError> {
        self.put(value.to_le().as_ref())
    }
}

impl io::Write for Writer<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self.put(from) {
            Ok(()) => Ok(from.len()),
            Err(error) => Err(io::Error::new(io::ErrorKind::StorageFull, error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
