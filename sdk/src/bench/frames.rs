//! Frames for tests.

use super::{Bench, account::Test, heap};
use crate::{Frame, frame::FrameError};
use std::sync::atomic::Ordering::Relaxed;

/// Frames of the test's own, and what is alive on its thread.
impl Bench {
    /// A frame of one buffer with room for `size` bytes, payload 0; without buffers for size 0 (spec section 6).
    ///
    /// # Errors
    /// [`FrameError::NoMemory`], also for more than 256 MiB.
    pub fn frame(size: u32) -> Result<Frame, FrameError> {
        heap::frame(0, size).ok_or(FrameError::NoMemory)
    }

    /// A frame from a pool of buffers of `fixed_size` bytes each: as many as it takes for `size` (spec section 6).
    ///
    /// ```
    /// use rogue_sdk::bench::Bench;
    /// # use rogue_sdk::frame::FrameError;
    /// let frame = Bench::frame_with(4, 10)?;
    /// assert_eq!((frame.buffer_count(), frame.size()), (3, 12));
    /// # Ok::<(), FrameError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Bench::frame`].
    pub fn frame_with(fixed_size: u32, size: u32) -> Result<Frame, FrameError> {
        heap::frame(fixed_size, size).ok_or(FrameError::NoMemory)
    }

    /// A frame of one buffer, full of these bytes.
    ///
    /// # Errors
    /// As [`Bench::frame`].
    pub fn frame_of(payload: &[u8]) -> Result<Frame, FrameError> {
        let size = u32::try_from(payload.len()).map_err(|_| FrameError::NoMemory)?;
        let mut frame = Bench::frame(size)?;
        frame.write(0, payload)?;
        Ok(frame)
    }

    /// Frames alive on this thread: those of the test, and those in modules that it has on the bench. 0 at the end
    /// of a test that leaks nothing.
    pub fn live_frames() -> u64 {
        Test::current().frames.load(Relaxed)
    }

    /// Buffers in use by the frames of this thread, wherever those are now.
    pub fn live_buffers() -> u64 {
        Test::current().buffers.load(Relaxed)
    }

    /// Memory in use by the frames of this thread, in bytes, headers included.
    pub fn live_bytes() -> u64 {
        Test::current().bytes.load(Relaxed)
    }
}
