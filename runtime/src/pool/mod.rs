//! The memory of all frames: size classes, thread-local magazines, accounts, and the walk that counts what
//! is alive.
//!
//! Called by `host` (on behalf of modules) and by `engine` (sharing, counting). What holds:
//! - A slot is header, block and bytes in one piece (`rogue_sdk::frame::ops`); slots live in [`slab`]s, one
//!   file, so that living headers can be counted without anybody's help.
//! - Memory goes back to where it came from, on whatever thread a frame dies.
//! - Every handle is charged to exactly one account (`FrameHdr::holder`), every buffer to exactly one pool
//!   (`Block::owner`); both are node accounts ([`account`]).
//! - Memory is zeroed once, when the system gives it; safe code reads old payload at worst.
#![allow(unsafe_code)]

pub mod account;
mod central;
mod class;
pub mod field;
mod handover;
mod local;
mod magazine;
mod memory;
mod slab;
mod vt;

pub use account::{Account, AccountId, MAX_REASONS, PoolSpec};
pub use handover::{OutItem, hand_over};
pub use local::{
    charge_as, count, count2, drops_here, now_ns, set_now, starve, sum, take_last_gone, take_last_words,
};
pub use memory::{MAX_FRAME_BYTES, request, request_from, request_quick, wrap};
pub use slab::{live_among, live_by_holder, mapped_bytes};
pub use vt::{FRAME_VT, address, drop_as, drop_inside, holder, set_holder, share_for};
