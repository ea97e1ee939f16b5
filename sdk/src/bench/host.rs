//! The table of a small host: what a module on the bench calls instead of the runtime.
//!
//! Handed to the module by `instance`. Every function finds its node by number; nodes that are gone are
//! answered with 0 or null, as in the runtime.
#![allow(unsafe_code)]

use super::{account::Account, heap, record::Record};
use crate::{
    Frame,
    extension::{self, NodeName},
};
use rogue_abi::{
    FrameHdr, FreeFn, Hist, Host, HostPtr, NodeRef,
    abi_stable::std_types::{RSlice, RStr, RString},
    log_level as levels,
};
use std::{
    cell::Cell,
    ffi::c_void,
    ptr::{self, NonNull},
    sync::atomic::{
        AtomicU32, AtomicU64,
        Ordering::{Relaxed, SeqCst},
    },
};

thread_local! {
    /// The node that is being called on this thread, 0 = none.
    static CALLING: Cell<u64> = const { Cell::new(0) };
}

/// Seconds from 1970 to the start of the bench's clock (2026-01-01), so that its wall time is a real date.
const EPOCH_NS: u64 = 1_767_225_600_000_000_000;

static LEVEL: AtomicU32 = AtomicU32::new(levels::TRACE);

fn account(node: NodeRef) -> Option<&'static Account> {
    Account::get(node.0)
}

fn record(node: NodeRef) -> Option<&'static Record> {
    Some(&account(node)?.record)
}

/// Runs a call of a node: what it says of a fault meanwhile, on this thread, is the call's.
pub(super) fn calling<T>(node: NodeRef, body: impl FnOnce() -> T) -> T {
    let before = CALLING.replace(node.0);
    let done = body();
    CALLING.set(before);
    done
}

unsafe extern "C" fn now(node: NodeRef) -> u64 {
    record(node).map_or(0, |record| record.now_ns.load(SeqCst))
}

unsafe extern "C" fn wall(node: NodeRef) -> u64 {
    record(node).map_or(0, |record| EPOCH_NS + record.now_ns.load(SeqCst))
}

unsafe extern "C" fn random(node: NodeRef) -> u64 {
    record(node).map_or(0, Record::random)
}

unsafe extern "C" fn request(node: NodeRef, _port: u32, size: u32, _flags: u32) -> *mut FrameHdr {
    // What is downstream of the bench has a pool without a fixed size, unless the test said otherwise.
    from_pool(node, size, |record, account| {
        let fixed_size = record.downstream.load(Relaxed);
        account.test.pool(fixed_size)
    })
}

unsafe extern "C" fn request_local(node: NodeRef, size: u32, _flags: u32) -> *mut FrameHdr {
    from_pool(node, size, |_, account| account)
}

