//! The runtime's table of functions, as a plugin sees it.
//!
//! Called through [`super`]. What holds: the table lives as long as the process.
#![allow(unsafe_code)]

use crate::{
    Error, Node, Result,
    extension::{self, NodeName},
    frame::Frame,
    node::Counter,
};
use rogue_abi::{FreeFn, abi_stable::std_types::RStr};
use std::{
    ffi::c_void,
    os::fd::{AsRawFd, BorrowedFd},
    ptr::NonNull,
    sync::atomic::{AtomicU32, AtomicU64},
    time::Duration,
};

macro_rules! host {
    ($node:expr, $f:ident $(, $arg:expr)*) => {
        // SAFETY: the table lives as long as the process and its functions take any node (`rogue_abi::Host`).
        unsafe { ((*$node.host.0).$f)($node.node $(, $arg)*) }
    };
}

const NO_MEMORY: &str = "no memory for a frame of this size, or it is larger than the runtime allows";

pub(crate) fn counter(node: &Node, name: &str, kind: u32) -> Counter {
    static LOST: AtomicU64 = AtomicU64::new(0);
    let counter = host!(node, counter, RStr::from_str(name), kind);
    // SAFETY: the host's counters live for ever; null stands for "no such node".
    Counter(unsafe { counter.as_ref() }.unwrap_or(&LOST))
}

pub(crate) fn node_name(node: &Node) -> Option<String> {
    // SAFETY: as for every function of the table; this one takes any text.
    let found = unsafe { ((*node.host.0).extension)(RStr::from_str(extension::NODE_NAME)) };
    if found.is_null() {
        return None;
    }
    // SAFETY: what a host answers to this id is null or a function of this type (`crate::extension`).
    let name = unsafe { std::mem::transmute::<*const c_void, NodeName>(found) };
    Some(name(node.node).into_string()).filter(|name| !name.is_empty())
}

pub(crate) fn publish(node: &Node, name: &str, value: &str) {
    host!(node, publish, RStr::from_str(name), RStr::from_str(value));
}

pub(crate) fn set_pool(node: &Node, fixed_size: u32, pool_size: u32, forward: bool) {
    host!(node, set_pool, fixed_size, pool_size, forward.into());
}

pub(crate) fn batch_max(node: &Node, frames: u32) {
    host!(node, batch_max, frames);
}

pub(crate) fn links(node: &Node, port: u32) -> u32 {
    host!(node, links, port)
}

pub(crate) fn claim(node: &Node, name: &str) -> Result<()> {
    match host!(node, claim, RStr::from_str(name)) {
        0 => Ok(()),
        _ => Err(Error::new(format_args!("{name} is already taken by another node of this graph"))),
    }
}

pub(crate) fn unclaim(node: &Node, name: &str) {
    host!(node, unclaim, RStr::from_str(name));
}

#[inline]
fn owned(raw: *mut rogue_abi::FrameHdr) -> Result<Frame> {
    match NonNull::new(raw) {
        // SAFETY: the host gives a live handle that is ours.
        Some(hdr) => Ok(unsafe { Frame::from_raw(hdr) }),
        None => Err(no_memory()),
    }
}

#[cold]
#[inline(never)]
fn no_memory() -> Error {
    Error::new(NO_MEMORY)
}

#[inline]
pub(crate) fn request(node: &Node, port: u32, size: u32, zero_copy: bool) -> Result<Frame> {
    owned(host!(node, request, port, size, zero_copy.into()))
}

pub(crate) fn request_local(node: &Node, size: u32) -> Result<Frame> {
    owned(host!(node, request_local, size, 0))
}

pub(crate) fn wrap(node: &Node, memory: Box<[u8]>) -> Result<Frame> {
    unsafe extern "C" fn free(ctx: *mut c_void, data: *mut u8) {
        let len = ctx as usize;
        // SAFETY: `data` and `len` are of the box that was taken apart below; called once.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(data, len)) });
    }
    let Ok(len) = u32::try_from(memory.len()) else { return Err(no_memory()) };
    let data = Box::into_raw(memory).cast::<u8>();
    let ctx = len as usize as *mut c_void;
    let frame = owned(host!(node, wrap, data, len, FreeFn(free), ctx));
    if frame.is_err() {
        // SAFETY: the host refused, so the memory is still ours.
        unsafe { free(ctx, data) };
    }
    frame
}

