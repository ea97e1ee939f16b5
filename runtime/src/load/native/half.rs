//! One half of an instance in a plugin: what the loop calls for every batch of frames.
//!
//! Handles cross as they lie: a slice of `Option<Frame>` is an array of pointers, and a list of
//! [`OutItem`]s is an array of the table's own. Nothing is copied, nothing allocated.

use std::{ffi::c_void, mem::offset_of, ptr, sync::Arc};

use abi_stable::std_types::RStr;
use rogue_abi::{FrameHdr, HostPtr, NodeRef, status};
use rogue_sdk::frame::Frame;

use super::instance::Inner;
use crate::module::{Call, Half, OUT_HARD_LIMIT, OutItem, Outbox, Status};

/// Results for which room is made at once.
const GROW_ITEMS: usize = 64;

type Entry = unsafe extern "C" fn(*mut c_void, *mut rogue_abi::Call) -> u32;

const _: () = assert!(
    size_of::<Option<Frame>>() == size_of::<*mut FrameHdr>()
        && align_of::<Option<Frame>>() == align_of::<*mut FrameHdr>()
        && size_of::<OutItem>() == size_of::<rogue_abi::OutItem>()
        && align_of::<OutItem>() == align_of::<rogue_abi::OutItem>()
        && offset_of!(OutItem, frame) == offset_of!(rogue_abi::OutItem, frame)
        && offset_of!(OutItem, port) == offset_of!(rogue_abi::OutItem, port)
);

/// A half of an instance.
pub struct NativeHalf {
    half: *mut c_void,
    table: &'static rogue_abi::Module,
    /// Keeps the instance.
    _inner: Arc<Inner>,
    host: HostPtr,
    node: NodeRef,
}

// SAFETY: `half` is only passed to the table's functions, by one thread at a time (`&mut self`).
unsafe impl Send for NativeHalf {}

impl NativeHalf {
    pub(super) fn new(inner: Arc<Inner>, half: *mut c_void, host: HostPtr, node: NodeRef) -> NativeHalf {
        NativeHalf { half, table: inner.table, _inner: inner, host, node }
    }

    #[inline(always)]
    fn call(&mut self, entry: Entry, call: &mut Call<'_>) -> Status {
        debug_assert!(call.frames.iter().all(Option::is_some), "a frame on offer is missing");
        let offered = call.frames.len();
        let before = call.out.items.len();
        let mut lent = Lent::of(call.out);
        let mut raw = rogue_abi::Call {
            size: size_of::<rogue_abi::Call>() as u32,
            port: call.port,
            now_ns: call.now_ns,
            frames: if offered == 0 { ptr::null_mut() } else { call.frames.as_mut_ptr().cast() },
            len: u32::try_from(offered).unwrap_or(u32::MAX),
            taken: 0,
            out: (&raw mut lent).cast(),
            completed_out: before as u32,
            max: call.max,
            wake_at_ns: 0,
            flags: 0,
            _pad: 0,
            _reserved: [0; 4],
        };
        // SAFETY: `half` is a half of the living instance and nobody else calls it (`&mut self`); `raw` and
        // what it points to live for the call, with as many live handles and as much room as it says.
        let code = unsafe { entry(self.half, &raw mut raw) };

        let taken = raw.taken as usize;
        let left = lent.out.len as usize;
        let completed = raw.completed_out as usize;
        let fits = taken <= offered && before <= completed && completed <= left && lent.is_of(call.out);
        if !fits || has_null(&call.out.items, before, left) || code > status::PANICKED {
            return self.refuse(call, &lent, &raw, code);
        }
        // SAFETY: `left` is at most the capacity (`is_of`), and what lies below it is a handle and a port,
        // written by the plugin or there before.
        unsafe { call.out.items.set_len(left) };
        call.inside = forget_taken(call.frames, taken);
        call.taken = taken;
        call.completed_out = completed;
        call.wake_at_ns = raw.wake_at_ns;
        match code {
            status::IDLE => Status::Idle,
            status::MORE => Status::More,
            status::BLOCKED => Status::Blocked,
            status::ENDED => Status::Ended,
            status::PANICKED => Status::Panicked,
            _ => Status::Fault,
        }
    }