fn from_pool(
    node: NodeRef,
    size: u32,
    pool: impl FnOnce(&Record, &'static Account) -> &'static Account,
) -> *mut FrameHdr {
    let Some(account) = account(node) else { return ptr::null_mut() };
    let record = &account.record;
    if record.kept().no_memory {
        return ptr::null_mut();
    }
    heap::request(pool(record, account), account, size, record.now_ns.load(SeqCst))
}

unsafe extern "C" fn wrap(
    node: NodeRef,
    data: *mut u8,
    len: u32,
    free: FreeFn,
    ctx: *mut c_void,
) -> *mut FrameHdr {
    match account(node) {
        Some(account) => heap::wrap(account, data, len, free, ctx),
        None => ptr::null_mut(),
    }
}

unsafe extern "C" fn drop_frame(node: NodeRef, frame: *mut FrameHdr, reason: u32) {
    let Some(hdr) = NonNull::new(frame) else { return };
    // SAFETY: the caller gives the handle up.
    let frame = unsafe { Frame::from_raw(hdr) };
    if let Some(account) = account(node) {
        drop_for(account, frame, reason);
    }
}

/// Counts a frame as dropped by a node, and drops it.
pub(super) fn drop_for(account: &Account, mut frame: Frame, reason: u32) {
    // It is the test's that the node does not count it as consumed as well.
    heap::hand_over(&mut frame, account.test.pool(0));
    *account.record.kept().drops.entry(reason).or_default() += 1;
}

unsafe extern "C" fn wake(node: NodeRef, half: u32) {
    if let Some(record) = record(node) {
        record.wake(half);
    }
}

unsafe extern "C" fn watch(node: NodeRef, half: u32, fd: i32, interest: u32) -> i32 {
    let Some(record) = record(node) else { return -1 };
    let mut kept = record.kept();
    kept.watches.retain(|(of, watched, _)| (*of, *watched) != (half, fd));
    kept.watches.push((half, fd, interest));
    0
}

unsafe extern "C" fn unwatch(node: NodeRef, half: u32, fd: i32) {
    if let Some(record) = record(node) {
        record.kept().watches.retain(|(of, watched, _)| (*of, *watched) != (half, fd));
    }
}

unsafe extern "C" fn batch_max(node: NodeRef, frames: u32) {
    if let Some(record) = record(node) {
        record.kept().batch = frames.clamp(1, super::BATCH_MAX);
    }
}

unsafe extern "C" fn set_pool(node: NodeRef, fixed_size: u32, pool_size: u32, forward: u32) {
    if let Some(account) = account(node) {
        account.fixed_size.store(fixed_size, Relaxed);
        account.record.kept().pool = (fixed_size, pool_size, forward != 0);
    }
}

unsafe extern "C" fn claim(node: NodeRef, name: RStr<'_>) -> i32 {
    account(node).map_or(-1, |account| if account.test.claim(account.id, name.as_str()) { 0 } else { -1 })
}

unsafe extern "C" fn unclaim(node: NodeRef, name: RStr<'_>) {
    if let Some(account) = account(node) {
        account.test.unclaim(account.id, Some(name.as_str()));
    }
}

unsafe extern "C" fn links(node: NodeRef, port: u32) -> u32 {
    record(node).map_or(0, |record| record.kept().links.get(&port).copied().unwrap_or(1))
}

unsafe extern "C" fn counter(node: NodeRef, name: RStr<'_>, kind: u32) -> *const AtomicU64 {
    let Some(record) = record(node) else { return ptr::null() };
    let mut kept = record.kept();
    let entry = kept.counters.entry(name.as_str().to_owned());
    entry.or_insert_with(|| (kind, Box::leak(Box::default()))).1
}

unsafe extern "C" fn histogram(node: NodeRef, name: RStr<'_>, bounds: RSlice<'_, f64>) -> *const Hist {
    let Some(record) = record(node) else { return ptr::null() };
    let mut kept = record.kept();
    let table = kept.histograms.entry(name.as_str().to_owned()).or_insert_with(|| {
        let bounds: &'static [f64] = Box::leak(bounds.as_slice().into());
        let counts: &'static [AtomicU64] = Box::leak((0..=bounds.len()).map(|_| AtomicU64::new(0)).collect());
        let len = bounds.len() as u32;
        let hist = Hist { bounds: bounds.as_ptr(), counts: counts.as_ptr(), len, _pad: 0 };
        (Box::leak(Box::new(hist)) as *const Hist).expose_provenance()
    });
    ptr::with_exposed_provenance(*table)
}

unsafe extern "C" fn publish(node: NodeRef, key: RStr<'_>, value: RStr<'_>) {
    if let Some(record) = record(node) {
        record.kept().readings.insert(key.as_str().to_owned(), value.as_str().to_owned());
    }
}

unsafe extern "C" fn log(node: NodeRef, level: u32, target: RStr<'_>, message: RStr<'_>) {
    if let Some(record) = record(node) {
        record.line(level, target.as_str(), message.as_str());
    }
}

unsafe extern "C" fn log_level(_node: NodeRef) -> *const AtomicU32 {
    &raw const LEVEL
}

unsafe extern "C" fn fault(node: NodeRef, message: RStr<'_>) {
    if let Some(record) = record(node) {
        record.fault(message.as_str(), CALLING.get() == node.0);
    }
}

unsafe extern "C" fn thread_enter(node: NodeRef) {
    if let Some(record) = record(node) {
        record.threads.fetch_add(1, SeqCst);
    }
}

unsafe extern "C" fn thread_exit(node: NodeRef) {
    if let Some(record) = record(node) {
        record.threads.fetch_sub(1, SeqCst);
    }
}

unsafe extern "C" fn extension(id: RStr<'_>) -> *const c_void {
    match id.as_str() {
        extension::NODE_NAME => node_name as NodeName as *const c_void,
        _ => ptr::null(),
    }
}

extern "C" fn node_name(node: NodeRef) -> RString {
    record(node).map_or_else(RString::new, |record| record.kept().name.as_str().into())
}

struct Table(Host);

// SAFETY: the table is constant; its reserved words are null and mean nothing.
unsafe impl Sync for Table {}

/// The bench as a host.
pub(super) fn table() -> HostPtr {
    static TABLE: std::sync::OnceLock<Table> = std::sync::OnceLock::new();
    let table = TABLE.get_or_init(|| {
        Table(Host {
            size: size_of::<Host>() as u32,
            _pad: 0,
            frames: heap::vt(),
            now,
            wall,
            random,
            request,
            request_local,
            wrap,
            drop: drop_frame,
            wake,
            watch,
            unwatch,
            batch_max,
            set_pool,
            claim,
            unclaim,
            links,
            counter,
            histogram,
            publish,
            log,
            log_level,
            fault,
            thread_enter,
            thread_exit,
            extension,
            _reserved: [ptr::null(); 8],
        })
    });
    HostPtr(&raw const table.0)
}

/// What the call that has just ended said of its failure.
pub(super) fn fault_of_call(node: NodeRef) -> Option<String> {
    record(node)?.kept().fault_of_call.take()
}
