//! An endpoint: two halves that share a queue, wakes between them, frames that wait.

use crate::{frame, texts};
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

#[derive(Params)]
pub struct QueueParams {
    /// Frames held.
    depth: usize,
}

#[derive(Default)]
pub struct Shared {
    queue: VecDeque<Frame>,
    waiting: bool,
    finished: bool,
}

/// A queue that blocks when it is full.
pub struct Queue {
    depth: usize,
    shared: Arc<Mutex<Shared>>,
}

impl Module for Queue {
    type Params = QueueParams;
    const CARD: Card = Card::endpoint("queue");

    fn new(params: QueueParams, _: &Node) -> Result<Self> {
        Ok(Queue { depth: params.depth, shared: Arc::default() })
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.shared.lock().unwrap().queue.drain(..).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        let room = self.depth.min(held.frames.len());
        self.shared.lock().unwrap().queue.extend(held.frames.drain(..room).map(|(_, frame)| frame));
        Ok(())
    }
}

pub struct QueueTake(usize, Arc<Mutex<Shared>>);
pub struct QueueGive(Arc<Mutex<Shared>>);

impl Endpoint for Queue {
    type Take = QueueTake;
    type Give = QueueGive;

    fn split(&mut self, _: &Node) -> Result<(QueueTake, QueueGive)> {
        Ok((QueueTake(self.depth, Arc::clone(&self.shared)), QueueGive(Arc::clone(&self.shared))))
    }
}

impl Take for QueueTake {
    fn accept(&mut self, frame: Frame, cx: &Context) -> Result<Accepted> {
        let mut shared = self.1.lock().unwrap();
        if shared.queue.len() == self.0 {
            shared.waiting = true;
            return Ok(Accepted::Blocked(frame));
        }
        shared.queue.push_back(frame);
        cx.wake_give();
        Ok(Accepted::Taken)
    }

    fn finish(&mut self, cx: &Context) -> Result<Flow> {
        self.1.lock().unwrap().finished = true;
        cx.wake_give();
        Ok(Flow::Ended)
    }
}

impl Give for QueueGive {
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        let mut shared = self.0.lock().unwrap();
        while !out.is_full() {
            let Some(frame) = shared.queue.pop_front() else {
                return Ok(if shared.finished { Flow::Ended } else { Flow::Idle });
            };
            out.send(frame);
            if std::mem::take(&mut shared.waiting) {
                cx.wake_take();
            }
        }
        Ok(Flow::More)
    }
}

fn queue(depth: usize) -> Bench {
    Bench::endpoint::<Queue>(json!({ "depth": depth })).unwrap()
}

/// Nothing is called behind the test's back: a wake is noted, and forgotten when it is asked for.
#[test]
fn wakes_are_noted() {
    let mut bench = queue(10);
    assert!(!bench.woken_give());
    bench.push(frame("a")).unwrap();
    assert_eq!((bench.out_len(), bench.held()), (0, 1));
    assert!(bench.woken_give());
    assert!(!bench.woken_give());
    assert!(!bench.woken_take());
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    assert_eq!(texts(&mut bench), ["a"]);
}

/// What is not taken stays in the inbox, in order, and goes on when the module wakes for it.
#[test]
fn blocked_frames_wait() {
    let mut bench = queue(2);
    for text in ["a", "b", "c", "d", "e"] {
        bench.push(frame(text)).unwrap();
    }
    assert_eq!((bench.inbox_len(), bench.held(), bench.is_blocked()), (3, 2, true));
    bench.produce().unwrap();
    assert_eq!((bench.out_len(), bench.inbox_len()), (2, 3));
    bench.wake().unwrap();
    assert_eq!((bench.held(), bench.inbox_len(), bench.is_blocked()), (2, 1, true));
    bench.run().unwrap();
    assert_eq!((bench.inbox_len(), bench.is_blocked()), (0, false));
    assert_eq!(texts(&mut bench), ["a", "b", "c", "d", "e"]);
    bench.end().unwrap();
}

/// A blocked module is offered nothing until it is woken; then the next push offers everything.
#[test]
fn blocked_until_woken() {
    let mut bench = queue(1);
    bench.push_all(0, [frame("a"), frame("b")]).unwrap();
    bench.produce().unwrap();
    assert_eq!(bench.inbox_len(), 1);
    bench.push(frame("c")).unwrap();
    assert_eq!((bench.held(), bench.inbox_len()), (1, 1), "the wake counted");
    bench.push(frame("d")).unwrap();
    assert_eq!((bench.held(), bench.inbox_len()), (1, 2), "no wake since");
}

/// The end goes through the halves one after the other.
#[test]
fn finish_goes_through_both_halves() {
    let mut bench = queue(1);
    bench.push_all(0, [frame("a"), frame("b")]).unwrap();
    let error = bench.finish().unwrap_err().to_string();
    assert_eq!(error, "1 frames wait in the inbox: the module is blocked");
    bench.run().unwrap();
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    assert_eq!(texts(&mut bench), ["a", "b"]);
}

/// What is in the module and its inbox at the end goes back.
#[test]
fn dropping_a_full_queue() {
    let mut bench = queue(1);
    bench.push_all(0, [frame("a"), frame("b")]).unwrap();
    assert_eq!(Bench::live_frames(), 2);
    drop(bench);
    assert_eq!((Bench::live_frames(), Bench::live_bytes()), (0, 0));
}

/// What it holds can be taken from it and given to another.
#[test]
fn held_frames_go_over() {
    let mut old = queue(3);
    old.push_all(0, [frame("a"), frame("b"), frame("c")]).unwrap();
    let held = old.release_held().unwrap();
    assert_eq!((held.frames.len(), old.held()), (3, 0));
    old.end().unwrap();
    let mut new = queue(2);
    let left = new.adopt(held).unwrap();
    assert_eq!((left.frames.len(), new.held()), (1, 2));
    assert_eq!(left.frames[0].1.to_vec(), b"c");
    new.produce().unwrap();
    assert_eq!(texts(&mut new), ["a", "b"]);
}

/// A swap in one step: what is held goes over, in order, the inbox stays.
#[test]
fn swapped_while_full() {
    let mut bench = queue(2);
    bench.push_all(0, [frame("a"), frame("b"), frame("c")]).unwrap();
    let left = bench.swap(json!({ "depth": 5 })).unwrap();
    assert_eq!((left.frames.len(), bench.held(), bench.inbox_len()), (0, 2, 1));
    bench.wake().unwrap();
    bench.run().unwrap();
    assert_eq!(texts(&mut bench), ["a", "b", "c"]);
    bench.end().unwrap();
}
