//! Stands in for `libc`: memory as `models_std` gives it, and a system that has no descriptor left, so that the engine's
//! threads sleep on their token. (What they do in `poll` is tried in `tests/waker.rs`.)

use std::os::fd::RawFd;

pub use models_std::system::*;

pub const EFD_CLOEXEC: i32 = 0;
pub const EFD_NONBLOCK: i32 = 0;
pub const POLLIN: i16 = 1;
pub const POLLOUT: i16 = 4;

pub type nfds_t = u64;
pub type time_t = i64;

pub struct pollfd {
    pub fd: RawFd,
    pub events: i16,
    pub revents: i16,
}

pub struct timespec {
    pub tv_sec: time_t,
    pub tv_nsec: i64,
}

/// # Safety
/// None is needed.
pub unsafe fn eventfd(_: u32, _: i32) -> RawFd {
    -1
}

/// # Safety
/// None is needed.
pub unsafe fn read(_: RawFd, _: *mut std::ffi::c_void, _: usize) -> isize {
    -1
}

/// # Safety
/// None is needed.
pub unsafe fn write(_: RawFd, _: *const std::ffi::c_void, _: usize) -> isize {
    -1
}

/// # Safety
/// None is needed.
pub unsafe fn ppoll(_: *mut pollfd, _: nfds_t, _: *const timespec, _: *const std::ffi::c_void) -> i32 {
    -1
}
