//! A frame that has come in part.
//!
//! Used by `incoming`. What holds: bytes go straight to the buffers of the frame, in their order.

use rogue_sdk::{Error, Frame, Result};

/// The frame, and where its next byte goes.
pub struct Partial {
    frame: Frame,
    size: u32,
    filled: u32,
    buffer: usize,
    at: usize,
}

impl Partial {
    /// A frame with room for `size` bytes, none of which has come.
    pub fn new(frame: Frame, size: u32) -> Partial {
        Partial { frame, size, filled: 0, buffer: 0, at: 0 }
    }

    /// One that a predecessor left.
    ///
    /// # Errors
    /// When the frame cannot be written to.
    pub fn resume(frame: Frame, size: u32, filled: u32) -> Result<Partial> {
        let mut partial = Partial::new(frame, size);
        while partial.filled < filled {
            let n = partial.room(|room| room.len())?.min((filled - partial.filled) as usize);
            if n == 0 {
                break;
            }
            partial.came(n);
        }
        Ok(partial)
    }

    /// Bytes to come.
    #[inline]
    pub fn left(&self) -> usize {
        (self.size - self.filled) as usize
    }

    /// Bytes in all, and those that have come.
    pub fn state(&self) -> (u32, u32) {
        (self.size, self.filled)
    }

    /// Lends the place where the next bytes go: the rest of a buffer, as far as it is needed. Never empty while bytes are
    /// to come and the frame has the room it was asked for.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn room<T>(&mut self, with: impl FnOnce(&mut [u8]) -> T) -> Result<T> {
        let left = self.left();
        while self.buffer + 1 < self.frame.buffer_count()
            && self.frame.buffer(self.buffer)?.size() as usize <= self.at
        {
            self.buffer += 1;
            self.at = 0;
        }
        let mut buffer = self.frame.buffer_mut(self.buffer)?;
        let room = buffer.room_mut()?;
        let end = room.len().min(self.at + left);
        Ok(with(&mut room[self.at..end]))
    }

    /// So many bytes were put there.
    #[inline]
    pub fn came(&mut self, n: usize) {
        self.at += n;
        self.filled += n as u32;
    }

    /// Takes what it needs from the front of `bytes`.
    ///
    /// # Errors
    /// As for `room`.
    pub fn take(&mut self, bytes: &mut &[u8]) -> Result<()> {
        while self.left() > 0 && !bytes.is_empty() {
            let n = self.room(|room| {
                let n = room.len().min(bytes.len());
                room[..n].copy_from_slice(&bytes[..n]);
                n
            })?;
            *bytes = &bytes[n..];
            if n == 0 {
                return Err(Error::new("a frame has less room than it was asked for"));
            }
            self.came(n);
        }
        Ok(())
    }

    /// The frame, with what has come of it.
    ///
    /// # Errors
    /// When the frame has less room than it was asked for.
    pub fn into_frame(mut self) -> Result<Frame> {
        self.frame.set_payload(self.filled)?;
        Ok(self.frame)
    }
}
