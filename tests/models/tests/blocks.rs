//! Headers, blocks and their counts (`sdk/src/frame/ops.rs`): every slot is free once, after its last user.
//!
//! The memory is this file's own, so that loom sees who touches a slot when: a slot is written when it is made and when
//! it is freed, so whoever frees it must have seen all that others did to it.

use models_std::{
    model::check,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread, tracked,
};
use rogue_abi::{Block, FrameHdr, FrameVt, Seg, why};
use rogue_models::{
    Frame,
    frame::{
        ops::{self, Memory},
        table::table,
    },
};
use std::{cell::RefCell, collections::BTreeMap, ptr::NonNull};

/// Bytes of a slot behind header and block.
const ROOM: usize = 64;
const SLOT: usize = size_of::<FrameHdr>() + size_of::<Block>() + ROOM;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Book {
    slots_freed: u32,
    buffers_taken: u32,
    buffers_freed: u32,
}

thread_local! {
    /// What became of each slot of this run.
    static BOOKS: RefCell<BTreeMap<usize, Book>> = RefCell::default();
}

fn book(at: usize, note: impl FnOnce(&mut Book)) {
    BOOKS.with(|books| note(books.borrow_mut().entry(at).or_default()));
}

struct Plain;

static VT: FrameVt = table::<Plain>();

/// The end of a block's use: everybody else must be done with its bytes.
unsafe extern "C" fn block_free(block: *mut Block) {
    // SAFETY: called once, by who gave up the last segment.
    unsafe {
        tracked::write((*block).data as usize);
        book(ops::slot_of(block) as usize, |book| book.buffers_freed += 1);
    }
}

// SAFETY: slots are laid out as `ops` wants, and stay until the run is over.
unsafe impl Memory for Plain {
    const MAX_FRAME: u32 = 1 << 20;

    fn slot(owner: u64, cap: u32) -> *mut FrameHdr {
        let bytes = Box::leak(vec![0u64; SLOT / 8].into_boxed_slice());
        let hdr = bytes.as_mut_ptr().cast::<FrameHdr>();
        // SAFETY: the bytes are ours and zero, which is an empty header but for what is set here.
        unsafe {
            let block = hdr.add(1).cast::<Block>();
            let data = block.add(1).cast::<u8>();
            block.write(Block { refs: AtomicU32::new(0), cap, data, free: block_free, owner });
            let h = &mut *hdr;
            (h.segs, h.segcap, h.vt) = (&raw mut h.seg0, 1, &VT);
            h.seg0 = Seg { block, base: data, raw: 0, head: 0, tail: 0, end: 0, meta: 0, flags: 0 };
            // Its count exists from here on, whoever touches it first.
            (*block).refs.load(Relaxed);
            tracked::write(hdr as usize);
            tracked::write(data as usize);
        }
        book(hdr as usize, |_| ());
        hdr
    }

    unsafe fn free_slot(slot: *mut FrameHdr) {
        // Header and bytes may be another's from now on.
        tracked::write(slot as usize);
        // SAFETY: the slot is still ours.
        tracked::write(unsafe { (*ops::own_block(slot)).data } as usize);
        book(slot as usize, |book| book.slots_freed += 1);
    }

    fn buffer_taken(_: u64, _: u32) -> u32 {
        0
    }

    fn fixed_size(_: u64) -> u32 {
        0
    }

    fn handle_made(_: u32) {}

    fn handle_gone(hdr: *mut FrameHdr, holder: u32, _: u32) {
        assert_ne!(holder, 0, "a handle is given back twice");
        tracked::write(hdr as usize);
    }
}

fn request(size: u32) -> Frame {
    let hdr = ops::request::<Plain>(1, 1, size, 0);
    book(hdr as usize, |book| book.buffers_taken += 1);
    // SAFETY: the handle is live and ours.
    unsafe { Frame::from_raw(NonNull::new(hdr).expect("memory")) }
}

/// Where the bytes of a frame's first buffer are.
fn data_of(frame: &Frame) -> usize {
    frame.buffers().next().map_or(0, |buffer| buffer.bytes().as_ptr() as usize)
}

fn read(frame: &Frame) {
    tracked::read(data_of(frame));
}

/// Writes into the frame, which may copy it first.
fn write(frame: &mut Frame) {
    frame.write(0, &[1]).expect("a copy");
    tracked::write(data_of(frame));
}

