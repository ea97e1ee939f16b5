//! `OnceLock`.

use super::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};
use crate::registry;
use std::{cell::UnsafeCell, fmt, ptr};

/// A value that is set once.
pub struct OnceLock<T> {
    value: UnsafeCell<Option<T>>,
    ready: AtomicU32,
    filling: Mutex<()>,
}

// SAFETY: as the real one: `value` is written under the lock, before `ready` says so, and never again.
unsafe impl<T: Send> Send for OnceLock<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// As the real one.
    pub const fn new() -> Self {
        OnceLock { value: UnsafeCell::new(None), ready: AtomicU32::new(0), filling: Mutex::new(()) }
    }

    /// As the real one.
    pub fn get(&self) -> Option<&T> {
        if self.ready.load(Ordering::Acquire) == 0 {
            return None;
        }
        // SAFETY: set, and not written again.
        unsafe { (*self.value.get()).as_ref() }
    }

    /// As the real one.
    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let filling = self.filling.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let value = self.value.get();
        if self.ready.load(Ordering::Acquire) == 0 {
            let made = make();
            // SAFETY: under the lock, and nobody looks before `ready`.
            unsafe { *value = Some(made) };
            let reset: Box<dyn FnOnce() + '_> = Box::new(move || {
                // SAFETY: the run is over, and a static lives for ever.
                unsafe { *value = None }
            });
            // SAFETY: lifetimes only, as in `Mutex::reset`.
            let reset = unsafe { std::mem::transmute::<Box<dyn FnOnce() + '_>, Box<dyn FnOnce()>>(reset) };
            registry::with(|registry| registry.on_reset(value as usize, reset));
            self.ready.store(1, Ordering::Release);
        }
        drop(filling);
        // SAFETY: set above or before, and not written again.
        unsafe { (*value).as_ref() }.unwrap_or_else(|| unreachable!("it was set"))
    }
}

impl<T> Drop for OnceLock<T> {
    fn drop(&mut self) {
        registry::try_with(|registry| registry.forget(ptr::from_mut(&mut self.value) as usize));
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        OnceLock::new()
    }
}

impl<T> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceLock")
    }
}
