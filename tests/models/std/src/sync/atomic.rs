//! `std::sync::atomic`: every access is loom's, found by address.

use crate::registry::{self, Bound32, Bound64};
use abi_stable::{StableAbi, abi_stability::GetStaticEquivalent_};
use std::{cell::UnsafeCell, fmt, ptr};

pub use std::sync::atomic::Ordering;

/// As the real one.
#[track_caller]
pub fn fence(order: Ordering) {
    registry::note(|| format!("fence {order:?}"));
    loom::sync::atomic::fence(order);
}

/// loom's orderings for an access; `SeqCst` is what the fence behind a write makes.
fn load_order(order: Ordering) -> Ordering {
    if order == Ordering::SeqCst { Ordering::Acquire } else { order }
}

fn change_order(order: Ordering) -> Ordering {
    if order == Ordering::SeqCst { Ordering::AcqRel } else { order }
}

/// What compilers put behind a `SeqCst` access that writes.
fn after(order: Ordering) {
    if order == Ordering::SeqCst {
        loom::sync::atomic::fence(Ordering::SeqCst);
    }
}

macro_rules! atomic {
    ($name:ident, $value:ty, $bound:ident, $bind:ident, $inner:ty) => {
        /// As the real one.
        #[repr(transparent)]
        pub struct $name(UnsafeCell<$value>);

        // SAFETY: every access goes through loom.
        unsafe impl Send for $name {}
        // SAFETY: as above.
        unsafe impl Sync for $name {}

        impl $name {
            /// As the real one.
            pub const fn new(value: $value) -> Self {
                $name(UnsafeCell::new(value))
            }

            /// As the real one; others write there as plain memory, so loom does not see it.
            ///
            /// # Safety
            /// As the real one.
            pub unsafe fn from_ptr<'a>(at: *mut $value) -> &'a Self {
                registry::with(|registry| registry.set_plain(at as usize));
                // SAFETY: see the contract.
                unsafe { &*at.cast() }
            }

            fn bound(&self) -> $bound {
                let at = self.0.get();
                // SAFETY: the memory has the first value, since all changes are made in loom.
                let first = unsafe { at.read() } as $inner;
                let (bound, threads) =
                    registry::with(|registry| (registry.$bind(at as usize, first), registry.has_threads()));
                if threads {
                    bound.touched.notify_one();
                }
                bound
            }

            /// As the real one.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                if registry::with(|registry| registry.is_plain(self.0.get() as usize)) {
                    // SAFETY: one thread of the system runs the model.
                    return unsafe { self.0.get().read() };
                }
                let bound = self.bound();
                let value = bound.atomic.load(load_order(order)).wrapping_add(bound.base) as $value;
                registry::note(|| format!("{:p} load {value:#x} {order:?}", self.0.get()));
                value
            }

            /// As the real one.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                let bound = self.bound();
                registry::note(|| format!("{:p} store {value:#x} {order:?}", self.0.get()));
                let value = (value as $inner).wrapping_sub(bound.base);
                if order == Ordering::SeqCst {
                    // loom does not order two stores that know nothing of each other, not even where a change between
                    // them says which came first. A change is always ordered.
                    bound.atomic.swap(value, Ordering::Release);
                } else {
                    bound.atomic.store(value, order);
                }
                after(order);
            }

            /// As the real one.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                let bound = self.bound();
                let value = (value as $inner).wrapping_sub(bound.base);
                let old = bound.atomic.swap(value, change_order(order)).wrapping_add(bound.base) as $value;
                registry::note(|| format!("{:p} swap, was {old:#x} {order:?}", self.0.get()));
                after(order);
                old
            }

            /// As the real one.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let bound = self.bound();
                let (current, new) =
                    ((current as $inner).wrapping_sub(bound.base), (new as $inner).wrapping_sub(bound.base));
                let result = bound
                    .atomic
                    .compare_exchange(current, new, change_order(success), load_order(failure))
                    .map(|old| old.wrapping_add(bound.base) as $value)
                    .map_err(|old| old.wrapping_add(bound.base) as $value);
                registry::note(|| format!("{:p} compare_exchange {result:x?} {success:?}", self.0.get()));
                after(success);
                result
            }

            /// As the real one, but it never fails without a reason.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                registry::try_with(|registry| registry.unbind(ptr::from_mut(self) as usize));
            }
        }
    };
}

