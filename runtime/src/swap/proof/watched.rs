//! Where a thread that calls modules on trial is, for who must not wait for it without end.
//!
//! What holds: a thread that does not return from a call is left alone; it is told to end, and does when the call returns.

use crate::pool;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Calls by number; none is 0.
pub(super) const CALLS: [&str; 8] = ["", "create", "start", "restore", "adopt", "accept", "finish", "stop"];
pub(super) const CREATE: u32 = 1;
pub(super) const START: u32 = 2;
pub(super) const RESTORE: u32 = 3;
pub(super) const ADOPT: u32 = 4;
pub(super) const ACCEPT: u32 = 5;
pub(super) const FINISH: u32 = 6;
pub(super) const STOP: u32 = 7;

/// The calls of one thread.
#[derive(Clone, Default)]
pub(super) struct Watched(Arc<Inside>);

#[derive(Default)]
struct Inside {
    /// Which module is being called, and how: sixteen bits each.
    call: AtomicU32,
    since_ns: AtomicU64,
    why: Mutex<Option<String>>,
    done: AtomicBool,
}

impl Watched {
    /// Makes a call into module number `who`.
    #[inline]
    pub(super) fn inside<T>(&self, who: usize, call: u32, body: impl FnOnce() -> T) -> T {
        self.0.since_ns.store(pool::now_ns(), Ordering::Relaxed);
        self.0.call.store((who as u32) << 16 | call, Ordering::Release);
        let done = body();
        self.0.call.store(0, Ordering::Release);
        done
    }

    /// The module that is in a call for longer, and the call.
    pub(super) fn stuck(&self, longest: Duration) -> Option<(usize, &'static str)> {
        let call = self.0.call.load(Ordering::Acquire);
        let since = pool::now_ns().saturating_sub(self.0.since_ns.load(Ordering::Relaxed));
        let name = CALLS.get(call as usize & 0xffff).filter(|name| !name.is_empty())?;
        // The same call as before the time was read, or a new one has begun.
        let same = self.0.call.load(Ordering::Acquire) == call;
        (same && Duration::from_nanos(since) > longest).then_some((call as usize >> 16, *name))
    }

    /// Tells the thread to end, and why; the first reason counts.
    pub(super) fn end(&self, why: &str) {
        self.0.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.to_owned());
    }

    /// The thread has no module and no frame any more.
    pub(super) fn leave(&self) {
        self.0.done.store(true, Ordering::Release);
    }

    /// Whether that was said.
    pub(super) fn is_done(&self) -> bool {
        self.0.done.load(Ordering::Acquire)
    }

    /// Why the thread is to end, if it is.
    pub(super) fn told_to_end(&self) -> Option<String> {
        self.0.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
