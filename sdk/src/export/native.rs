//! The tables of a native plugin.
//!
//! Called by the runtime through `rogue_abi::Module`. What holds: no panic leaves a function here; a call
//! that fails has said why through `Host::fault` or its `err`; pointers are what `create` made.
#![allow(unsafe_code)]

use super::{
    call::{Input, Out},
    panic_text,
};
use crate::{
    Context, Error, Held, Node, Reconfigured, Result, State, host, logger,
    params::Params,
    shape::{Module as ModuleTrait, Shaped, Step},
};
use rogue_abi::{
    Call, ErrList, HeldFrame, HeldHandle, HostPtr, Made, NodeRef,
    abi_stable::std_types::{RSlice, RStr, RString, RVec},
    module_flags, outcome, status,
};
use std::{
    ffi::c_void,
    os::fd::{FromRawFd, IntoRawFd, OwnedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::{self, NonNull},
};

pub use rogue_abi::{
    AbiMark, Module, ROGUE_ABI, Root, RootRef,
    abi_stable::library::{LibHeader, RootModuleResult},
};

#[cfg(panic = "abort")]
compile_error!("a plugin must be built with panic = \"unwind\": a panic in a module must not end the run");

/// The header that the runtime looks up.
pub const fn header(root: extern "C" fn() -> RootModuleResult) -> LibHeader {
    use rogue_abi::abi_stable::library::CheckTypeLayout;
    // SAFETY: `root` gives what `self::root` made, a `RootRef`.
    unsafe { LibHeader::from_constructor::<RootRef>(root, CheckTypeLayout::Yes) }
}

/// The root of a plugin with these modules.
pub fn root(modules: &'static [Module]) -> RootModuleResult {
    use rogue_abi::abi_stable::{library::__call_root_module_loader, prefix_type::PrefixTypeTrait};
    thread_local! { static MODULES: std::cell::Cell<&'static [Module]> = const { std::cell::Cell::new(&[]) }; }
    fn make() -> RootRef {
        Root {
            abi: ROGUE_ABI.major,
            sdk: RStr::from_str(env!("CARGO_PKG_VERSION")),
            modules: RSlice::from_slice(MODULES.get()),
        }
        .leak_into_prefix()
    }
    MODULES.set(modules);
    __call_root_module_loader(make)
}

/// A half, or the whole module, with its node.
struct Boxed<T> {
    node: Node,
    it: T,
}

/// The table of one module.
pub const fn table<S: Shaped>(card: &'static [u8]) -> Module {
    let flags = <S::Module as ModuleTrait>::CARD.flag_bits();
    Module {
        size: size_of::<Module>() as u32,
        _pad: 0,
        card: match std::str::from_utf8(card) {
            Ok(text) => RStr::from_str(text),
            Err(_) => RStr::from_str(""),
        },
        flags: flags
            & (module_flags::BLOCKING
                | module_flags::METADATA_ONLY
                | module_flags::STATELESS
                | module_flags::PURE),
        check: check::<S>,
        create: create::<S>,
        start: start::<S>,
        accept: accept::<S>,
        produce: produce::<S>,
        finish: finish::<S>,
        reconfigure: reconfigure::<S>,
        snapshot: snapshot::<S>,
        restore: restore::<S>,
        release_held: release_held::<S>,
        adopt: adopt::<S>,
        interrupt: interrupt::<S>,
        stop: stop::<S>,
        destroy: destroy::<S>,
        extension,
        _reserved: [ptr::null(); 4],
    }
}

/// The whole module beside its halves: what cold calls get.
struct Whole<S: Shaped> {
    boxed: *mut Boxed<S::Module>,
    interrupter: Option<crate::shape::Interrupter>,
}

unsafe extern "C" fn extension(_id: RStr<'_>) -> *const c_void {
    ptr::null()
}

unsafe extern "C" fn check<S: Shaped>(params: RStr<'_>, errs: *mut ErrList) -> i32 {
    let report = |path: &str, message: &str| {
        // SAFETY: the host's list is valid for the call.
        unsafe { ((*errs).push)(errs, RStr::from_str(path), RStr::from_str(message)) }
    };
    let checked = catch_unwind(|| match <S::Module as ModuleTrait>::Params::parse(params.as_str()) {
        Ok(params) => match S::Module::check(&params) {
            Ok(()) => true,
            Err(error) => {
                report("", &error.to_string());
                false
            }
        },
        Err(errors) => {
            errors.iter().for_each(|error| report(&error.path, &error.message));
            false
        }
    });
    match checked {
        Ok(true) => outcome::OK,
        Ok(false) => outcome::REFUSED,
        Err(panic) => {
            report("", &format!("the module panicked: {}", panic_text(&*panic)));
            outcome::PANICKED
        }
    }
}

fn parse<S: Shaped>(params: &str) -> Result<<S::Module as ModuleTrait>::Params> {
    let parsed = <S::Module as ModuleTrait>::Params::parse(params).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Error::new(lines.join("; "))
    })?;
    S::Module::check(&parsed)?;
    Ok(parsed)
}

