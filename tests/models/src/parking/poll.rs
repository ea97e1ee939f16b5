//! Stands in for `poll` and `eventfd`: a bell that is heard by the wait that runs or the next one, and descriptors that
//! are never ready by themselves.

use models_std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread::{self, Thread},
};
use std::{os::fd::RawFd, time::Duration};

#[derive(Clone, Copy)]
pub(super) struct Watch {
    pub(super) index: u32,
    pub(super) fd: RawFd,
    pub(super) interest: u32,
}

#[derive(Default)]
pub(super) struct Bell {
    rung: AtomicBool,
    hearer: Mutex<Option<Thread>>,
}

impl Bell {
    pub(super) fn new() -> Option<Bell> {
        Some(Bell::default())
    }

    pub(super) fn ring(&self) {
        let hearer = self.hearer.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        self.rung.store(true, SeqCst);
        if let Some(hearer) = hearer.as_ref() {
            hearer.unpark();
        }
    }
}

/// Waits for the bell only: what `unpark` of the sleeping thread leaves is looked at and slept over, as `ppoll` does.
pub(super) fn wait(bell: &Bell, _: &[Watch], _: Option<Duration>) -> Vec<Watch> {
    loop {
        let mut hearer = bell.hearer.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if bell.rung.swap(false, SeqCst) {
            *hearer = None;
            return Vec::new();
        }
        *hearer = Some(thread::current());
        drop(hearer);
        thread::park();
    }
}
