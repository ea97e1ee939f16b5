//! The functions of the WIT that are called for every batch, written by hand after the canonical ABI.
//!
//! Exported by [`crate::export_module!`]. Generated ones make a list of what they are given, free it, and have the host
//! call once more to free what they said, which costs more than most modules do. What holds: what a call said lies in one
//! place ([`Said`]) until the next; frames come in the buffer that was lent to the host (`guest::lent`), or, from a host
//! that does not know of it, in lists of their own, which are ours to free.
#![allow(unsafe_code)]

pub use super::call::Told;
use super::{
    call::{Asked, Did},
    exports,
};
use crate::{
    guest::{
        batch::Batch,
        bytes,
        input::Given,
        lent,
        outcome::{Meta, Outcome, Outcomes},
    },
    shape::Step,
};
use std::cell::RefCell;

/// `types.frame` as it lies in a list.
#[repr(C)]
struct FrameRecord {
    id: u32,
    channel: u8,
    error: u8,
    flags: u16,
    size: u32,
    payload: *mut u8,
    len: u32,
}

/// `types.head`.
#[repr(C)]
struct HeadRecord {
    id: u32,
    channel: u8,
    error: u8,
    flags: u16,
    size: u32,
    payload: u32,
}

/// `types.outcome`: the number of its case, and what belongs to it.
type OutcomeRecord = [u32; 6];

/// `types.done`. What is smaller than a word is its first byte.
#[repr(C, align(8))]
struct DoneRecord {
    taken: u32,
    outcomes: u32,
    list: *const OutcomeRecord,
    list_len: usize,
    flow: u32,
    wake_at: u64,
    fault: u32,
    text: *const u8,
    text_len: usize,
    completed: u32,
}

const _: () = assert!(size_of::<FrameRecord>() == 20 && size_of::<HeadRecord>() == 16);
const _: () = assert!(size_of::<DoneRecord>() == 48 && std::mem::offset_of!(DoneRecord, wake_at) == 24);

/// What the last call said, for the host to read.
struct Said {
    done: DoneRecord,
    list: Vec<OutcomeRecord>,
    fault: Option<String>,
}

/// A list of more outcomes than most calls have is not kept.
const KEPT: usize = 1024;

thread_local! {
    static SAID: RefCell<Said> = const {
        RefCell::new(Said {
            done: DoneRecord {
                taken: 0,
                outcomes: 0,
                list: std::ptr::null(),
                list_len: 0,
                flow: 0,
                wake_at: 0,
                fault: 0,
                text: std::ptr::null(),
                text_len: 0,
                completed: 0,
            },
            list: Vec::new(),
            fault: None,
        })
    };
}

impl Said {
    fn tell(&mut self, did: Did, batch: Option<&mut Batch>) -> *const u8 {
        let failed = did.fault.is_some();
        let (outcomes, list_len) = match &did.outcomes {
            Outcomes::PassAll => (0, 0),
            Outcomes::ReleaseAll => (1, 0),
            Outcomes::Each(list) => {
                if self.list.capacity() > KEPT {
                    self.list = Vec::new();
                }
                self.list.clear();
                self.list.extend(list.iter().map(record));
                (2, list.len())
            }
        };
        if let Some(batch) = batch {
            batch.told(did.outcomes);
        }
        let flow = match did.flow {
            // Only endpoints say that they are blocked, and no endpoint is in a component.
            Step::Idle | Step::Blocked => 0,
            Step::More => 1,
            Step::Ended => 2,
        };
        self.fault = did.fault;
        let text = self.fault.as_deref().unwrap_or_default();
        self.done = DoneRecord {
            taken: did.taken,
            outcomes,
            list: self.list.as_ptr(),
            list_len,
            flow,
            wake_at: did.wake_at,
            fault: failed.into(),
            text: text.as_ptr(),
            text_len: text.len(),
            // Of a call that failed all outcomes count: those that do not were left out.
            completed: if failed { list_len as u32 } else { 0 },
        };
        (&raw const self.done).cast()
    }
}

/// An outcome as it lies in a list.
#[inline]
fn record(outcome: &Outcome) -> OutcomeRecord {
    let word =
        |meta: Meta| u32::from(meta.channel) | u32::from(meta.error) << 8 | u32::from(meta.flags) << 16;
    match *outcome {
        Outcome::Pass(frame, port) => [0, frame, port, 0, 0, 0],
        Outcome::Retag(frame, port, meta) => [1, frame, port, word(meta), 0, 0],
        Outcome::Share(frame, port, meta) => [2, frame, port, word(meta), 0, 0],
        Outcome::Part(frame, port, meta, offset, len) => [3, frame, port, word(meta), offset, len],
        Outcome::Emitted(number) => [4, number, 0, 0, 0, 0],
        Outcome::Drop(frame, reason) => [5, frame, reason, 0, 0, 0],
        Outcome::Hold(frame) => [6, frame, 0, 0, 0, 0],
        Outcome::Release(frame) => [7, frame, 0, 0, 0, 0],
        Outcome::Discard(reason, frames) => [8, reason, frames, 0, 0, 0],
    }
}

