//! The thread of a segment.
//!
//! What holds: the thread owns its segment and gives it back by value, when it is asked to pause and when
//! all has ended; between two turns, never inside a module. What it does between two sleeps is a [`Stepper`],
//! which `tests/simulation` drives without a thread.

use super::{Event, Segment, Waker, park::Parker, segment::Progress};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// What a segment's thread is asked to do; looked at between two turns.
#[derive(Debug, Default)]
pub struct Gate {
    asked: AtomicBool,
    pause: AtomicBool,
    stop: AtomicBool,
    discard: AtomicBool,
}

/// A running segment.
pub struct Driver {
    hands: Hands,
    gate: Arc<Gate>,
    waker: Arc<Waker>,
}

/// Who drives it.
enum Hands {
    Thread(JoinHandle<Segment>),
    /// Whoever has the [`Stepper`]; the segment comes back here.
    Steps(Receiver<Segment>),
}

impl Driver {
    /// Starts the thread of segment `number`; `events` hears when it has ended.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(number: usize, segment: Segment, events: Sender<Event>) -> io::Result<Driver> {
        let (gate, waker) = (Arc::new(Gate::default()), segment.waker().clone());
        let held = gate.clone();
        let thread = std::thread::Builder::new()
            .name(format!("segment-{number}"))
            .spawn(move || drive(number, segment, &held, &events))?;
        Ok(Driver { hands: Hands::Thread(thread), gate, waker })
    }

    /// The same without a thread: nothing happens but what the [`Stepper`] is asked for.
    pub fn stepped(number: usize, segment: Segment, events: Sender<Event>) -> (Driver, Stepper) {
        let (gate, waker) = (Arc::new(Gate::default()), segment.waker().clone());
        let (give, back) = bounded(1);
        let stepper = Stepper { number, segment: Some(segment), gate: gate.clone(), events, give };
        (Driver { hands: Hands::Steps(back), gate, waker }, stepper)
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

    /// Has what waits in inboxes thrown away, so that nothing keeps the segment from ending.
    pub fn discard(&self) {
        self.gate.discard.store(true, Ordering::SeqCst);
        self.ask();
    }

    fn ask(&self) {
        self.gate.asked.store(true, Ordering::SeqCst);
        self.waker.nudge();
    }

    /// Whether the segment has been given back.
    pub fn is_finished(&self) -> bool {
        match &self.hands {
            Hands::Thread(thread) => thread.is_finished(),
            Hands::Steps(back) => !back.is_empty(),
        }
    }

    /// The segment, once it has been given back; waits for that. `None` if its thread panicked.
    pub fn join(self) -> Option<Segment> {
        match self.hands {
            Hands::Thread(thread) => thread.join().ok(),
            Hands::Steps(back) => back.try_recv().ok(),
        }
    }
}

fn drive(number: usize, mut segment: Segment, gate: &Gate, events: &Sender<Event>) -> Segment {
    let parker = Parker::new(segment.waker().clone());
    loop {
        match step(&mut segment, gate) {
            Some(Progress::Worked) => {}
            Some(Progress::Idle(longest)) => parker.park(longest, &gate.asked),
            Some(Progress::Ended) => {
                let _ = events.send(Event::Ended { segment: number });
                return segment;
            }
            None => return segment,
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
    give: Sender<Segment>,
}

impl Stepper {
    /// What the thread does between two sleeps. `None`: the segment has been given back.
    pub fn step(&mut self) -> Option<Progress> {
        let progress = step(self.segment.as_mut()?, &self.gate);
        if matches!(progress, None | Some(Progress::Ended)) {
            if progress.is_some() {
                let _ = self.events.send(Event::Ended { segment: self.number });
            }
            // There is room for the one segment, and without a driver nobody wants it.
            if let Some(segment) = self.segment.take() {
                drop(self.give.try_send(segment));
            }
        }
        progress
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