fn filled(size: u32) -> Frame {
    let mut frame = request(size);
    frame.write(0, &vec![7; size as usize]).expect("room");
    frame
}

/// Every slot was freed once; every buffer that was taken was given back once. Copies take buffers too.
fn all_freed() {
    BOOKS.with(|books| {
        for (at, book) in std::mem::take(&mut *books.borrow_mut()) {
            assert_eq!(book.slots_freed, 1, "a slot is freed once: {at:#x} {book:?}");
            assert!(book.buffers_freed <= 1 && book.buffers_freed >= book.buffers_taken, "{book:?}");
        }
    });
}

fn model(name: &str, body: impl Fn() + Send + Sync + 'static) {
    check(name, 3, move || {
        BOOKS.with(|books| books.borrow_mut().clear());
        body();
        all_freed();
    });
}

#[test]
fn a_frame_that_goes_to_another_thread_ends_there() {
    model("hand over", || {
        let mut frame = filled(8);
        let other = thread::spawn(move || {
            write(&mut frame);
            drop(frame);
        });
        other.join().expect("a thread");
    });
}

#[test]
fn two_shares_ended_at_once_free_once() {
    model("two shares", || {
        let frame = filled(8);
        let twin = frame.share().expect("memory");
        let other = thread::spawn(move || {
            read(&twin);
            drop(twin);
        });
        read(&frame);
        drop(frame);
        other.join().expect("a thread");
    });
}

#[test]
fn three_shares_ended_at_once_free_once() {
    model("three shares", || {
        let frame = filled(8);
        let (second, third) = (frame.share().expect("memory"), frame.share().expect("memory"));
        let second = thread::spawn(move || drop(second));
        let third = thread::spawn(move || drop(third));
        drop(frame);
        second.join().expect("a thread");
        third.join().expect("a thread");
    });
}

/// The one who writes in place has seen that the others are done reading.
#[test]
fn writing_waits_for_readers_or_copies() {
    model("write beside a reader", || {
        let mut frame = filled(8);
        let twin = frame.share().expect("memory");
        let other = thread::spawn(move || {
            read(&twin);
            drop(twin);
        });
        write(&mut frame);
        drop(frame);
        other.join().expect("a thread");
    });
}

#[test]
fn two_writers_of_one_block_never_meet() {
    model("two writers", || {
        let mut frame = filled(8);
        let mut twin = frame.share().expect("memory");
        let other = thread::spawn(move || {
            write(&mut twin);
            drop(twin);
        });
        write(&mut frame);
        drop(frame);
        other.join().expect("a thread");
    });
}

/// The block of a dead header lives on in another frame: whoever ends last frees the slot.
#[test]
fn a_block_outlives_its_header_and_a_header_its_block() {
    model("append", || {
        let mut frame = filled(8);
        let tail = filled(8);
        let twin = tail.share().expect("memory");
        frame.append(tail).map_err(|(error, _)| error).expect("room");
        let other = thread::spawn(move || {
            read(&twin);
            drop(twin);
        });
        drop(frame);
        other.join().expect("a thread");
    });
}

/// A slice refers to the block of a frame that ends at the same time.
#[test]
fn a_slice_ends_beside_its_frame() {
    model("slice", || {
        let mut frame = filled(8);
        let mut part = frame.slice(4, 4).expect("in range");
        let other = thread::spawn(move || {
            write(&mut part);
            drop(part);
        });
        // The header lives on after its only buffer has gone.
        frame.clear();
        drop(frame);
        other.join().expect("a thread");
    });
}

#[test]
fn a_share_made_while_another_ends_keeps_the_block() {
    model("share beside an end", || {
        let frame = filled(8);
        let twin = frame.share().expect("memory");
        let other = thread::spawn(move || drop(twin));
        let third = frame.share().expect("memory");
        drop(frame);
        read(&third);
        drop(third);
        other.join().expect("a thread");
    });
}

/// A panic that takes a frame with it goes the same way.
#[test]
fn the_reason_of_an_end_changes_nothing() {
    model("panicked", || {
        let frame = filled(8);
        let twin = frame.share().expect("memory");
        let other = thread::spawn(move || drop(twin));
        let hdr = frame.into_raw().as_ptr();
        // SAFETY: the handle is live and ours.
        unsafe { ops::release::<Plain>(hdr, why::PANICKED) };
        other.join().expect("a thread");
    });
}
