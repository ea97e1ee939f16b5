//! What each thread keeps for itself: free slots, counters, the time of its turn.
//!
//! What holds: a [`Local`] is used by one thread at a time and never freed; when its thread ends its slots
//! go to the others, its counters stay where they are and are added to by the next thread that gets it. So
//! sums over all of them are right at any time, and no counter needs an atomic addition.

use super::{
    account::{ACCOUNTS_PER_CHUNK, AccountId, CHUNKS},
    central,
    class::{CLASSES, batch_of},
    field,
};
use rogue_abi::FrameHdr;
use std::{
    cell::Cell,
    ptr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicPtr, AtomicU64, Ordering},
    },
    time::Instant,
};

/// The counters of one account on one thread.
pub(super) type Row = [AtomicU64; field::COUNT];

struct Chunk([Row; ACCOUNTS_PER_CHUNK]);

struct Magazine {
    slots: Vec<*mut FrameHdr>,
}

pub(super) struct Local {
    magazines: [Magazine; CLASSES],
    chunks: [AtomicPtr<Chunk>; CHUNKS],
    now_ns: Cell<u64>,
    last_gone: Cell<*mut FrameHdr>,
    sequence: Cell<u32>,
    gone_as: Cell<usize>,
    last_words: Cell<Option<Box<str>>>,
}

#[derive(Clone, Copy)]
struct Shared(&'static Local);

// SAFETY: other threads only read `chunks`, whose counters are atomics; the rest is touched by the one
// thread that has the local now.
unsafe impl Send for Shared {}

struct All {
    every: Vec<Shared>,
    idle: Vec<*mut Local>,
}

// SAFETY: an idle local is nobody's.
unsafe impl Send for All {}

static ALL: Mutex<All> = Mutex::new(All { every: Vec::new(), idle: Vec::new() });

thread_local! {
    static LOCAL: Cell<*mut Local> = const { Cell::new(ptr::null_mut()) };
    static END: EndOfThread = const { EndOfThread };
}

struct EndOfThread;

impl Drop for EndOfThread {
    fn drop(&mut self) {
        let local = LOCAL.replace(ptr::null_mut());
        if local.is_null() {
            return;
        }
        // SAFETY: the local was this thread's alone.
        for (class, magazine) in unsafe { (*local).magazines.iter_mut().enumerate() } {
            central::give(class, magazine.slots.drain(..));
        }
        ALL.lock().unwrap_or_else(PoisonError::into_inner).idle.push(local);
    }
}

#[cold]
#[inline(never)]
fn first_use() -> *mut Local {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let local = all.idle.pop().unwrap_or_else(|| {
        let fresh: &'static mut Local = Box::leak(Box::new(Local {
            magazines: std::array::from_fn(|_| Magazine { slots: Vec::new() }),
            chunks: [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS],
            now_ns: Cell::new(0),
            last_gone: Cell::new(ptr::null_mut()),
            sequence: Cell::new(0),
            gone_as: Cell::new(field::CONSUMED),
            last_words: Cell::new(None),
        }));
        let raw = ptr::from_mut(fresh);
        // SAFETY: leaked, so alive for ever.
        all.every.push(Shared(unsafe { &*raw }));
        raw
    });
    drop(all);
    // SAFETY: idle or fresh, so ours.
    unsafe {
        (*local).now_ns.set(0);
        (*local).gone_as.set(field::CONSUMED);
    }
    LOCAL.set(local);
    // A thread that is already ending keeps its local: nothing is counted wrongly, the slots in its
    // magazines stay unused.
    let _ = END.try_with(|_| ());
    local
}

#[inline(always)]
fn local() -> *mut Local {
    let local = LOCAL.get();
    if local.is_null() { first_use() } else { local }
}

/// A free slot of a class; null when the system has no memory.
#[inline]
pub(super) fn pop(class: usize) -> *mut FrameHdr {
    // SAFETY: the local is this thread's alone, and this is the only reference into its magazines.
    let slots = unsafe { &mut (*local()).magazines[class].slots };
    match slots.pop() {
        Some(slot) => slot,
        None => {
            central::take(class, slots);
            slots.pop().unwrap_or(ptr::null_mut())
        }
    }
}

/// Keeps a free slot of a class, or gives a batch to the other threads when there are many.
#[inline]
pub(super) fn push(class: usize, slot: *mut FrameHdr) {
    // SAFETY: as in `pop`.
    let slots = unsafe { &mut (*local()).magazines[class].slots };
    if slots.len() >= 2 * batch_of(class) {
        let keep = slots.len() - batch_of(class);
        central::give(class, slots.drain(keep..));
    }
    slots.push(slot);
}

