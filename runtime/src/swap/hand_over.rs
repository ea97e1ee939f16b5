//! State, frames, and what only one may have go from the old instance to the new one, while their segments are paused.
//!
//! All of it is one job of the swap's [`Hand`], so that the pause is not made of waiting for threads. What holds: when
//! something is refused the old instance has back what it gave up; when a module does not return from a call, the other
//! instance is still there.

use super::{SwapError, candidate::Candidate, hand::Hand, node::RunningNode};
use crate::{
    host::NodeShared,
    module::{ColdError, Held, Instance, NoColdSide, State},
    pool::{self, field},
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a call of the old instance that began when the candidate was given up may take to return.
const SETTLE: Duration = Duration::from_millis(100);

/// What was handed over.
#[derive(Default)]
pub(super) struct HandedOver {
    pub(super) state: Option<State>,
    /// Frames that the old one held and the new one took.
    pub(super) moved: u64,
    /// What it did not take.
    pub(super) left: Held,
}

impl HandedOver {
    /// Counts the frames that nobody took; how many.
    pub(super) fn give_up(&mut self) -> u64 {
        give_up(std::mem::take(&mut self.left))
    }
}

/// What is to be handed over.
pub(super) struct Terms {
    /// The old instance can be asked.
    pub(super) old_lives: bool,
    /// Its state is wanted.
    pub(super) keep_state: bool,
    /// A state in place of its own.
    pub(super) state: Option<State>,
    /// The new one wants what only one may have.
    pub(super) exclusive: bool,
    /// Held already, besides what the old one gives up.
    pub(super) left: Held,
}

/// The calls, for who wants to know which one does not return: an index into their names.
const CALLS: [&str; 6] = ["snapshot", "restore", "release_held", "stop", "adopt", "start"];
const SNAPSHOT: usize = 0;
const RESTORE: usize = 1;
const RELEASE: usize = 2;
const STOP: usize = 3;
const ADOPT: usize = 4;
const START: usize = 5;

/// Why nothing was handed over.
enum Failed {
    /// A call was refused; the old one is as it was.
    Refused(&'static str, ColdError),
    /// The old one could not go on with what it had.
    Broken(&'static str, ColdError),
}

type Place = Mutex<Option<Box<dyn Instance>>>;

/// Both instances, what is on its way between them, and the call that is being made.
struct Table {
    old: Place,
    new: Place,
    held: Mutex<Held>,
    /// The old one was stopped for the new one.
    stopped: AtomicBool,
    /// Nobody waits for this any more: no further call is made, and what was given up is somebody else's to take back.
    abandoned: AtomicBool,
    call: AtomicUsize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    fn call<T>(
        &self,
        place: &Place,
        call: usize,
        body: impl FnOnce(&mut dyn Instance) -> Result<T, ColdError>,
    ) -> Result<T, Failed> {
        let mut place = lock(place);
        match place.as_mut().filter(|_| !self.abandoned.load(Ordering::SeqCst)) {
            Some(instance) => self.ask(instance, call, body),
            None => Err(Failed::Refused(CALLS[call], ColdError::Unsupported)),
        }
    }

    fn ask<T>(
        &self,
        instance: &mut Box<dyn Instance>,
        call: usize,
        body: impl FnOnce(&mut dyn Instance) -> Result<T, ColdError>,
    ) -> Result<T, Failed> {
        self.call.store(call, Ordering::Relaxed);
        body(&mut **instance).map_err(|error| Failed::Refused(CALLS[call], error))
    }

    fn hand_over(&self, terms: Terms) -> Result<HandedOver, Failed> {
        let Terms { old_lives, keep_state, state, exclusive, .. } = terms;
        let state = match state {
            None if keep_state && old_lives => match self.call(&self.old, SNAPSHOT, |old| old.snapshot()) {
                Ok(state) => Some(state),
                Err(Failed::Refused(_, ColdError::Unsupported)) => None,
                Err(refused) => return Err(refused),
            },
            given => given,
        };
        if let Some(state) = &state {
            self.call(&self.new, RESTORE, |new| new.restore(state))?;
        }
        let given = self.give(old_lives, exclusive);
        match given {
            Ok(offered) => {
                let left = std::mem::take(&mut *lock(&self.held));
                Ok(HandedOver { state, moved: offered - left.frames.len() as u64, left })
            }
            Err(refused) => {
                if old_lives && !self.abandoned.load(Ordering::SeqCst) {
                    self.take_back()?;
                }
                Err(refused)
            }
        }
    }

    /// What the old one holds, and what only one may have, goes to the new one; how many frames were offered.
    fn give(&self, old_lives: bool, exclusive: bool) -> Result<u64, Failed> {
        if old_lives {
            self.call(&self.old, RELEASE, |old| old.release_held(&mut lock(&self.held)))?;
        }
        if exclusive && old_lives {
            self.call(&self.old, STOP, |old| {
                old.stop();
                Ok(())
            })?;
            self.stopped.store(true, Ordering::Release);
        }
        let start = || self.call(&self.new, START, |new| new.start());
        // What the old one had open goes to the new one before it starts, which does then without opening it. Where there is
        // nothing of that kind it starts first: a start that fails has no frame to give back.
        let starts_first = exclusive && lock(&self.held).handles.is_empty();
        if starts_first {
            start()?;
        }
        let offered = lock(&self.held).frames.len() as u64;
        let taken = self.call(&self.new, ADOPT, |new| new.adopt(&mut lock(&self.held)));
        let taken = taken.and_then(|()| if exclusive && !starts_first { start() } else { Ok(()) });
        if let Err(refused) = taken {
            self.release_again();
            if exclusive
                && let Ok(mut place) = self.new.try_lock()
                && let Some(new) = place.as_mut()
            {
                new.stop();
            }
            return Err(refused);
        }
        Ok(offered)
    }

    /// What a candidate had adopted before it refused the rest.
    fn release_again(&self) {
        let mut back = Held::default();
        if let Ok(mut place) = self.new.try_lock()
            && let Some(new) = place.as_mut()
            && let Err(error) = new.release_held(&mut back)
        {
            log::warn!("a candidate does not give back what it had adopted: {error}");
        }
        let Ok(mut held) = self.held.try_lock() else { return };
        back.frames.append(&mut held.frames);
        back.handles.append(&mut held.handles);
        *held = back;
    }

    /// The old instance goes on with what it gave up. Frames that it does not take back are counted.
    fn take_back(&self) -> Result<(), Failed> {
        let broken = |failed| match failed {
            Failed::Refused(call, error) | Failed::Broken(call, error) => Failed::Broken(call, error),
        };
        let Ok(mut place) = self.old.try_lock() else { return Ok(()) };
        let Some(old) = place.as_mut() else { return Ok(()) };
        let stopped = self.stopped.swap(false, Ordering::SeqCst);
        // Where a candidate does not return from `adopt`, it has them.
        let mut held = self.held.try_lock().map(|mut held| std::mem::take(&mut *held)).unwrap_or_default();
        let taken = match held.frames.is_empty() && held.handles.is_empty() {
            true => Ok(()),
            false => self.ask(old, ADOPT, |old| old.adopt(&mut held)).map_err(broken),
        };
        let dropped = give_up(held);
        if dropped > 0 {
            log::error!("{dropped} frames were not taken back, and are counted as swapped");
        }
        if stopped {
            self.ask(old, START, |old| old.start()).map_err(broken)?;
        }
        taken
    }
}

impl Drop for Table {
    /// What is still here nobody has fetched: a module returned after all when nobody waited any more. It ends, and what it
    /// has is lost.
    fn drop(&mut self) {
        for (place, charge) in [(&self.new, field::DROP_SWAPPED), (&self.old, field::DROP_FAULT)] {
            if let Some(mut instance) = lock(place).take() {
                pool::charge_as(charge, || {
                    instance.stop();
                    drop(instance);
                });
            }
        }
        give_up(std::mem::take(&mut *lock(&self.held)));
    }
}

/// A refusal with its text, where the table of a plugin has no place for one: it comes as a fault, which it is not.
pub(super) fn said_elsewhere(call: &str, error: ColdError, shared: &NodeShared) -> ColdError {
    let said = || matches!(call, "snapshot" | "release_held").then(|| shared.take_fault()).flatten();
    match error {
        ColdError::Refused(text) => ColdError::Refused(said().unwrap_or(text)),
        ColdError::Panicked(text) => ColdError::Panicked(said().unwrap_or(text)),
        ColdError::Unsupported => ColdError::Unsupported,
    }
}

/// Counts frames that nobody took; how many.
pub(super) fn give_up(held: Held) -> u64 {
    let dropped = held.frames.len() as u64;
    held.frames.into_iter().for_each(|(_, frame)| pool::drop_as(frame, field::DROP_SWAPPED));
    dropped
}

/// What is in a place, unless somebody is inside of it and stays there.
fn retrieve(place: &Place) -> Option<Box<dyn Instance>> {
    // A call that began just before it was given up has this long to return.
    let deadline = Instant::now() + SETTLE;
    loop {
        match place.try_lock() {
            Ok(mut place) => return place.take(),
            Err(TryLockError::Poisoned(place)) => return place.into_inner().take(),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return None,
            Err(TryLockError::WouldBlock) => std::thread::park_timeout(Duration::from_millis(1)),
        }
    }
}

/// A module did not return in time: the old one takes back what it gave up, on another thread.
fn take_back_without(node: &RunningNode, table: &Arc<Table>, patience: Duration) -> Option<Failed> {
    let Ok(hand) = Hand::start(&node.spec.name) else {
        let why = ColdError::Refused("the system has no thread left".to_owned());
        return Some(Failed::Broken("adopt", why));
    };
    let table = table.clone();
    let done = hand.call(patience, move || {
        table.release_again();
        table.take_back()
    });
    done.and_then(Result::err)
}

/// Hands over from the node's instance to the candidate; both have theirs back afterwards, but for one that did not
/// return from a call: the node fails with its own, the candidate is left without.
pub(super) fn hand_over(
    node: &mut RunningNode,
    candidate: &mut Candidate,
    mut terms: Terms,
    hand: &Hand,
    patience: Duration,
) -> Result<HandedOver, SwapError> {
    let new = std::mem::replace(&mut candidate.instance, Box::new(NoColdSide));
    let old_lives = terms.old_lives;
    let table = Arc::new(Table {
        old: Mutex::new(node.instance.take()),
        new: Mutex::new(Some(new)),
        held: Mutex::new(std::mem::take(&mut terms.left)),
        stopped: AtomicBool::new(false),
        abandoned: AtomicBool::new(false),
        call: AtomicUsize::new(SNAPSHOT),
    });
    let job = table.clone();
    let done = hand.call(patience, move || job.hand_over(terms));
    let mut late = CALLS[table.call.load(Ordering::Relaxed)];
    table.abandoned.store(true, Ordering::SeqCst);
    let broken = (done.is_none() && old_lives).then(|| take_back_without(node, &table, patience)).flatten();
    let new = retrieve(&table.new);
    node.instance = retrieve(&table.old);
    if node.instance.is_none() {
        late = CALLS[table.call.load(Ordering::Relaxed)];
    }
    match new {
        Some(new) => candidate.instance = new,
        // It ends with the call that is inside, if that ever returns.
        None => candidate.halves.iter_mut().for_each(|half| drop(half.take())),
    }
    let name = node.spec.name.clone();
    match (done, broken) {
        (Some(Ok(handed)), _) => Ok(handed),
        (Some(Err(Failed::Refused(call, error))), _) => {
            let error = said_elsewhere(call, error, &node.ctl.shared);
            Err(SwapError::Refused { node: name, call, error })
        }
        (Some(Err(Failed::Broken(call, error))), _)
        | (None, Some(Failed::Broken(call, error) | Failed::Refused(call, error))) => {
            node.fail(&format!("could not go on after a swap that was refused: {call}: {error}"));
            Err(SwapError::Broken { node: name, call, error })
        }
        (None, None) => {
            let then = match (node.instance.is_some() || !old_lives, late) {
                (true, "adopt") => {
                    "it was given up with the frames that it was being given; the node goes on without them"
                }
                (true, _) => "it was given up, and nothing was changed",
                (false, _) => {
                    node.fail(&format!("did not return from {late}"));
                    "the node has failed with it"
                }
            };
            Err(SwapError::Late { node: name, call: late, longest: patience, then })
        }
    }
}
