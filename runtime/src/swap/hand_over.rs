//! State, frames, and what only one may have go from the old instance to the new one, while their segments are paused.
//!
//! All of it is one job of the swap's [`Hand`], so that the pause is not made of waiting for threads. What holds: when
//! something is refused the old instance has back what it gave up; when a module does not return from a call, the other
//! instance is still there.

use super::{SwapError, candidate::Candidate, hand::Hand, node::RunningNode};
use crate::{
    module::{ColdError, Held, Instance, NoColdSide, State},
    pool::{self, field},
};
use std::{
    sync::{
        Arc, Mutex, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What was handed over.
#[derive(Default)]
pub(super) struct HandedOver {
    pub(super) state: Option<State>,
    /// Frames that the old one held and the new one took.
    pub(super) moved: u64,
    /// Frames that it did not take.
    pub(super) dropped: u64,
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
}

/// The calls, for who wants to know which one does not return: an index into their names.
const CALLS: [&str; 6] = ["snapshot", "restore", "release_held", "stop", "adopt", "start"];
const SNAPSHOT: usize = 0;
const RESTORE: usize = 1;
const RELEASE: usize = 2;
const STOP: usize = 3;
const ADOPT: usize = 4;
const START: usize = 5;

type Refused = (&'static str, ColdError);
type Place = Mutex<Option<Box<dyn Instance>>>;

/// Both instances, and the call that is being made.
struct Table {
    old: Place,
    new: Place,
    call: AtomicUsize,
}

impl Table {
    fn call<T>(
        &self,
        place: &Place,
        call: usize,
        body: impl FnOnce(&mut dyn Instance) -> Result<T, ColdError>,
    ) -> Result<T, Refused> {
        self.call.store(call, Ordering::Relaxed);
        match place.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(instance) => body(&mut **instance).map_err(|error| (CALLS[call], error)),
            None => Err((CALLS[call], ColdError::Unsupported)),
        }
    }

    fn hand_over(&self, terms: Terms) -> Result<HandedOver, Refused> {
        let Terms { old_lives, keep_state, state, exclusive } = terms;
        let state = match state {
            None if keep_state && old_lives => match self.call(&self.old, SNAPSHOT, |old| old.snapshot()) {
                Ok(state) => Some(state),
                Err((_, ColdError::Unsupported)) => None,
                Err(refused) => return Err(refused),
            },
            given => given,
        };
        if let Some(state) = &state {
            self.call(&self.new, RESTORE, |new| new.restore(state))?;
        }
        let mut held = Held::default();
        if old_lives {
            self.call(&self.old, RELEASE, |old| old.release_held(&mut held))?;
        }
        if exclusive && old_lives {
            self.call(&self.old, STOP, |old| {
                old.stop();
                Ok(())
            })?;
        }
        let offered = held.frames.len() as u64;
        let taken = self.call(&self.new, ADOPT, |new| new.adopt(&mut held)).and_then(|()| match exclusive {
            true => self.call(&self.new, START, |new| new.start()),
            false => Ok(()),
        });
        if let Err(refused) = taken {
            self.take_back(held, exclusive, old_lives)?;
            return Err(refused);
        }
        let dropped = give_up(held);
        Ok(HandedOver { state, moved: offered - dropped, dropped })
    }

    /// The old instance goes on with what it gave up.
    fn take_back(&self, mut held: Held, exclusive: bool, old_lives: bool) -> Result<(), Refused> {
        if old_lives {
            let taken = self.call(&self.old, ADOPT, |old| old.adopt(&mut held));
            give_up(held);
            taken?;
            if exclusive {
                self.call(&self.old, START, |old| old.start())?;
            }
        }
        Ok(())
    }
}

/// Counts frames that nobody took; how many.
pub(super) fn give_up(held: Held) -> u64 {
    let dropped = held.frames.len() as u64;
    held.frames.into_iter().for_each(|(_, frame)| pool::drop_as(frame, field::DROP_SWAPPED));
    dropped
}

/// What is in a place, unless somebody is inside of it.
fn retrieve(place: &Place) -> Option<Box<dyn Instance>> {
    match place.try_lock() {
        Ok(mut place) => place.take(),
        Err(TryLockError::Poisoned(place)) => place.into_inner().take(),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Hands over from the node's instance to the candidate; both have theirs back afterwards, but for one that did not
/// return from a call: the node fails with its own, the candidate is left without.
pub(super) fn hand_over(
    node: &mut RunningNode,
    candidate: &mut Candidate,
    terms: Terms,
    hand: &Hand,
    patience: Duration,
) -> Result<HandedOver, SwapError> {
    let new = std::mem::replace(&mut candidate.instance, Box::new(NoColdSide));
    let table = Table {
        old: Mutex::new(node.instance.take()),
        new: Mutex::new(Some(new)),
        call: AtomicUsize::new(SNAPSHOT),
    };
    let table = Arc::new(table);
    let job = table.clone();
    let done = hand.call(patience, move || job.hand_over(terms));
    let (old, new) = (retrieve(&table.old), retrieve(&table.new));
    let (old_is_back, new_is_back) = (old.is_some(), new.is_some());
    node.instance = old;
    match new {
        Some(new) => candidate.instance = new,
        // Somebody is inside: the halves are lost with it.
        None => candidate.halves.iter_mut().for_each(|half| std::mem::forget(half.take())),
    }
    let name = node.spec.name.clone();
    match done {
        Some(Ok(handed)) => Ok(handed),
        Some(Err((call, error))) => Err(SwapError::Refused { node: name, call, error }),
        None => {
            let call = CALLS[table.call.load(Ordering::Relaxed)];
            let then = match (old_is_back, new_is_back) {
                (true, _) => "it was given up, and nothing was changed",
                (false, _) => {
                    node.ctl.shared.set_fault(&format!("did not return from {call}"));
                    "the node has failed with it"
                }
            };
            Err(SwapError::Late { node: name, call, longest: patience, then })
        }
    }
}