    /// A plugin that broke the rules of a call. What it may have taken counts as taken and what it may have
    /// left as not left: a handle is rather leaked, which the ledger shows, than used twice.
    #[cold]
    #[inline(never)]
    fn refuse(&self, call: &mut Call<'_>, lent: &Lent, raw: &rogue_abi::Call, code: u32) -> Status {
        let (offered, taken, left) = (call.frames.len(), raw.taken as usize, lent.out.len as usize);
        let capacity = call.out.items.capacity();
        let before = call.out.items.len();
        let what = if code > status::PANICKED {
            format!("returned {code}, which is no status")
        } else if taken > offered {
            format!("says that it took {taken} frames of {offered}")
        } else if left < before || left > capacity || !lent.is_of(call.out) {
            format!("spoilt the list of its results ({left} of {capacity})")
        } else if has_null(&call.out.items, before, left) {
            "left a result without a frame".to_owned()
        } else {
            format!("says that {} of {left} results are complete", raw.completed_out)
        };
        let message =
            format!("the module broke the rules of a call: it {what}; this is for its author to mend");
        // SAFETY: the host's table lives for ever, and its functions take any node.
        unsafe { ((*self.host.0).fault)(self.node, RStr::from_str(&message)) };

        let mut sound = before.min(left);
        while lent.is_of(call.out) && sound < left && !has_null(&call.out.items, sound, sound + 1) {
            sound += 1;
        }
        // SAFETY: as in `call`: what lies below is a handle and a port.
        unsafe { call.out.items.set_len(sound) };
        call.inside = forget_taken(call.frames, taken);
        call.taken = taken.min(offered);
        call.completed_out = (raw.completed_out as usize).min(sound);
        call.wake_at_ns = 0;
        Status::Fault
    }
}

impl Half for NativeHalf {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        self.call(self.table.accept, call)
    }

    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        self.call(self.table.produce, call)
    }

    fn finish(&mut self, call: &mut Call<'_>) -> Status {
        self.call(self.table.finish, call)
    }
}

/// Writes `None` over handles that have gone to another owner; the address of the last of them, 0 = none.
#[inline(always)]
fn forget_taken(frames: &mut [Option<Frame>], taken: usize) -> usize {
    let Some(last) = frames.len().min(taken).checked_sub(1) else { return 0 };
    let slots = frames.as_mut_ptr().cast::<*mut FrameHdr>();
    // SAFETY: a slot is as large as a pointer (asserted above) and holds one, or null, which is `None`; `last` lies
    // in the slice. What the slots held is not ours to drop.
    unsafe {
        let address = *slots.add(last) as usize;
        ptr::write_bytes(slots, 0, last + 1);
        address
    }
}

/// Whether one of the results `from..to`, which lie beyond the list's length, has no frame.
#[inline(always)]
#[expect(clippy::ptr_arg, reason = "looks beyond the length, up to the capacity")]
fn has_null(items: &Vec<OutItem>, from: usize, to: usize) -> bool {
    let first = items.as_ptr().cast::<rogue_abi::OutItem>();
    // SAFETY: the caller saw to it that `to` is at most the capacity, and the plugin says it has written them.
    let left = unsafe { std::slice::from_raw_parts(first.add(from), to.saturating_sub(from)) };
    let null = |item: &rogue_abi::OutItem| item.frame.is_null();
    let (fours, rest) = left.as_chunks::<4>();
    fours.iter().any(|four| four.iter().any(null)) || rest.iter().any(null)
}

/// A list of results as it is lent: the table's `Out`, and, behind it, where `grow` finds the list.
#[repr(C)]
struct Lent {
    out: rogue_abi::Out,
    items: *mut Vec<OutItem>,
}

impl Lent {
    #[inline(always)]
    fn of(outbox: &mut Outbox) -> Lent {
        let mut lent = Lent {
            out: rogue_abi::Out {
                items: ptr::null_mut(),
                len: outbox.items.len() as u32,
                cap: 0,
                limit: u32::try_from(outbox.limit).unwrap_or(u32::MAX),
                _pad: 0,
                grow,
            },
            items: ptr::null_mut(),
        };
        lent.show(&mut outbox.items);
        // Taken last: the pointer stays good only until the list is borrowed again.
        lent.items = &raw mut outbox.items;
        lent
    }

    /// Says where the items are and how many fit.
    #[inline(always)]
    fn show(&mut self, items: &mut Vec<OutItem>) {
        self.out.items = items.as_mut_ptr().cast();
        self.out.cap = items.capacity().min(OUT_HARD_LIMIT) as u32;
    }

    /// Whether it still describes this list.
    #[inline(always)]
    fn is_of(&self, outbox: &Outbox) -> bool {
        self.out.items.cast_const() == outbox.items.as_ptr().cast()
            && self.out.len as usize <= outbox.items.capacity()
    }
}

/// Makes room for at least one more result; -1 at [`OUT_HARD_LIMIT`], or without memory.
unsafe extern "C" fn grow(out: *mut rogue_abi::Out) -> i32 {
    // SAFETY: a plugin passes on the `Out` it was lent, which is the first field of a `Lent`; nobody else
    // uses that, or the list, during the call.
    let lent = unsafe { &mut *out.cast::<Lent>() };
    // SAFETY: as above.
    let items = unsafe { &mut *lent.items };
    let len = lent.out.len as usize;
    let known = items.len();
    if len >= OUT_HARD_LIMIT || len > items.capacity() || len < known || has_null(items, known, len) {
        return -1;
    }
    // The list must know its items for them to move with it; what it forgets again stays where it is.
    // SAFETY: checked above: within the capacity, each a handle and a port.
    unsafe { items.set_len(len) };
    let grown = items.try_reserve(GROW_ITEMS);
    // SAFETY: `known` is what it was.
    unsafe { items.set_len(known) };
    if grown.is_err() {
        return -1;
    }
    lent.show(items);
    0
}
