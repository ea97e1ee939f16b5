//! The list that a call leaves its results in.
//!
//! Lent to the module by `instance`, for one call. What holds: `table` is the first field, so that `grow`
//! finds the list behind the pointer it is given.
#![allow(unsafe_code)]

use crate::Frame;
use rogue_abi::{Out, OutItem};
use std::ptr::{self, NonNull};

/// Most results of one call: a module that never stops giving is stopped before it eats the machine. The
/// runtime has a limit of its own.
const HARD_LIMIT: usize = 1 << 16;

const EMPTY: OutItem = OutItem { frame: ptr::null_mut(), port: 0, _pad: 0 };

/// A list of results.
pub(super) struct Outbox(Box<Lent>);

#[repr(C)]
struct Lent {
    table: Out,
    items: Vec<OutItem>,
}

impl Outbox {
    /// A list that a module stops taking at `limit` of.
    pub(super) fn new(limit: u32) -> Outbox {
        let items = vec![EMPTY; limit as usize];
        let table = Out { items: ptr::null_mut(), len: 0, cap: 0, limit, _pad: 0, grow };
        Outbox(Box::new(Lent { table, items }))
    }

    /// The list as the table has it; good until `self` is used again.
    pub(super) fn lend(&mut self) -> *mut Out {
        self.0.show();
        (&raw mut *self.0).cast()
    }

    /// The frames left, with their ports.
    pub(super) fn into_results(mut self) -> Vec<(u32, Frame)> {
        let len = (self.0.table.len as usize).min(self.0.items.len());
        let owned = |item: OutItem| {
            let hdr = NonNull::new(item.frame)?;
            // SAFETY: the list owns the handles that the module left in it.
            Some((item.port, unsafe { Frame::from_raw(hdr) }))
        };
        self.0.items.drain(..len).filter_map(owned).collect()
    }
}

impl Lent {
    fn show(&mut self) {
        self.table.items = self.items.as_mut_ptr();
        self.table.cap = self.items.len() as u32;
    }
}

unsafe extern "C" fn grow(out: *mut Out) -> i32 {
    // SAFETY: the module passes on what `lend` gave, a pointer to a whole `Lent` that nobody else uses now.
    let lent = unsafe { &mut *out.cast::<Lent>() };
    let room = (lent.items.len() * 2).clamp(1, HARD_LIMIT);
    if room <= lent.items.len() {
        return -1;
    }
    lent.items.resize(room, EMPTY);
    lent.show();
    0
}
