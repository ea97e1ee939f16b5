//! The table of functions that modules call.
//!
//! What holds: every function may be called from any thread, for any node, alive or gone; none of them
//! panics or enters a module.
#![allow(unsafe_code)]

use super::{calls, nodes};
use crate::pool::{self, Account, FRAME_VT, field};
use rogue_abi::{
    FrameHdr, FreeFn, Hist, Host, HostPtr, NodeRef,
    abi_stable::std_types::{RSlice, RStr, RString},
    reason,
};
use rogue_sdk::{
    extension::{self, NodeName},
    frame::Frame,
};
use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

/// The table for this process.
pub fn table() -> HostPtr {
    HostPtr(&HOST)
}

static HOST: Host = Host {
    size: size_of::<Host>() as u32,
    _pad: 0,
    frames: &FRAME_VT,
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
};

static LEVEL: AtomicU32 = AtomicU32::new(rogue_abi::log_level::TRACE);

/// Says what level modules need not cross the border below.
pub fn set_log_level(level: log::LevelFilter) {
    LEVEL.store(level as u32, Ordering::Relaxed);
}

/// That level, as `rogue_abi::log_level`.
pub fn level() -> u32 {
    LEVEL.load(Ordering::Relaxed)
}

fn raw(frame: Option<Frame>) -> *mut FrameHdr {
    frame.map_or(ptr::null_mut(), |frame| frame.into_raw().as_ptr())
}

unsafe extern "C" fn now(_: NodeRef) -> u64 {
    pool::now_ns()
}

unsafe extern "C" fn wall(_: NodeRef) -> u64 {
    calls::wall_ns()
}

unsafe extern "C" fn random(node: NodeRef) -> u64 {
    calls::random(node)
}

unsafe extern "C" fn request(node: NodeRef, port: u32, size: u32, _flags: u32) -> *mut FrameHdr {
    let quick = Account::of(node).map_or(ptr::null_mut(), |account| pool::request_quick(account, port, size));
    if quick.is_null() { request_any(node, port, size) } else { quick }
}

/// A request whatever it takes.
#[inline(never)]
fn request_any(node: NodeRef, port: u32, size: u32) -> *mut FrameHdr {
    raw(Account::of(node).and_then(|account| pool::request(account, port, size)))
}

unsafe extern "C" fn request_local(node: NodeRef, size: u32, _flags: u32) -> *mut FrameHdr {
    raw(Account::of(node).and_then(|account| pool::request_from(account.id(), account.id(), size)))
}

unsafe extern "C" fn wrap(
    node: NodeRef,
    data: *mut u8,
    len: u32,
    free: FreeFn,
    ctx: *mut c_void,
) -> *mut FrameHdr {
    if data.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the module vouches for its memory (`rogue_abi::Host::wrap`).
    raw(Account::of(node).and_then(|account| unsafe { pool::wrap(account, data, len, free, ctx) }))
}

unsafe extern "C" fn drop_frame(node: NodeRef, frame: *mut FrameHdr, reason: u32) {
    let Some(hdr) = NonNull::new(frame) else { return };
    // SAFETY: the module gives up a live handle of its own.
    let frame = unsafe { Frame::from_raw(hdr) };
    let field = match reason {
        reason::FAULT => field::DROP_FAULT,
        _ => {
            Account::of(node).and_then(|account| account.drop_field(node, reason)).unwrap_or(field::CONSUMED)
        }
    };
    pool::drop_as(frame, field);
}

unsafe extern "C" fn wake(node: NodeRef, which: u32) {
    nodes::with(node, |_, entry| {
        if let Some(Some((target, index))) = entry.wake.get(which as usize) {
            target.wake(*index);
        }
    });
}

unsafe extern "C" fn watch(node: NodeRef, which: u32, fd: i32, interest: u32) -> i32 {
    let watched = nodes::with(node, |_, entry| match entry.wake.get(which as usize) {
        Some(Some((target, index))) => target.watch(*index, fd, interest),
        _ => false,
    });
    if watched == Some(true) { 0 } else { -1 }
}

unsafe extern "C" fn unwatch(node: NodeRef, which: u32, fd: i32) {
    // SAFETY: `watch` has no contract of its own.
    unsafe { watch(node, which, fd, 0) };
}