macro_rules! number {
    ($name:ident, $value:ty, $bound:ident, $bind:ident, $inner:ty) => {
        atomic!($name, $value, $bound, $bind, $inner);

        impl $name {
            /// As the real one.
            #[track_caller]
            pub fn fetch_add(&self, more: $value, order: Ordering) -> $value {
                let bound = self.bound();
                let old = bound.atomic.fetch_add(more as $inner, change_order(order));
                let old = old.wrapping_add(bound.base) as $value;
                registry::note(|| format!("{:p} fetch_add {more:#x}, was {old:#x} {order:?}", self.0.get()));
                after(order);
                old
            }

            /// As the real one.
            #[track_caller]
            pub fn fetch_sub(&self, less: $value, order: Ordering) -> $value {
                let bound = self.bound();
                let old = bound.atomic.fetch_sub(less as $inner, change_order(order));
                let old = old.wrapping_add(bound.base) as $value;
                registry::note(|| format!("{:p} fetch_sub {less:#x}, was {old:#x} {order:?}", self.0.get()));
                after(order);
                old
            }

            /// As the real one.
            #[track_caller]
            pub fn fetch_or(&self, bits: $value, order: Ordering) -> $value {
                let bound = self.bound();
                assert_eq!(
                    bound.base, 0,
                    "fetch_or on an atomic that is first touched by a thread, and not 0"
                );
                let old = bound.atomic.fetch_or(bits as $inner, change_order(order));
                registry::note(|| format!("{:p} fetch_or {bits:#x}, was {old:#x} {order:?}", self.0.get()));
                after(order);
                old as $value
            }
        }

        impl Default for $name {
            fn default() -> Self {
                $name::new(0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        // SAFETY: it has no lifetimes.
        unsafe impl GetStaticEquivalent_ for $name {
            type StaticEquivalent = $name;
        }

        // SAFETY: the size and the layout of the real one.
        unsafe impl StableAbi for $name {
            type IsNonZeroType = abi_stable::reexports::False;
            const LAYOUT: &'static abi_stable::type_layout::TypeLayout =
                <std::sync::atomic::$name as StableAbi>::LAYOUT;
        }
    };
}

number!(AtomicU32, u32, Bound32, bound32, u32);
number!(AtomicU64, u64, Bound64, bound64, u64);
number!(AtomicUsize, usize, Bound64, bound64, u64);
atomic!(Word, u8, Bound32, bound32, u32);
atomic!(Address, usize, Bound64, bound64, u64);

/// As the real one.
#[repr(transparent)]
pub struct AtomicU8(Word);

impl AtomicU8 {
    /// As the real one.
    pub const fn new(value: u8) -> Self {
        AtomicU8(Word::new(value))
    }

    /// As the real one.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> u8 {
        self.0.load(order)
    }

    /// As the real one.
    #[track_caller]
    pub fn store(&self, value: u8, order: Ordering) {
        self.0.store(value, order);
    }

    /// As the real one.
    #[track_caller]
    pub fn compare_exchange(
        &self,
        current: u8,
        new: u8,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u8, u8> {
        self.0.compare_exchange(current, new, success, failure)
    }
}

impl Default for AtomicU8 {
    fn default() -> Self {
        AtomicU8::new(0)
    }
}

impl std::fmt::Debug for AtomicU8 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AtomicU8")
    }
}

/// As the real one.
#[repr(transparent)]
pub struct AtomicBool(Word);

impl AtomicBool {
    /// As the real one.
    pub const fn new(value: bool) -> Self {
        AtomicBool(Word::new(value as u8))
    }

    /// As the real one.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> bool {
        self.0.load(order) != 0
    }

    /// As the real one.
    #[track_caller]
    pub fn store(&self, value: bool, order: Ordering) {
        self.0.store(value as u8, order);
    }

    /// As the real one.
    #[track_caller]
    pub fn swap(&self, value: bool, order: Ordering) -> bool {
        self.0.swap(value as u8, order) != 0
    }
}

impl Default for AtomicBool {
    fn default() -> Self {
        AtomicBool::new(false)
    }
}

impl fmt::Debug for AtomicBool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtomicBool")
    }
}

/// As the real one.
#[repr(transparent)]
pub struct AtomicPtr<T>(Address, std::marker::PhantomData<*mut T>);

// SAFETY: as the real one: only the address is shared.
unsafe impl<T> Send for AtomicPtr<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for AtomicPtr<T> {}

impl<T> AtomicPtr<T> {
    /// As the real one, but only for null: an address has no number in a constant expression.
    pub const fn new(at: *mut T) -> Self {
        assert!(at.is_null(), "an atomic pointer of the models begins as null");
        AtomicPtr(Address::new(0), std::marker::PhantomData)
    }

    /// As the real one.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> *mut T {
        self.0.load(order) as *mut T
    }

    /// As the real one.
    #[track_caller]
    pub fn store(&self, at: *mut T, order: Ordering) {
        self.0.store(at as usize, order);
    }

    /// As the real one.
    #[track_caller]
    pub fn swap(&self, at: *mut T, order: Ordering) -> *mut T {
        self.0.swap(at as usize, order) as *mut T
    }

    /// As the real one.
    #[track_caller]
    pub fn compare_exchange(
        &self,
        current: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        let result = self.0.compare_exchange(current as usize, new as usize, success, failure);
        result.map(|at| at as *mut T).map_err(|at| at as *mut T)
    }
}
