//! `poll` and `eventfd`: waiting for descriptors and a bell at once. Called by `park` only.
#![allow(unsafe_code)]

use rogue_abi::interest;
use std::{
    os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
    time::Duration,
};

/// A descriptor that a half waits for.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    pub(super) index: u32,
    pub(super) fd: RawFd,
    pub(super) interest: u32,
}

/// Wakes a thread that is in [`wait`].
pub(super) struct Bell(OwnedFd);

impl Bell {
    /// `None` when the system has no descriptor left.
    pub(super) fn new() -> Option<Bell> {
        // SAFETY: `eventfd` touches no memory; a descriptor it gives is ours.
        unsafe {
            let fd = libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK);
            (fd >= 0).then(|| Bell(OwnedFd::from_raw_fd(fd)))
        }
    }

    /// Rings; heard by the next [`wait`] too.
    pub(super) fn ring(&self) {
        let one = 1u64;
        // SAFETY: eight bytes of ours are written to a descriptor of ours; a full counter rings already.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    fn hush(&self) {
        let mut count = 0u64;
        // SAFETY: eight bytes of ours are read into.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), 8) };
    }
}

/// Waits for the bell or a descriptor; says which descriptors are ready (or broken).
pub(super) fn wait(bell: &Bell, watches: &[Watch], longest: Option<Duration>) -> Vec<Watch> {
    let mut fds = Vec::with_capacity(watches.len() + 1);
    fds.push(libc::pollfd { fd: bell.0.as_raw_fd(), events: libc::POLLIN, revents: 0 });
    fds.extend(watches.iter().map(|watch| {
        let read = if watch.interest & interest::READ != 0 { libc::POLLIN } else { 0 };
        let write = if watch.interest & interest::WRITE != 0 { libc::POLLOUT } else { 0 };
        libc::pollfd { fd: watch.fd, events: read | write, revents: 0 }
    }));
    let time = longest.map(|time| libc::timespec {
        tv_sec: time.as_secs().min(1 << 30) as libc::time_t,
        tv_nsec: time.subsec_nanos().into(),
    });
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the list and the time are ours and live through the call.
    let ready = unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, time, std::ptr::null()) };
    if ready <= 0 {
        return Vec::new();
    }
    if fds[0].revents != 0 {
        bell.hush();
    }
    watches.iter().zip(&fds[1..]).filter(|(_, fd)| fd.revents != 0).map(|(watch, _)| *watch).collect()
}
