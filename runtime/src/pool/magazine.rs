//! Free slots of one class at the hand of one thread.
//!
//! Used by `local`. What holds: a magazine exchanges slots with the other threads in batches, and keeps at most two.

use super::{central, class::batch_of};
use rogue_abi::FrameHdr;

/// Free slots of one class.
pub(super) struct Magazine {
    class: usize,
    /// Slots exchanged with the other threads in one go.
    batch: usize,
    /// Its capacity is what it may hold: none until it is used.
    slots: Vec<*mut FrameHdr>,
}

impl Magazine {
    /// An empty one.
    pub fn new(class: usize) -> Magazine {
        Magazine { class, batch: batch_of(class), slots: Vec::new() }
    }

    /// A slot, if one is at hand.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<*mut FrameHdr> {
        self.slots.pop()
    }

    /// Keeps a slot, if there is room; else false.
    #[inline(always)]
    pub fn push(&mut self, slot: *mut FrameHdr) -> bool {
        let fits = self.slots.len() < self.slots.capacity();
        if fits {
            self.slots.push(slot);
        }
        fits
    }

    /// A slot of those that no thread keeps, and a batch of them at hand; none when the system has no memory.
    #[cold]
    #[inline(never)]
    pub fn take_more(&mut self) -> Option<*mut FrameHdr> {
        self.reserve();
        central::take(self.class, self.batch, &mut self.slots);
        self.slots.pop()
    }

    /// Makes room for a slot at least.
    #[cold]
    #[inline(never)]
    pub fn make_room(&mut self) {
        self.reserve();
        if self.slots.len() == self.slots.capacity() {
            let keep = self.slots.len().saturating_sub(self.batch);
            central::give(self.class, self.slots.drain(keep..));
        }
    }

    fn reserve(&mut self) {
        if self.slots.capacity() == 0 {
            self.slots.reserve_exact(2 * self.batch);
        }
    }

    /// Gives all slots to the other threads.
    pub fn clear(&mut self) {
        central::give(self.class, self.slots.drain(..));
    }
}