unsafe extern "C" fn batch_max(node: NodeRef, frames: u32) {
    calls::want_batch(node, frames);
}

unsafe extern "C" fn set_pool(node: NodeRef, fixed_size: u32, pool_size: u32, forward: u32) {
    calls::set_pool(node, fixed_size, pool_size, forward != 0);
}

unsafe extern "C" fn claim(node: NodeRef, name: RStr<'_>) -> i32 {
    let held = calls::claim(node, name.as_str());
    if held { 0 } else { -1 }
}

unsafe extern "C" fn unclaim(node: NodeRef, name: RStr<'_>) {
    calls::unclaim(node, name.as_str());
}

unsafe extern "C" fn links(node: NodeRef, port: u32) -> u32 {
    nodes::with(node, |_, entry| entry.shared.links(port)).unwrap_or(0)
}

unsafe extern "C" fn counter(node: NodeRef, name: RStr<'_>, kind: u32) -> *const AtomicU64 {
    nodes::with(node, |_, entry| ptr::from_ref(entry.shared.counter(name.as_str(), kind)))
        .unwrap_or(ptr::null())
}

unsafe extern "C" fn histogram(node: NodeRef, name: RStr<'_>, bounds: RSlice<'_, f64>) -> *const Hist {
    let found = nodes::with(node, |_, entry| entry.shared.histogram(name.as_str(), bounds.as_slice()));
    found.flatten().map_or(ptr::null(), ptr::from_ref)
}

unsafe extern "C" fn publish(node: NodeRef, key: RStr<'_>, value: RStr<'_>) {
    nodes::with(node, |_, entry| entry.shared.publish(key.as_str(), value.as_str()));
}

unsafe extern "C" fn log(node: NodeRef, level: u32, target: RStr<'_>, message: RStr<'_>) {
    let level = match level {
        rogue_abi::log_level::ERROR => log::Level::Error,
        rogue_abi::log_level::WARN => log::Level::Warn,
        rogue_abi::log_level::INFO => log::Level::Info,
        rogue_abi::log_level::DEBUG => log::Level::Debug,
        _ => log::Level::Trace,
    };
    calls::log(node, level, target.as_str(), message.as_str());
}

unsafe extern "C" fn log_level(_: NodeRef) -> *const AtomicU32 {
    &LEVEL
}

unsafe extern "C" fn fault(node: NodeRef, message: RStr<'_>) {
    calls::fault(node, message.as_str());
}

unsafe extern "C" fn thread_enter(_: NodeRef) {}

unsafe extern "C" fn thread_exit(_: NodeRef) {}

unsafe extern "C" fn extension(id: RStr<'_>) -> *const c_void {
    match id.as_str() {
        extension::NODE_NAME => node_name as NodeName as *const c_void,
        _ => ptr::null(),
    }
}

extern "C" fn node_name(node: NodeRef) -> RString {
    nodes::with(node, |_, entry| entry.shared.name.as_str().into()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Account, NodeName, extension, nodes, table};
    use crate::host::NodeShared;
    use rogue_abi::abi_stable::std_types::RStr;
    use std::{ffi::c_void, sync::Arc};

    fn ask(id: &str) -> *const c_void {
        // SAFETY: the table lives as long as the process, and this function takes any text.
        unsafe { ((*table().0).extension)(RStr::from_str(id)) }
    }

    #[test]
    fn a_node_is_told_its_name_until_it_is_gone() {
        // SAFETY: that is what the id stands for.
        let name = unsafe { std::mem::transmute::<*const c_void, NodeName>(ask(extension::NODE_NAME)) };
        let account = Account::open().unwrap();
        nodes::register(account, Arc::new(NodeShared::new("scope", 0, false, 64)));
        let node = account.node_ref();
        assert_eq!(name(node), "scope");
        // One that is to take over, too.
        assert_eq!(name(account.bind(&[])), "scope");
        nodes::forget(account);
        assert_eq!(name(node), "");
        account.close();
        assert_eq!(name(node), "");
    }

    #[test]
    fn other_ids_are_not_known() {
        for id in ["", "node-name", "node-name-2", "NODE-NAME-1"] {
            assert!(ask(id).is_null(), "{id}");
        }
    }
}
