//! `@name@`: holds frames between two threads of a graph.
//!
//! What feeds it and what it feeds run in two threads. The queue is shared by its two halves; nobody waits for the
//! lock longer than a frame takes to be put in or taken out.

use rogue_sdk::prelude::*;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// What a graph may write under `params:`. These comments are what operators read.
#[derive(Params)]
struct @Type@Params {
    /// Most frames that are held; when so many are, what feeds it waits.
    #[param(default = 100, min = 1, max = 1000000)]
    max_depth: usize,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Frame>,
    ended: bool,
}

type Shared = Arc<Mutex<Queue>>;

fn with<T>(queue: &Shared, body: impl FnOnce(&mut Queue) -> T) -> T {
    body(&mut queue.lock().unwrap_or_else(PoisonError::into_inner))
}

struct @Type@ {
    max_depth: usize,
    queue: Shared,
}

impl Module for @Type@ {
    type Params = @Type@Params;

    /// What the module says of itself; written into the plugin, and read without running it.
    const CARD: Card = Card::endpoint("@name@")
        .about("@about@")
        .readings(&[Reading::new("size", "frames that wait")]);

    /// Makes an instance; files, sockets and threads belong into `start`.
    fn new(params: @Type@Params, _: &Node) -> Result<Self> {
        Ok(@Type@ {
            max_depth: params.max_depth,
            queue: Shared::default(),
        })
    }

    /// Gives up what waits, for a successor.
    fn release_held(&mut self, held: &mut Held) {
        with(&self.queue, |queue| {
            held.frames
                .extend(queue.frames.drain(..).map(|frame| (0, frame)))
        });
    }

    /// Takes what a predecessor gave up.
    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        with(&self.queue, |queue| {
            queue
                .frames
                .extend(held.frames.drain(..).map(|(_, frame)| frame))
        });
        Ok(())
    }
}

impl Endpoint for @Type@ {
    type Take = @Type@Take;
    type Give = @Type@Give;

    fn split(&mut self, node: &Node) -> Result<(@Type@Take, @Type@Give)> {
        let take = @Type@Take {
            max_depth: self.max_depth,
            queue: self.queue.clone(),
        };
        Ok((
            take,
            @Type@Give {
                queue: self.queue.clone(),
                size: node.gauge("size"),
            },
        ))
    }
}

/// The half that takes.
struct @Type@Take {
    max_depth: usize,
    queue: Shared,
}

impl Take for @Type@Take {
    /// Called for every frame, which may be given back.
    fn accept(&mut self, frame: Frame, cx: &Context) -> Result<Accepted> {
        let refused = with(&self.queue, |queue| {
            if queue.frames.len() >= self.max_depth {
                return Some(frame);
            }
            queue.frames.push_back(frame);
            None
        });
        cx.wake_give();
        Ok(refused.map_or(Accepted::Taken, Accepted::Blocked))
    }

    /// Called after the last frame.
    fn finish(&mut self, cx: &Context) -> Result<Flow> {
        with(&self.queue, |queue| queue.ended = true);
        cx.wake_give();
        Ok(Flow::Ended)
    }
}

/// The half that gives.
struct @Type@Give {
    queue: Shared,
    size: Gauge,
}

impl Give for @Type@Give {
    /// Called when it was woken, and as long as it has more.
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        let (waiting, ended) = with(&self.queue, |queue| {
            while !out.is_full()
                && let Some(frame) = queue.frames.pop_front()
            {
                out.send(frame);
            }
            (queue.frames.len(), queue.ended)
        });
        self.size.set(waiting as u64);
        cx.wake_take();
        Ok(match (waiting, ended) {
            (0, true) => Flow::Ended,
            (0, false) => Flow::Idle,
            _ => Flow::More,
        })
    }
}

export_module!(@Type@: Endpoint);

#[cfg(test)]
mod tests {
    use super::*;
    use rogue_sdk::bench::{Bench, json};

    #[test]
    fn frames_come_out_in_order_and_a_full_queue_blocks() -> Result<()> {
        let mut bench = Bench::endpoint::<@Type@>(json!({ "max_depth": 2 }))?;
        for text in [&b"one"[..], b"two", b"three"] {
            bench.push(Bench::frame_of(text)?)?;
        }
        assert!(bench.is_blocked());
        bench.run()?; // does what the wakes ask for, until all is at rest
        assert!(!bench.is_blocked());
        assert_eq!(bench.finish()?, Flow::Ended);
        bench.run()?;
        let out: Vec<Vec<u8>> = bench.out().iter().map(Frame::to_vec).collect();
        assert_eq!(out, [&b"one"[..], b"two", b"three"]);
        bench.end() // stopped in order, and no frame was leaked
    }
}
