//! What a host does with frames: the functions behind `rogue_abi::FrameVt`, over any [`Memory`].
//!
//! Used by the runtime (its pools), by the bench (plain memory) and in components (their own memory); authors never
//! see it. What holds:
//! - A *slot* is one allocation: header, block, then `cap` bytes. It is free when its header is dead and
//!   no segment refers to its block. Extra buffers are slots whose header was never alive.
//! - `refs` of a block counts segments; [`refs::HEADER`] says that the header beside it is alive.
//! - A header is alive from the moment it has a holder until [`release`] or [`append`] took it.
#![allow(unsafe_code)]

use crate::abi::{Block, FrameHdr, Seg, refs};
use std::{
    alloc::Layout,
    ptr,
    sync::atomic::{Ordering, fence},
};

/// Most buffers of one frame.
pub const MAX_BUFFERS: usize = u16::MAX as usize;

/// Where slots come from and who keeps the accounts.
///
/// # Safety
/// `slot` must give memory that stays valid until `free_slot`, laid out as said above, with the block's
/// `refs` 0 and the header's constant fields (`home`, `vt`, `segs = &seg0`) set.
pub unsafe trait Memory {
    /// Most bytes of one frame.
    const MAX_FRAME: u32;

    /// A free slot with room for at least `cap` bytes at its block's `data`, which has `owner` and `cap`
    /// set as given; null when there is no memory.
    fn slot(owner: u64, cap: u32) -> *mut FrameHdr;
    /// Takes a slot back.
    ///
    /// # Safety
    /// It must come from `slot`, with a dead header and a block without segments.
    unsafe fn free_slot(slot: *mut FrameHdr);
    /// Ends a handle, without a reason, and the buffer beside it, which nobody else refers to, if all that takes is
    /// at hand: `handle_gone`, the block's `free`, `free_slot`. Else says false, and has done nothing.
    ///
    /// # Safety
    /// The header must be alive and the caller's, with the block beside it as its only buffer.
    #[inline(always)]
    unsafe fn end_whole(_: *mut FrameHdr) -> bool {
        false
    }
    /// A buffer came into use: gives its sequence number.
    fn buffer_taken(owner: u64, cap: u32) -> u32;
    /// Size of the buffers of this pool, 0 = each as asked.
    fn fixed_size(owner: u64) -> u32;
    /// A handle was made for `holder`.
    fn handle_made(holder: u32);
    /// A handle of `holder` is about to go ([`rogue_abi::why`]).
    fn handle_gone(hdr: *mut FrameHdr, holder: u32, why: u32);
}

/// The block beside a header.
///
/// # Safety
/// `hdr` must point into a slot.
#[inline]
pub unsafe fn own_block(hdr: *mut FrameHdr) -> *mut Block {
    // SAFETY: a slot is header, block, bytes, without a gap.
    unsafe { hdr.add(1).cast() }
}

/// The slot that a block lies in.
///
/// # Safety
/// `block` must lie in a slot.
#[inline]
pub unsafe fn slot_of(block: *mut Block) -> *mut FrameHdr {
    // SAFETY: as in `own_block`.
    unsafe { block.cast::<FrameHdr>().sub(1) }
}

#[inline(always)]
fn whole(block: *mut Block, raw: u32, meta: u32) -> Seg {
    // SAFETY: the caller has just got the block from a slot.
    let base = unsafe { (*block).data };
    Seg { block, base, raw, head: 0, tail: 0, end: 0, meta, flags: 0 }
}

/// Brings a fresh slot to life as a frame without buffers, its block counted as given.
#[inline(always)]
unsafe fn live(hdr: *mut FrameHdr, holder: u32, now_ns: u64, counts: u32) {
    // SAFETY: the slot is ours alone.
    unsafe {
        (*own_block(hdr)).refs.store(counts, Ordering::Relaxed);
        let h = &mut *hdr;
        h.holder = holder;
        h.flags = 0;
        h.error = 0;
        h.chan = 0;
        h.payload = 0;
        h.size = 0;
        h.nseg = 0;
        h.stamp_ns = now_ns;
    }
}

/// Makes a frame with room for `size` bytes, payload 0 (spec section 6): one buffer of exactly `size`, or,
/// in a pool of fixed size, as many buffers as it takes. Null when there is no memory or it would take
/// more than [`MAX_BUFFERS`].
pub fn request<M: Memory>(owner: u64, holder: u32, size: u32, now_ns: u64) -> *mut FrameHdr {
    if size == 0 {
        return bare::<M>(owner, holder, now_ns);
    }
    let fixed = M::fixed_size(owner);
    let cap = if fixed == 0 { size } else { fixed };
    let hdr = M::slot(owner, cap);
    if hdr.is_null() {
        return hdr;
    }
    let raw = size.min(cap);
    M::handle_made(holder);
    // SAFETY: the slot is fresh and ours alone.
    unsafe {
        live_whole(hdr, holder, now_ns, raw, M::buffer_taken(owner, cap));
        if raw < size && extend::<M>(hdr, size - raw) != 0 {
            release::<M>(hdr, crate::abi::why::NORMAL);
            return ptr::null_mut();
        }
    }
    hdr
}

