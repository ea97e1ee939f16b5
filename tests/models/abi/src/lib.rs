//! `rogue-abi`: the product's own files, with the models' atomics in `Block`.
#![allow(unsafe_code, missing_docs)]

extern crate models_std as core;

#[path = "../../../../sdk/abi/src/call.rs"]
pub mod call;
#[path = "../../../../sdk/abi/src/frame.rs"]
pub mod frame;
#[path = "../../../../sdk/abi/src/host.rs"]
pub mod host;

pub use abi_stable;
pub use call::{Call, Out, OutItem, status};
pub use frame::{Block, FrameHdr, FrameVt, Seg, refs, why};
pub use host::{FreeFn, Hist, Host, HostPtr, NodeRef, counter_kind, half, interest, log_level, reason};
