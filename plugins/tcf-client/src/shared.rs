//! What the halves and the thread of the channel have in common.
//!
//! What holds: the lock is held while frames are moved or counted, never while anything is sent, copied or waited for.

use super::{params::Settings, seen::Seen, status::Status};
use rogue_sdk::prelude::*;
use rogue_tcf_client::{Client, Stop};
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration as Time,
};

/// What a frame costs of `max_held`: its bytes, and something so that empty ones are bounded too.
pub fn cost(frame: &Frame) -> u64 {
    u64::from(frame.payload()) + 64
}

/// A frame to be written.
pub struct Taken {
    pub frame: Frame,
    /// Its number, once it was written or begun to be.
    pub sequence: Option<u64>,
}

/// What the lock guards.
#[derive(Default)]
pub struct Exchange {
    /// Frames read, to be given.
    pub inbox: VecDeque<Frame>,
    /// Bytes of these.
    pub inbox_bytes: usize,
    /// The inbox was full: the thread is to be told when it is not.
    pub inbox_wanted: bool,
    /// How far each stream was read.
    pub seen: Seen,
    /// A successor has been told of all this: nothing is added until the halves are called again.
    pub paused: bool,
    /// Nothing more will be read.
    pub read_over: bool,
    /// Frames to be written, besides those that the thread is writing.
    pub outbox: VecDeque<Taken>,
    /// Bytes of all frames that were taken and not answered for.
    pub held_bytes: u64,
    /// How many these are.
    pub held: u64,
    /// The number of the next frame that is written.
    pub next_sequence: u64,
    /// There is a stream to write to.
    pub writable: bool,
    /// The taking half has frames that it could not take.
    pub take_wanted: bool,
    /// The taking half has given its last frame.
    pub finishing: bool,
    /// Frames were written whose end the agent has not been told.
    pub owes_eos: bool,
    /// The taking half has finished.
    pub take_ended: bool,
    /// The channel that is open.
    pub client: Option<Client>,
    /// The thread is to end.
    pub stopping: bool,
}

impl Exchange {
    /// Frames that were being written go back, to be the next.
    pub fn put_back(&mut self, frames: impl DoubleEndedIterator<Item = Taken>) {
        frames.rev().for_each(|taken| self.outbox.push_front(taken));
    }
}

/// All of it.
pub struct Shared {
    pub settings: Settings,
    pub status: Status,
    exchange: Mutex<Exchange>,
    bell: Condvar,
    /// Ends an attempt to connect.
    pub stop: Mutex<Stop>,
}

impl Shared {
    pub fn new(settings: Settings, status: Status) -> Shared {
        Shared { settings, status, exchange: Mutex::default(), bell: Condvar::new(), stop: Mutex::default() }
    }

    pub fn exchange(&self) -> MutexGuard<'_, Exchange> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the thread look at everything.
    pub fn ring(&self, exchange: MutexGuard<'_, Exchange>) {
        let client = exchange.client.clone();
        drop(exchange);
        self.bell.notify_all();
        if let Some(client) = client {
            client.nudge();
        }
    }

    /// Waits for the bell, but at most so long, unless `done` holds.
    pub fn wait(&self, time: Time, done: impl Fn(&Exchange) -> bool) {
        let waits = self.bell.wait_timeout_while(self.exchange(), time, |exchange| !done(exchange));
        drop(waits.unwrap_or_else(PoisonError::into_inner));
    }

    pub fn is_stopping(&self) -> bool {
        self.exchange().stopping
    }
}
