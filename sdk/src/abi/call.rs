//! One hand-over of frames within a component: the shapes of `rogue-abi`'s file of this name.
//!
//! Used by `export`: made for each call of the WIT, valid until it returns.

use super::FrameHdr;

/// The account of one call.
#[repr(C)]
pub struct Call {
    /// `size_of::<Call>()`.
    pub size: u32,
    /// The input port of every frame in `frames`.
    pub port: u32,
    /// Monotonic time in nanoseconds, sampled once per turn of the segment.
    pub now_ns: u64,
    /// Handles on offer, `len` of them; null when `len` is 0 (a timer or a wake, or a half without input).
    pub frames: *mut *mut FrameHdr,
    /// Handles on offer.
    pub len: u32,
    /// Handles taken, from the front. Stored *before* each frame is handed to the author.
    pub taken: u32,
    /// Where results go, in order.
    pub out: *mut Out,
    /// `Out::len` when the last frame was completed: what lies beyond belongs to the frame inside.
    pub completed_out: u32,
    /// Most frames a source should give in this call.
    pub max: u32,
    /// Call again at this time even without input; 0 = not asked for.
    pub wake_at_ns: u64,
    /// Zero in version 1.
    pub flags: u32,
    /// Zero.
    pub _pad: u32,
    /// Zero.
    pub _reserved: [u64; 4],
}

/// A result and the output port it leaves by.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct OutItem {
    /// The handle, owned by the list.
    pub frame: *mut FrameHdr,
    /// Output port.
    pub port: u32,
    /// Zero.
    pub _pad: u32,
}

/// The list of results. A module stops *taking* at `limit`; one frame may give more, which `grow` makes
/// room for.
#[repr(C)]
pub struct Out {
    /// Room for `cap` items.
    pub items: *mut OutItem,
    /// Items in use.
    pub len: u32,
    /// Room.
    pub cap: u32,
    /// Where a module stops taking.
    pub limit: u32,
    /// Zero.
    pub _pad: u32,
    /// Makes room for at least one more; -1 = the hard limit of the runtime is reached.
    pub grow: unsafe extern "C" fn(*mut Out) -> i32,
}