/// Brings a fresh slot to life as a frame of the buffer beside it, `raw` bytes of it usable, with that sequence number.
///
/// # Safety
/// The slot must be the caller's, as `Memory::slot` gives it.
#[inline(always)]
pub unsafe fn live_whole(hdr: *mut FrameHdr, holder: u32, now_ns: u64, raw: u32, meta: u32) {
    // SAFETY: see the contract.
    unsafe {
        live(hdr, holder, now_ns, refs::HEADER | 1);
        let h = &mut *hdr;
        h.seg0 = whole(own_block(hdr), raw, meta);
        h.nseg = 1;
        h.size = raw;
    }
}

/// A frame without buffers; null when there is no memory.
fn bare<M: Memory>(owner: u64, holder: u32, now_ns: u64) -> *mut FrameHdr {
    let hdr = M::slot(owner, 0);
    if !hdr.is_null() {
        // SAFETY: the slot is fresh and ours alone.
        unsafe { live(hdr, holder, now_ns, refs::HEADER) };
        M::handle_made(holder);
    }
    hdr
}

/// Room for `more` segments behind those in use; false when that would be too many or there is no memory.
unsafe fn reserve(hdr: *mut FrameHdr, more: usize) -> bool {
    // SAFETY: the caller owns the live header.
    unsafe {
        let h = &mut *hdr;
        let (len, cap) = (h.nseg as usize, (h.segcap as usize).max(1));
        let wanted = len + more;
        if wanted > MAX_BUFFERS {
            return false;
        }
        if wanted <= cap {
            return true;
        }
        let room = wanted.next_power_of_two().min(MAX_BUFFERS);
        let Ok(layout) = Layout::array::<Seg>(room) else { return false };
        let segs = std::alloc::alloc(layout).cast::<Seg>();
        if segs.is_null() {
            return false;
        }
        ptr::copy_nonoverlapping(h.segs, segs, len);
        drop_seg_array(h);
        h.segs = segs;
        h.segcap = room as u16;
        true
    }
}

/// Back to `seg0`, whose contents are not restored.
unsafe fn drop_seg_array(h: &mut FrameHdr) {
    let own = &raw mut h.seg0;
    if h.segs != own {
        if let Ok(layout) = Layout::array::<Seg>(h.segcap as usize) {
            // SAFETY: an array that is not `seg0` was made by `reserve` with this layout.
            unsafe { std::alloc::dealloc(h.segs.cast(), layout) };
        }
        h.segs = own;
        h.segcap = 1;
    }
}

