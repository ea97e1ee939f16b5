//! Memory of the system's, given back when the run of a model is over.

use crate::registry;
use std::ffi::c_void;

pub use libc::{MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_READ, PROT_WRITE, off_t, size_t};

/// `mmap`.
///
/// # Safety
/// As the real one.
pub unsafe fn mmap(
    at: *mut c_void,
    bytes: size_t,
    protection: i32,
    flags: i32,
    fd: i32,
    offset: off_t,
) -> *mut c_void {
    // SAFETY: see the contract.
    let at = unsafe { libc::mmap(at, bytes, protection, flags, fd, offset) };
    if at != MAP_FAILED {
        registry::with(|registry| registry.mapped(at as usize, bytes));
    }
    at
}

/// `munmap`.
///
/// # Safety
/// As the real one.
pub unsafe fn munmap(at: *mut c_void, bytes: size_t) -> i32 {
    registry::with(|registry| registry.unmapped(at as usize, bytes));
    // SAFETY: see the contract.
    unsafe { libc::munmap(at, bytes) }
}
