//! How frames are written into an instance's memory: each record at once, each payload from where its buffers lie.
//!
//! Used by [`super::frames`] for the frames of every call, and by [`super::guest`] for those that a predecessor held.
//! wasmtime's own way writes field by field, looking up the memory for each, and takes a payload in one piece only. What
//! holds: the types are those that wasmtime compares with the contract ([`FrameRecord`], [`HeadRecord`]), and the bytes
//! are those that the canonical ABI says for them.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use rogue_sdk::frame::Frame;
use wasmtime::{
    Result,
    component::{
        __internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext},
        ComponentType, Lower,
    },
};

use super::v0_1::Meta;

/// The types of `rogue:flow/types.frame`, for wasmtime to compare.
#[derive(ComponentType)]
#[component(record)]
#[expect(dead_code, reason = "stands for its type only")]
pub struct FrameRecord {
    id: u32,
    meta: Meta,
    size: u32,
    payload: Vec<u8>,
}

/// The types of `rogue:flow/types.head`, of a frame as it is given to a module that reads metadata only.
#[derive(ComponentType)]
#[component(record)]
#[expect(dead_code, reason = "stands for its type only")]
pub struct HeadRecord {
    id: u32,
    meta: Meta,
    size: u32,
    payload: u32,
}

/// A frame as it is given to an instance.
pub struct Given<'f> {
    /// Its number.
    pub id: u32,
    /// The frame, whose payload is copied.
    pub frame: &'f Frame,
}

/// Number, metadata, size: what both records begin with.
pub fn front(id: u32, meta: Meta, size: u32) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&id.to_le_bytes());
    bytes[4] = meta.channel;
    bytes[5] = meta.error;
    bytes[6..8].copy_from_slice(&meta.flags.to_le_bytes());
    bytes[8..].copy_from_slice(&size.to_le_bytes());
    bytes
}

/// Copies all payload of a frame to a place in an instance's memory; where it ends there.
#[inline]
pub fn copy_payload(frame: &Frame, memory: &mut [u8], mut at: usize) -> usize {
    for buffer in frame.buffers() {
        let bytes = buffer.bytes();
        memory[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    }
    at
}

/// What is only ever an element of a list has no flat form.
fn never_flat() -> wasmtime::Error {
    wasmtime::Error::msg("a frame crosses in a list only")
}

// SAFETY: type, size and alignment are those of the derived record.
unsafe impl ComponentType for Given<'_> {
    type Lower = <FrameRecord as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = FrameRecord::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        FrameRecord::typecheck(ty, types)
    }
}

// SAFETY: all bytes of the record are written, as the canonical ABI lays them out; the payload lies in memory that the
// instance gave for it, within its bounds (slices are checked).
unsafe impl Lower for Given<'_> {
    fn linear_lower_to_flat<T>(
        &self,
        _: &mut LowerContext<'_, T>,
        _: InterfaceType,
        _: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        Err(never_flat())
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        _: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        const { assert!(Given::SIZE32 == 20 && Given::ALIGN32 == 4) };
        let frame = self.frame;
        let len = frame.payload() as usize;
        let to = cx.realloc(0, 0, 1, len)?;
        let memory = cx.as_slice_mut();
        let end = copy_payload(frame, memory, to);
        let record = &mut memory[offset..offset + Self::SIZE32];
        let meta = Meta { channel: frame.channel(), error: frame.error(), flags: frame.flags() };
        record[..12].copy_from_slice(&front(self.id, meta, frame.size()));
        // Within the 4 GiB of a memory.
        record[12..16].copy_from_slice(&(to as u32).to_le_bytes());
        record[16..].copy_from_slice(&((end - to) as u32).to_le_bytes());
        Ok(())
    }
}
