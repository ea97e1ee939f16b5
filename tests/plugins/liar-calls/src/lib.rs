//! Modules that break the rules of the tables, each in one way: for tests of what the runtime believes.
#![allow(unsafe_code)]

use rogue_abi::{
    AbiMark, Call, ErrList, Held, HostPtr, Made, Module, NodeRef, OutItem, ROGUE_ABI, Root, RootRef, State,
    abi_stable::{
        library::{__call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult},
        prefix_type::PrefixTypeTrait,
        std_types::{RSlice, RStr, RString},
    },
    outcome, status,
};
use std::{ffi::c_void, ptr, sync::atomic::Ordering};

type Entry = unsafe extern "C" fn(*mut c_void, *mut Call) -> u32;
type Create = unsafe extern "C" fn(HostPtr, NodeRef, RStr<'_>, *mut Made) -> i32;

macro_rules! liars {
    ($first:literal: $first_create:expr, $first_accept:expr; $($name:literal: $create:expr, $accept:expr;)*) => {
        const JSON: &[u8] = concat!("[", card!($first), $(",", card!($name),)* "]").as_bytes();
        static MODULES: &[Module] = &[module(card!($first), $first_create, $first_accept),
            $(module(card!($name), $create, $accept)),*];
    };
}

macro_rules! card {
    ($name:literal) => {
        concat!(
            r#"{"card":1,"name":""#,
            $name,
            r#"","shape":"transform","inputs":[{"name":"in"}],"outputs":[{"name":"out"}]}"#
        )
    };
}

liars! {
    "takes-too-many": create, takes_too_many;
    "odd-status": create, odd_status;
    "null-result": create, null_result;
    "shrinks-results": create, shrinks_results;
    "overlong-results": create, overlong_results;
    "completes-too-many": create, completes_too_many;
    "floods": create, floods;
    "without-half": create_without_half, idle;
    "with-both-halves": create_with_both_halves, idle;
    "without-instance": create_without_instance, idle;
    "odd-answer": create_odd_answer, idle;
    "silent-refusal": create_silent_refusal, idle;
}

unsafe extern "C" fn takes_too_many(_: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: the host's call is valid; here and below.
    unsafe { (*call).taken = (*call).len + 1 };
    status::IDLE
}

unsafe extern "C" fn odd_status(_: *mut c_void, _: *mut Call) -> u32 {
    99
}

unsafe extern "C" fn null_result(_: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: as above; the tests leave room for a result.
    unsafe {
        let out = (*call).out;
        *(*out).items.add((*out).len as usize) = OutItem { frame: ptr::null_mut(), port: 0, _pad: 0 };
        (*out).len += 1;
    }
    status::IDLE
}

unsafe extern "C" fn shrinks_results(_: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: as above.
    unsafe { (*(*call).out).len = 0 };
    status::IDLE
}

unsafe extern "C" fn overlong_results(_: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: as above.
    unsafe { (*(*call).out).len = (*(*call).out).cap + 1 };
    status::IDLE
}

unsafe extern "C" fn completes_too_many(_: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: as above.
    unsafe { (*call).completed_out = (*(*call).out).len + 5 };
    status::IDLE
}

/// Fills the list until the host makes no more room, then takes everything back and says how much it was.
unsafe extern "C" fn floods(half: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: as above; nothing of what is written is left in the list.
    unsafe {
        let out = (*call).out;
        let before = (*out).len;
        while (*out).len < (*out).cap || ((*out).grow)(out) == 0 {
            let frame = ptr::dangling_mut();
            *(*out).items.add((*out).len as usize) = OutItem { frame, port: 0, _pad: 0 };
            (*out).len += 1;
        }
        let text = format!("room for {} results", (*out).len);
        (*out).len = before;
        let place = &*half.cast::<Place>();
        ((*place.host.0).fault)(place.node, RStr::from_str(&text));
    }
    status::FAULT
}

unsafe extern "C" fn idle(_: *mut c_void, _: *mut Call) -> u32 {
    status::IDLE
}

/// What an instance knows: where it lives. One box is the instance and its half.
struct Place {
    host: HostPtr,
    node: NodeRef,
}

fn place(host: HostPtr, node: NodeRef) -> *mut c_void {
    Box::into_raw(Box::new(Place { host, node })).cast()
}

unsafe extern "C" fn create(host: HostPtr, node: NodeRef, _: RStr<'_>, made: *mut Made) -> i32 {
    let place = place(host, node);
    // SAFETY: the host's list is valid; here and below.
    unsafe { ((*made).inst, (*made).take) = (place, place) };
    outcome::OK
}

unsafe extern "C" fn create_without_half(host: HostPtr, node: NodeRef, _: RStr<'_>, made: *mut Made) -> i32 {
    // SAFETY: as above.
    unsafe { (*made).inst = place(host, node) };
    outcome::OK
}

unsafe extern "C" fn create_with_both_halves(
    host: HostPtr,
    node: NodeRef,
    _: RStr<'_>,
    made: *mut Made,
) -> i32 {
    let place = place(host, node);
    // SAFETY: as above.
    unsafe { ((*made).inst, (*made).take, (*made).give) = (place, place, place) };
    outcome::OK
}

unsafe extern "C" fn create_without_instance(_: HostPtr, _: NodeRef, _: RStr<'_>, _: *mut Made) -> i32 {
    outcome::OK
}

unsafe extern "C" fn create_odd_answer(_: HostPtr, _: NodeRef, _: RStr<'_>, _: *mut Made) -> i32 {
    77
}

unsafe extern "C" fn create_silent_refusal(_: HostPtr, _: NodeRef, _: RStr<'_>, _: *mut Made) -> i32 {
    outcome::REFUSED
}

unsafe extern "C" fn destroy(inst: *mut c_void, _: *mut c_void, _: *mut c_void) {
    // SAFETY: `create` made it, and the host ends it once.
    let place = unsafe { Box::from_raw(inst.cast::<Place>()) };
    // SAFETY: the host's table lives for ever; so do its counters, null stands for "no such node".
    let counter = unsafe { ((*place.host.0).counter)(place.node, RStr::from_str("destroyed"), 0).as_ref() };
    if let Some(counter) = counter {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Says nothing at all, or one error too many to be kept.
unsafe extern "C" fn check(params: RStr<'_>, errs: *mut ErrList) -> i32 {
    let count: usize = params.as_str().parse().unwrap_or(0);
    let long = "x".repeat(10_000);
    for _ in 0..count {
        // SAFETY: the host's list is valid for the call.
        unsafe { ((*errs).push)(errs, RStr::from_str("p"), RStr::from_str(&long)) };
    }
    if params.as_str() == "odd" { -5 } else { outcome::REFUSED }
}

unsafe extern "C" fn refuse(_: *mut c_void, _: *mut RString) -> i32 {
    outcome::REFUSED
}
unsafe extern "C" fn reconfigure(_: *mut c_void, _: RStr<'_>, _: *mut RString) -> i32 {
    outcome::UNSUPPORTED
}
unsafe extern "C" fn snapshot(_: *mut c_void, _: *mut State) -> i32 {
    outcome::PANICKED
}
unsafe extern "C" fn restore(_: *mut c_void, _: *const State, _: *mut RString) -> i32 {
    12
}
/// Gives up a frame that is none and descriptors that are none.
unsafe extern "C" fn release_held(_: *mut c_void, held: *mut Held) -> i32 {
    // SAFETY: the host's list is valid for the call.
    let held = unsafe { &mut *held };
    held.frames.push(rogue_abi::HeldFrame { frame: ptr::null_mut(), port: 0, _pad: 0 });
    for fd in [-1, 1 << 20, i64::MAX] {
        held.handles.push(rogue_abi::HeldHandle { name: RString::from("none"), fd });
    }
    outcome::OK
}
unsafe extern "C" fn adopt(_: *mut c_void, _: *mut Held, _: *mut RString) -> i32 {
    outcome::OK
}
unsafe extern "C" fn nothing(_: *mut c_void) {}
unsafe extern "C" fn extension(_: RStr<'_>) -> *const c_void {
    ptr::null()
}

const fn module(card: &'static str, create: Create, accept: Entry) -> Module {
    Module {
        size: size_of::<Module>() as u32,
        _pad: 0,
        card: RStr::from_str(card),
        flags: 0,
        check,
        create,
        start: refuse,
        accept,
        produce: idle,
        finish: idle,
        reconfigure,
        snapshot,
        restore,
        release_held,
        adopt,
        interrupt: nothing,
        stop: nothing,
        destroy,
        extension,
        _reserved: [ptr::null(); 4],
    }
}

const LEN: usize = 12 + JSON.len();

const fn cards() -> [u8; LEN] {
    let mut bytes = [0; LEN];
    let (length, mut i) = ((JSON.len() as u32).to_le_bytes(), 0);
    while i < LEN {
        bytes[i] = match i {
            0..8 => rogue_abi::CARDS_MAGIC[i],
            8..12 => length[i - 8],
            _ => JSON[i - 12],
        };
        i += 1;
    }
    bytes
}

/// The cards.
#[unsafe(export_name = "ROGUE_CARDS")]
pub static CARDS: [u8; LEN] = cards();

/// The mark.
#[unsafe(export_name = "ROGUE_ABI")]
pub static MARK: AbiMark = ROGUE_ABI;

extern "C" fn root() -> RootModuleResult {
    fn make() -> RootRef {
        Root { abi: ROGUE_ABI.major, sdk: RStr::from_str("none"), modules: RSlice::from_slice(MODULES) }
            .leak_into_prefix()
    }
    __call_root_module_loader(make)
}

/// The root.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
// SAFETY: `root` gives a `RootRef`.
pub static HEADER: LibHeader = unsafe { LibHeader::from_constructor::<RootRef>(root, CheckTypeLayout::Yes) };
