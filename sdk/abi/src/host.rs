//! What the runtime offers to a plugin: one table for the whole process, handed over at `create`.
//!
//! Every function may be called from any thread. A `NodeRef` stays valid for ever: calls for a node that
//! is gone do nothing and return 0 or null.

use crate::frame::{FrameHdr, FrameVt};
use abi_stable::{
    StableAbi,
    std_types::{RSlice, RStr},
};
use core::{
    ffi::c_void,
    sync::atomic::{AtomicU32, AtomicU64},
};

/// Names a node of a running graph; opaque to plugins.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct NodeRef(pub u64);

/// Halves of an instance, as in `wake` and `watch`.
pub mod half {
    /// The half that takes frames (a transform's and a sink's only one).
    pub const TAKE: u32 = 0;
    /// The half that gives frames (a source's only one).
    pub const GIVE: u32 = 1;
}

/// What `watch` waits for; may be added up.
pub mod interest {
    /// Data can be read, or the peer is gone.
    pub const READ: u32 = 1;
    /// There is room to write.
    pub const WRITE: u32 = 2;
}

/// Reasons of `drop` that every node has, beside those of its card.
pub mod reason {
    /// The module failed while it had the frame, or left more results than the runtime takes.
    pub const FAULT: u32 = u32::MAX;
}

/// Kinds of counters.
pub mod counter_kind {
    /// Events inside the graph.
    pub const EVENT: u32 = 0;
    /// What was lost outside of the graph (the kernel's drops, bytes in flight at a disconnect).
    pub const OUTSIDE: u32 = 1;
    /// A reading that is a number and may go down (frames waiting in a queue).
    pub const GAUGE: u32 = 2;
}

/// Levels of `log`, as in the `log` crate.
pub mod log_level {
    /// Nothing.
    pub const OFF: u32 = 0;
    /// Errors.
    pub const ERROR: u32 = 1;
    /// Warnings.
    pub const WARN: u32 = 2;
    /// Information.
    pub const INFO: u32 = 3;
    /// Debugging.
    pub const DEBUG: u32 = 4;
    /// Everything.
    pub const TRACE: u32 = 5;
}

/// A histogram: `bounds` are upper limits in rising order; `counts` has one more than `bounds`.
#[repr(C)]
#[derive(StableAbi)]
pub struct Hist {
    /// Upper limits.
    pub bounds: *const f64,
    /// One counter per bound, then one for what is above.
    pub counts: *const AtomicU64,
    /// Number of bounds.
    pub len: u32,
    /// Zero.
    pub _pad: u32,
}

// SAFETY: the pointers are set once, to memory that lives for ever; counts are atomics.
unsafe impl Send for Hist {}
// SAFETY: as above.
unsafe impl Sync for Hist {}

/// How memory of a module's own is given back: `free(ctx, data)`.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy)]
pub struct FreeFn(pub unsafe extern "C" fn(ctx: *mut c_void, data: *mut u8));

