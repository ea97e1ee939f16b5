//! `std::sync`: locks and cells that are filled once, as loom sees them.

pub mod atomic;
mod mutex;
mod once_lock;
mod rw_lock;

pub use mutex::{Mutex, MutexGuard};
pub use once_lock::OnceLock;
pub use rw_lock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{Arc, LockResult, PoisonError, Weak};
