//! The thread of a segment.
//!
//! What holds: the thread owns its segment and gives it back by value, when it is asked to pause and when
//! all has ended; between two turns, never inside a module. A thread that gave its segment back waits to get one again, or
//! to leave. What it does between two sleeps is in [`steps`](super::steps).

use super::{
    Event, Inside, Segment, Waker,
    park::Parker,
    segment::Progress,
    steps::{Order, Stepper, Steps, step},
};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    thread::{JoinHandle, Thread},
    time::Duration,
};

/// Nobody wants the segment.
const NOT_WANTED: u8 = 0;
/// It is to be given back.
const WANTED: u8 = 1;
/// Its thread gives it back: who wanted it gets it, and cannot change their mind.
const ON_ITS_WAY: u8 = 2;
/// How long that is waited for: it takes a thread no time but that of getting a processor.
const ON_ITS_WAY_FOR: Duration = Duration::from_secs(10);

/// What a segment's thread is asked to do; looked at between two turns.
#[derive(Debug, Default)]
pub struct Gate {
    pub(super) asked: AtomicBool,
    pause: AtomicU8,
    /// What is on its way inside of the segment is to come out of it first.
    pub(super) quiet: AtomicBool,
    pub(super) stop: AtomicBool,
    pub(super) discard: AtomicBool,
}