/// Gives one segment's reference up. The last one has the block's `free` called *before* the count says so:
/// once it is 0, whoever ends the header beside the block may give the memory back.
#[inline]
unsafe fn unref<M: Memory>(block: *mut Block) {
    // SAFETY: the caller gives up one segment's reference, so the block is alive until the count is written.
    unsafe {
        let counts = &(*block).refs;
        let mut seen = counts.load(Ordering::Acquire);
        while seen & refs::COUNT > 1 {
            match counts.compare_exchange_weak(seen, seen - 1, Ordering::Release, Ordering::Acquire) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
        // Ours is the only segment left, and only a segment's owner can make another.
        ((*block).free)(block);
        if counts.fetch_sub(1, Ordering::AcqRel) & refs::HEADER == 0 {
            M::free_slot(slot_of(block));
        }
    }
}

unsafe fn unref_all<M: Memory>(h: &mut FrameHdr) {
    for i in 0..h.nseg as usize {
        // SAFETY: the segments of a live header are initialised and hold one reference each.
        unsafe { unref::<M>((*h.segs.add(i)).block) };
    }
    h.nseg = 0;
    h.payload = 0;
    h.size = 0;
}

/// Ends a header; its memory is free once no segment refers to its block.
unsafe fn end_header<M: Memory>(hdr: *mut FrameHdr) {
    // SAFETY: the caller owns the header and does not use it again.
    unsafe {
        drop_seg_array(&mut *hdr);
        (*hdr).holder = 0;
        let block = own_block(hdr);
        let before = (*block).refs.fetch_sub(refs::HEADER, Ordering::Release);
        if before & refs::COUNT == 0 {
            fence(Ordering::Acquire);
            M::free_slot(hdr);
        }
    }
}

/// Gives a handle back.
///
/// # Safety
/// `hdr` must be a live handle, and not be used again.
#[inline(always)]
pub unsafe fn release<M: Memory>(hdr: *mut FrameHdr, why: u32) {
    // SAFETY: the header is ours; see the contract.
    unsafe {
        // The usual end: one buffer, nobody else has it, so no count need be written back atomically.
        if is_whole(hdr) && why == crate::abi::why::NORMAL && M::end_whole(hdr) {
            return;
        }
        release_any::<M>(hdr, why);
    }
}

/// Whether a frame has the block beside its header as its only buffer, and nobody else refers to that.
#[inline(always)]
unsafe fn is_whole(hdr: *mut FrameHdr) -> bool {
    // SAFETY: the caller's header is alive.
    unsafe {
        let (h, block) = (&*hdr, own_block(hdr));
        h.nseg == 1
            && h.seg0.block == block
            && h.segs.cast_const() == &raw const h.seg0
            && (*block).refs.load(Ordering::Acquire) == refs::HEADER | 1
    }
}

#[inline(never)]
unsafe fn release_any<M: Memory>(hdr: *mut FrameHdr, why: u32) {
    // SAFETY: the header is the caller's, who does not use it again.
    unsafe {
        let h = &mut *hdr;
        M::handle_gone(hdr, h.holder, why);
        if is_whole(hdr) {
            let block = own_block(hdr);
            ((*block).free)(block);
            h.holder = 0;
            (*block).refs.store(0, Ordering::Relaxed);
            return M::free_slot(hdr);
        }
        unref_all::<M>(h);
        end_header::<M>(hdr);
    }
}

unsafe fn copy_meta(from: &FrameHdr, to: &mut FrameHdr) {
    to.flags = from.flags;
    to.error = from.error;
    to.chan = from.chan;
}

/// A second handle over the same blocks.
///
/// # Safety
/// `hdr` must be a live handle, which nobody changes meanwhile.
pub unsafe fn share<M: Memory>(hdr: *mut FrameHdr) -> *mut FrameHdr {
    // SAFETY: see the contract; the new slot is ours alone.
    unsafe {
        let from = &*hdr;
        let new = bare::<M>((*own_block(hdr)).owner, from.holder, from.stamp_ns);
        if new.is_null() {
            return new;
        }
        if !reserve(new, from.nseg as usize) {
            release::<M>(new, crate::abi::why::NORMAL);
            return ptr::null_mut();
        }
        let to = &mut *new;
        copy_meta(from, to);
        ptr::copy_nonoverlapping(from.segs, to.segs, from.nseg as usize);
        to.nseg = from.nseg;
        to.payload = from.payload;
        to.size = from.size;
        for i in 0..from.nseg as usize {
            (*(*to.segs.add(i)).block).refs.fetch_add(1, Ordering::Relaxed);
        }
        new
    }
}

/// A handle over `len` payload bytes from `offset`.
///
/// # Safety
/// As [`share`].
pub unsafe fn slice<M: Memory>(hdr: *mut FrameHdr, offset: u32, len: u32) -> *mut FrameHdr {
    // SAFETY: see the contract; the new slot is ours alone.
    unsafe {
        let from = &*hdr;
        if u64::from(offset) + u64::from(len) > from.payload.into() {
            return ptr::null_mut();
        }
        let new = bare::<M>((*own_block(hdr)).owner, from.holder, from.stamp_ns);
        if new.is_null() {
            return new;
        }
        copy_meta(from, &mut *new);
        let (mut skip, mut left) = (offset, len);
        for i in 0..from.nseg as usize {
            let seg = *from.segs.add(i);
            let here = seg.end - seg.head;
            if skip >= here || left == 0 {
                skip = skip.saturating_sub(here);
                continue;
            }
            let n = (here - skip).min(left);
            if !reserve(new, 1) {
                release::<M>(new, crate::abi::why::NORMAL);
                return ptr::null_mut();
            }
            let base = seg.base.wrapping_add((seg.head + skip) as usize);
            (*seg.block).refs.fetch_add(1, Ordering::Relaxed);
            let to = &mut *new;
            *to.segs.add(to.nseg as usize) = Seg { base, raw: n, head: 0, tail: 0, end: n, ..seg };
            to.nseg += 1;
            left -= n;
            skip = 0;
        }
        (*new).payload = len;
        (*new).size = len;
        new
    }
}

/// A buffer of `cap` bytes as a segment of its own, `raw` of them usable.
fn fresh_seg<M: Memory>(owner: u64, cap: u32, raw: u32) -> Option<Seg> {
    let slot = M::slot(owner, cap);
    if slot.is_null() {
        return None;
    }
    // SAFETY: the slot is ours alone; its header stays dead.
    unsafe {
        let block = own_block(slot);
        (*block).refs.store(1, Ordering::Relaxed);
        Some(whole(block, raw, M::buffer_taken(owner, cap)))
    }
}

/// Copies what is shared of segments `first..first + count`.
///
/// # Safety
/// `hdr` must be a live handle that the caller owns.
pub unsafe fn make_writable<M: Memory>(hdr: *mut FrameHdr, first: u32, count: u32) -> i32 {
    // SAFETY: see the contract.
    unsafe {
        let h = &mut *hdr;
        let end = first.saturating_add(count).min(h.nseg.into());
        for i in first..end {
            let seg = &mut *h.segs.add(i as usize);
            if (*seg.block).refs.load(Ordering::Acquire) & refs::COUNT == 1 {
                continue;
            }
            let owner = (*seg.block).owner;
            let Some(new) = fresh_seg::<M>(owner, M::fixed_size(owner).max(seg.raw), seg.raw) else {
                return -1;
            };
            ptr::copy_nonoverlapping(seg.base, new.base, seg.end as usize);
            let old = seg.block;
            *seg = Seg { block: new.block, base: new.base, meta: new.meta, ..*seg };
            unref::<M>(old);
        }
        0
    }
}

/// Moves the buffers of `other` behind those of `hdr` and gives the handle `other` back.
///
/// # Safety
/// Both must be live handles that the caller owns; `other` is not used again when the result is 0.
pub unsafe fn append<M: Memory>(hdr: *mut FrameHdr, other: *mut FrameHdr) -> i32 {
    // SAFETY: see the contract.
    unsafe {
        let from = &mut *other;
        // Payload is checked too: it may be more than the size where tail room overlaps it.
        let fits = (*hdr).size.checked_add(from.size).is_some()
            && (*hdr).payload.checked_add(from.payload).is_some();
        if !fits || !reserve(hdr, from.nseg as usize) {
            return -1;
        }
        let to = &mut *hdr;
        ptr::copy_nonoverlapping(from.segs, to.segs.add(to.nseg as usize), from.nseg as usize);
        to.nseg += from.nseg;
        to.payload += from.payload;
        to.size += from.size;
        from.nseg = 0;
        M::handle_gone(other, from.holder, crate::abi::why::NORMAL);
        end_header::<M>(other);
        0
    }
}

/// Adds buffers for `size` more bytes.
///
/// # Safety
/// `hdr` must be a live handle that the caller owns.
pub unsafe fn extend<M: Memory>(hdr: *mut FrameHdr, size: u32) -> i32 {
    // SAFETY: see the contract.
    unsafe {
        let owner = (*own_block(hdr)).owner;
        let fixed = M::fixed_size(owner);
        let (each, count) = if fixed == 0 { (size, 1) } else { (fixed, size.div_ceil(fixed) as usize) };
        if size == 0 {
            return 0;
        }
        let more = u32::try_from(count).ok().and_then(|count| each.checked_mul(count));
        let fits = more.is_some_and(|more| (*hdr).size.checked_add(more).is_some());
        if !fits || !reserve(hdr, count) {
            return -1;
        }
        let before = (*hdr).nseg;
        for _ in 0..count {
            let h = &mut *hdr;
            match fresh_seg::<M>(owner, each, each) {
                Some(seg) => {
                    *h.segs.add(h.nseg as usize) = seg;
                    h.nseg += 1;
                    h.size += each;
                }
                None => {
                    while h.nseg > before {
                        h.nseg -= 1;
                        h.size -= each;
                        unref::<M>((*h.segs.add(h.nseg as usize)).block);
                    }
                    return -1;
                }
            }
        }
        0
    }
}

/// Gathers the payload into one buffer of the size of the payload.
///
/// # Safety
/// `hdr` must be a live handle that the caller owns.
pub unsafe fn ensure_single<M: Memory>(hdr: *mut FrameHdr) -> i32 {
    // SAFETY: see the contract.
    unsafe {
        let h = &mut *hdr;
        if h.nseg == 1 {
            return 0;
        }
        let (owner, payload) = ((*own_block(hdr)).owner, h.payload);
        let Some(mut seg) = fresh_seg::<M>(owner, M::fixed_size(owner).max(payload), payload) else {
            return -1;
        };
        for i in 0..h.nseg as usize {
            let from = *h.segs.add(i);
            let len = from.end - from.head;
            ptr::copy_nonoverlapping(
                from.base.add(from.head as usize),
                seg.base.add(seg.end as usize),
                len as usize,
            );
            seg.end += len;
        }
        unref_all::<M>(h);
        drop_seg_array(h);
        h.seg0 = seg;
        h.nseg = 1;
        h.payload = payload;
        h.size = payload;
        0
    }
}

/// Gives all buffers back.
///
/// # Safety
/// `hdr` must be a live handle that the caller owns.
pub unsafe fn clear<M: Memory>(hdr: *mut FrameHdr) {
    // SAFETY: see the contract.
    unsafe {
        unref_all::<M>(&mut *hdr);
        drop_seg_array(&mut *hdr);
    }
}
