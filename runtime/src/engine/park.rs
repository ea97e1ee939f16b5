//! Where a data thread sleeps: the only such place of the runtime.
//!
//! [`Parker`] is the thread's side, [`Waker`] everybody else's. What holds: a wake that comes before, while
//! or after the thread goes to sleep is never lost; many wakes of one half before it is called become one;
//! a thread that watches no descriptor sleeps on a futex, one that does in `poll`.

use super::poll::{self, Bell, Watch};
use crate::host::Wake;
use std::{
    os::fd::RawFd,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::Thread,
    time::Duration,
};

/// Wakes the halves of one segment.
pub struct Waker {
    bits: Box<[AtomicU64]>,
    parked: AtomicBool,
    thread: Mutex<Option<Thread>>,
    bell: OnceLock<Option<Bell>>,
    watches: Mutex<Vec<Watch>>,
    /// The half that is being called, which of its calls, and their number: see [`Inside`].
    inside: AtomicU64,
}

/// A call into a half, as seen from outside: equal to a later look only if it has not returned since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Which half of the segment.
    pub index: usize,
    /// Which of its calls.
    pub call: CallKind,
    /// Number of the segment's call; begins anew after 2^30.
    number: u32,
}

/// Which call of a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum CallKind {
    /// `accept`.
    Accept = 0,
    /// `produce`.
    Produce = 1,
    /// `finish`.
    Finish = 2,
}

impl CallKind {
    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            CallKind::Accept => "accept",
            CallKind::Produce => "produce",
            CallKind::Finish => "finish",
        }
    }
}

/// Where a call's number begins: below it are two bits for the kind and 32 for the half, counted from 1.
const NUMBER: u32 = 34;

impl Waker {
    /// For a segment of `halves` halves.
    pub fn new(halves: usize) -> Arc<Waker> {
        Arc::new(Waker {
            bits: (0..halves.div_ceil(64).max(1)).map(|_| AtomicU64::new(0)).collect(),
            parked: AtomicBool::new(false),
            thread: Mutex::new(None),
            bell: OnceLock::new(),
            watches: Mutex::new(Vec::new()),
            inside: AtomicU64::new(0),
        })
    }

    /// Half `index` is about to be called. What it gives is for [`Waker::leave`].
    #[inline]
    pub(super) fn enter(&self, index: usize, call: CallKind) -> u64 {
        let number = self.inside.load(Ordering::Relaxed).wrapping_add(1 << NUMBER);
        self.inside.store(number | u64::from(call as u32) << 32 | (index as u64 + 1), Ordering::Relaxed);
        number
    }

    /// That call has returned.
    #[inline]
    pub(super) fn leave(&self, number: u64) {
        self.inside.store(number, Ordering::Relaxed);
    }

    /// The call that a half is in now, as far as one can tell from outside.
    pub fn inside(&self) -> Option<Inside> {
        let inside = self.inside.load(Ordering::Relaxed);
        let call = match inside >> 32 & 3 {
            0 => CallKind::Accept,
            1 => CallKind::Produce,
            _ => CallKind::Finish,
        };
        let index = (inside as u32 as usize).checked_sub(1)?;
        Some(Inside { index, call, number: (inside >> NUMBER) as u32 })
    }

    /// The descriptors that half `index` waits for go to another half, of another segment perhaps.
    pub fn move_watches(&self, index: u32, to: &Waker, as_index: u32) {
        let mut watches = self.watches();
        let (moved, kept): (Vec<Watch>, Vec<Watch>) =
            watches.drain(..).partition(|watch| watch.index == index);
        *watches = kept;
        drop(watches);
        for watch in moved {
            to.watch(as_index, watch.fd, watch.interest);
        }
    }

    fn watches(&self) -> std::sync::MutexGuard<'_, Vec<Watch>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the thread look around, without any half being called: for pausing and stopping.
    pub fn nudge(&self) {
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            thread.unpark();
        }
        if let Some(Some(bell)) = self.bell.get() {
            bell.ring();
        }
    }

    /// Takes one word of woken halves.
    #[inline]
    pub(super) fn take(&self, word: usize) -> u64 {
        match self.bits.get(word) {
            Some(bits) if bits.load(Ordering::Relaxed) != 0 => bits.swap(0, Ordering::SeqCst),
            _ => 0,
        }
    }

    pub(super) fn any(&self) -> bool {
        self.bits.iter().any(|bits| bits.load(Ordering::SeqCst) != 0)
    }
}

impl Wake for Waker {
    #[inline]
    fn wake(&self, index: u32) {
        let Some(bits) = self.bits.get(index as usize / 64) else { return };
        let bit = 1 << (index % 64);
        if bits.fetch_or(bit, Ordering::SeqCst) & bit == 0 && self.parked.load(Ordering::SeqCst) {
            self.nudge();
        }
    }

    fn watch(&self, index: u32, fd: RawFd, interest: u32) -> bool {
        let mut watches = self.watches();
        watches.retain(|watch| !(watch.index == index && watch.fd == fd));
        if interest != 0 {
            if self.bell.get_or_init(Bell::new).is_none() {
                return false;
            }
            watches.push(Watch { index, fd, interest });
        }
        drop(watches);
        if self.parked.load(Ordering::SeqCst) {
            self.nudge();
        }
        true
    }
}

/// The sleeping side of a [`Waker`].
pub struct Parker {
    waker: Arc<Waker>,
}

impl Parker {
    /// For the thread that calls this.
    pub fn new(waker: Arc<Waker>) -> Parker {
        *waker.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::current());
        Parker { waker }
    }

    /// Sleeps until a half is woken, somebody nudges, or the time is over. May return early.
    pub fn park(&self, longest: Option<Duration>, gate: &AtomicBool) {
        let waker = &*self.waker;
        waker.parked.store(true, Ordering::SeqCst);
        if !waker.any() && !gate.load(Ordering::SeqCst) {
            let watches: Vec<Watch> = waker.watches().clone();
            match waker.bell.get() {
                Some(Some(bell)) if !watches.is_empty() => self.poll(bell, &watches, longest),
                _ => match longest {
                    Some(time) => std::thread::park_timeout(time),
                    None => std::thread::park(),
                },
            }
        }
        waker.parked.store(false, Ordering::SeqCst);
    }

    fn poll(&self, bell: &Bell, watches: &[Watch], longest: Option<Duration>) {
        let ready = poll::wait(bell, watches, longest);
        // Awake: nobody has to ring for what follows, this thread least of all.
        self.waker.parked.store(false, Ordering::SeqCst);
        for ready in ready {
            let mut all = self.waker.watches();
            all.retain(|watch| !(watch.index == ready.index && watch.fd == ready.fd));
            drop(all);
            self.waker.wake(ready.index);
        }
    }
}
