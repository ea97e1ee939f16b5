//! The frames of a call as they are written into an instance's memory: all of them at once, into a buffer that the
//! instance lends for that, or each list by itself where it lends none.
//!
//! Used by [`super::guest`] for every batch. The canonical ABI has the instance called for room for the list and for each
//! payload, which costs more than what most modules do with it. So an instance is asked once, by an allocation of
//! [`ALIGN`], which no list of the contract has: the SDK answers with a buffer that begins with a [`mark`], and into which
//! may be written, call after call, while the count in it is 0 (`sdk/src/guest/lent.rs`). What holds: whatever an instance
//! says of its buffer, nothing but its own memory is written, within its bounds (slices are checked).
#![allow(unsafe_code)]

use std::{
    mem::MaybeUninit,
    sync::atomic::{AtomicU64, Ordering},
};

use rogue_sdk::frame::Frame;
use wasmtime::{
    Result, ValRaw,
    component::{
        __internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext},
        ComponentType, Lower,
    },
};

use super::lower::{FrameRecord, HeadRecord, copy_payload, front};

/// The alignment that asks for a buffer.
const ALIGN: u32 = 8;
/// What a buffer begins with: mark, its own address, how many frames are still in it, two words of the instance's.
const FRONT: usize = 32;
/// First bytes of a buffer.
const MARK: [u8; 8] = *b"RGLENT01";
/// Largest buffer asked for: a batch as it is cut (`COPY_LIMIT`), and its records. A larger frame has room of its own, which
/// the instance can free.
const MOST: usize = 512 << 10;
/// Buffers are of whole pages of this size, and a quarter larger than needed: payloads that grow ask seldom.
const STEP: usize = 4096;

/// What is known of the buffer of an instance: its place, and its size in the upper half. Written by whoever calls the
/// instance, one at a time; wasmtime wants what it is given to be of a kind that threads can share.
#[derive(Debug, Default)]
pub struct Room(AtomicU64);

#[derive(Clone, Copy)]
enum Known {
    /// It was not asked yet.
    Unasked,
    /// It lends none.
    None,
    /// It lends one of so many bytes, there.
    Lent { at: usize, size: usize },
}

impl Room {
    fn get(&self) -> Known {
        match self.0.load(Ordering::Relaxed) {
            0 => Known::Unasked,
            u64::MAX => Known::None,
            known => Known::Lent { at: (known & 0xffff_ffff) as usize, size: (known >> 32) as usize },
        }
    }

    fn lent(&self, at: usize, size: usize) {
        self.0.store(at as u64 | (size as u64) << 32, Ordering::Relaxed);
    }

    fn none(&self) {
        self.0.store(u64::MAX, Ordering::Relaxed);
    }
}

/// Frames of a call, with their payload or without.
pub struct List<'c, const PAYLOAD: bool> {
    /// The frames.
    pub frames: &'c [Option<Frame>],
    /// The number of the first.
    pub first: u32,
    /// Where they go.
    pub room: &'c Room,
}

/// A list of `rogue:flow/types.frame`.
pub type Frames<'c> = List<'c, true>;
/// A list of `rogue:flow/types.head`.
pub type Heads<'c> = List<'c, false>;

impl<const PAYLOAD: bool> List<'_, PAYLOAD> {
    /// Bytes of a record.
    const RECORD: usize = if PAYLOAD { FrameRecord::SIZE32 } else { HeadRecord::SIZE32 };

    /// Writes all into the buffer there, whose size is enough; where the list begins.
    fn write_within(&self, memory: &mut [u8], at: usize) -> usize {
        let list = at + FRONT;
        let mut to = list + self.frames.len() * Self::RECORD;
        let mut record = list;
        for (frame, id) in self.frames.iter().flatten().zip(self.first..) {
            if PAYLOAD {
                let begin = aligned(to, frame.payload() as usize);
                to = copy_payload(frame, memory, begin);
                write(&mut memory[record..record + Self::RECORD], frame, id, Some(begin));
            } else {
                write(&mut memory[record..record + Self::RECORD], frame, id, None);
            }
            record += Self::RECORD;
        }
        list
    }

    /// Writes each list into room of its own; where the list begins.
    fn write_apart<T>(&self, cx: &mut LowerContext<'_, T>) -> Result<usize> {
        let list = cx.realloc(0, 0, FrameRecord::ALIGN32, self.frames.len() * Self::RECORD)?;
        let mut record = list;
        for (frame, id) in self.frames.iter().flatten().zip(self.first..) {
            let begin = if PAYLOAD { Some(cx.realloc(0, 0, 1, frame.payload() as usize)?) } else { None };
            let memory = cx.as_slice_mut();
            if let Some(begin) = begin {
                copy_payload(frame, memory, begin);
            }
            write(&mut memory[record..record + Self::RECORD], frame, id, begin);
            record += Self::RECORD;
        }
        Ok(list)
    }

    /// Bytes of a buffer that holds all.
    fn need(&self) -> usize {
        let payload = |frame: &Frame| if PAYLOAD { frame.payload() as usize + WIDE } else { 0 };
        FRONT + self.frames.iter().flatten().map(|frame| Self::RECORD + payload(frame)).sum::<usize>()
    }
}

