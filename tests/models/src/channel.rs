//! Stands in for crossbeam-channel, whose own algorithm is not ours to try: an unbounded channel that promises what any
//! channel does and no more. A message that was received happened after it was sent, each is received once, in order;
//! a look into the channel may be out of date, and orders nothing else. (crossbeam's own are `SeqCst`, which is more.)

use models_std::sync::{
    Arc,
    atomic::{
        AtomicU64,
        Ordering::{AcqRel, Acquire},
    },
};
use std::{cell::UnsafeCell, time::Duration};

struct Shared<T> {
    messages: UnsafeCell<Vec<Option<T>>>,
    sent: AtomicU64,
    taken: AtomicU64,
}

// SAFETY: a message is written before `sent` counts it for any other thread, and taken by who counted it in `taken`.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

pub struct Sender<T>(Arc<Shared<T>>);
pub struct Receiver<T>(Arc<Shared<T>>);

#[derive(Debug)]
pub struct SendError<T>(pub T);

#[derive(Debug, PartialEq, Eq)]
pub enum TryRecvError {
    Empty,
    Disconnected,
}

#[derive(Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    Timeout,
    Disconnected,
}

pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (sent, taken) = (AtomicU64::new(0), AtomicU64::new(0));
    let shared = Arc::new(Shared { messages: UnsafeCell::default(), sent, taken });
    // Made here, so that their first values tell nothing of whoever touches them first.
    (shared.sent.load(Acquire), shared.taken.load(Acquire));
    (Sender(shared.clone()), Receiver(shared))
}

/// Its bound is not kept: nobody who is tried here sends more than one.
pub fn bounded<T>(_: usize) -> (Sender<T>, Receiver<T>) {
    unbounded()
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(self.0.clone())
    }
}

impl<T> Sender<T> {
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.0.sent.fetch_add(1, AcqRel);
        // SAFETY: a model runs on one thread of the system, which does not switch before the next access of loom's.
        unsafe { (*self.0.messages.get()).push(Some(message)) };
        Ok(())
    }
}

impl<T> Sender<T> {
    pub fn try_send(&self, message: T) -> Result<(), SendError<T>> {
        self.send(message)
    }

    pub fn is_empty(&self) -> bool {
        self.0.taken.load(Acquire) >= self.0.sent.load(Acquire)
    }
}

impl<T> Receiver<T> {
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        loop {
            let taken = self.0.taken.load(Acquire);
            if taken >= self.0.sent.load(Acquire) {
                return Err(TryRecvError::Empty);
            }
            if self.0.taken.compare_exchange(taken, taken + 1, AcqRel, Acquire).is_ok() {
                // SAFETY: as in `send`; this place is ours.
                let message = unsafe { (&mut *self.0.messages.get())[taken as usize].take() };
                return message.ok_or(TryRecvError::Empty);
            }
        }
    }

    /// No time ever comes: waits until there is something.
    pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        loop {
            match self.try_recv() {
                Ok(message) => return Ok(message),
                Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) => models_std::thread::yield_now(),
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        let taken = self.0.taken.load(Acquire);
        self.0.sent.load(Acquire).saturating_sub(taken) as usize
    }

    /// No channel here has a bound.
    pub fn is_full(&self) -> bool {
        false
    }

    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.try_recv().ok())
    }
}

/// A wait for one of several, which are not looked at: a time to wait never comes.
pub struct Select;

impl Select {
    pub fn new() -> Select {
        Select
    }

    pub fn recv<T>(&mut self, _: &Receiver<T>) -> usize {
        0
    }

    pub fn ready_timeout(&mut self, _: Duration) -> Result<usize, RecvTimeoutError> {
        Err(RecvTimeoutError::Timeout)
    }
}

/// Stands in for the one use of it: nothing waits, since no channel here is ever full.
#[macro_export]
macro_rules! select_biased {
    (send($to:expr, $message:expr) -> $sent:ident => $then:expr, recv($from:expr) -> _ => $else:expr $(,)?) => {{
        let $sent = $to.send($message);
        let _ = $from;
        $then
    }};
}