unsafe extern "C" fn create<S: Shaped>(
    host: HostPtr,
    node: NodeRef,
    params: RStr<'_>,
    made: *mut Made,
) -> i32 {
    let node = Node { host, node, log: <S::Module as ModuleTrait>::CARD.log_target() };
    logger::install(&node);
    logger::enter(&node);
    let built = catch_unwind(AssertUnwindSafe(|| -> Result<_> {
        let mut it = S::Module::new(parse::<S>(params.as_str())?, &node)?;
        let halves = S::split(&mut it, &node)?;
        let interrupter = it.interrupter();
        Ok((it, halves, interrupter))
    }));
    logger::leave();
    // SAFETY: `made` is valid for the call.
    let made = unsafe { &mut *made };
    match built {
        Ok(Ok((it, halves, interrupter))) => {
            let boxed = Box::into_raw(Box::new(Boxed { node, it }));
            let (take, give) = match halves {
                Some((take, give)) => (
                    Box::into_raw(Box::new(Boxed { node, it: take })).cast(),
                    Box::into_raw(Box::new(Boxed { node, it: give })).cast(),
                ),
                None => (boxed.cast(), boxed.cast()),
            };
            made.inst = Box::into_raw(Box::new(Whole::<S> { boxed, interrupter })).cast();
            made.take = if S::TAKES { take } else { ptr::null_mut() };
            made.give = if S::GIVES { give } else { ptr::null_mut() };
            outcome::OK
        }
        Ok(Err(error)) => {
            made.err = error.to_string().into();
            outcome::REFUSED
        }
        Err(panic) => {
            made.err = panic_text(&*panic).into();
            outcome::PANICKED
        }
    }
}

/// Runs a cold call on the module.
///
/// # Safety
/// `inst` is what `create` made for `S`, and nothing else of it is being called.
unsafe fn cold<S: Shaped>(
    inst: *mut c_void,
    err: *mut RString,
    body: impl FnOnce(&mut S::Module) -> Result<i32>,
) -> i32 {
    // SAFETY: see the contract.
    let boxed = unsafe { &mut *(*inst.cast::<Whole<S>>()).boxed };
    logger::enter(&boxed.node);
    let done = catch_unwind(AssertUnwindSafe(|| body(&mut boxed.it)));
    logger::leave();
    let (code, text) = match done {
        Ok(Ok(code)) => return code,
        Ok(Err(error)) => (outcome::REFUSED, error.to_string()),
        Err(panic) => (outcome::PANICKED, panic_text(&*panic).to_owned()),
    };
    if err.is_null() {
        host::fault(&boxed.node, &text);
    } else {
        // SAFETY: a non-null `err` is valid for the call.
        unsafe { *err = text.into() };
    }
    code
}

unsafe extern "C" fn start<S: Shaped>(inst: *mut c_void, err: *mut RString) -> i32 {
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, err, |module| module.start().map(|()| outcome::OK)) }
}