pub(crate) fn drop_frame(node: &Node, frame: Frame, reason: u32) {
    drop_raw(node, frame.into_raw().as_ptr(), reason);
}

/// Gives up a handle that its [`Frame`] has given up already.
pub(crate) fn drop_raw(node: &Node, frame: *mut rogue_abi::FrameHdr, reason: u32) {
    host!(node, drop, frame, reason);
}

pub(crate) fn wake(node: &Node, half: u32) {
    host!(node, wake, half);
}

pub(crate) fn watch(node: &Node, half: u32, fd: BorrowedFd<'_>, interest: u32) -> Result<()> {
    match host!(node, watch, half, fd.as_raw_fd(), interest) {
        0 => Ok(()),
        _ => Err(Error::new("the runtime cannot watch this descriptor")),
    }
}

pub(crate) fn unwatch(node: &Node, half: u32, fd: BorrowedFd<'_>) {
    host!(node, unwatch, half, fd.as_raw_fd());
}

pub(crate) fn now(node: &Node) -> Duration {
    Duration::from_nanos(host!(node, now))
}

pub(crate) fn wall(node: &Node) -> Duration {
    Duration::from_nanos(host!(node, wall))
}

pub(crate) fn random(node: &Node) -> u64 {
    host!(node, random)
}

pub(crate) fn fault(node: &Node, message: &str) {
    host!(node, fault, RStr::from_str(message));
}

pub(crate) fn thread_enter(node: &Node) {
    crate::logger::enter(node);
    host!(node, thread_enter);
}

pub(crate) fn thread_exit(node: &Node) {
    host!(node, thread_exit);
    crate::logger::leave();
}

pub(crate) fn log(node: &Node, level: u32, target: &str, message: &str) {
    host!(node, log, level, RStr::from_str(target), RStr::from_str(message));
}

pub(crate) fn log_level(node: &Node) -> Option<&'static AtomicU32> {
    let level = host!(node, log_level);
    // SAFETY: the host's level lives for ever; null stands for "nobody listens".
    unsafe { level.as_ref() }
}

#[cfg(test)]
mod tests {
    use super::node_name;
    use crate::{
        Node,
        bench::{Bench, json},
        prelude::*,
    };
    use rogue_abi::{Host, HostPtr, abi_stable::std_types::RStr};
    use std::{cell::Cell, ffi::c_void, ptr};

    thread_local! {
        static GIVEN: Cell<Option<Node>> = const { Cell::new(None) };
    }

    /// Keeps what it is given.
    struct Keeps;

    impl Module for Keeps {
        type Params = NoParams;
        const CARD: Card = Card::sink("keeps");

        fn new(_: NoParams, node: &Node) -> Result<Self> {
            GIVEN.set(Some(*node));
            Ok(Keeps)
        }
    }

    impl Sink for Keeps {
        fn accept(&mut self, _: Frame, _: &Context) -> Result<()> {
            Ok(())
        }
    }

    unsafe extern "C" fn knows_none(_: RStr<'_>) -> *const c_void {
        ptr::null()
    }

    #[test]
    fn a_host_that_does_not_know_of_names_is_no_harm() -> Result<()> {
        let bench = Bench::sink::<Keeps>(json!({}))?;
        let node = GIVEN.get().ok_or_else(|| Error::new("new was not called"))?;
        assert_eq!(node_name(&node).as_deref(), Some("keeps"));
        // SAFETY: the table is plain words, and lives as long as the process.
        let mut table: Host = unsafe { ptr::read(node.host.0) };
        table.extension = knows_none;
        let older = Node { host: HostPtr(&raw const table), ..node };
        assert_eq!(node_name(&older), None);
        let gone = Node { node: rogue_abi::NodeRef(u64::MAX), ..node };
        assert_eq!(node_name(&gone), None);
        bench.end()
    }
}
