//! What crosses the border between the runtime and a native plugin, and nothing else.
//!
//! Called by nobody: these are the shapes that both sides agree on. [`module`] is what a plugin offers,
//! [`host`] what the runtime offers, [`call`] what one hand-over of frames looks like, [`frame`] the
//! memory that is handed over, [`root`] the door (the one symbol that is looked up and checked).
//!
//! What holds:
//! - Everything is `#[repr(C)]`; the hot path is plain `extern "C"` functions, the cold path may use
//!   abi_stable's `RStr`, `RString` and `RVec`.
//! - **Version 1 never changes.** No field is added, removed, reordered or reread in another meaning: a
//!   plugin built today must load for ever. New abilities are asked for by name through `extension`,
//!   in both directions. `_reserved` words are zero and are never given a meaning in version 1.
//! - *own* = called by the thread that drives that half's segment, *cold* = called while the host owns
//!   all halves of the instance, *any* = called from any thread.
#![allow(unsafe_code)]

pub mod call;
pub mod frame;
pub mod host;
pub mod module;
pub mod root;
pub mod state;

pub use abi_stable;
pub use call::{Call, Out, OutItem, status};
pub use frame::{Block, FrameHdr, FrameVt, Seg, refs, why};
pub use host::{FreeFn, Hist, Host, HostPtr, NodeRef, counter_kind, half, interest, log_level, reason};
pub use module::{ErrList, Made, Module, module_flags, outcome};
pub use root::{AbiMark, CARDS_MAGIC, CARDS_SYMBOL, MARK_SYMBOL, ROGUE_ABI, ROOT_SYMBOL, Root, RootRef};
pub use state::{Held, HeldFrame, HeldHandle, State};
