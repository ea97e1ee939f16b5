//! Slabs: where slots are cut from, and the walk over all of them.
//!
//! What holds: memory of a slab is never given back; a slot is cut once and keeps its place, so a walk may
//! read any slot's `holder` at any time. Mappings of their own (frames above the largest class) are listed
//! while they live.

use super::{
    class::{BIG, PREFIX, cap_of, slot_of},
    memory::block_free,
    vt::FRAME_VT,
};
use rogue_abi::{Block, FrameHdr, Seg};
use std::{
    collections::{BTreeSet, HashMap},
    ptr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

/// Bytes of a slab, or one slot where that is larger.
const SLAB_BYTES: usize = 1 << 20;

static SLABS: Mutex<Vec<Slab>> = Mutex::new(Vec::new());
static BIG_SLOTS: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());
static MAPPED: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy)]
struct Slab {
    start: usize,
    slot: usize,
    cut: usize,
}

/// Where the next slots of a class are cut.
pub(super) struct Cutter {
    slab: Option<usize>,
    next: usize,
    end: usize,
}

impl Cutter {
    pub(super) const fn new() -> Self {
        Cutter { slab: None, next: 0, end: 0 }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Zeroed pages; null when the system has none.
pub(super) fn pages(bytes: usize) -> *mut u8 {
    // SAFETY: an anonymous mapping at an address of the system's choice touches nothing of ours.
    let at = unsafe {
        libc::mmap(
            ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED { ptr::null_mut() } else { at.cast() }
}

/// Zeroed pages for frames.
fn map(bytes: usize) -> *mut u8 {
    let at = pages(bytes);
    if !at.is_null() {
        MAPPED.fetch_add(bytes as u64, Ordering::Relaxed);
    }
    at
}

/// Sets the fields of a slot that never change.
///
/// # Safety
/// `at` must point to `PREFIX + cap` zeroed bytes that are ours alone, 64-byte aligned.
unsafe fn set_up(at: *mut u8, home: u32, cap: usize) -> *mut FrameHdr {
    let hdr = at.cast::<FrameHdr>();
    // SAFETY: header and block fit into the prefix.
    unsafe {
        let block = hdr.add(1).cast::<Block>();
        hdr.write(FrameHdr {
            holder: 0,
            flags: 0,
            error: 0,
            chan: 0,
            payload: 0,
            size: 0,
            nseg: 0,
            segcap: 1,
            home,
            segs: &raw mut (*hdr).seg0,
            vt: &FRAME_VT,
            stamp_ns: 0,
            _reserved: 0,
            seg0: Seg { block, base: at.add(PREFIX), raw: 0, head: 0, tail: 0, end: 0, meta: 0, flags: 0 },
        });
        block.write(Block {
            refs: AtomicU32::new(0),
            cap: cap as u32,
            data: at.add(PREFIX),
            free: block_free,
            owner: 0,
        });
    }
    hdr
}

/// Cuts up to `count` fresh slots of a class into `to`.
pub(super) fn cut(cutter: &mut Cutter, class: usize, count: usize, to: &mut Vec<*mut FrameHdr>) {
    let slot = slot_of(class);
    let mut slabs = lock(&SLABS);
    for _ in 0..count {
        if cutter.next + slot > cutter.end || cutter.slab.is_none() {
            let bytes = SLAB_BYTES.max(slot);
            let start = map(bytes);
            if start.is_null() {
                return;
            }
            cutter.slab = Some(slabs.len());
            slabs.push(Slab { start: start as usize, slot, cut: 0 });
            cutter.next = start as usize;
            cutter.end = start as usize + bytes;
        }
        // SAFETY: the bytes are inside of a fresh mapping and were not cut before.
        to.push(unsafe { set_up(cutter.next as *mut u8, class as u32, cap_of(class)) });
        cutter.next += slot;
        if let Some(slab) = cutter.slab.and_then(|index| slabs.get_mut(index)) {
            slab.cut += 1;
        }
    }
}

/// A slot of its own for more than the largest class holds; null when the system has no memory.
pub(super) fn map_big(cap: u32) -> *mut FrameHdr {
    if super::local::is_starved() {
        return ptr::null_mut();
    }
    let at = map(PREFIX + cap as usize);
    if at.is_null() {
        return ptr::null_mut();
    }
    lock(&BIG_SLOTS).insert(at as usize);
    // SAFETY: the mapping is fresh and large enough.
    unsafe { set_up(at, BIG, cap as usize) }
}

/// Gives a slot of its own back to the system.
///
/// # Safety
/// It must come from [`map_big`] and not be used again.
pub(super) unsafe fn unmap_big(hdr: *mut FrameHdr, cap: u32) {
    lock(&BIG_SLOTS).remove(&(hdr as usize));
    let bytes = PREFIX + cap as usize;
    MAPPED.fetch_sub(bytes as u64, Ordering::Relaxed);
    // SAFETY: see the contract; `map` made a mapping of this size.
    unsafe { libc::munmap(hdr.cast(), bytes) };
}

/// Memory that frames take from the system, in bytes.
pub fn mapped_bytes() -> u64 {
    MAPPED.load(Ordering::Relaxed)
}

/// Living headers per holder, counted by looking at every slot. Exact while nobody makes or ends frames.
pub fn live_by_holder() -> HashMap<u32, u64> {
    let mut live = HashMap::new();
    walk(|holder| *live.entry(holder).or_insert(0) += 1);
    live
}

/// Living headers of these holders together, counted in the same way.
pub fn live_among(holders: &[u32]) -> u64 {
    let mut is_one = vec![false; holders.iter().max().map_or(0, |most| *most as usize + 1)];
    for holder in holders {
        if let Some(is) = is_one.get_mut(*holder as usize) {
            *is = true;
        }
    }
    let mut live = 0;
    walk(|holder| live += u64::from(is_one.get(holder as usize).copied().unwrap_or(false)));
    live
}

/// Calls `see` with the holder of each living header. Nobody who cuts slots waits for longer than one slab takes.
fn walk(mut see: impl FnMut(u32)) {
    let mut look = |at: usize| {
        // SAFETY: slabs are never unmapped and big slots are listed only while mapped (the lock is held);
        // `holder` is the first field, aligned, and read as an atomic because owners may write it.
        let holder = unsafe { AtomicU32::from_ptr(at as *mut u32) }.load(Ordering::Relaxed);
        if holder != 0 {
            see(holder);
        }
    };
    // Slabs are only ever added, at the end.
    let mut index = 0;
    while let Some(Slab { start, slot, cut }) = slab(index) {
        (0..cut).for_each(|i| look(start + i * slot));
        index += 1;
    }
    lock(&BIG_SLOTS).iter().for_each(|&at| look(at));
}

fn slab(index: usize) -> Option<Slab> {
    lock(&SLABS).get(index).copied()
}
