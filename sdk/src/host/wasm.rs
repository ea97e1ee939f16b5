//! What a component imports, in place of a table of functions.
//!
//! Called through [`super`]. What holds: time of day and randomness are imported by components that ask for them only,
//! since nothing here but their own functions names them; frames, counters and the level of logging live in the component.
#![allow(unsafe_code)]

use crate::abi::{counter_kind, log_level as levels};
use crate::{
    Error, Node, Result,
    export::wasm::bindings::rogue::flow::{host, random as random_import, wall as wall_import},
    frame::Frame,
    guest::{
        counter::{Change, Counted},
        input, memory,
    },
    node::Counter,
};
use std::{
    cell::RefCell,
    ptr::NonNull,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

thread_local! {
    static COUNTERS: RefCell<Vec<Counted>> = const { RefCell::new(Vec::new()) };
    static FAULT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What the last call said; before it and between calls everything is logged, and the host decides.
static LEVEL: AtomicU32 = AtomicU32::new(levels::TRACE);

pub(crate) fn counter(_: &Node, name: &str, kind: u32) -> Counter {
    COUNTERS.with_borrow_mut(|counters| {
        if let Some(known) = counters.iter().find(|known| known.is(name, kind)) {
            return Counter(known.cell());
        }
        let made = host::counter(
            name,
            match kind {
                counter_kind::GAUGE => host::CounterKind::Gauge,
                counter_kind::OUTSIDE => host::CounterKind::Outside,
                _ => host::CounterKind::Event,
            },
        );
        let counted = Counted::new(name, kind, made.id, made.value);
        let cell = counted.cell();
        counters.push(counted);
        Counter(cell)
    })
}

/// Tells the host what was counted since it was told last. To be called at the end of every call.
#[inline]
pub(crate) fn tell_counters() {
    COUNTERS.with_borrow_mut(|counters| {
        for (id, change) in counters.iter_mut().filter_map(Counted::change) {
            match change {
                Change::Add(n) => host::add(id, n),
                Change::Set(value) => host::set(id, value),
            }
        }
    });
}

/// Version 0.1 of the contract has no call for it.
pub(crate) fn node_name(_: &Node) -> Option<String> {
    None
}

pub(crate) fn publish(_: &Node, name: &str, value: &str) {
    host::publish(name, value);
}

pub(crate) fn set_pool(_: &Node, fixed_size: u32, pool_size: u32, forward: bool) {
    if forward { host::forward_requests() } else { host::set_pool(fixed_size, pool_size) }
}

pub(crate) fn batch_max(_: &Node, frames: u32) {
    host::batch_max(frames);
}

pub(crate) fn links(_: &Node, port: u32) -> u32 {
    host::links(port)
}

pub(crate) fn claim(_: &Node, name: &str) -> Result<()> {
    Err(Error::new(format_args!(
        "a sandboxed module cannot have {name}: it reaches nothing outside of the graph; build it as a native plugin"
    )))
}

pub(crate) fn unclaim(_: &Node, _: &str) {}

#[inline]
fn owned(raw: *mut crate::abi::FrameHdr) -> Result<Frame> {
    match NonNull::new(raw) {
        // SAFETY: the memory of frames gives a live handle that is ours.
        Some(hdr) => Ok(unsafe { Frame::from_raw(hdr) }),
        None => Err(Error::new("no memory for a frame of this size; `limits` of the graph may allow more")),
    }
}

#[inline]
pub(crate) fn request(_: &Node, _port: u32, size: u32, _zero_copy: bool) -> Result<Frame> {
    owned(memory::request(size, 0))
}

pub(crate) fn request_local(_: &Node, size: u32) -> Result<Frame> {
    owned(memory::request(size, 0))
}

pub(crate) fn wrap(_: &Node, memory: Box<[u8]>) -> Result<Frame> {
    owned(memory::wrap(memory))
}

pub(crate) fn drop_frame(node: &Node, frame: Frame, reason: u32) {
    drop_raw(node, frame.into_raw().as_ptr(), reason);
}

/// Gives up a handle that its [`Frame`] has given up already.
pub(crate) fn drop_raw(_: &Node, frame: *mut crate::abi::FrameHdr, reason: u32) {
    // SAFETY: the handle was that of a frame, which is gone.
    unsafe { input::drop_as(frame, reason) };
}

pub(crate) fn wake(_: &Node, _half: u32) {
    host::wake();
}

pub(crate) fn now(_: &Node) -> Duration {
    Duration::from_nanos(host::now())
}

pub(crate) fn wall(_: &Node) -> Duration {
    Duration::from_nanos(wall_import::now())
}

pub(crate) fn random(_: &Node) -> u64 {
    random_import::next()
}

/// Has the next call fail with this text, as the runtime does for a plugin; the first of several counts.
pub(crate) fn fault(_: &Node, message: &str) {
    FAULT.with_borrow_mut(|fault| {
        fault.get_or_insert_with(|| message.to_owned());
    });
    host::wake();
}

/// What [`fault`] said since it was asked last.
#[inline]
pub(crate) fn take_fault() -> Option<String> {
    FAULT.take()
}

pub(crate) fn log(_: &Node, level: u32, target: &str, message: &str) {
    let level = match level {
        levels::ERROR => host::Level::Error,
        levels::WARN => host::Level::Warn,
        levels::INFO => host::Level::Info,
        levels::DEBUG => host::Level::Debug,
        _ => host::Level::Trace,
    };
    host::log(level, target, message);
}

pub(crate) fn log_level(_: &Node) -> Option<&'static AtomicU32> {
    Some(&LEVEL)
}

/// Until the next call: the most verbose level that anybody listens to.
#[inline]
pub(crate) fn set_log_level(level: u32) {
    LEVEL.store(level, Relaxed);
}

/// Says why the call is about to trap.
pub(crate) fn panicked(message: &str) {
    host::panicked(message);
}
