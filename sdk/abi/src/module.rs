//! What a plugin offers: one table per module.
//!
//! An instance is three opaque pointers: `inst` (cold calls), `take` and `give` (one per half, null where
//! the shape has none). Never two calls at once into one half.

use crate::{
    call::Call,
    host::{HostPtr, NodeRef},
    state::{Held, State},
};
use abi_stable::{
    StableAbi,
    std_types::{RStr, RString},
};
use core::ffi::c_void;

/// `Module::flags`.
pub mod module_flags {
    /// `produce` may block for as long as it likes: it gets a thread of its own, and `interrupt`.
    pub const BLOCKING: u64 = 1;
    /// Reads no payload.
    pub const METADATA_ONLY: u64 = 2;
    /// Has no state worth handing over.
    pub const STATELESS: u64 = 4;
    /// Has no effect outside of its outputs: may be run beside the real one to compare.
    pub const PURE: u64 = 8;
}

/// Results of cold calls.
pub mod outcome {
    /// Done.
    pub const OK: i32 = 0;
    /// Refused, with a text; nothing changed.
    pub const REFUSED: i32 = 1;
    /// The module does not have this ability.
    pub const UNSUPPORTED: i32 = 2;
    /// The module panicked; caught inside the plugin; the text says with what.
    pub const PANICKED: i32 = 3;
}

/// Collects errors of parameters: `push(list, path, message)`, path as in `channel` or `steps[2].gain`.
#[repr(C)]
#[derive(StableAbi)]
pub struct ErrList {
    /// The host's.
    pub ctx: *mut c_void,
    /// Adds one error.
    pub push: unsafe extern "C" fn(*mut ErrList, path: RStr<'_>, message: RStr<'_>),
}

/// What `create` made.
#[repr(C)]
#[derive(StableAbi)]
pub struct Made {
    /// For cold calls; null = not made.
    pub inst: *mut c_void,
    /// The half that takes; null for a source.
    pub take: *mut c_void,
    /// The half that gives; null for a transform and a sink.
    pub give: *mut c_void,
    /// Why it was not made.
    pub err: RString,
}

/// The table of one module.
#[repr(C)]
#[derive(StableAbi)]
pub struct Module {
    /// `size_of::<Module>()`.
    pub size: u32,
    /// Zero.
    pub _pad: u32,
    /// The card (JSON); equal to the one in the file's `ROGUE_CARDS`.
    pub card: RStr<'static>,
    /// [`module_flags`].
    pub flags: u64,
    /// *any*. Parses parameters (JSON) and reports every error; no effect.
    pub check: unsafe extern "C" fn(params: RStr<'_>, errs: *mut ErrList) -> i32,
    /// *cold*. Makes an instance; no effect outside of it.
    pub create: unsafe extern "C" fn(host: HostPtr, node: NodeRef, params: RStr<'_>, made: *mut Made) -> i32,
    /// *cold*. Takes what only one may have: ports, files, devices, threads.
    pub start: unsafe extern "C" fn(inst: *mut c_void, err: *mut RString) -> i32,
    /// *own*. Offers frames; returns a [`crate::status`].
    pub accept: unsafe extern "C" fn(take: *mut c_void, call: *mut Call) -> u32,
    /// *own*. Asks for frames; returns a [`crate::status`].
    pub produce: unsafe extern "C" fn(give: *mut c_void, call: *mut Call) -> u32,
    /// *own*. After the last input of this half, until it returns `ENDED`.
    pub finish: unsafe extern "C" fn(take: *mut c_void, call: *mut Call) -> u32,
    /// *cold*. New parameters for an instance that runs.
    pub reconfigure: unsafe extern "C" fn(inst: *mut c_void, params: RStr<'_>, err: *mut RString) -> i32,
    /// *cold*. Writes the state; changes nothing.
    pub snapshot: unsafe extern "C" fn(inst: *mut c_void, state: *mut State) -> i32,
    /// *cold*. Takes over the state of another instance.
    pub restore: unsafe extern "C" fn(inst: *mut c_void, state: *const State, err: *mut RString) -> i32,
    /// *cold*. Gives up frames it holds and descriptors that can live on.
    pub release_held: unsafe extern "C" fn(inst: *mut c_void, held: *mut Held) -> i32,
    /// *cold*. Takes what it can use out of `held`.
    pub adopt: unsafe extern "C" fn(inst: *mut c_void, held: *mut Held, err: *mut RString) -> i32,
    /// *any*. Makes a blocking `produce` return; only called on modules flagged `BLOCKING`.
    pub interrupt: unsafe extern "C" fn(inst: *mut c_void),
    /// *cold*. Gives up everything that `start` took; no frame comes or goes after it.
    pub stop: unsafe extern "C" fn(inst: *mut c_void),
    /// *cold*, on any thread. Ends the instance and both halves.
    pub destroy: unsafe extern "C" fn(inst: *mut c_void, take: *mut c_void, give: *mut c_void),
    /// Later abilities by name; null = not known.
    pub extension: unsafe extern "C" fn(id: RStr<'_>) -> *const c_void,
    /// Null.
    pub _reserved: [*const c_void; 4],
}

// SAFETY: a table is constant data: strings and function pointers that live as long as the plugin, which
// is never unloaded.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}
