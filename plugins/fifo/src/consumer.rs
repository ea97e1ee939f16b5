//! The giving half's end of the queue: taking frames out.
//!
//! Used by `give`.

use super::{amount::Amount, queue::Queue, settings::Known};
use rogue_sdk::{Flow, Frame};
use std::sync::Arc;

/// The giving half's end.
pub struct Consumer {
    queue: Arc<Queue>,
    known: Known,
}

impl Consumer {
    pub fn new(queue: &Arc<Queue>) -> Consumer {
        Consumer { queue: Arc::clone(queue), known: queue.settings.known() }
    }

    /// Gives up to `room` of the oldest frames to `each`. Says whether the taking half must be woken, and what is to be
    /// expected.
    pub fn take(&mut self, room: usize, mut each: impl FnMut(Frame)) -> (bool, Flow) {
        let queue = &*self.queue;
        let most = self.known.now(&queue.settings).batch().min(room as u64);
        let mut gone = Amount::default();
        let mut front = queue.front();
        while gone.frames < most {
            let Some(frame) = queue.next(&mut front) else { break };
            gone += Amount::of(&frame);
            each(frame);
        }
        let more = !queue.is_empty(&front);
        drop(front);
        let wake = gone.frames > 0 && queue.gone(gone);
        (wake, if more { Flow::More } else { queue.rest() })
    }
}
