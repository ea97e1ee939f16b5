//! What the threads of a channel have in common: the calls that are out, the events that wait, whether it goes on.
//!
//! What holds: the lock is held while something is looked up or moved, never while anything is sent, parsed or waited for;
//! whatever changes wakes all who wait.

use crate::{Closed, Error, Event, Options, ReadDone, write::Writer};
use rogue_tcf_wire::{Form, locator::Hello, streams::Name};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::TcpStream,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Instant,
};

/// A call that is out.
#[derive(Debug)]
pub struct Call {
    /// Which one.
    pub name: Name,
    /// Most bytes that its answer may have.
    pub size: usize,
    /// Its answer, once there is one.
    pub answer: Option<Result<ReadDone, Error>>,
    /// Nobody waits for it any more.
    pub given_up: bool,
}

/// What the lock guards.
#[derive(Debug, Default)]
pub struct State {
    pub calls: HashMap<u64, Call>,
    pub next_token: u64,
    pub events: VecDeque<Event>,
    /// Streams that were not wanted, and of whose end nothing is said.
    pub unwanted: HashSet<String>,
    pub hello: Option<Hello>,
    pub form: Form,
    /// The peer's congestion level.
    pub congestion: i8,
    /// How often something has come.
    pub activity: u64,
    pub closed: Option<Closed>,
    /// The thread that reads has ended.
    pub deaf: bool,
}

/// All of it.
#[derive(Debug)]
pub struct Shared {
    pub options: Options,
    pub stream: TcpStream,
    pub writer: Mutex<Writer>,
    state: Mutex<State>,
    changed: Condvar,
    /// Nothing more is sent but the end of the stream.
    pub closing: AtomicBool,
    /// Nothing more is read.
    pub over: AtomicBool,
}

impl Shared {
    pub fn new(options: Options, stream: TcpStream) -> Shared {
        Shared {
            options,
            stream,
            writer: Mutex::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
            closing: AtomicBool::new(false),
            over: AtomicBool::new(false),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and wakes all who wait for it.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        state.activity += 1;
        let changed = change(&mut state);
        drop(state);
        self.changed.notify_all();
        changed
    }

    /// Waits until `look` finds something, or until a time; `None` then. `look` is also asked at that time.
    pub fn wait<T>(
        &self,
        until: Option<Instant>,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut state = self.state();
        loop {
            if let Some(found) = look(&mut state) {
                return Some(found);
            }
            state = match until {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// The channel has ended, for this reason unless there is one already.
    pub fn end(&self, why: Closed) {
        self.change(|state| {
            state.closed.get_or_insert(why);
            // Whom nobody waits for nobody will fetch.
            state.calls.retain(|_, call| !call.given_up);
        });
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(SeqCst)
    }

    pub fn is_over(&self) -> bool {
        self.over.load(SeqCst)
    }
}
