//! What the thread of a segment does between two sleeps, and the same by hand for `tests/simulation`.
//!
//! What holds: a segment is given back between two turns, never inside of one, whoever drives it.

use super::{Event, Segment, driver::Gate, segment::Progress};
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering};

/// What a thread without a segment is told.
#[expect(clippy::large_enum_variant, reason = "a segment is moved a few times in a swap")]
pub(super) enum Order {
    /// Go on with this one.
    Drive(Segment),
    /// There is nothing more to do.
    Leave,
}

/// How often a thread looks for its segment before it sleeps: a pause is over in some tens of microseconds, of which each
/// sleep would be some.
const LOOKS: u32 = 100;

/// Does what was asked of the segment, then one turn of it; `None`: it is to be given back.
#[inline]
pub(super) fn step(segment: &mut Segment, gate: &Gate) -> Option<Progress> {
    if gate.asked.load(Ordering::Relaxed) && gate.asked.swap(false, Ordering::SeqCst) {
        if gate.gives() {
            if gate.quiet.load(Ordering::SeqCst) {
                segment.quiet();
            }
            return None;
        }
        if gate.stop.swap(false, Ordering::SeqCst) {
            segment.stop_sources();
        }
        if gate.discard.load(Ordering::SeqCst) {
            segment.discard();
        }
    }
    Some(segment.turn())
}

/// A segment and what its thread does with it between two sleeps.
pub(super) struct Steps {
    pub(super) number: usize,
    pub(super) segment: Option<Segment>,
    pub(super) gate: Arc<Gate>,
    pub(super) events: Sender<Event>,
    pub(super) told: Receiver<Order>,
    pub(super) give: Sender<Segment>,
}

impl Steps {
    fn step(&mut self) -> Option<Progress> {
        self.listen();
        let progress = step(self.segment.as_mut()?, &self.gate);
        if matches!(progress, None | Some(Progress::Ended))
            && let Some(segment) = self.segment.take()
        {
            self.give_back(segment, progress);
        }
        progress
    }

    fn give_if_wanted(&mut self) {
        self.listen();
        if self.segment.is_some()
            && self.gate.gives()
            && let Some(mut segment) = self.segment.take()
        {
            if self.gate.quiet.load(Ordering::SeqCst) {
                segment.quiet();
            }
            self.give_back(segment, None);
        }
    }

    pub(super) fn give_back(&self, mut segment: Segment, came_to: Option<Progress>) {
        segment.leave();
        if came_to == Some(Progress::Ended) {
            let _ = self.events.send(Event::Ended { segment: self.number });
        }
        // Without a driver nobody wants it.
        drop(self.give.send(segment));
    }

    /// Takes a segment to go on with, if there is one; false = it is to leave.
    fn listen(&mut self) -> bool {
        if self.segment.is_some() {
            return true;
        }
        match self.told.try_recv() {
            Ok(Order::Drive(segment)) => {
                self.segment = Some(segment);
                true
            }
            Ok(Order::Leave) | Err(TryRecvError::Disconnected) => false,
            Err(TryRecvError::Empty) => true,
        }
    }

    /// Waits for a segment; false = it is to leave.
    pub(super) fn wait(&mut self) -> bool {
        let mut looks = LOOKS;
        while self.segment.is_none() {
            if !self.listen() {
                return false;
            }
            match self.segment {
                Some(_) => {}
                None if looks > 0 => {
                    looks -= 1;
                    std::thread::yield_now();
                }
                None => std::thread::park(),
            }
        }
        true
    }
}

/// A segment that is driven by hand, turn by turn, as its thread would. Its driver, which has no thread to ask, takes the
/// segment from the same hand, always between two turns.
#[derive(Clone)]
pub struct Stepper(Arc<Mutex<Steps>>);

impl Stepper {
    pub(super) fn new(steps: Steps) -> Stepper {
        Stepper(Arc::new(Mutex::new(steps)))
    }

    /// Gives the segment back if somebody wants it.
    pub(super) fn give_if_wanted(&self) {
        self.steps().give_if_wanted();
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the thread does between two sleeps. `None`: the segment has been given back.
    pub fn step(&self) -> Option<Progress> {
        self.steps().step()
    }

    /// Whether something keeps the thread from going to sleep, or would wake it.
    pub fn is_called(&self) -> bool {
        let mut steps = self.steps();
        steps.listen();
        let called = |segment: &Segment| steps.gate.asked.load(Ordering::SeqCst) || segment.waker().any();
        steps.segment.as_ref().is_some_and(called)
    }

    /// Shows the segment; `None` after it was given back.
    pub fn look<T>(&self, at: impl FnOnce(&Segment) -> T) -> Option<T> {
        let mut steps = self.steps();
        steps.listen();
        steps.segment.as_ref().map(at)
    }
}
