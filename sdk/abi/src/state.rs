//! What goes from one instance to the next in a swap.

use crate::frame::FrameHdr;
use abi_stable::{
    StableAbi,
    std_types::{RString, RVec},
};

/// The state of an instance, by schema: the new one refuses what it does not know.
#[repr(C)]
#[derive(StableAbi)]
pub struct State {
    /// Version of the schema.
    pub version: u32,
    /// Zero.
    pub _pad: u32,
    /// Name of the schema.
    pub schema: RString,
    /// The state itself; its form is the schema's business.
    pub bytes: RVec<u8>,
}

/// A frame that an instance holds, with the output port it would have left by.
#[repr(C)]
#[derive(StableAbi)]
pub struct HeldFrame {
    /// The handle, owned by the list.
    pub frame: *mut FrameHdr,
    /// Output port.
    pub port: u32,
    /// Zero.
    pub _pad: u32,
}

/// An operating-system handle that can live on in another instance (a listening socket).
#[repr(C)]
#[derive(StableAbi)]
pub struct HeldHandle {
    /// What it is, as the module calls it.
    pub name: RString,
    /// The descriptor, owned by the list.
    pub fd: i64,
}

/// What an instance gives up and the next may take; what is left in it afterwards is counted and closed.
#[repr(C)]
#[derive(StableAbi)]
pub struct Held {
    /// Frames, oldest first.
    pub frames: RVec<HeldFrame>,
    /// Operating-system handles.
    pub handles: RVec<HeldHandle>,
}
