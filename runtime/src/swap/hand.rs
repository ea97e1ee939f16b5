//! A thread for the cold calls of one swap: ready before anything is paused, and left alone when a module does not return.

use super::awake::await_briefly;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::{io, thread::JoinHandle, time::Duration};

type Job = Box<dyn FnOnce() + Send>;

/// A thread that makes calls, one after the other.
pub(super) struct Hand {
    jobs: Sender<Job>,
    thread: JoinHandle<()>,
}

impl Hand {
    /// Starts the thread, which is awake when this returns.
    pub(super) fn start(node: &str) -> io::Result<Hand> {
        let (jobs, todo) = unbounded::<Job>();
        let thread = std::thread::Builder::new().name(format!("cold-{node}")).spawn(move || work(&todo))?;
        Ok(Hand { jobs, thread })
    }

    /// Has the thread be awake for the call that follows in a moment.
    pub(super) fn rouse(&self) {
        // Where nobody is left to hear it, the call says so.
        drop(self.jobs.send(Box::new(|| {})));
    }

    /// Makes a call and waits for it. `None`: it did not return in time, and all that it owns is lost with the thread.
    pub(super) fn call<T: Send + 'static>(
        &self,
        longest: Duration,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (give, take) = bounded(1);
        let job = Box::new(move || drop(give.send(body())));
        self.jobs.send(job).ok()?;
        await_briefly(|| !take.is_empty());
        take.recv_timeout(longest).ok()
    }

    /// Leaves the thread alone, inside of a call that does not return.
    pub(super) fn give_up(self) -> JoinHandle<()> {
        self.thread
    }

    /// Makes a last call without waiting for it; says when it has returned.
    pub(super) fn last(self, body: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
        drop(self.jobs.send(Box::new(body)));
        self.thread
    }
}

fn work(todo: &Receiver<Job>) {
    for job in todo {
        job();
        await_briefly(|| !todo.is_empty());
    }
}
