//! The pools as `frame::ops` sees them, and the requests that make frames.

use super::{
    account::{Account, AccountId, by_id},
    class::{BIG, LARGEST, cap_of, class_of},
    field, local, slab,
};
use rogue_abi::{Block, FrameHdr, FreeFn, refs, why};
use rogue_sdk::frame::{
    Frame,
    ops::{self, Memory},
};
use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    sync::atomic::Ordering,
};

/// Most payload room of one frame. Larger requests are refused, so that a wrong length in a file or a
/// datagram cannot eat the machine.
pub const MAX_FRAME_BYTES: u32 = 1 << 30;

/// The runtime's pools.
pub(super) struct Pools;

// SAFETY: slots come from `slab`, which lays them out as `ops` wants, and stay mapped until `free_slot`.
unsafe impl Memory for Pools {
    const MAX_FRAME: u32 = MAX_FRAME_BYTES;

    #[inline]
    fn slot(owner: u64, cap: u32) -> *mut FrameHdr {
        let kept = match by_id(owner as AccountId) {
            Some(account) if cap != 0 && account.keeps() => account.take_kept(cap),
            _ => None,
        };
        let hdr = match kept {
            Some(slot) => slot,
            None if cap > LARGEST => slab::map_big(cap),
            None => local::pop(class_of(cap)),
        };
        if !hdr.is_null() {
            // SAFETY: the slot is free and now ours.
            unsafe { own(hdr, owner, cap) };
        }
        hdr
    }

    #[inline]
    unsafe fn free_slot(slot: *mut FrameHdr) {
        // SAFETY: the slot is free and ours now.
        unsafe {
            let block = ops::own_block(slot);
            let keeper =
                by_id((*block).owner as AccountId).filter(|account| (*block).cap != 0 && account.keeps());
            if keeper.is_some_and(|account| account.keep(slot, (*block).cap)) {
                return;
            }
            free_to_class(slot);
        }
    }

    #[inline(always)]
    unsafe fn end_whole(hdr: *mut FrameHdr) -> bool {
        // SAFETY: the header is alive and the caller's, as is its block.
        unsafe {
            let block = ops::own_block(hdr);
            let (owner, cap) = ((*block).owner as AccountId, (*block).cap);
            let plain = cap <= LARGEST && by_id(owner).is_some_and(Account::is_plain);
            plain && local::whole_gone(hdr, owner, cap)
        }
    }

    #[inline]
    fn buffer_taken(owner: u64, cap: u32) -> u32 {
        local::count2(owner as AccountId, (field::BUFFERS_TAKEN, 1), (field::BYTES_TAKEN, cap.into()));
        local::sequence()
    }

    #[inline]
    fn fixed_size(owner: u64) -> u32 {
        by_id(owner as AccountId).map_or(0, Account::fixed_size)
    }

    #[inline]
    fn handle_made(holder: u32) {
        local::count(holder, field::CREATED, 1);
    }

    #[inline]
    fn handle_gone(hdr: *mut FrameHdr, holder: u32, why: u32) {
        if why == why::PANICKED {
            local::note_last_words(describe(hdr));
            return local::count(holder, field::DROP_FAULT, 1);
        }
        let field = local::gone_as();
        if field == field::CONSUMED {
            local::note_gone(hdr);
        }
        local::count(holder, field, 1);
    }
}

/// Says whose the buffer of a slot is, and how large.
///
/// # Safety
/// The slot must be free, and the caller's.
#[inline(always)]
unsafe fn own(slot: *mut FrameHdr, owner: u64, cap: u32) {
    // SAFETY: see the contract.
    unsafe {
        let block = ops::own_block(slot);
        (*block).owner = owner;
        (*block).cap = cap;
    }
}

/// What is worth knowing of a frame that a panic takes with it.
#[cold]
fn describe(hdr: *mut FrameHdr) -> String {
    const SHOWN: usize = 16;
    let Some(hdr) = NonNull::new(hdr) else { return String::new() };
    // SAFETY: the handle is still live; it is looked at, and left to who gives it back.
    let frame = std::mem::ManuallyDrop::new(unsafe { Frame::from_raw(hdr) });
    let mut first = [0; SHOWN];
    let first = &mut first[..SHOWN.min(frame.payload() as usize)];
    let bytes = match frame.read(0, first) {
        Ok(()) => first.iter().map(|byte| format!(" {byte:02x}")).collect(),
        Err(_) => String::new(),
    };
    let more = if frame.payload() as usize > SHOWN { " …" } else { "" };
    format!(
        "a frame of {} bytes, channel {}, error {:#04x}, flags {:#06x}:{bytes}{more}",
        frame.payload(),
        frame.channel(),
        frame.error(),
        frame.flags()
    )
}

/// Gives a free slot to its class, or back to the system.
///
/// # Safety
/// The slot must be free, and the caller's.
pub(super) unsafe fn free_to_class(slot: *mut FrameHdr) {
    // SAFETY: see the contract.
    unsafe {
        match (*slot).home {
            BIG => slab::unmap_big(slot, (*ops::own_block(slot)).cap),
            class => local::push(class as usize, slot),
        }
    }
}

/// `Block::free` of all blocks but wrapped ones.
pub(super) unsafe extern "C" fn block_free(block: *mut Block) {
    // SAFETY: called once, by who gave up the last segment.
    let (owner, cap) = unsafe { ((*block).owner as AccountId, (*block).cap) };
    local::count2(owner, (field::BUFFERS_FREED, 1), (field::BYTES_FREED, cap.into()));
}

fn owned(hdr: *mut FrameHdr) -> Option<Frame> {
    // SAFETY: a handle fresh from `ops` is live and ours.
    NonNull::new(hdr).map(|hdr| unsafe { Frame::from_raw(hdr) })
}

