//! The half that gives: the frames that have waited longest, as many as are wanted.

use super::{consumer::Consumer, queue::Queue};
use rogue_sdk::prelude::*;
use std::sync::Arc;

/// The half that gives.
pub struct FifoGive {
    queue: Consumer,
}

impl FifoGive {
    pub fn new(queue: &Arc<Queue>) -> FifoGive {
        FifoGive { queue: Consumer::new(queue) }
    }
}

impl Give for FifoGive {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        let (wake, flow) = self.queue.take(out.room(), |frame| out.send(frame));
        if wake {
            cx.wake_take();
        }
        Ok(flow)
    }
}
