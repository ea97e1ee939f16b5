//! The thread of a segment.
//!
//! What holds: the thread owns its segment and gives it back by value, when it is asked to pause and when
//! all has ended; between two turns, never inside a module.

use super::{Event, Segment, Waker, park::Parker, segment::Progress};
use crossbeam_channel::Sender;
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
    thread: JoinHandle<Segment>,
    gate: Arc<Gate>,
    waker: Arc<Waker>,
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
        Ok(Driver { thread, gate, waker })
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
        self.thread.is_finished()
    }

    /// The segment, once it has been given back; waits for that. `None` if its thread panicked.
    pub fn join(self) -> Option<Segment> {
        self.thread.join().ok()
    }
}

fn drive(number: usize, mut segment: Segment, gate: &Gate, events: &Sender<Event>) -> Segment {
    let parker = Parker::new(segment.waker().clone());
    loop {
        if gate.asked.load(Ordering::Relaxed) && gate.asked.swap(false, Ordering::SeqCst) {
            if gate.pause.load(Ordering::SeqCst) {
                return segment;
            }
            if gate.stop.swap(false, Ordering::SeqCst) {
                segment.stop_sources();
            }
            if gate.discard.load(Ordering::SeqCst) {
                segment.discard();
            }
        }
        match segment.turn() {
            Progress::Worked => {}
            Progress::Idle(longest) => parker.park(longest, &gate.asked),
            Progress::Ended => {
                let _ = events.send(Event::Ended { segment: number });
                return segment;
            }
        }
    }
}