unsafe extern "C" fn reconfigure<S: Shaped>(inst: *mut c_void, params: RStr<'_>, err: *mut RString) -> i32 {
    let body = |module: &mut S::Module| {
        Ok(match module.reconfigure(parse::<S>(params.as_str())?)? {
            Reconfigured::Done => outcome::OK,
            Reconfigured::Unsupported => outcome::UNSUPPORTED,
        })
    };
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, err, body) }
}

unsafe extern "C" fn snapshot<S: Shaped>(inst: *mut c_void, state: *mut rogue_abi::State) -> i32 {
    let body = |module: &mut S::Module| {
        let Some(made) = module.snapshot()? else { return Ok(outcome::UNSUPPORTED) };
        // SAFETY: `state` is valid for the call.
        let state = unsafe { &mut *state };
        state.schema = made.schema.into();
        state.version = made.version;
        state.bytes = made.bytes.into();
        Ok(outcome::OK)
    };
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, ptr::null_mut(), body) }
}

unsafe extern "C" fn restore<S: Shaped>(
    inst: *mut c_void,
    state: *const rogue_abi::State,
    err: *mut RString,
) -> i32 {
    let body = |module: &mut S::Module| {
        // SAFETY: `state` is valid for the call.
        let state = unsafe { &*state };
        module.restore(State {
            schema: state.schema.as_str().to_owned(),
            version: state.version,
            bytes: state.bytes.to_vec(),
        })?;
        Ok(outcome::OK)
    };
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, err, body) }
}

/// The list in the author's types; empties `held`.
pub(crate) fn held_in(held: &mut rogue_abi::Held) -> Held {
    let mut inner = Held::default();
    for item in std::mem::take(&mut held.frames) {
        if let Some(hdr) = NonNull::new(item.frame) {
            // SAFETY: the list owns its handles.
            inner.frames.push((item.port, unsafe { crate::Frame::from_raw(hdr) }));
        }
    }
    for item in std::mem::take(&mut held.handles) {
        if let Ok(fd) = i32::try_from(item.fd) {
            // SAFETY: the list owns its descriptors.
            inner.handles.push((item.name.into_string(), unsafe { OwnedFd::from_raw_fd(fd) }));
        }
    }
    inner
}

pub(crate) fn held_out(inner: Held, held: &mut rogue_abi::Held) {
    let frames: RVec<HeldFrame> = (inner.frames.into_iter())
        .map(|(port, frame)| HeldFrame { frame: frame.into_raw().as_ptr(), port, _pad: 0 })
        .collect();
    let handles: RVec<HeldHandle> = (inner.handles.into_iter())
        .map(|(name, fd)| HeldHandle { name: name.into(), fd: fd.into_raw_fd().into() })
        .collect();
    held.frames = frames;
    held.handles = handles;
}

unsafe extern "C" fn release_held<S: Shaped>(inst: *mut c_void, held: *mut rogue_abi::Held) -> i32 {
    let body = |module: &mut S::Module| {
        // SAFETY: `held` is valid for the call.
        let held = unsafe { &mut *held };
        let mut inner = held_in(held);
        module.release_held(&mut inner);
        held_out(inner, held);
        Ok(outcome::OK)
    };
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, ptr::null_mut(), body) }
}

unsafe extern "C" fn adopt<S: Shaped>(
    inst: *mut c_void,
    held: *mut rogue_abi::Held,
    err: *mut RString,
) -> i32 {
    let body = |module: &mut S::Module| {
        // SAFETY: `held` is valid for the call.
        let held = unsafe { &mut *held };
        let mut inner = held_in(held);
        let adopted = module.adopt(&mut inner);
        held_out(inner, held);
        adopted.map(|()| outcome::OK)
    };
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, err, body) }
}

unsafe extern "C" fn interrupt<S: Shaped>(inst: *mut c_void) {
    // SAFETY: the instance lives; the interrupter is made to be called from any thread.
    let whole = unsafe { &*inst.cast::<Whole<S>>() };
    if let Some(interrupter) = &whole.interrupter {
        let _ = catch_unwind(AssertUnwindSafe(interrupter));
    }
}

