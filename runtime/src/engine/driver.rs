//! The thread of a segment.
//!
//! What holds: the thread owns its segment and gives it back by value, when it is asked to pause and when
//! all has ended; between two turns, never inside a module. A thread that gave its segment back waits to get one again, or
//! to leave. What it does between two sleeps is a [`Stepper`], which `tests/simulation` drives without a thread.

use super::{Event, Segment, Waker, park::Parker, segment::Progress};
use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// What a segment's thread is asked to do; looked at between two turns.
#[derive(Debug, Default)]
pub struct Gate {
    asked: AtomicBool,
    pause: AtomicBool,
    stop: AtomicBool,
    discard: AtomicBool,
}

/// What a thread without a segment is told.
#[expect(clippy::large_enum_variant, reason = "a segment is moved a few times in a swap")]
enum Order {
    /// Go on with this one.
    Drive(Segment),
    /// There is nothing more to do.
    Leave,
}

/// A running segment.
pub struct Driver {
    /// The thread; none where a [`Stepper`] drives.
    thread: Option<JoinHandle<()>>,
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
        let (driver, stepper) = Driver::stepped(number, segment, events);
        let waker = driver.waker.clone();
        let thread = std::thread::Builder::new()
            .name(format!("segment-{number}"))
            .spawn(move || drive(stepper, waker))?;
        Ok(Driver { thread: Some(thread), ..driver })
    }

    /// The same without a thread: nothing happens but what the [`Stepper`] is asked for.
    pub fn stepped(number: usize, segment: Segment, events: Sender<Event>) -> (Driver, Stepper) {
        let (gate, waker) = (Arc::new(Gate::default()), segment.waker().clone());
        let ((give, back), (orders, told)) = (unbounded(), unbounded());
        let segment = Some(segment);
        let stepper = Stepper { number, segment, gate: gate.clone(), events, told, give: give.clone() };
        (Driver { thread: None, gate, waker, orders, back, give }, stepper)
    }

    /// Has sources count as ended: the segment runs out.
    pub fn stop(&self) {
        self.gate.stop.store(true, Ordering::SeqCst);
        self.ask();
    }

    /// Has the segment given back at once, with all that is in it.
    pub fn pause(&self) {
        self.gate.pause.store(true, Ordering::SeqCst);
        self.ask();
    }

    /// The segment that was asked for with [`Driver::pause`], once it is given back; `None`: not until `longest` was over.
    /// One that has ended ([`Segment::is_over`]) is to be put back.
    pub fn take(&self, longest: Duration) -> Option<Segment> {
        self.back.recv_timeout(longest).ok()
    }

    /// Takes [`Driver::pause`] back. A segment that was given back meanwhile goes on.
    pub fn go_on(&self) {
        self.gate.pause.store(false, Ordering::SeqCst);
        if let Ok(segment) = self.back.try_recv() {
            self.put(segment);
        }
    }

    /// Goes on with a segment that was taken; one that has ended is kept for [`Driver::join`].
    pub fn put(&self, segment: Segment) {
        self.gate.pause.store(false, Ordering::SeqCst);
        // Neither channel is closed while the driver lives, or nobody is left to go on.
        if segment.is_over() {
            drop(self.give.send(segment));
        } else {
            self.tell(Order::Drive(segment));
        }
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

    /// The half that is being called now, as far as one can tell from outside.
    pub fn inside(&self) -> Option<usize> {
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

fn drive(mut stepper: Stepper, waker: Arc<Waker>) {
    let parker = Parker::new(waker);
    while let Some(mut segment) = stepper.segment.take() {
        let came_to = loop {
            match step(&mut segment, &stepper.gate) {
                Some(Progress::Worked) => {}
                Some(Progress::Idle(longest)) => parker.park(longest, &stepper.gate.asked),
                end => break end,
            }
        };
        stepper.give_back(segment, came_to);
        if came_to.is_some() || !stepper.wait() {
            return;
        }
    }
}

/// Does what was asked of the segment, then one turn of it; `None`: it is to be given back.
#[inline]
fn step(segment: &mut Segment, gate: &Gate) -> Option<Progress> {
    if gate.asked.load(Ordering::Relaxed) && gate.asked.swap(false, Ordering::SeqCst) {
        if gate.pause.load(Ordering::SeqCst) {
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

/// A segment that is driven by hand, turn by turn, as its thread would.
pub struct Stepper {
    number: usize,
    segment: Option<Segment>,
    gate: Arc<Gate>,
    events: Sender<Event>,
    told: Receiver<Order>,
    give: Sender<Segment>,
}

impl Stepper {
    /// What the thread does between two sleeps. `None`: the segment has been given back.
    pub fn step(&mut self) -> Option<Progress> {
        self.listen();
        let progress = step(self.segment.as_mut()?, &self.gate);
        if matches!(progress, None | Some(Progress::Ended))
            && let Some(segment) = self.segment.take()
        {
            self.give_back(segment, progress);
        }
        progress
    }

    fn give_back(&self, mut segment: Segment, came_to: Option<Progress>) {
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
    fn wait(&mut self) -> bool {
        while self.segment.is_none() {
            if !self.listen() {
                return false;
            }
            if self.segment.is_none() {
                std::thread::park();
            }
        }
        true
    }

    /// Whether something keeps the thread from going to sleep, or would wake it.
    pub fn is_called(&self) -> bool {
        let called = |segment: &Segment| self.gate.asked.load(Ordering::SeqCst) || segment.waker().any();
        self.segment.as_ref().is_some_and(called)
    }

    /// The segment, until it is given back.
    pub fn segment(&self) -> Option<&Segment> {
        self.segment.as_ref()
    }
}
