//! `example-callback`: how to make a source of a vendor's library that calls back from a thread of its own.
//!
//! The rule is that a module never waits and never lets the vendor's thread wait. So between the two stands a bounded
//! queue:
//!
//! ```text
//! vendor's thread:  on_data -> request a frame, fill it, put it into the queue -> wake_give
//! graph's thread:   produce -> take what is in the queue, until there is none or `out` is full
//! ```
//!
//! When the graph does not keep up the queue is full, and the newest frame is dropped beside a reason, so that the run
//! says what it lost. What to take from here: `start` opens and `stop` closes, both may happen more than once; nothing
//! that the queue holds disappears unsaid (`stop`, `release_held`); the library is in a file of its own.

mod vendor;

use rogue_sdk::prelude::*;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
};
use vendor::{Device, Event};

/// Frames between the vendor's thread and the graph's: what a graph that is late by 256 blocks still gets.
const QUEUE: usize = 256;

/// What the device does.
#[derive(Params, Clone)]
struct CallbackParams {
    /// Blocks that the device reads after a start; absent: it goes on for ever.
    count: Option<u64>,
    /// Time between two blocks; 0s is as fast as the device can.
    #[param(default = "1ms")]
    period: Duration,
}

struct Callback {
    params: CallbackParams,
    node: Node,
    /// Frames of a predecessor, before anything of the own device.
    adopted: VecDeque<Frame>,
    queue: Receiver<Frame>,
    /// The other end of the queue, for the next device that is opened.
    queue_in: SyncSender<Frame>,
    /// The device has said that nothing more comes.
    ended: Arc<AtomicBool>,
    device: Option<Device>,
}

const OVERRUN: Reason = Callback::CARD.reason("overrun");
const STOPPED: Reason = Callback::CARD.reason("stopped");

impl Module for Callback {
    type Params = CallbackParams;
    const CARD: Card = Card::source("example-callback")
        .about("An example for authors: a source fed by a vendor's call-back")
        .drops(&[
            DropReason::loss("overrun", "blocks that came faster than the graph took them"),
            DropReason::asked("stopped", "blocks not taken yet when the source was stopped"),
        ]);

    /// No effect outside: the device is opened in `start`.
    fn new(params: CallbackParams, node: &Node) -> Result<Self> {
        let (queue_in, queue) = sync_channel(QUEUE);
        Ok(Callback {
            params,
            node: *node,
            adopted: VecDeque::new(),
            queue,
            queue_in,
            ended: Arc::default(),
            device: None,
        })
    }

    fn start(&mut self) -> Result<()> {
        self.ended.store(false, Release);
        let (node, queue, ended) = (self.node, self.queue_in.clone(), Arc::clone(&self.ended));
        // Runs on the vendor's thread: it may not wait, and what it cannot do it says through the node.
        let on_event = move |event: Event<'_>| {
            match event {
                Event::Data(bytes) => match filled(&node, bytes) {
                    Ok(frame) => put(&node, &queue, frame),
                    Err(error) => node.fault(error),
                },
                Event::End => ended.store(true, Release),
            }
            // Many wakes become one call, so this need not be thought about.
            node.wake_give();
        };
        self.device = Some(Device::open(&self.node, self.params.count, self.params.period, on_event)?);
        Ok(())
    }

    /// After this the vendor's thread is gone, and the queue is empty.
    fn stop(&mut self) {
        if let Some(device) = self.device.take() {
            device.close();
        }
        for frame in self.adopted.drain(..).chain(self.queue.try_iter()) {
            self.node.drop(frame, STOPPED);
        }
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.adopted.drain(..).chain(self.queue.try_iter()).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.adopted.extend(held.frames.drain(..).map(|(_, frame)| frame));
        self.node.wake_give();
        Ok(())
    }
}

/// A frame with these bytes. The memory is asked for downstream, from whatever thread.
fn filled(node: &Node, bytes: &[u8]) -> Result<Frame> {
    let size = u32::try_from(bytes.len())?;
    let mut frame = node.request(0, size)?;
    frame.write(0, bytes)?;
    Ok(frame)
}

fn put(node: &Node, queue: &SyncSender<Frame>, frame: Frame) {
    if let Err(TrySendError::Full(frame) | TrySendError::Disconnected(frame)) = queue.try_send(frame) {
        node.drop(frame, OVERRUN);
    }
}

impl Source for Callback {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        // Looked at first: what came before the end is in the queue by then.
        let ended = self.ended.load(Acquire);
        while !out.is_full() {
            match self.adopted.pop_front().or_else(|| self.queue.try_recv().ok()) {
                Some(frame) => out.send(frame),
                None if ended => return Ok(Flow::Ended),
                None => return Ok(Flow::Idle),
            }
        }
        Ok(Flow::More)
    }
}

export_module!(Callback: Source);

#[cfg(test)]
mod tests;