unsafe extern "C" fn stop<S: Shaped>(inst: *mut c_void) {
    let body = |module: &mut S::Module| {
        module.stop();
        Ok(outcome::OK)
    };
    // SAFETY: the contract of the table.
    unsafe { cold::<S>(inst, ptr::null_mut(), body) };
}

unsafe extern "C" fn destroy<S: Shaped>(inst: *mut c_void, take: *mut c_void, give: *mut c_void) {
    // SAFETY: the pointers are what `create` made, and this is their last use.
    let whole = unsafe { Box::from_raw(inst.cast::<Whole<S>>()) };
    // SAFETY: as above; the module still lives.
    let node = unsafe { (*whole.boxed).node };
    logger::enter(&node);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let beside = |half: *mut c_void| !half.is_null() && half != whole.boxed.cast();
        if beside(take) {
            // SAFETY: as above; a half beside the module was boxed by itself.
            drop(unsafe { Box::from_raw(take.cast::<Boxed<S::Take>>()) });
        }
        if beside(give) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(give.cast::<Boxed<S::Give>>()) });
        }
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(whole.boxed) });
    }));
    logger::leave();
    if let Err(panic) = ended {
        host::fault(&node, panic_text(&*panic));
    }
}

/// Runs a call of a half.
///
/// # Safety
/// `half` is a `Boxed<H>` that nobody else calls now; `call` is valid for the call.
#[inline(always)]
unsafe fn hot<H>(
    half: *mut c_void,
    call: *mut Call,
    body: impl FnOnce(&mut H, &mut Input<'_>, &mut Out<'_>, &Context<'_>) -> Result<Step>,
) -> u32 {
    // SAFETY: see the contract.
    let (boxed, call, out_ptr) = unsafe {
        let call = NonNull::new_unchecked(call);
        (&mut *half.cast::<Boxed<H>>(), call, NonNull::new_unchecked((*call.as_ptr()).out))
    };
    let node = boxed.node;
    logger::enter(&node);
    // SAFETY: see the contract.
    let (mut input, mut out, cx) = unsafe {
        let c = &*call.as_ptr();
        (Input::new(call), Out::new(out_ptr, node), Context::new(node, c.now_ns, c.port))
    };
    let done = catch_unwind(AssertUnwindSafe(|| body(&mut boxed.it, &mut input, &mut out, &cx)));
    logger::leave();
    let wake_at_ns = cx.end();
    // SAFETY: see the contract.
    unsafe { (*call.as_ptr()).wake_at_ns = wake_at_ns };
    match done {
        Ok(Ok(_)) if out.refused() => {
            host::fault(&node, "more results in one call than the runtime takes");
            status::FAULT
        }
        Ok(Ok(Step::Idle)) => status::IDLE,
        Ok(Ok(Step::More)) => status::MORE,
        Ok(Ok(Step::Blocked)) => status::BLOCKED,
        Ok(Ok(Step::Ended)) => status::ENDED,
        Ok(Err(error)) => {
            host::fault(&node, &error.to_string());
            status::FAULT
        }
        Err(panic) => {
            host::fault(&node, panic_text(&*panic));
            status::PANICKED
        }
    }
}

unsafe extern "C" fn accept<S: Shaped>(take: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: the contract of the table.
    unsafe { hot::<S::Take>(take, call, |take, input, out, cx| S::accept(take, input, out, cx)) }
}

unsafe extern "C" fn produce<S: Shaped>(give: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: the contract of the table.
    unsafe { hot::<S::Give>(give, call, |give, _, out, cx| S::produce(give, out, cx)) }
}

unsafe extern "C" fn finish<S: Shaped>(take: *mut c_void, call: *mut Call) -> u32 {
    // SAFETY: the contract of the table.
    unsafe { hot::<S::Take>(take, call, |take, _, out, cx| S::finish(take, out, cx)) }
}