#[inline(never)]
fn tell(did: Did, batch: Option<&mut Batch>) -> *const u8 {
    SAID.with_borrow_mut(|said| said.tell(did, batch))
}

/// Frees a list of records that was made for this call alone.
unsafe fn free_list<T>(records: *mut T, count: usize) {
    if count > 0 {
        // SAFETY: a list of so many records, that `cabi_realloc` made and that nobody uses any more.
        drop(unsafe { Vec::from_raw_parts(records, 0, count) });
    }
}

/// `processor.process`.
///
/// # Safety
/// To be called by the host: `records` are `count` of [`FrameRecord`].
pub unsafe fn process(told: Told, records: *mut u8, count: usize) -> *const u8 {
    let (lent, records) = (lent::at(records), records.cast::<FrameRecord>());
    exports::hot(
        |alive| {
            for index in 0..count {
                // SAFETY: see the contract.
                let record = unsafe { &*records.add(index) };
                let meta = Meta { channel: record.channel, error: record.error, flags: record.flags };
                let given = Given { id: record.id, meta, size: record.size };
                let len = record.len;
                match lent {
                    // SAFETY: the host wrote the payload behind the records, for this frame alone.
                    Some(head) => unsafe {
                        alive.batch.give_within(given, head, record.payload, len, told.now);
                    },
                    None => {
                        // SAFETY: `cabi_realloc` made it for this frame; an empty one is nobody's.
                        let payload = unsafe { bytes::list(record.payload, len as usize) };
                        alive.batch.give(given, payload, told.now);
                    }
                }
            }
            if lent.is_none() {
                // SAFETY: it was made for this call.
                unsafe { free_list(records, count) };
            }
            alive.call(told, Asked::Accept)
        },
        tell,
    )
}

/// `inspector.inspect`.
///
/// # Safety
/// To be called by the host: `records` are `count` of [`HeadRecord`].
pub unsafe fn inspect(told: Told, records: *mut u8, count: usize) -> *const u8 {
    let (lent, records) = (lent::at(records), records.cast::<HeadRecord>());
    exports::hot(
        |alive| {
            for index in 0..count {
                // SAFETY: see the contract.
                let record = unsafe { &*records.add(index) };
                let meta = Meta { channel: record.channel, error: record.error, flags: record.flags };
                let given = Given { id: record.id, meta, size: record.size };
                alive.batch.give_head(given, record.payload, told.now);
            }
            if lent.is_none() {
                // SAFETY: it was made for this call.
                unsafe { free_list(records, count) };
            }
            alive.call(told, Asked::Accept)
        },
        tell,
    )
}

/// `source.produce`.
pub fn produce(told: Told) -> *const u8 {
    exports::hot(|alive| alive.call(told, Asked::Produce), tell)
}

/// `finish` of both.
pub fn finish(told: Told) -> *const u8 {
    exports::hot(|alive| alive.call(told, Asked::Finish), tell)
}

/// Room for what the host writes: a list or a text of its own, or the buffer that is lent to it.
///
/// # Safety
/// As of the canonical ABI's `realloc`.
pub unsafe fn room(old: *mut u8, old_len: usize, align: usize, len: usize) -> *mut u8 {
    if align == lent::ALIGN && old.is_null() {
        return lent::make(len);
    }
    // SAFETY: see the contract.
    unsafe { wit_bindgen::rt::cabi_realloc(old, old_len, align, len) }
}

/// Exports them.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_hot {
    () => {
        use $crate::export::wasm::hot as __hot;

        #[unsafe(export_name = "rogue:flow/processor@0.1.0#process")]
        unsafe extern "C" fn __process(
            now: u64,
            port: u32,
            room: u32,
            log: u32,
            frames: *mut u8,
            count: usize,
        ) -> *const u8 {
            unsafe { __hot::process(__hot::Told { now, port, room, log }, frames, count) }
        }

        #[unsafe(export_name = "rogue:flow/processor@0.1.0#finish")]
        extern "C" fn __finish(now: u64, port: u32, room: u32, log: u32) -> *const u8 {
            __hot::finish(__hot::Told { now, port, room, log })
        }

        #[unsafe(export_name = "rogue:flow/inspector@0.1.0#inspect")]
        unsafe extern "C" fn __inspect(
            now: u64,
            port: u32,
            room: u32,
            log: u32,
            frames: *mut u8,
            count: usize,
        ) -> *const u8 {
            unsafe { __hot::inspect(__hot::Told { now, port, room, log }, frames, count) }
        }

        #[unsafe(export_name = "rogue:flow/inspector@0.1.0#finish")]
        extern "C" fn __finish_inspector(now: u64, port: u32, room: u32, log: u32) -> *const u8 {
            __hot::finish(__hot::Told { now, port, room, log })
        }

        #[unsafe(export_name = "rogue:flow/source@0.1.0#produce")]
        extern "C" fn __produce(now: u64, port: u32, room: u32, log: u32) -> *const u8 {
            __hot::produce(__hot::Told { now, port, room, log })
        }

        #[unsafe(export_name = "cabi_realloc")]
        unsafe extern "C" fn __room(old: *mut u8, old_len: usize, align: usize, len: usize) -> *mut u8 {
            unsafe { __hot::room(old, old_len, align, len) }
        }
    };
}