/// The usual request of [`request`]: what it takes is at hand on this thread. Null when it is not, and nothing has
/// happened.
#[inline(always)]
pub fn request_quick(account: &Account, port: u32, size: u32) -> *mut FrameHdr {
    let Some(owner) = account.answering_quick(port).filter(|owner| owner.is_plain()) else {
        return ptr::null_mut();
    };
    if size == 0 || size > LARGEST {
        return ptr::null_mut();
    }
    let (owner, holder) = (owner.id(), account.id());
    let Some((hdr, meta, now_ns)) = local::whole_made(class_of(size), owner, holder, size) else {
        return ptr::null_mut();
    };
    // SAFETY: the slot is free and now ours.
    unsafe {
        own(hdr, owner.into(), size);
        ops::live_whole(hdr, holder, now_ns, size, meta);
    }
    hdr
}

/// A frame of `size` bytes for `account` to send by `port`: from the pool of the port's primary.
#[inline]
pub fn request(account: &Account, port: u32, size: u32) -> Option<Frame> {
    request_from(account.answering(port), account.id(), size)
}

/// A frame of `size` bytes from the pool of `owner`, charged to `holder`.
#[inline]
pub fn request_from(owner: AccountId, holder: AccountId, size: u32) -> Option<Frame> {
    if size > MAX_FRAME_BYTES {
        return None;
    }
    owned(ops::request::<Pools>(owner.into(), holder, size, local::stamp()))
}

/// What a wrapped block has in its slot's bytes: how to give the memory back.
struct Wrapped {
    free: FreeFn,
    ctx: *mut c_void,
    data: *mut u8,
    /// The block's own fields while it was not wrapped.
    room: *mut u8,
    cap: u32,
}

unsafe extern "C" fn free_wrapped(block: *mut Block) {
    // SAFETY: `wrap` put a `Wrapped` there; called once, by who gave up the last segment.
    unsafe {
        block_free(block);
        let slot = ops::slot_of(block);
        let wrapped = ptr::read(slot.cast::<u8>().add(super::class::PREFIX).cast::<Wrapped>());
        (*block).free = block_free;
        (*block).data = wrapped.room;
        (*block).cap = wrapped.cap;
        (wrapped.free.0)(wrapped.ctx, wrapped.data);
        if let Some(account) = by_id((*block).owner as AccountId) {
            account.wrap_ends();
        }
    }
}

/// A frame over memory of a module's own, full; `free` is called when the last frame over it is gone.
///
/// # Safety
/// `data` must point to `len` bytes that stay valid and unused by others until `free(ctx, data)`.
pub unsafe fn wrap(
    account: &Account,
    data: *mut u8,
    len: u32,
    free: FreeFn,
    ctx: *mut c_void,
) -> Option<Frame> {
    const ROOM: u32 = size_of::<Wrapped>() as u32;
    const { assert!(ROOM <= 64 && cap_of(1) >= ROOM as usize) };
    if len > MAX_FRAME_BYTES {
        return None;
    }
    let id = account.id();
    let mut frame = owned(ops::request::<Pools>(id.into(), id, 0, local::stamp()))?;
    let slot = local::pop(class_of(ROOM));
    if slot.is_null() {
        return None;
    }
    // SAFETY: the slot is free and ours; its bytes hold a `Wrapped` (64-byte aligned).
    unsafe {
        let block = ops::own_block(slot);
        let place = slot.cast::<u8>().add(super::class::PREFIX).cast::<Wrapped>();
        place.write(Wrapped { free, ctx, data, room: (*block).data, cap: (*block).cap });
        (*block).free = free_wrapped;
        (*block).data = data;
        (*block).cap = len;
        (*block).owner = id.into();
        (*block).refs.store(1, Ordering::Relaxed);
        account.wrap_begins();
        let hdr = frame.into_raw();
        let h = &mut *hdr.as_ptr();
        h.seg0 = rogue_abi::Seg {
            block,
            base: data,
            raw: len,
            head: 0,
            tail: 0,
            end: len,
            meta: Pools::buffer_taken(id.into(), len),
            flags: 0,
        };
        h.nseg = 1;
        h.payload = len;
        h.size = len;
        frame = Frame::from_raw(hdr);
    }
    debug_assert!(frame.payload() == len && refs::COUNT > 0);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    static FREED: AtomicU32 = AtomicU32::new(0);

    unsafe extern "C" fn free(_: *mut c_void, data: *mut u8) {
        FREED.fetch_add(1, Ordering::SeqCst);
        assert!(!data.is_null());
    }

    #[test]
    fn wrapped_memory_is_given_back_once_when_the_last_frame_over_it_is_gone() {
        let account = Account::open().expect("room for an account");
        let bytes = Box::leak(vec![7u8; 100].into_boxed_slice());
        // SAFETY: leaked memory that nobody else uses.
        let frame = unsafe { wrap(account, bytes.as_mut_ptr(), 100, FreeFn(free), ptr::null_mut()) };
        let frame = frame.expect("memory");
        assert_eq!((frame.payload(), frame.size(), frame.to_vec()), (100, 100, vec![7; 100]));
        let mut part = frame.slice(90, 10).expect("memory");
        drop(frame);
        assert_eq!((FREED.load(Ordering::SeqCst), account.wrapped()), (0, 1));
        assert_eq!(part.bytes_mut().map(|bytes| bytes.len()), Ok(10));
        drop(part);
        assert_eq!((FREED.load(Ordering::SeqCst), account.wrapped()), (1, 0));
        let sums = local::sum(account.id());
        assert_eq!(sums[field::BYTES_TAKEN], sums[field::BYTES_FREED]);
        account.close();
    }
}