/// The table of the runtime's functions.
#[repr(C)]
#[derive(StableAbi)]
pub struct Host {
    /// `size_of::<Host>()`.
    pub size: u32,
    /// Zero.
    pub _pad: u32,
    /// Functions for frames that exist.
    pub frames: *const FrameVt,
    /// Monotonic nanoseconds, for code outside of a call (inside one, `Call::now_ns` is the time).
    pub now: unsafe extern "C" fn(NodeRef) -> u64,
    /// Nanoseconds since 1970, UTC.
    pub wall: unsafe extern "C" fn(NodeRef) -> u64,
    /// 64 random bits.
    pub random: unsafe extern "C" fn(NodeRef) -> u64,
    /// A frame for `size` bytes, answered by the pool of the primary link of `port` (spec section 7);
    /// null when refused (more than the runtime's limit, or no memory). `flags` bit 0: zero copy allowed.
    pub request: unsafe extern "C" fn(NodeRef, port: u32, size: u32, flags: u32) -> *mut FrameHdr,
    /// A frame from the node's own pool (spec section 7, `reqLocalFrame`).
    pub request_local: unsafe extern "C" fn(NodeRef, size: u32, flags: u32) -> *mut FrameHdr,
    /// A frame around memory of the module's own; `free(ctx, data)` is called when the last frame over it
    /// is gone, on any thread; the instance lives at least as long.
    pub wrap: unsafe extern "C" fn(
        NodeRef,
        data: *mut u8,
        len: u32,
        free: FreeFn,
        ctx: *mut c_void,
    ) -> *mut FrameHdr,
    /// Gives a frame back under a reason of the card (its index in the card's list of drops).
    pub drop: unsafe extern "C" fn(NodeRef, *mut FrameHdr, reason: u32),
    /// Has a half ([`half`]) called soon. Never lost; many wakes may become one call.
    pub wake: unsafe extern "C" fn(NodeRef, half: u32),
    /// Has a half called, once, when a descriptor is ready ([`interest`]); replaces an earlier interest in it.
    /// To be asked for again after each such call.
    pub watch: unsafe extern "C" fn(NodeRef, half: u32, fd: i32, interest: u32) -> i32,
    /// Ends a `watch`. To be called before the descriptor is closed.
    pub unwatch: unsafe extern "C" fn(NodeRef, half: u32, fd: i32),
    /// The most frames the node wants in one call.
    pub batch_max: unsafe extern "C" fn(NodeRef, frames: u32),
    /// Sets the node's pool, unless the graph does (spec section 6). `forward` = 1: requests that reach
    /// this node's pool are passed on to the primary of its output 0.
    pub set_pool: unsafe extern "C" fn(NodeRef, fixed_size: u32, pool_size: u32, forward: u32),
    /// Announces something only one may have (`tcp:0.0.0.0:8000`); -1 = another node has it.
    pub claim: unsafe extern "C" fn(NodeRef, name: RStr<'_>) -> i32,
    /// Takes an announcement back.
    pub unclaim: unsafe extern "C" fn(NodeRef, name: RStr<'_>),
    /// Number of links of an output.
    pub links: unsafe extern "C" fn(NodeRef, port: u32) -> u32,
    /// The node's counter of that name ([`counter_kind`]); it survives swaps, and lives for ever.
    pub counter: unsafe extern "C" fn(NodeRef, name: RStr<'_>, kind: u32) -> *const AtomicU64,
    /// The node's histogram of that name; it survives swaps, and lives for ever.
    pub histogram: unsafe extern "C" fn(NodeRef, name: RStr<'_>, bounds: RSlice<'_, f64>) -> *const Hist,
    /// Sets a reading of the card.
    pub publish: unsafe extern "C" fn(NodeRef, key: RStr<'_>, value: RStr<'_>),
    /// Logs a line.
    pub log: unsafe extern "C" fn(NodeRef, level: u32, target: RStr<'_>, message: RStr<'_>),
    /// The most verbose level that anybody listens to ([`log_level`]); changes while running.
    pub log_level: unsafe extern "C" fn(NodeRef) -> *const AtomicU32,
    /// Says why the call that is about to return `FAULT` or `PANICKED` failed; from another thread, has
    /// the node treated as faulted at its next call.
    pub fault: unsafe extern "C" fn(NodeRef, message: RStr<'_>),
    /// To be called first on a thread that the module starts.
    pub thread_enter: unsafe extern "C" fn(NodeRef),
    /// To be called last on a thread that the module started.
    pub thread_exit: unsafe extern "C" fn(NodeRef),
    /// Later abilities by name; null = not known.
    pub extension: unsafe extern "C" fn(id: RStr<'_>) -> *const c_void,
    /// Null.
    pub _reserved: [*const c_void; 8],
}

// SAFETY: the table is constant, and its functions may be called from any thread.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

/// A pointer to the table, `Send` and `Sync` because the table never changes.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy)]
pub struct HostPtr(pub *const Host);

// SAFETY: the table is immutable, lives as long as the process, and its functions may be called from any
// thread (the contract of `Host`).
unsafe impl Send for HostPtr {}
// SAFETY: as above.
unsafe impl Sync for HostPtr {}
