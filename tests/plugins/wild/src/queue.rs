//! `wild-queue`: a queue that refuses and gives as it likes.

use super::{WildParams, mood::Mood};
use rogue_sdk::prelude::*;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Frames that wait before it refuses.
const DEPTH: usize = 5;

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Frame>,
    closed: bool,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Waiting>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct WildQueue {
    params: WildParams,
    shared: Shared,
}

pub struct TakeHalf {
    mood: Mood,
    shared: Shared,
}

pub struct GiveHalf {
    mood: Mood,
    shared: Shared,
}

impl Module for WildQueue {
    type Params = WildParams;
    const CARD: Card =
        Card::endpoint("wild-queue").about("a queue that refuses and gives as it likes").counters(&[
            card::Counter::new("instances", "instances made"),
            card::Counter::new("made", "frames made"),
        ]);

    fn new(params: WildParams, _: &Node) -> Result<Self> {
        Ok(WildQueue { params, shared: Shared::default() })
    }
}

impl Endpoint for WildQueue {
    type Take = TakeHalf;
    type Give = GiveHalf;

    fn split(&mut self, node: &Node) -> Result<(TakeHalf, GiveHalf)> {
        let take = TakeHalf { mood: Mood::new(self.params, node, 0), shared: self.shared.clone() };
        let give = GiveHalf { mood: Mood::new(self.params, node, 1), shared: self.shared.clone() };
        Ok((take, give))
    }
}

impl TakeHalf {
    fn call_other(&self, cx: &Context<'_>) {
        if !self.mood.params.forgets {
            cx.wake_give();
        }
    }
}

impl Take for TakeHalf {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        self.mood.fails("accept")?;
        if self.shared.lock().frames.len() >= DEPTH {
            return Ok(Accepted::Blocked(frame));
        }
        if self.mood.naps(cx) {
            return Ok(Accepted::Blocked(frame));
        }
        self.shared.lock().frames.push_back(frame);
        self.call_other(cx);
        Ok(Accepted::Taken)
    }

    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        self.mood.fails("finish")?;
        if self.mood.naps(cx) {
            return Ok(Flow::Idle);
        }
        self.shared.lock().closed = true;
        self.call_other(cx);
        Ok(Flow::Ended)
    }
}

impl Give for GiveHalf {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        while !out.is_full() {
            let next = {
                let mut waiting = self.shared.lock();
                match waiting.frames.pop_front() {
                    Some(frame) => frame,
                    None if waiting.closed => return Ok(Flow::Ended),
                    None => return Ok(Flow::Idle),
                }
            };
            cx.wake_take();
            self.mood.fails("produce")?;
            out.send(next);
            if self.mood.naps(cx) {
                return Ok(Flow::Idle);
            }
        }
        Ok(Flow::More)
    }
}
