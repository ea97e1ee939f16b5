//! Waiting in real time: for a thread of the module's own, or for a descriptor it watches.
#![allow(unsafe_code)]

use super::{Bench, record::Record};
use crate::{Error, Result};
use rogue_abi::interest;
use std::{
    io::PipeReader,
    os::fd::AsRawFd,
    time::{Duration, Instant},
};

/// Longest a wait sleeps at once: timers of the module run on the bench's clock, which goes on in between.
const STEP: Duration = Duration::from_millis(20);

impl Bench {
    /// Runs the module until `done` holds, for at most `limit` of real time: calls halves that are woken from
    /// any thread, whose descriptor is ready, or whose time has come, and a giving half that said it had more. The
    /// bench's clock goes on with the real one meanwhile.
    ///
    /// For modules with threads and sockets. What is observed ends the wait, so `limit` can be generous.
    ///
    /// # Errors
    /// What a call failed with; or that `limit` passed.
    pub fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&mut Bench) -> bool) -> Result<()> {
        let (bell, ringer) = std::io::pipe()?;
        self.record().set_bell(Some(ringer));
        let result = self.run_with(&bell, limit, &mut done);
        self.record().set_bell(None);
        result
    }

    fn run_with(
        &mut self,
        bell: &PipeReader,
        limit: Duration,
        done: &mut impl FnMut(&mut Bench) -> bool,
    ) -> Result<()> {
        let begin = Instant::now();
        let mut last = begin;
        loop {
            let now = Instant::now();
            self.advance(now - last)?;
            last = now;
            self.run()?;
            if done(self) {
                return Ok(());
            }
            let Some(left) = limit.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()) else {
                return Err(Error::new(format_args!(
                    "what the test waits for did not happen within {limit:?}"
                )));
            };
            if !self.record().is_woken() && !self.has_more() {
                poll(self.record(), bell, left.min(STEP))?;
            }
        }
    }
}

/// Sleeps until the bell rings, a watched descriptor is ready (its half is woken then), or `limit` passed.
fn poll(record: &Record, mut bell: &PipeReader, limit: Duration) -> Result<()> {
    let watches = record.kept().watches.clone();
    let mut polled = vec![libc::pollfd { fd: bell.as_raw_fd(), events: libc::POLLIN, revents: 0 }];
    polled.extend(watches.iter().map(|(_, fd, wanted)| {
        let read = if wanted & interest::READ == 0 { 0 } else { libc::POLLIN };
        let write = if wanted & interest::WRITE == 0 { 0 } else { libc::POLLOUT };
        libc::pollfd { fd: *fd, events: read | write, revents: 0 }
    }));
    let count = polled.len() as libc::nfds_t;
    let millis = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
    // SAFETY: the array is valid for the call and has `count` entries.
    let ready = unsafe { libc::poll(polled.as_mut_ptr(), count, millis) };
    if ready < 0 {
        let error = std::io::Error::last_os_error();
        return if error.kind() == std::io::ErrorKind::Interrupted { Ok(()) } else { Err(error.into()) };
    }
    if polled[0].revents != 0 {
        std::io::Read::read_exact(&mut bell, &mut [0])?;
        record.bell_heard();
    }
    for ((half, ..), fd) in watches.iter().zip(&polled[1..]) {
        if fd.revents != 0 {
            record.wake(*half);
        }
    }
    Ok(())
}