impl Gate {
    /// Whether the segment is to be given back; if so, it is on its way.
    pub(super) fn gives(&self) -> bool {
        self.pause.compare_exchange(WANTED, ON_ITS_WAY, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// A running segment.
pub struct Driver {
    /// The thread; none where a [`Stepper`] drives.
    thread: Option<JoinHandle<()>>,
    /// Who drives in its place.
    by_hand: Option<Stepper>,
    gate: Arc<Gate>,
    waker: Arc<Waker>,
    orders: Sender<Order>,
    /// Where the segment comes back; the sender is for one that was looked at and is not wanted.
    back: Receiver<Segment>,
    give: Sender<Segment>,
}

impl Driver {
    /// Starts the thread of segment `number`; `events` hears when it has ended.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(number: usize, segment: Segment, events: Sender<Event>) -> io::Result<Driver> {
        let waker = segment.waker().clone();
        spawn(Driver::new(number, Some(segment), waker, events))
    }

    /// Starts a thread that waits for a segment to be put.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn waiting(number: usize, events: Sender<Event>) -> io::Result<Driver> {
        spawn(Driver::new(number, None, Waker::new(0), events))
    }

    /// The same without a thread: nothing happens but what the [`Stepper`] is asked for.
    pub fn stepped(number: usize, segment: Segment, events: Sender<Event>) -> Driver {
        let waker = segment.waker().clone();
        by_hand(Driver::new(number, Some(segment), waker, events))
    }

    /// The same, waiting for a segment to be put.
    pub fn waiting_stepped(number: usize, events: Sender<Event>) -> Driver {
        by_hand(Driver::new(number, None, Waker::new(0), events))
    }

    fn new(
        number: usize,
        segment: Option<Segment>,
        waker: Arc<Waker>,
        events: Sender<Event>,
    ) -> (Driver, Steps) {
        let gate = Arc::new(Gate::default());
        let ((give, back), (orders, told)) = (unbounded(), unbounded());
        let steps = Steps { number, segment, gate: gate.clone(), events, told, give: give.clone() };
        (Driver { thread: None, by_hand: None, gate, waker, orders, back, give }, steps)
    }

    /// Has sources count as ended: the segment runs out.
    pub fn stop(&self) {
        self.gate.stop.store(true, Ordering::SeqCst);
        self.ask();
    }

    /// Has the segment given back at once, with all that is in it.
    pub fn pause(&self) {
        self.gate.pause.store(WANTED, Ordering::SeqCst);
        self.ask();
    }

    /// The same when what is on its way inside of the segment has come out of it, as far as nothing is blocked: no frame
    /// is between two nodes then that are to be linked otherwise.
    pub fn pause_quietly(&self) {
        self.gate.quiet.store(true, Ordering::SeqCst);
        self.pause();
    }

    /// The segment that was asked for with [`Driver::pause`], once it is given back; `None`: not until `longest` was over.
    /// One that has ended ([`Segment::is_over`]) is to be put back.
    pub fn take(&self, longest: Duration) -> Option<Segment> {
        if let Some(stepper) = &self.by_hand {
            stepper.give_if_wanted();
        }
        self.back.recv_timeout(longest).ok()
    }

    /// Takes [`Driver::pause`] back. A segment that was given back meanwhile, or is just being given back, goes on.
    pub fn go_on(&self) {
        self.gate.quiet.store(false, Ordering::SeqCst);
        let kept = self.gate.pause.compare_exchange(WANTED, NOT_WANTED, Ordering::SeqCst, Ordering::SeqCst);
        // On its way: it is there in a moment, since its thread does nothing else.
        if kept == Err(ON_ITS_WAY)
            && let Ok(segment) = self.back.recv_timeout(ON_ITS_WAY_FOR)
        {
            self.put(segment);
        }
    }

    /// Goes on with a segment that was taken; one that has ended is kept for [`Driver::join`].
    pub fn put(&self, segment: Segment) {
        self.gate.quiet.store(false, Ordering::SeqCst);
        self.gate.pause.store(NOT_WANTED, Ordering::SeqCst);
        // What else was asked meanwhile is looked at before the first turn.
        self.gate.asked.store(true, Ordering::SeqCst);
        // Neither channel is closed while the driver lives, or nobody is left to go on.
        if segment.is_over() {
            drop(self.give.send(segment));
        } else {
            self.tell(Order::Drive(segment));
        }
    }

    /// The same with a segment that was built anew, of parts of others.
    pub fn put_rebuilt(&mut self, segment: Segment) {
        self.waker = segment.waker().clone();
        self.put(segment);
    }

    /// What steps its segment, if no thread does.
    pub fn stepper(&self) -> Option<&Stepper> {
        self.by_hand.as_ref()
    }

    /// Who wakes its segment.
    pub fn waker(&self) -> &Arc<Waker> {
        &self.waker
    }

    /// The thread that drives, if there is one.
    pub fn thread(&self) -> Option<Thread> {
        self.thread.as_ref().map(|thread| thread.thread().clone())
    }

    /// Has what waits in inboxes thrown away, so that nothing keeps the segment from ending.
    pub fn discard(&self) {
        self.gate.discard.store(true, Ordering::SeqCst);
        self.ask();
    }

    fn ask(&self) {
        self.gate.asked.store(true, Ordering::SeqCst);
        self.waker.nudge();
    }

    fn tell(&self, order: Order) {
        drop(self.orders.send(order));
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// The call that a half is in now, as far as one can tell from outside.
    pub fn inside(&self) -> Option<Inside> {
        self.waker.inside()
    }

    /// Whether the segment has been given back.
    pub fn is_finished(&self) -> bool {
        !self.back.is_empty() || self.thread.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// The segment, once it has been given back; waits for that. `None` if its thread panicked.
    pub fn join(self) -> Option<Segment> {
        self.tell(Order::Leave);
        if let Some(thread) = self.thread {
            thread.join().ok()?;
        }
        self.back.try_recv().ok()
    }
}

fn spawn((driver, steps): (Driver, Steps)) -> io::Result<Driver> {
    let name = format!("segment-{}", steps.number);
    let thread = std::thread::Builder::new().name(name).spawn(move || drive(steps))?;
    Ok(Driver { thread: Some(thread), ..driver })
}

fn by_hand((driver, steps): (Driver, Steps)) -> Driver {
    Driver { by_hand: Some(Stepper::new(steps)), ..driver }
}

fn drive(mut steps: Steps) {
    while steps.wait() {
        let Some(mut segment) = steps.segment.take() else { return };
        let parker = Parker::new(segment.waker().clone());
        let came_to = loop {
            match step(&mut segment, &steps.gate) {
                Some(Progress::Worked) => {}
                Some(Progress::Idle(longest)) => parker.park(longest, &steps.gate.asked),
                end => break end,
            }
        };
        steps.give_back(segment, came_to);
        if came_to.is_some() {
            return;
        }
    }
}
