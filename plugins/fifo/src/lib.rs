//! `fifo`: a queue between two threads (Rogue's `Fifo`, spec section 8). What feeds it and what it feeds run in
//! parallel.
//!
//! - At most `max_depth` frames wait, besides those that are being delivered: one for depths below 8, and never more
//!   than a quarter of the depth.
//! - What a full queue does is `overflow`. Every frame dropped is counted as `full` and in `drop_count`.
//! - An empty queue takes any frame, so that `max_held` holds none up for ever.
//!
//! What differs from Rogue: the queue is bounded in bytes too, several feeders never overshoot the depth, an empty
//! payload is queued as an empty frame, and what is queued is delivered at the end and handed over in a swap.

mod alarm;
mod amount;
mod consumer;
mod give;
mod params;
mod producer;
mod queue;
mod settings;
mod take;

use give::FifoGive;
use params::FifoParams;
use queue::Queue;
use rogue_sdk::{card::Counter as Counted, prelude::*};
use std::sync::Arc;
use take::FifoTake;

struct Fifo {
    queue: Arc<Queue>,
    node: Node,
}

impl Module for Fifo {
    type Params = FifoParams;
    const CARD: Card = Card::endpoint("fifo")
        .about("A queue between two threads")
        .readings(&[
            Reading::new("size", "frames that wait"),
            Reading::new("size_bytes", "bytes of memory of the frames that wait"),
        ])
        .counters(&[Counted::new("drop_count", "frames dropped because the queue was full")])
        .drops(&[DropReason::asked_if_written("full", "overflow", "frames the full queue dropped")])
        .log("pyrogue.stream.Fifo");

    fn new(params: FifoParams, node: &Node) -> Result<Self> {
        set_batch(&params, node);
        let queue = Queue::new(params, node.gauge("size"), node.gauge("size_bytes"));
        Ok(Fifo { queue: Arc::new(queue), node: *node })
    }

    /// A predecessor may have left its feeders blocked, and frames to give.
    fn start(&mut self) -> Result<()> {
        self.node.wake_take();
        self.node.wake_give();
        Ok(())
    }

    /// Frames that wait beyond a smaller depth stay.
    fn reconfigure(&mut self, params: FifoParams) -> Result<Reconfigured> {
        set_batch(&params, &self.node);
        self.queue.settings.set(params);
        // There may be room now, or a policy that needs none.
        self.node.wake_take();
        Ok(Reconfigured::Done)
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.queue.drain().into_iter().map(|frame| (0, frame)));
    }

    /// However many there are: what a predecessor held is not dropped by a smaller depth.
    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        let (mine, others) = held.frames.drain(..).partition(|(port, _)| *port == 0);
        held.frames = others;
        let mine: Vec<(u32, Frame)> = mine;
        self.queue.adopt(mine.into_iter().map(|(_, frame)| frame).collect());
        self.node.wake_give();
        Ok(())
    }
}

/// A burst of 64 into a depth of 10 would drop most of it, where frame by frame little is dropped.
fn set_batch(params: &FifoParams, node: &Node) {
    node.batch_max(params.batch() as u32);
}

impl Endpoint for Fifo {
    type Take = FifoTake;
    type Give = FifoGive;

    fn split(&mut self, node: &Node) -> Result<(FifoTake, FifoGive)> {
        Ok((FifoTake::new(&self.queue, node), FifoGive::new(&self.queue)))
    }
}

export_module!(Fifo: Endpoint);

#[cfg(test)]
mod tests;
