//! What each thread keeps for itself: free slots, counters, the time of its turn.
//!
//! What holds: a [`Local`] is used by one thread at a time and never freed; when its thread ends its slots
//! go to the others, its counters stay where they are and are added to by the next thread that gets it. So
//! sums over all of them are right at any time, and no counter needs an atomic addition.

use super::{
    account::{AccountId, MAX_ACCOUNTS, MAX_REASONS},
    class::CLASSES,
    field,
    magazine::Magazine,
    slab,
};
use rogue_abi::FrameHdr;
use rogue_sdk::frame::ops;
use std::{
    alloc::{Layout, handle_alloc_error},
    cell::Cell,
    ptr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The counters of one account on one thread.
type Row = [AtomicU64; field::COUNT];

/// The counters of all accounts on one thread: a megabyte of addresses, of which the system gives memory for the
/// pages that are counted in.
type Rows = [Row; MAX_ACCOUNTS];

pub(super) struct Local {
    magazines: [Magazine; CLASSES],
    rows: &'static Rows,
    now_ns: Cell<u64>,
    last_gone: Cell<*mut FrameHdr>,
    sequence: Cell<u32>,
    gone_as: Cell<usize>,
    last_words: Cell<Option<Box<str>>>,
    starved: Cell<bool>,
}

#[derive(Clone, Copy)]
struct Shared(&'static Local);

// SAFETY: other threads only read `rows`, whose counters are atomics; the rest is touched by the one
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
        unsafe { (*local).magazines.iter_mut() }.for_each(Magazine::clear);
        ALL.lock().unwrap_or_else(PoisonError::into_inner).idle.push(local);
    }
}

#[cold]
#[inline(never)]
fn first_use() -> *mut Local {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let local = all.idle.pop().unwrap_or_else(|| {
        let fresh: &'static mut Local = Box::leak(Box::new(Local {
            magazines: std::array::from_fn(Magazine::new),
            rows: fresh_rows(),
            now_ns: Cell::new(0),
            last_gone: Cell::new(ptr::null_mut()),
            sequence: Cell::new(0),
            gone_as: Cell::new(field::CONSUMED),
            last_words: Cell::new(None),
            starved: Cell::new(false),
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
        (*local).starved.set(false);
    }
    LOCAL.set(local);
    // A thread that is already ending keeps its local: nothing is counted wrongly, the slots in its
    // magazines stay unused.
    let _ = END.try_with(|_| ());
    local
}

/// Counters at zero.
fn fresh_rows() -> &'static Rows {
    let rows = slab::pages(size_of::<Rows>()).cast::<Rows>();
    if rows.is_null() {
        handle_alloc_error(Layout::new::<Rows>());
    }
    // SAFETY: fresh zeroed pages, aligned to more than a counter, which are never given back; zero is a counter.
    unsafe { &*rows }
}

/// Adds to a counter that only this thread writes.
#[inline(always)]
fn add(row: &Row, field: usize, n: u64) {
    let cell = &row[field % field::COUNT];
    cell.store(cell.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
}

impl Local {
    #[inline(always)]
    fn row(&self, account: AccountId) -> &'static Row {
        &self.rows[account as usize % MAX_ACCOUNTS]
    }

    #[inline(always)]
    fn next_sequence(&self) -> u32 {
        let n = self.sequence.get();
        self.sequence.set((n + 1) & 0x00ff_ffff);
        n
    }
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
    let magazine = unsafe { &mut (*local()).magazines[class] };
    magazine.pop().or_else(|| magazine.take_more()).unwrap_or(ptr::null_mut())
}

/// Keeps a free slot of a class, or gives a batch to the other threads when there are many.
#[inline]
pub(super) fn push(class: usize, slot: *mut FrameHdr) {
    // SAFETY: as in `pop`.
    let magazine = unsafe { &mut (*local()).magazines[class] };
    if !magazine.push(slot) {
        magazine.make_room();
        magazine.push(slot);
    }
}

/// A frame of one buffer of `cap` bytes, if this thread has a slot at hand: takes the slot and counts its handle for
/// `holder`, its buffer for `owner`. Gives the slot, the buffer's sequence number, and the time to stamp it with.
#[inline(always)]
pub(super) fn whole_made(
    class: usize,
    owner: AccountId,
    holder: AccountId,
    cap: u32,
) -> Option<(*mut FrameHdr, u32, u64)> {
    let local = LOCAL.get();
    if local.is_null() {
        return None;
    }
    // SAFETY: as in `pop`.
    unsafe {
        let now_ns = (*local).now_ns.get();
        if now_ns == 0 {
            return None;
        }
        let slot = (*local).magazines[class].pop()?;
        let local = &*local;
        add(local.row(holder), field::CREATED, 1);
        let row = local.row(owner);
        add(row, field::BUFFERS_TAKEN, 1);
        add(row, field::BYTES_TAKEN, cap.into());
        Some((slot, local.next_sequence(), now_ns))
    }
}

