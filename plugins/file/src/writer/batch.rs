//! Frames on their way to the file: kept alive until the kernel has their bytes.
//!
//! Used by `writer`. Headers, and payloads that are small, are copied side by side; large payloads are
//! written from where they lie. What holds: after a write that failed it is known of every frame whether its
//! whole record went out.

use crate::record::{HEADER, Header};
use core::time::Duration;
use rogue_sdk::Frame;
use std::io::{self, ErrorKind, IoSlice, Write};

/// A payload below this many bytes is copied: an entry in a vector of slices costs about as much.
const COPY_BELOW: u32 = 512;

/// Most frames held: small frames in a large buffer would otherwise keep many times its size from their pools.
const FRAMES_MAX: usize = 4096;

/// Most slices for one flush, against frames of very many buffers.
const SLICES_MAX: usize = 8192;

/// Most slices the kernel takes in one call (`IOV_MAX`).
const SLICES_PER_CALL: usize = 1024;

/// Frames that wait to be written, oldest first.
#[derive(Default)]
pub struct Batch {
    entries: Vec<Entry>,
    /// Headers and small payloads, in the order of the file.
    copied: Vec<u8>,
    slices: usize,
    since: Duration,
}

struct Entry {
    frame: Frame,
    /// Its bytes in `copied`.
    copied: usize,
    /// Bytes of the batch up to its end.
    end: u64,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Written {
    /// Whole records that the kernel has.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of one more record, of which the rest is missing.
    pub torn: u64,
    /// Why there is a rest; its frames are still in the batch.
    pub error: Option<io::Error>,
}

impl Batch {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes that wait, headers included.
    pub fn bytes(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.end)
    }

    /// Frames that wait.
    pub fn frames(&self) -> u64 {
        self.entries.len() as u64
    }

    /// When the oldest was added.
    pub fn since(&self) -> Duration {
        self.since
    }

    /// Whether it is time to write: `buffer_size` bytes, or a limit of this file.
    pub fn is_full(&self, buffer_size: u64) -> bool {
        self.bytes() >= buffer_size || self.entries.len() >= FRAMES_MAX || self.slices >= SLICES_MAX
    }

    /// Adds a record: the payload alone, or with its header in front.
    pub fn push(&mut self, frame: Frame, header: Option<Header>, now: Duration) {
        if self.entries.is_empty() {
            self.since = now;
        }
        let before = self.copied.len();
        let payload = frame.payload();
        let mut size = u64::from(payload);
        if let Some(header) = header {
            self.copied.extend_from_slice(&header.encode());
            size += HEADER as u64;
        }
        if payload < COPY_BELOW {
            frame.buffers().for_each(|buffer| self.copied.extend_from_slice(buffer.bytes()));
            self.slices += 1;
        } else {
            self.slices += 1 + frame.buffer_count();
        }
        let end = self.bytes() + size;
        self.entries.push(Entry { copied: self.copied.len() - before, end, frame });
    }

    /// Writes all of it. Frames whose records went out are let go; the others stay.
    pub fn write_to(&mut self, to: &mut impl Write) -> Written {
        let mut slices = Vec::with_capacity(self.slices);
        let (mut from, mut until) = (0, 0);
        for entry in &self.entries {
            until += entry.copied;
            if entry.frame.payload() >= COPY_BELOW {
                slices.push(IoSlice::new(&self.copied[from..until]));
                from = until;
                slices.extend(entry.frame.buffers().map(|buffer| IoSlice::new(buffer.bytes())));
            }
        }
        slices.push(IoSlice::new(&self.copied[from..until]));
        let (written, error) = write_all(to, &mut slices);

        let whole = self.entries.partition_point(|entry| entry.end <= written);
        let bytes = self.entries[..whole].last().map_or(0, |entry| entry.end);
        self.entries.drain(..whole);
        if error.is_none() {
            self.reset();
        }
        Written { frames: whole as u64, bytes, torn: written - bytes, error }
    }

    /// Gives the frames up.
    pub fn take_frames(&mut self) -> Vec<Frame> {
        let frames = self.entries.drain(..).map(|entry| entry.frame).collect();
        self.reset();
        frames
    }

    fn reset(&mut self) {
        self.copied.clear();
        self.slices = 0;
    }
}

/// Writes slices until all are written or an error comes; says how many bytes went out.
fn write_all(to: &mut impl Write, mut slices: &mut [IoSlice<'_>]) -> (u64, Option<io::Error>) {
    let mut written = 0;
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match to.write_vectored(&slices[..slices.len().min(SLICES_PER_CALL)]) {
            Ok(0) => return (written, Some(io::Error::new(ErrorKind::WriteZero, "the file takes no more"))),
            Ok(n) => {
                written += n as u64;
                IoSlice::advance_slices(&mut slices, n);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}
