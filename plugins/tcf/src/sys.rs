//! Waiting for descriptors, `poll`, and files that are memory, `memfd_create`.
#![allow(unsafe_code)]

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    time::Duration,
};

/// A descriptor, and what is wanted of it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    fd: BorrowedFd<'a>,
    wanted: libc::c_short,
}

impl<'a> Watch<'a> {
    /// Something to read, or room to write. That it has failed or hung up is told in any case.
    pub fn new(fd: BorrowedFd<'a>, read: bool, write: bool) -> Watch<'a> {
        let wanted = if read { libc::POLLIN } else { 0 } | if write { libc::POLLOUT } else { 0 };
        Watch { fd, wanted }
    }
}

/// Waits until one of them is ready, or the time is over; which of them are. Interrupted, none are.
pub fn wait(watches: &[Watch<'_>], timeout: Option<Duration>) -> Vec<bool> {
    let poll =
        |watch: &Watch<'_>| libc::pollfd { fd: watch.fd.as_raw_fd(), events: watch.wanted, revents: 0 };
    let mut polled: Vec<libc::pollfd> = watches.iter().map(poll).collect();
    let millis = timeout.map_or(-1, |timeout| i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX));
    // SAFETY: the array is valid for the call and has that many entries; the descriptors are borrowed and so open.
    let ready = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, millis) };
    polled.iter().map(|fd| ready > 0 && fd.revents != 0).collect()
}

/// A file without a name, in memory, which is gone with its last descriptor.
///
/// # Errors
/// There is no descriptor left, or no memory.
pub fn memory_file() -> io::Result<File> {
    // SAFETY: the name is a C string that lives for ever; the flags are known.
    let fd = unsafe { libc::memfd_create(c"tcf-streams".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new and nobody else's.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(fd) }))
}