/// The largest alignment of a payload: a line of the processor's cache.
const WIDE: usize = 64;

/// Where a payload begins at the earliest: large ones in a cache line of their own.
fn aligned(at: usize, len: usize) -> usize {
    at.next_multiple_of(if len < 512 { 16 } else { WIDE })
}

/// Writes a record; `payload` is where that begins.
#[inline]
fn write(record: &mut [u8], frame: &Frame, id: u32, payload: Option<usize>) {
    record[..12].copy_from_slice(&front(id, super::state::meta_of(frame), frame.size()));
    let len = frame.payload().to_le_bytes();
    match payload {
        Some(at) => {
            // Within the 4 GiB of a memory.
            record[12..16].copy_from_slice(&(at as u32).to_le_bytes());
            record[16..20].copy_from_slice(&len);
        }
        None => record[12..16].copy_from_slice(&len),
    }
}

/// Whether a buffer begins there in which nothing is left.
fn is_free(memory: &[u8], at: usize) -> bool {
    let front = memory.get(at..at + 16).and_then(|front| front.first_chunk::<16>());
    front.is_some_and(|front| {
        front[..8] == MARK && front[8..12] == (at as u32).to_le_bytes() && front[12..] == [0; 4]
    })
}

/// A buffer of `need` bytes that may be written, if the instance lends one, and has nothing left in it: while a module keeps
/// a frame of an earlier call, it gets lists of their own, so that what it keeps is all that it pins.
fn buffer<T>(cx: &mut LowerContext<'_, T>, room: &Room, need: usize) -> Result<Option<usize>> {
    match room.get() {
        Known::Lent { at, .. } if !is_free(cx.as_slice_mut(), at) => return Ok(None),
        Known::Lent { at, size } if need <= size => return Ok(Some(at)),
        Known::Lent { .. } => {}
        Known::None => return Ok(None),
        Known::Unasked => {
            // The front alone: what an instance that lends none loses by the question.
            let at = cx.realloc(0, 0, ALIGN, FRONT)?;
            if !is_free(cx.as_slice_mut(), at) {
                room.none();
                return Ok(None);
            }
        }
    }
    let size = (need + need / 4).next_multiple_of(STEP);
    let at = cx.realloc(0, 0, ALIGN, size)?;
    if is_free(cx.as_slice_mut(), at) {
        room.lent(at, size);
        return Ok(Some(at));
    }
    room.none();
    Ok(None)
}

// SAFETY: type, size and alignment are those of a list of the derived record.
unsafe impl<const PAYLOAD: bool> ComponentType for List<'_, PAYLOAD> {
    type Lower = <[FrameRecord] as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = <[FrameRecord]>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        if PAYLOAD { <[FrameRecord]>::typecheck(ty, types) } else { <[HeadRecord]>::typecheck(ty, types) }
    }
}

// SAFETY: pointer and length are written, as wasmtime writes them for a list, of records that were written whole within
// the instance's memory.
unsafe impl<const PAYLOAD: bool> Lower for List<'_, PAYLOAD> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        _: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        const { assert!(FrameRecord::SIZE32 == 20 && FrameRecord::ALIGN32 == 4) };
        const { assert!(HeadRecord::SIZE32 == 16 && HeadRecord::ALIGN32 == 4) };
        let need = self.need();
        let list = if self.frames.is_empty() {
            FrameRecord::ALIGN32 as usize
        } else if need > MOST {
            self.write_apart(cx)?
        } else {
            match buffer(cx, self.room, need)? {
                Some(at) => self.write_within(cx.as_slice_mut(), at),
                None => self.write_apart(cx)?,
            }
        };
        dst.write([ValRaw::i64(list as i64), ValRaw::i64(self.frames.len() as i64)]);
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        _: &mut LowerContext<'_, T>,
        _: InterfaceType,
        _: usize,
    ) -> Result<()> {
        Err(wasmtime::Error::msg("the frames of a call cross as an argument only"))
    }
}
