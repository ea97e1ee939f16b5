//! The memory of a frame within a component: the shapes of `rogue-abi`'s file of this name, which says how they hang
//! together.
//!
//! Used by `frame`, `guest` and `export`.
#![allow(unsafe_code)]

use core::{ffi::c_void, marker::PhantomData, sync::atomic::AtomicU32};

/// The name of an ability; there are none in a component.
#[repr(C)]
pub struct Name<'a> {
    data: *const u8,
    len: usize,
    text: PhantomData<&'a str>,
}

/// A reference-counted piece of memory. Writing to it is allowed to who holds the only reference.
#[repr(C)]
pub struct Block {
    /// Number of segments over this block ([`refs::COUNT`]), and one flag ([`refs::HEADER`]).
    pub refs: AtomicU32,
    /// Bytes at `data`.
    pub cap: u32,
    /// Start of the memory.
    pub data: *mut u8,
    /// Called by the host when the last segment is gone.
    pub free: unsafe extern "C" fn(*mut Block),
    /// The host's: the pool that accounts for the block.
    pub owner: u64,
}

/// How [`Block::refs`] is read.
pub mod refs {
    /// Set while the header that lies beside the block is alive: the memory is one allocation.
    pub const HEADER: u32 = 0x8000_0000;
    /// The bits that count segments.
    pub const COUNT: u32 = 0x7fff_ffff;
}

/// One buffer of a frame. All numbers are bytes from `base`, `tail` from the end of the raw memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Seg {
    /// The memory that this segment holds one reference of.
    pub block: *mut Block,
    /// Start of the raw memory of this segment, within the block.
    pub base: *mut u8,
    /// Usable bytes at `base` (Rogue: raw size).
    pub raw: u32,
    /// Head room.
    pub head: u32,
    /// Tail room.
    pub tail: u32,
    /// End of the payload, head room included.
    pub end: u32,
    /// The allocation's sequence number (Rogue: meta; 24 bits).
    pub meta: u32,
    /// Zero in version 1.
    pub flags: u32,
}

/// The header of a frame; a pointer to it is the frame's handle.
#[repr(C)]
pub struct FrameHdr {
    /// The node that answers for this frame in the ledger; 0 = the header is free. The host's.
    pub holder: u32,
    /// Low byte: first user; high byte: last user (spec section 1).
    pub flags: u16,
    /// 0 = good.
    pub error: u8,
    /// Channel number.
    pub chan: u8,
    /// Valid bytes, over all segments.
    pub payload: u32,
    /// Capacity for payload, over all segments.
    pub size: u32,
    /// Segments in use.
    pub nseg: u16,
    /// Room in `segs`.
    pub segcap: u16,
    /// The host's: where the header's memory belongs.
    pub home: u32,
    /// The segments: `&seg0`, or an array of the host's.
    pub segs: *mut Seg,
    /// The host's functions for this frame.
    pub vt: *const FrameVt,
    /// Monotonic time of the request in nanoseconds, as `Call::now_ns`.
    pub stamp_ns: u64,
    /// Zero.
    pub _reserved: u64,
    /// The first segment, for frames of one buffer.
    pub seg0: Seg,
}

/// Why a handle is given back.
pub mod why {
    /// The owner is done with it.
    pub const NORMAL: u32 = 0;
    /// It is dropped by a panic on its way up.
    pub const PANICKED: u32 = 1;
}

/// What the host does with a frame. Every function takes a handle that the caller owns; none may be
/// called for one handle from two threads at once. `i32` results: 0 done, -1 refused, nothing changed.
#[repr(C)]
pub struct FrameVt {
    /// `size_of::<FrameVt>()`.
    pub size: u32,
    /// Zero.
    pub _pad: u32,
    /// Gives the handle back ([`why`]).
    pub release: unsafe extern "C" fn(*mut FrameHdr, why: u32),
    /// A second handle over the same blocks, metadata copied; null when memory is exhausted.
    pub share: unsafe extern "C" fn(*mut FrameHdr) -> *mut FrameHdr,
    /// A handle over `len` payload bytes from `offset`, metadata copied; null when out of range.
    pub slice: unsafe extern "C" fn(*mut FrameHdr, offset: u32, len: u32) -> *mut FrameHdr,
    /// Makes the memory of segments `first..first + count` private to this frame, copying what is shared.
    pub make_writable: unsafe extern "C" fn(*mut FrameHdr, first: u32, count: u32) -> i32,
    /// Moves the buffers of the second frame to the end of the first and gives the second back.
    pub append: unsafe extern "C" fn(*mut FrameHdr, *mut FrameHdr) -> i32,
    /// Adds buffers for `size` more bytes, from the pool that the frame came from.
    pub extend: unsafe extern "C" fn(*mut FrameHdr, size: u32) -> i32,
    /// Gathers the payload into one buffer; metadata and handle stay.
    pub ensure_single: unsafe extern "C" fn(*mut FrameHdr) -> i32,
    /// Gives all buffers back; metadata and handle stay.
    pub clear: unsafe extern "C" fn(*mut FrameHdr),
    /// Later abilities by name; null = not known.
    pub extension: unsafe extern "C" fn(id: Name<'_>) -> *const c_void,
    /// Null.
    pub _reserved: [*const c_void; 4],
}

// SAFETY: the table is constant and its functions may be called from any thread, each for a handle that the
// caller owns.
unsafe impl Send for FrameVt {}
// SAFETY: as above.
unsafe impl Sync for FrameVt {}
