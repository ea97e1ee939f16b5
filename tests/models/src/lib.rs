//! The product's sources as the models try them: the same files, compiled against the models' `std`.
//!
//! Used by `tests/`. What is included with `#[path]` is what ships; what has a file of its own here stands in for
//! something that loom cannot see into, and says so. A file that no longer compiles here has begun to use a part of
//! `std` that the models do not know: add it to `std/`.
#![allow(unsafe_code, missing_docs, dead_code, non_camel_case_types)]

// The names under which the sources know what this crate offers them.
#[macro_use(thread_local)]
extern crate models_std as std;
extern crate self as crossbeam_channel;
extern crate self as libc;
extern crate self as rogue_sdk;
extern crate self as rustix;

mod abi;
mod channel;
#[path = "../../../runtime/src/engine/mod.rs"]
pub mod engine;
pub mod fifo;
pub mod host;
#[path = "../../../runtime/src/module.rs"]
pub mod module;
pub mod parking;
#[path = "../../../runtime/src/pool/mod.rs"]
pub mod pool;
mod sdk;
mod system;
pub mod time;

#[path = "../../../sdk/src/frame/mod.rs"]
pub mod frame;

// As `crossbeam_channel`, as `libc`, as `rogue_sdk`; `time` is that of `rustix`.
pub use channel::{Receiver, RecvTimeoutError, Select, SendError, Sender, TryRecvError, bounded, unbounded};
pub use frame::Frame;
pub use sdk::{Flow, Gauge, params};
pub use system::*;
