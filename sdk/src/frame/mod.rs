//! Frames: a list of buffers plus metadata, behind an 8-byte handle (spec sections 1 to 5).
//!
//! - [`Frame`] is the handle: metadata, sizes, reading and writing bytes, sharing, slicing, appending.
//! - [`Buffer`] and [`BufferMut`] show one buffer of it: head room, payload, tail room.
//! - [`Reader`] and [`Writer`] go through the bytes across buffer boundaries.
//! - [`Accessor`] and [`AccessorMut`] show a contiguous range as numbers.
//!
//! What holds: a handle has one owner, so `&mut Frame` is honest; payload bytes that another handle
//! shares are copied before they are written (`Rogue`'s lock has no work left to do); an operation that
//! fails leaves the frame as it was.

mod accessor;
mod buffer;
mod cursor;
mod error;
#[allow(clippy::module_inception)]
mod frame;
#[doc(hidden)]
pub mod ops;
pub(crate) mod raw;
#[doc(hidden)]
pub mod table;

pub use accessor::{Accessor, AccessorMut, Scalar};
pub use buffer::{Buffer, BufferMut};
pub use cursor::{Reader, Writer};
pub use error::FrameError;
pub use raw::Frame;
