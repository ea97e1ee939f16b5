//! One slot: a header, the block beside it, and a note of what the host knows of the frame.
//!
//! Used by the rest of this folder. What holds: all slots are alike, bytes lie elsewhere (at `Block::data`), so a slot is
//! one step off a list; a slot that a batch has listed is reused only after the batch has let go of it.
#![allow(unsafe_code)]

use super::{memory::TABLE, outcome::Meta};
use crate::abi::{Block, FrameHdr, Seg, refs};
use std::{
    cell::Cell,
    mem::{MaybeUninit, offset_of},
    ptr,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// A header with its block, as `frame::ops` wants it, and a note.
#[repr(C)]
pub(super) struct Slot {
    pub(super) hdr: FrameHdr,
    pub(super) block: Block,
    pub(super) note: Note,
}

const _: () = assert!(offset_of!(Slot, block) == size_of::<FrameHdr>());

/// What is known of a frame that the host gave.
pub(super) struct Note {
    /// Its number.
    pub(super) id: u32,
    /// Its payload in bytes, as it was given.
    pub(super) payload: u32,
    /// Its size in bytes, as it was given.
    pub(super) size: u32,
    /// Its metadata, as they were given.
    pub(super) meta: Meta,
    /// The batch has one reference of the block: its bytes are still what the host has.
    pub(super) kept: bool,
    /// A batch has it on a list.
    pub(super) listed: bool,
    /// The handle that was given is not gone.
    pub(super) alive: bool,
    /// The host was told the last of it.
    pub(super) said: bool,
    /// The module dropped the handle that was given, for this reason of the card.
    pub(super) dropped: Option<u32>,
    /// While a call is settled: that something of it stays with the module, how many references its results have, whether
    /// the handle that was given is one of them, and the last result that is of it.
    pub(super) stays: bool,
    pub(super) sent: u32,
    pub(super) sent_itself: bool,
    pub(super) last: usize,
    /// The buffer of the host's that its bytes lie in, if they do.
    pub(super) lent: *mut super::lent::Head,
    /// The next free slot.
    next: *mut Slot,
}

/// Slots made at once: those of one batch.
const CHUNK: usize = 64;

thread_local! {
    static SPARE: Cell<*mut Slot> = const { Cell::new(ptr::null_mut()) };
}

/// The slot that a header lies in.
#[inline(always)]
pub(super) fn of(hdr: *mut FrameHdr) -> *mut Slot {
    hdr.cast()
}

/// The slot that a block lies in.
///
/// # Safety
/// The block must lie in a slot of this module.
#[inline(always)]
pub(super) unsafe fn of_block(block: *mut Block) -> *mut Slot {
    // SAFETY: in a slot the header lies right before the block.
    unsafe { crate::frame::ops::slot_of(block).cast() }
}

/// A free slot, its header dead, its block without memory; null when there is no memory.
#[inline]
pub(super) fn take() -> *mut Slot {
    let slot = match SPARE.get() {
        slot if slot.is_null() => more(),
        slot => slot,
    };
    if !slot.is_null() {
        // SAFETY: what is on the list is a whole slot.
        unsafe {
            SPARE.set((*slot).note.next);
            (*slot).hdr.segs = &raw mut (*slot).hdr.seg0;
        }
    }
    slot
}

/// Takes a slot back, unless a batch has it on a list.
///
/// # Safety
/// Nothing may refer to it but the batch.
#[inline]
pub(super) unsafe fn give(slot: *mut Slot) {
    // SAFETY: see the contract.
    unsafe {
        if !(*slot).note.listed {
            (*slot).note.next = SPARE.replace(slot);
        }
    }
}

/// Makes [`CHUNK`] slots: the first, the others linked behind it.
#[cold]
fn more() -> *mut Slot {
    let mut chunk: Vec<MaybeUninit<Slot>> = Vec::new();
    if chunk.try_reserve_exact(CHUNK).is_err() {
        return ptr::null_mut();
    }
    let mut next = ptr::null_mut();
    for _ in 0..CHUNK {
        chunk.push(MaybeUninit::new(Slot::new()));
    }
    // Slots live as long as the component does.
    for slot in chunk.leak().iter_mut().rev() {
        let slot = slot.as_mut_ptr();
        // SAFETY: written just before.
        unsafe { (*slot).note.next = next };
        next = slot;
    }
    next
}

unsafe extern "C" fn nothing(_: *mut Block) {}

impl Slot {
    fn new() -> Slot {
        let seg = Seg {
            block: ptr::null_mut(),
            base: ptr::null_mut(),
            raw: 0,
            head: 0,
            tail: 0,
            end: 0,
            meta: 0,
            flags: 0,
        };
        Slot {
            hdr: FrameHdr {
                holder: 0,
                flags: 0,
                error: 0,
                chan: 0,
                payload: 0,
                size: 0,
                nseg: 0,
                segcap: 1,
                home: 0,
                segs: ptr::null_mut(),
                vt: &raw const TABLE,
                stamp_ns: 0,
                _reserved: 0,
                seg0: seg,
            },
            block: Block { refs: AtomicU32::new(0), cap: 0, data: ptr::null_mut(), free: nothing, owner: 0 },
            note: Note {
                id: 0,
                payload: 0,
                size: 0,
                meta: Meta::default(),
                kept: false,
                listed: false,
                alive: false,
                said: false,
                dropped: None,
                stays: false,
                sent: 0,
                sent_itself: false,
                last: 0,
                lent: ptr::null_mut(),
                next: ptr::null_mut(),
            },
        }
    }

    /// Segments over the block.
    #[inline]
    pub(super) fn count(&self) -> u32 {
        self.block.refs.load(Relaxed) & refs::COUNT
    }

    /// Gives up one reference that is not a segment's; the memory goes with the last.
    #[inline]
    pub(super) fn give_up(&mut self) {
        self.note.kept = false;
        let seen = self.block.refs.load(Relaxed);
        if seen & refs::COUNT == 1 {
            // SAFETY: nobody refers to the memory any more.
            unsafe { (self.block.free)(&raw mut self.block) };
        }
        self.block.refs.store(seen - 1, Relaxed);
    }

    /// The batch lets go of a slot: it is free once nothing refers to it.
    #[inline]
    pub(super) fn unlist(&mut self) {
        self.note.listed = false;
        if self.block.refs.load(Relaxed) == 0 {
            // SAFETY: the header is dead and the block without a reference.
            unsafe { give(self) };
        }
    }
}