/// The end of such a frame without a reason, if this thread has room for the slot; else false, and nothing has happened.
///
/// # Safety
/// The header must be alive and the caller's, and the block beside it its only buffer, which nobody else refers to.
#[inline(always)]
pub(super) unsafe fn whole_gone(hdr: *mut FrameHdr, owner: AccountId, cap: u32) -> bool {
    let local = LOCAL.get();
    if local.is_null() {
        return false;
    }
    // SAFETY: as in `pop`; see the contract.
    unsafe {
        let Some(magazine) = (*local).magazines.get_mut((*hdr).home as usize) else { return false };
        if !magazine.push(hdr) {
            return false;
        }
        let local = &*local;
        let gone_as = local.gone_as.get();
        if gone_as == field::CONSUMED {
            local.last_gone.set(hdr);
        }
        add(local.row((*hdr).holder), gone_as, 1);
        let row = local.row(owner);
        add(row, field::BUFFERS_FREED, 1);
        add(row, field::BYTES_FREED, cap.into());
        (*hdr).holder = 0;
        (*ops::own_block(hdr)).refs.store(0, Ordering::Relaxed);
        true
    }
}

/// Adds to a counter of an account, on this thread's part of it.
#[inline]
pub fn count(account: AccountId, field: usize, n: u64) {
    // SAFETY: the local is this thread's.
    add(unsafe { (*local()).row(account) }, field, n);
}

/// Adds to two counters of an account.
#[inline]
pub fn count2(account: AccountId, first: (usize, u64), second: (usize, u64)) {
    // SAFETY: the local is this thread's.
    let row = unsafe { (*local()).row(account) };
    add(row, first.0, first.1);
    add(row, second.0, second.1);
}

/// The counters of an account, summed over all threads. Wrapping, so that what one thread takes back of
/// another's count comes out right.
pub fn sum(account: AccountId) -> [u64; field::COUNT] {
    let mut total = [0u64; field::COUNT];
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    for local in &all.every {
        let row = local.0.row(account);
        total.iter_mut().zip(row).for_each(|(t, c)| *t = t.wrapping_add(c.load(Ordering::Relaxed)));
    }
    total
}

/// Frames of an account that this thread has dropped so far, by reason.
pub fn drops_here(account: AccountId) -> [u64; MAX_REASONS] {
    // SAFETY: the local is this thread's.
    let row = unsafe { (*local()).row(account) };
    std::array::from_fn(|reason| row[field::DROP_CARD + reason].load(Ordering::Relaxed))
}

/// Sets all counters of an account to zero. Exact only while nobody counts for it.
pub(super) fn zero(account: AccountId) {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    for local in &all.every {
        // A row that nobody has counted in is left alone: writing would cost memory.
        local
            .0
            .row(account)
            .iter()
            .filter(|c| c.load(Ordering::Relaxed) != 0)
            .for_each(|c| c.store(0, Ordering::Relaxed));
    }
}

/// The next sequence number for a buffer, 24 bits (spec section 6).
#[inline]
pub(super) fn sequence() -> u32 {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).next_sequence() }
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
    let before = unsafe { (*local()).gone_as.replace(field) };
    let done = body();
    // SAFETY: as above.
    unsafe { (*local()).gone_as.set(before) };
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

/// For tests: from now on, until it is called with false, this thread gets no memory for frames but what is given
/// back on it meanwhile. Costs nothing where memory is at hand: only who finds none asks.
pub fn starve(starved: bool) {
    let local = local();
    // SAFETY: the local is this thread's, and this is the only reference into its magazines.
    unsafe { (*local).magazines.iter_mut() }.for_each(Magazine::clear);
    // SAFETY: as above.
    unsafe { (*local).starved.set(starved) };
}

/// Whether [`starve`] is in force.
#[cold]
pub(super) fn is_starved() -> bool {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).starved.get() }
}

/// Sets the time that this thread's frames are stamped with, until its next turn; 0 = ask the clock.
pub fn set_now(now_ns: u64) {
    // SAFETY: the local is this thread's.
    unsafe { (*local()).now_ns.set(now_ns) };
}

/// Monotonic nanoseconds since the process first asked; never 0.
pub fn now_ns() -> u64 {
    static START: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    let start = *START.get_or_init(machine_ns);
    machine_ns() - start + 1
}

/// The machine's monotonic time in nanoseconds. `Instant` asks the same, and takes some 160 instructions more to subtract: a
/// source with `batch: 1` asks for each frame.
fn machine_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    // Neither is negative, and 584 years fit.
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The time to stamp a frame with.
#[inline]
pub(super) fn stamp() -> u64 {
    // SAFETY: the local is this thread's.
    let now = unsafe { (*local()).now_ns.get() };
    if now != 0 { now } else { now_ns() }
}
