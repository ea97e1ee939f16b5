//! The taking half's end of the queue: whether there is room, and putting frames in.
//!
//! Used by `take`. What holds: frames pushed are sent, and the giving half is told, with the next flush, which the
//! taking half makes at the end of every call.

use super::{amount::Amount, params::FifoParams, queue::Queue, settings::Known};
use rogue_sdk::Frame;
use std::sync::Arc;

/// The taking half's end.
pub struct Producer {
    queue: Arc<Queue>,
    known: Known,
    /// What has gone, as last seen.
    left: Amount,
    /// Frames of this batch, not sent yet.
    parcel: Vec<Frame>,
    /// Length of the last parcel: room to make for the next.
    typical: usize,
    /// Whether something was sent since the giving half was last looked at.
    sent: bool,
}

impl Producer {
    pub fn new(queue: &Arc<Queue>) -> Producer {
        let known = queue.settings.known();
        let left = queue.left.get();
        Producer { queue: Arc::clone(queue), known, left, parcel: Vec::new(), typical: 1, sent: false }
    }

    /// The parameters in force.
    #[inline]
    pub fn params(&mut self) -> FifoParams {
        self.known.now(&self.queue.settings)
    }

    /// How much waits, as far as is known here.
    pub fn waiting(&mut self) -> Amount {
        self.left = self.queue.left.get();
        self.queue.entered.get() - self.left
    }

    /// Whether a frame of so many bytes may come: Rogue's busy flag, as after the last push or pop (spec section 8).
    #[inline]
    pub fn has_room(&mut self, bytes: u64) -> bool {
        let params = self.params();
        if fits(&params, self.queue.entered.get() - self.left, bytes) {
            return true;
        }
        let waiting = self.waiting();
        fits(&params, waiting, bytes)
    }

    /// Asks to be woken when there is room; whether there is some after all.
    pub fn wait_for_room(&mut self, bytes: u64) -> bool {
        self.queue.blocks();
        let room = self.has_room(bytes);
        if room {
            self.queue.unblocks();
        }
        room
    }

    /// Puts a frame behind the others; it leaves with the next [`flush`](Producer::flush).
    #[inline]
    pub fn push(&mut self, frame: Frame) {
        self.queue.entered.set(self.queue.entered.get() + Amount::of(&frame));
        if self.parcel.capacity() == 0 {
            self.parcel.reserve(self.typical);
        }
        self.parcel.push(frame);
    }

    /// Takes the frame out that has waited longest.
    pub fn pop_oldest(&mut self) -> Option<Frame> {
        self.send();
        let frame = self.queue.next(&mut self.queue.front())?;
        self.queue.entered.set(self.queue.entered.get() - Amount::of(&frame));
        self.sent = true;
        Some(frame)
    }

    fn send(&mut self) {
        if !self.parcel.is_empty() {
            self.typical = self.parcel.len();
            self.queue.send(std::mem::take(&mut self.parcel));
            self.sent = true;
        }
    }

    /// Sends what was pushed; whether the giving half must be woken.
    #[must_use]
    pub fn flush(&mut self) -> bool {
        self.send();
        if !std::mem::take(&mut self.sent) {
            return false;
        }
        self.queue.came()
    }

    /// Nothing will come any more. The giving half must be woken.
    pub fn close(&mut self) {
        self.send();
        self.queue.close();
    }
}

/// Whether the bounds leave room for a frame of so many bytes.
fn fits(params: &FifoParams, waiting: Amount, bytes: u64) -> bool {
    let held = params.max_held.bytes();
    (params.max_depth == 0 || waiting.frames < params.max_depth)
        && (held == 0 || waiting.frames == 0 || waiting.bytes + bytes <= held)
}
