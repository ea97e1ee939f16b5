//! `Mutex`: its place in loom is found by address, so that it can be a static.

use super::LockResult;
use crate::registry;
use std::{
    cell::UnsafeCell,
    fmt,
    mem::ManuallyDrop,
    ops::{Deref, DerefMut},
    ptr,
    rc::Rc,
};

/// A lock. It is never poisoned: a panic ends the model.
pub struct Mutex<T> {
    data: UnsafeCell<T>,
    /// So that a lock of nothing has an address of its own.
    _place: u8,
}

// SAFETY: as the real one: what is inside is reached under the lock only.
unsafe impl<T: Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Mutex<T> {}

/// Holds a [`Mutex`].
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    held: ManuallyDrop<loom::sync::MutexGuard<'static, ()>>,
    _lock: Rc<loom::sync::Mutex<()>>,
}

impl<T> Mutex<T> {
    /// As the real one.
    pub const fn new(data: T) -> Self {
        Mutex { data: UnsafeCell::new(data), _place: 0 }
    }

    /// As the real one.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let lock = registry::with(|registry| registry.mutex(ptr::from_ref(self) as usize, || self.reset()));
        let held = lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // SAFETY: the guard borrows from `lock`, which the result keeps alive and drops last.
        let held: loom::sync::MutexGuard<'static, ()> = unsafe { std::mem::transmute(held) };
        Ok(MutexGuard { mutex: self, held: ManuallyDrop::new(held), _lock: lock })
    }

    /// Puts the first value back. Only a static is reset: what is dropped within a run forgets this.
    fn reset(&self) -> Box<dyn FnOnce()> {
        let data = self.data.get();
        // SAFETY: a copy of what a constant expression made, which has nothing on the heap; used once.
        let first = ManuallyDrop::new(unsafe { ptr::read(data) });
        let reset: Box<dyn FnOnce() + '_> = Box::new(move || {
            // SAFETY: the run is over, so nobody has the lock; a static lives for ever.
            unsafe {
                ptr::drop_in_place(data);
                data.write(ManuallyDrop::into_inner(first));
            }
        });
        // SAFETY: lifetimes only: the pointer stays good until `forget`, or for ever.
        unsafe { std::mem::transmute::<Box<dyn FnOnce() + '_>, Box<dyn FnOnce()>>(reset) }
    }
}

impl<T> Drop for Mutex<T> {
    fn drop(&mut self) {
        registry::try_with(|registry| registry.forget(ptr::from_mut(self) as usize));
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex")
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.mutex.data.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        unsafe { &mut *self.mutex.data.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: dropped once, here; `_lock` goes after it.
        unsafe { ManuallyDrop::drop(&mut self.held) }
    }
}
