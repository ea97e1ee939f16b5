//! The queue that both halves share, and the protocol that neither is left asleep.
//!
//! Used by `take` through `Producer`, by `give` through `Consumer`, and by the module itself while neither is being
//! called. What holds:
//! - Frames cross in parcels, one for each batch, so that a frame costs a few nanoseconds and not the price of a
//!   channel's operation. The oldest parcel lies unpacked in `front`.
//! - How much waits is `entered - left`. Each is written by one half only; a value of the other half that is out of date
//!   makes the queue look fuller than it is, never emptier, and is read anew before the queue is called full.
//! - Who goes to rest says so (`idle`, `blocked`), *then* looks once more; who brings something brings it, *then* looks
//!   whether the other rests. With a fence between the two steps on both sides, one of them sees the other.

use super::{
    amount::{Amount, Tally},
    params::FifoParams,
    settings::Settings,
};
use crossbeam_channel::{Receiver, Sender};
use rogue_sdk::{Flow, Frame, Gauge};
use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool,
            Ordering::{Relaxed, SeqCst},
            fence,
        },
    },
};

/// What both halves share.
pub struct Queue {
    pub settings: Settings,
    sender: Sender<Vec<Frame>>,
    receiver: Receiver<Vec<Frame>>,
    /// The oldest frames. Held by the giving half while it gives a batch, and by the taking half only to drop the
    /// oldest frame, or by the module: for much less than a microsecond.
    front: Mutex<VecDeque<Frame>>,
    /// What has come, less what was dropped of it: written by the taking half.
    pub(super) entered: Tally,
    /// What has gone: written by the giving half.
    pub(super) left: Tally,
    /// The giving half found nothing and wants to be woken.
    idle: AtomicBool,
    /// The taking half found no room and wants to be woken.
    blocked: AtomicBool,
    /// Nothing will come any more.
    closed: AtomicBool,
    size: Gauge,
    size_bytes: Gauge,
}

impl Queue {
    /// An empty queue that shows how much waits in two readings.
    pub fn new(params: FifoParams, size: Gauge, size_bytes: Gauge) -> Queue {
        let (sender, receiver) = crossbeam_channel::unbounded();
        Queue {
            settings: Settings::new(params),
            sender,
            receiver,
            front: Mutex::default(),
            entered: Tally::default(),
            left: Tally::default(),
            idle: AtomicBool::new(true),
            blocked: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            size,
            size_bytes,
        }
    }

    pub(super) fn front(&self) -> MutexGuard<'_, VecDeque<Frame>> {
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest frame, of a front that is held.
    pub(super) fn next(&self, front: &mut VecDeque<Frame>) -> Option<Frame> {
        if front.is_empty() {
            front.extend(self.receiver.try_recv().ok()?);
        }
        front.pop_front()
    }

    /// Whether nothing waits, of a front that is held.
    pub(super) fn is_empty(&self, front: &VecDeque<Frame>) -> bool {
        front.is_empty() && self.receiver.is_empty()
    }

    /// Puts a parcel behind the others; it must not be empty.
    pub(super) fn send(&self, parcel: Vec<Frame>) {
        // Both ends of the channel live as long as the queue: it is never disconnected.
        let _ = self.sender.send(parcel);
    }

    /// Shows how much waits. When both halves do this at once, the one that writes last has seen what both did.
    pub(super) fn show(&self) {
        loop {
            fence(SeqCst);
            let waiting = self.entered.get() - self.left.get();
            self.size.set(waiting.frames);
            self.size_bytes.set(waiting.bytes);
            fence(SeqCst);
            if waiting == self.entered.get() - self.left.get() {
                return;
            }
        }
    }

    /// Takes everything out, oldest first; for the module, while no half is being called.
    pub fn drain(&self) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut front = self.front();
        while let Some(frame) = self.next(&mut front) {
            self.entered.set(self.entered.get() - Amount::of(&frame));
            frames.push(frame);
        }
        drop(front);
        self.show();
        frames
    }

    /// Puts frames behind those that wait; for the module, while no half is being called.
    pub fn adopt(&self, frames: Vec<Frame>) {
        // An empty parcel would look like the end of the queue.
        if frames.is_empty() {
            return;
        }
        let amount = frames.iter().map(Amount::of).fold(Amount::default(), |sum, one| sum + one);
        self.entered.set(self.entered.get() + amount);
        self.send(frames);
        self.show();
    }

    /// Something has come; whether the giving half must be woken.
    pub(super) fn came(&self) -> bool {
        self.show();
        fence(SeqCst);
        self.idle.load(Relaxed) && self.idle.swap(false, SeqCst)
    }

    /// The taking half found no room. It must look once more.
    pub(super) fn blocks(&self) {
        self.blocked.store(true, SeqCst);
        fence(SeqCst);
    }

    /// The taking half found room after all.
    pub(super) fn unblocks(&self) {
        self.blocked.store(false, SeqCst);
    }

    /// Nothing will come any more. The giving half must be woken.
    pub(super) fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    /// Notes what has gone; whether the taking half must be woken.
    pub(super) fn gone(&self, gone: Amount) -> bool {
        self.left.set(self.left.get() + gone);
        self.show();
        fence(SeqCst);
        self.blocked.load(Relaxed) && self.blocked.swap(false, SeqCst)
    }

    /// The giving half found nothing more: it goes to rest, unless something has come.
    pub fn rest(&self) -> Flow {
        self.idle.store(true, SeqCst);
        fence(SeqCst);
        // Before the last look: what came came before it was closed.
        let closed = self.closed.load(SeqCst);
        let more = !self.is_empty(&self.front());
        if more {
            self.idle.store(false, SeqCst);
            Flow::More
        } else if closed {
            Flow::Ended
        } else {
            Flow::Idle
        }
    }
}
