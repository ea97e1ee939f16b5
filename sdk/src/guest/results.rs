//! The list of results that a call leaves its frames in: `rogue_abi::Out` over a `Vec`.
//!
//! Used by [`super::batch`]; modules see it as [`crate::Out`].
#![allow(unsafe_code)]

use crate::abi::{FrameHdr, Out, OutItem};
use std::ptr::NonNull;

/// Most results of one call, as the runtime's: a runaway module is stopped with a fault.
const HARD_LIMIT: usize = 1 << 20;

/// The list, kept from call to call.
#[repr(C)]
pub(crate) struct Results {
    /// First, so that a pointer to it is one to the whole.
    out: Out,
    /// Its memory; the length in use is `out.len`.
    items: Vec<OutItem>,
}

impl Results {
    pub(crate) fn new() -> Results {
        let mut items = Vec::with_capacity(64);
        let out =
            Out { items: items.as_mut_ptr(), len: 0, cap: items.capacity() as u32, limit: 0, _pad: 0, grow };
        Results { out, items }
    }

    /// Lends the list for a call that should leave `limit` results at most.
    pub(crate) fn lend(&mut self, limit: u32) -> NonNull<Out> {
        self.out.len = 0;
        self.out.limit = limit;
        NonNull::from(self).cast()
    }

    /// Adds a result; false at the hard limit.
    pub(crate) fn push(&mut self, item: OutItem) -> bool {
        if self.out.len == self.out.cap {
            // SAFETY: the list is borrowed for writing.
            unsafe { grow((&raw mut *self).cast()) };
        }
        let room = self.out.len < self.out.cap;
        if room {
            // SAFETY: there is room.
            unsafe { self.out.items.add(self.out.len as usize).write(item) };
            self.out.len += 1;
        }
        room
    }

    /// Number of results.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.out.len as usize
    }

    /// A result.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> (*mut FrameHdr, u32) {
        debug_assert!(index < self.len());
        // SAFETY: results up to `len` are written; asked for by index below it.
        let item = unsafe { &*self.out.items.add(index) };
        (item.frame, item.port)
    }

    /// Forgets the results, which somebody else has now.
    pub(crate) fn clear(&mut self) {
        self.out.len = 0;
    }
}

/// Makes room for at least one more; -1 at [`HARD_LIMIT`] or without memory.
unsafe extern "C" fn grow(out: *mut Out) -> i32 {
    // SAFETY: `lend` gave a pointer to the whole list, which nobody else uses during the call.
    unsafe {
        let results = &mut *out.cast::<Results>();
        let len = results.out.len as usize;
        if len >= HARD_LIMIT {
            return -1;
        }
        // Up to `len` they were written, so that growing moves them.
        results.items.set_len(len);
        if results.items.try_reserve(len.max(1)).is_err() {
            return -1;
        }
        results.out.items = results.items.as_mut_ptr();
        results.out.cap = results.items.capacity().min(HARD_LIMIT) as u32;
    }
    0
}
