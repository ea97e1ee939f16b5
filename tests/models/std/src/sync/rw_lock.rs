//! `RwLock`, with one reader at a time: what readers do beside each other is not tried.

use super::{LockResult, Mutex, MutexGuard};

/// A lock.
#[derive(Debug, Default)]
pub struct RwLock<T>(Mutex<T>);

/// Holds a [`RwLock`] for reading.
pub type RwLockReadGuard<'a, T> = MutexGuard<'a, T>;
/// Holds a [`RwLock`] for writing.
pub type RwLockWriteGuard<'a, T> = MutexGuard<'a, T>;

impl<T> RwLock<T> {
    /// As the real one.
    pub const fn new(data: T) -> Self {
        RwLock(Mutex::new(data))
    }

    /// As the real one.
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        self.0.lock()
    }

    /// As the real one.
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.0.lock()
    }
}
