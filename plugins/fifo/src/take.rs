//! The half that takes: what becomes of a frame that comes (spec section 8, acceptFrame).

use super::{
    Fifo,
    alarm::Alarm,
    amount::bytes_of,
    params::{FifoParams, Overflow},
    producer::Producer,
    queue::Queue,
};
use rogue_sdk::prelude::*;
use std::sync::Arc;

const FULL: Reason = Fifo::CARD.reason("full");

/// The half that takes.
pub struct FifoTake {
    queue: Producer,
    alarm: Alarm,
    drop_count: Counter,
}

impl FifoTake {
    pub fn new(queue: &Arc<Queue>, node: &Node) -> FifoTake {
        FifoTake {
            queue: Producer::new(queue),
            alarm: Alarm::default(),
            drop_count: node.counter("drop_count"),
        }
    }

    fn drop(&self, frame: Frame, cx: &Context<'_>) {
        self.drop_count.add(1);
        cx.drop(frame, FULL);
    }

    /// Sends what was taken, and looks how full the queue is.
    fn flush(&mut self, cx: &Context<'_>) {
        if self.queue.flush() {
            cx.wake_give();
        }
        let (waiting, params) = (self.queue.waiting(), self.queue.params());
        self.alarm.look(waiting, &params);
    }
}

impl Take for FifoTake {
    #[inline]
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted> {
        let params = self.queue.params();
        let size = if params.no_copy { frame.size() } else { kept(&frame, &params) };
        let bytes = bytes_of(size);
        if !self.queue.has_room(bytes) {
            let waiting = self.queue.waiting();
            self.alarm.full(waiting, &params);
            match params.overflow {
                Overflow::DropNewest => {
                    self.drop(frame, cx);
                    return Ok(Accepted::Taken);
                }
                Overflow::DropOldest => {
                    while !self.queue.has_room(bytes)
                        && let Some(oldest) = self.queue.pop_oldest()
                    {
                        self.drop(oldest, cx);
                    }
                }
                Overflow::Block if !self.queue.wait_for_room(bytes) => return Ok(Accepted::Blocked(frame)),
                Overflow::Block => {}
            }
        }
        if params.no_copy {
            self.queue.push(frame);
        } else {
            match copy(&frame, size, cx) {
                Ok(copy) => self.queue.push(copy),
                Err(error) => {
                    // The frames before this one are good, and `wake` is not called after an error.
                    self.flush(cx);
                    return Err(error);
                }
            }
        }
        Ok(Accepted::Taken)
    }

    fn wake(&mut self, cx: &Context<'_>) -> Result<()> {
        self.flush(cx);
        Ok(())
    }

    fn finish(&mut self, cx: &Context<'_>) -> Result<Flow> {
        self.queue.close();
        cx.wake_give();
        Ok(Flow::Ended)
    }
}

/// Bytes kept of a frame that is copied.
fn kept(frame: &Frame, params: &FifoParams) -> u32 {
    if params.trim_size == 0 { frame.payload() } else { frame.payload().min(params.trim_size) }
}

/// A copy of the first `size` bytes, with channel, error and flags, in memory of the next stage.
fn copy(frame: &Frame, size: u32, cx: &Context<'_>) -> Result<Frame> {
    let mut copy = cx.request(0, size)?;
    frame.reader().copy_to(&mut copy.writer(0), size)?;
    copy.copy_metadata(frame);
    Ok(copy)
}
