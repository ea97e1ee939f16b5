//! A source that can only block: its `produce` runs on a thread of its own and hands over through a bounded
//! queue.
//!
//! What holds: frames in the queue are still the node's (they count as its *out* when the loop carries them
//! on); the thread is the only one that calls the module's half, and gives it back when it ends.

use crate::{
    module::{Call, Half, Interrupt, OutItem, Outbox, Status},
    pool::{self, field},
};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select_biased};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Frames that wait between the thread and the loop.
const QUEUE: usize = 64;

enum Item {
    Frame(OutItem),
    Failed(Status),
    Ended,
}

/// The half that the loop polls in place of the module's.
struct Outlet(Receiver<Item>);

impl Half for Outlet {
    fn accept(&mut self, _: &mut Call<'_>) -> Status {
        Status::Idle
    }

    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        while call.out.items.len() < call.out.limit {
            match self.0.try_recv() {
                Ok(Item::Frame(item)) => call.out.items.push(item),
                Ok(Item::Failed(status)) => return status,
                Ok(Item::Ended) | Err(TryRecvError::Disconnected) => return Status::Ended,
                Err(TryRecvError::Empty) => return Status::Idle,
            }
        }
        Status::More
    }

    fn finish(&mut self, _: &mut Call<'_>) -> Status {
        Status::Ended
    }
}

/// The thread of a blocking source.
pub struct Pump {
    thread: JoinHandle<()>,
    stopping: Arc<AtomicBool>,
    stop: Sender<()>,
    interrupt: Option<Interrupt>,
}

impl Pump {
    /// Starts the thread; gives the half for the loop. `wake` is called when something waits in the queue.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(
        name: &str,
        half: Box<dyn Half>,
        interrupt: Option<Interrupt>,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<(Pump, Box<dyn Half>)> {
        let (to_loop, from_thread) = bounded(QUEUE);
        let (stop, stopped) = bounded(1);
        let stopping = Arc::new(AtomicBool::new(false));
        let flag = stopping.clone();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || pump(half, &flag, &to_loop, &stopped, wake))?;
        Ok((Pump { thread, stopping, stop, interrupt }, Box::new(Outlet(from_thread))))
    }

    /// Asks the module to return from its call.
    pub fn interrupt(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = self.stop.try_send(());
        if let Some(interrupt) = &self.interrupt {
            interrupt();
        }
    }

    /// Waits for the thread until `deadline`, interrupting again and again. False = it is still inside of the
    /// module; its instance must be left alone then.
    pub fn join(self, deadline: Instant) -> bool {
        while !self.thread.is_finished() {
            if Instant::now() >= deadline {
                return false;
            }
            self.interrupt();
            std::thread::park_timeout(Duration::from_millis(1));
        }
        self.thread.join().is_ok()
    }
}

fn pump(
    mut half: Box<dyn Half>,
    stopping: &AtomicBool,
    queue: &Sender<Item>,
    stopped: &Receiver<()>,
    wake: impl Fn(),
) {
    let mut out = Outbox { items: Vec::new(), limit: QUEUE };
    let hand_over = |item: Item| {
        select_biased! {
            send(queue, item) -> sent => sent.is_ok(),
            recv(stopped) -> _ => false,
        }
    };
    while !stopping.load(Ordering::SeqCst) {
        let mut call = Call::asking(pool::now_ns(), QUEUE as u32, &mut out);
        let status = half.produce(&mut call);
        let mut open = true;
        for item in out.items.drain(..) {
            // After a stop what the module still gives is nobody's to take.
            if !open || stopping.load(Ordering::SeqCst) {
                pool::drop_as(item.frame, field::DROP_STOPPED);
                continue;
            }
            open = hand_over(Item::Frame(item));
            wake();
        }
        let last = match status {
            Status::Ended => Some(Item::Ended),
            Status::Fault | Status::Panicked => Some(Item::Failed(status)),
            _ => None,
        };
        if let Some(last) = last {
            hand_over(last);
            wake();
            break;
        }
    }
    drop(half);
}