#[cold]
#[inline(never)]
fn make_chunk(place: &AtomicPtr<Chunk>) -> *mut Chunk {
    let rows = std::array::from_fn(|_| [const { AtomicU64::new(0) }; field::COUNT]);
    let chunk = Box::into_raw(Box::new(Chunk(rows)));
    place.store(chunk, Ordering::Release);
    chunk
}

/// Adds to a counter of an account, on this thread's part of it.
#[inline]
pub fn count(account: AccountId, field: usize, n: u64) {
    // SAFETY: the local is this thread's; its chunks live for ever.
    unsafe {
        let place = &(*local()).chunks[(account as usize / ACCOUNTS_PER_CHUNK) % CHUNKS];
        let mut chunk = place.load(Ordering::Relaxed);
        if chunk.is_null() {
            chunk = make_chunk(place);
        }
        let cell = &(*chunk).0[account as usize % ACCOUNTS_PER_CHUNK][field % field::COUNT];
        cell.store(cell.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }
}

/// The counters of an account, summed over all threads. Wrapping, so that what one thread takes back of
/// another's count comes out right.
pub fn sum(account: AccountId) -> [u64; field::COUNT] {
    let mut total = [0u64; field::COUNT];
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    for local in &all.every {
        let chunk = local.0.chunks[(account as usize / ACCOUNTS_PER_CHUNK) % CHUNKS].load(Ordering::Acquire);
        // SAFETY: chunks live for ever.
        if let Some(chunk) = unsafe { chunk.as_ref() } {
            let row = &chunk.0[account as usize % ACCOUNTS_PER_CHUNK];
            total.iter_mut().zip(row).for_each(|(t, c)| *t = t.wrapping_add(c.load(Ordering::Relaxed)));
        }
    }
    total
}

/// Sets all counters of an account to zero. Exact only while nobody counts for it.
pub(super) fn zero(account: AccountId) {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    for local in &all.every {
        let chunk = local.0.chunks[(account as usize / ACCOUNTS_PER_CHUNK) % CHUNKS].load(Ordering::Acquire);
        // SAFETY: chunks live for ever.
        if let Some(chunk) = unsafe { chunk.as_ref() } {
            chunk.0[account as usize % ACCOUNTS_PER_CHUNK].iter().for_each(|c| c.store(0, Ordering::Relaxed));
        }
    }
}

/// The next sequence number for a buffer, 24 bits (spec section 6).
#[inline]
pub(super) fn sequence() -> u32 {
    // SAFETY: the local is this thread's.
    let cell = unsafe { &(*local()).sequence };
    let n = cell.get();
    cell.set((n + 1) & 0x00ff_ffff);
    n
}

/// The field that a handle given back without a reason is counted in.
#[inline]
pub(super) fn gone_as() -> usize {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).gone_as.get() }
}

/// Runs `body`, counting the handles that this thread gives back meanwhile in `field` instead of as
/// consumed: for instances that end with frames inside.
pub fn charge_as<T>(field: usize, body: impl FnOnce() -> T) -> T {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).gone_as.set(field) };
    let done = body();
    // SAFETY: as above.
    unsafe { (*local()).gone_as.set(field::CONSUMED) };
    done
}

/// Remembers the handle that was given back last, for [`take_last_gone`].
#[inline]
pub(super) fn note_gone(hdr: *mut FrameHdr) {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).last_gone.set(hdr) };
}

/// Address of the handle that this thread gave back last, and forgets it: how the fence finds out whether
/// a module that failed had let go of the frame it was given.
pub fn take_last_gone() -> usize {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).last_gone.replace(ptr::null_mut()) as usize }
}

/// Keeps the description of a frame that a panic took with it, unless one is kept already.
pub(super) fn note_last_words(text: String) {
    // SAFETY: the local is this thread's.
    let cell = unsafe { &(*local()).last_words };
    let kept = cell.take();
    cell.set(kept.or(Some(text.into_boxed_str())));
}

/// What [`note_last_words`] kept, and forgets it.
pub fn take_last_words() -> Option<Box<str>> {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).last_words.take() }
}

/// Sets the time that this thread's frames are stamped with, until its next turn; 0 = ask the clock.
pub fn set_now(now_ns: u64) {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).now_ns.set(now_ns) };
}

/// Monotonic nanoseconds since the process first asked; never 0.
pub fn now_ns() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64 + 1
}

/// The time to stamp a frame with.
#[inline]
pub(super) fn stamp() -> u64 {
    // SAFETY: the local is this thread's.
    let now = unsafe { (*local()).now_ns.get() };
    if now != 0 { now } else { now_ns() }
}
