//! `std` as the models see it: atomics, fences, locks, threads and thread-locals are loom's, the rest is the real one.
//!
//! The crates of the models name this one `std` (`extern crate models_std as std`), and include the product's
//! sources with `#[path]`: so the files that ship are the files that are tried, unchanged. What holds:
//! - Everything has the size and the constructors of the real thing, for statics, frozen layouts and memory that is
//!   cut by hand. So an atomic cannot be loom's own: it is found by its address ([`registry`]).
//! - loom counts `SeqCst` on an access as `AcqRel`. Here such an access has a `SeqCst` fence behind it if it writes, which
//!   loom knows: what compilers make of it for x86. So what is right is not called wrong, and the one thing missed is
//!   what goes wrong where such a write must *not* act as a fence for its neighbours.
//! - Time stands still ([`time`]). A time to wait never comes: who would have been saved by it is asleep for ever, which loom
//!   reports.
//! - A model starts from the same statics each time: see [`model`].
#![allow(unsafe_code)]

pub use ::std::*;

mod registry;

pub mod model;
pub mod sync;
pub mod system;
pub mod thread;
pub mod time;
pub mod tracked;

/// `thread_local!`, per thread of a model.
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident: $type:ty = const $init:block; $($rest:tt)*) => {
        $(#[$attr])* $vis static $name: $crate::thread::LocalKey<$type> = $crate::thread::LocalKey::new(|| $init);
        $crate::thread_local! { $($rest)* }
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $type:ty = $init:expr; $($rest:tt)*) => {
        $(#[$attr])* $vis static $name: $crate::thread::LocalKey<$type> = $crate::thread::LocalKey::new(|| $init);
        $crate::thread_local! { $($rest)* }
    };
}
