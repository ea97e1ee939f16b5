//! One instance of a module behind its C table, as a plugin exports it.
//!
//! Used by [`super::Bench`], which decides what is called when. What holds: `&mut self` makes every call the only
//! one; whatever a call leaves is owned by somebody afterwards.
#![allow(unsafe_code)]

use super::{account::lock, host, outbox::Outbox};
use crate::{
    Error, Frame, Held, Reconfigured, Result, State,
    export::native::{Module, held_in, held_out},
};
use rogue_abi::{
    Call, ErrList, FrameHdr, Made, NodeRef,
    abi_stable::std_types::{RStr, RString, RVec},
    outcome,
};
use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    sync::{Arc, Mutex},
};

/// What is called in a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Accept,
    Produce,
    Finish,
}

/// What a call left.
pub(super) struct Done {
    /// A [`status`].
    pub(super) status: u32,
    /// Frames taken of those offered.
    pub(super) taken: usize,
    /// Frames not taken.
    pub(super) left: Vec<Frame>,
    /// Results.
    pub(super) out: Vec<(u32, Frame)>,
    /// Results of the frames that were completed.
    pub(super) completed: usize,
    /// When to call again; 0 = not asked for.
    pub(super) wake_at_ns: u64,
}

/// The pointer to the instance for `interrupt`; null once it has ended.
struct Target(*mut c_void);

// SAFETY: it is only used for `interrupt`, which may be called from any thread.
unsafe impl Send for Target {}

/// Ends the waiting of a blocking `produce`, from any thread; does nothing once the instance has ended.
#[derive(Clone)]
pub struct Interrupt {
    target: Arc<Mutex<Target>>,
    entry: unsafe extern "C" fn(*mut c_void),
}

impl Interrupt {
    /// Interrupts.
    pub fn interrupt(&self) {
        let target = lock(&self.target);
        if !target.0.is_null() {
            // SAFETY: the instance lives: ending it sets null under the same lock.
            unsafe { (self.entry)(target.0) }
        }
    }
}

/// An instance with its halves.
pub(super) struct Instance {
    table: Module,
    node: NodeRef,
    inst: *mut c_void,
    take: *mut c_void,
    give: *mut c_void,
    interrupt: Interrupt,
}

// SAFETY: modules and halves are `Send`; the pointers are only used through `&mut self`.
unsafe impl Send for Instance {}

unsafe extern "C" fn push_error(list: *mut ErrList, path: RStr<'_>, message: RStr<'_>) {
    // SAFETY: `ctx` is the vector of `check`, which waits for the module to return.
    let texts = unsafe { &mut *(*list).ctx.cast::<Vec<String>>() };
    texts.push(match path.as_str() {
        "" => message.as_str().to_owned(),
        path => format!("{path}: {message}"),
    });
}

/// Every error of the parameters, as one.
pub(super) fn check(table: &Module, params: &str) -> Result<()> {
    let mut texts: Vec<String> = Vec::new();
    let mut list = ErrList { ctx: (&raw mut texts).cast(), push: push_error };
    // SAFETY: the list is valid for the call.
    let code = unsafe { (table.check)(RStr::from_str(params), &raw mut list) };
    match (code, texts.is_empty()) {
        (outcome::OK, true) => Ok(()),
        (_, false) => Err(Error::new(texts.join("; "))),
        (_, true) => Err(Error::new("the module refused its parameters without a word")),
    }
}

impl Instance {
    /// Makes an instance.
    pub(super) fn create(table: Module, node: NodeRef, params: &str) -> Result<Instance> {
        let mut made =
            Made { inst: ptr::null_mut(), take: ptr::null_mut(), give: ptr::null_mut(), err: RString::new() };
        let create = table.create;
        // SAFETY: `made` is valid for the call; the host's table lives for ever.
        let code = host::calling(node, || unsafe {
            create(host::table(), node, RStr::from_str(params), &raw mut made)
        });
        verdict(code, &made.err)?;
        let interrupt = Interrupt { target: Arc::new(Mutex::new(Target(made.inst))), entry: table.interrupt };
        Ok(Instance { table, node, inst: made.inst, take: made.take, give: made.give, interrupt })
    }

    /// Whether there is a half that takes.
    pub(super) fn takes(&self) -> bool {
        !self.take.is_null()
    }

    /// Whether there is a half that gives.
    pub(super) fn gives(&self) -> bool {
        !self.give.is_null()
    }

    pub(super) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// One call into a half, which must exist.
    pub(super) fn call(
        &mut self,
        entry: Entry,
        port: u32,
        offered: Vec<Frame>,
        now_ns: u64,
        limit: u32,
    ) -> Done {
        let mut frames: Vec<*mut FrameHdr> =
            offered.into_iter().map(|frame| frame.into_raw().as_ptr()).collect();
        let mut outbox = Outbox::new(limit);
        let (half, function) = match entry {
            Entry::Accept => (self.take, self.table.accept),
            Entry::Produce => (self.give, self.table.produce),
            Entry::Finish => (self.take, self.table.finish),
        };
        let mut call = Call {
            size: size_of::<Call>() as u32,
            port,
            now_ns,
            frames: if frames.is_empty() { ptr::null_mut() } else { frames.as_mut_ptr() },
            // A batch has at most 64.
            len: frames.len() as u32,
            taken: 0,
            out: outbox.lend(),
            completed_out: 0,
            max: limit,
            wake_at_ns: 0,
            flags: 0,
            _pad: 0,
            _reserved: [0; 4],
        };
        // SAFETY: the half lives, and `&mut self` makes this the only call; `call` and what it points to live
        // as long.
        let status = host::calling(self.node, || unsafe { function(half, &raw mut call) });
        let taken = (call.taken as usize).min(frames.len());
        let left = frames.drain(taken..).filter_map(NonNull::new);
        Done {
            status,
            taken,
            // SAFETY: what is not taken is still ours.
            left: left.map(|hdr| unsafe { Frame::from_raw(hdr) }).collect(),
            out: outbox.into_results(),
            completed: call.completed_out as usize,
            wake_at_ns: call.wake_at_ns,
        }
    }

    pub(super) fn start(&mut self) -> Result<()> {
        let start = self.table.start;
        // SAFETY: `cold` passes what is valid for the call.
        self.cold(|inst, err| unsafe { start(inst, err) }).map(|_| ())
    }

    pub(super) fn reconfigure(&mut self, params: &str) -> Result<Reconfigured> {
        let reconfigure = self.table.reconfigure;
        // SAFETY: `cold` passes what is valid for the call.
        let code = self.cold(|inst, err| unsafe { reconfigure(inst, RStr::from_str(params), err) })?;
        Ok(if code == outcome::OK { Reconfigured::Done } else { Reconfigured::Unsupported })
    }

    pub(super) fn snapshot(&mut self) -> Result<Option<State>> {
        let mut state = rogue_abi::State { version: 0, _pad: 0, schema: RString::new(), bytes: RVec::new() };
        let snapshot = self.table.snapshot;
        // SAFETY: `cold` passes what is valid for the call.
        let code = self.cold(|inst, _| unsafe { snapshot(inst, &raw mut state) })?;
        Ok((code == outcome::OK).then(|| State {
            schema: state.schema.into_string(),
            version: state.version,
            bytes: state.bytes.into_vec(),
        }))
    }

    pub(super) fn restore(&mut self, state: &State) -> Result<()> {
        let state = rogue_abi::State {
            version: state.version,
            _pad: 0,
            schema: state.schema.as_str().into(),
            bytes: state.bytes.as_slice().into(),
        };
        let restore = self.table.restore;
        // SAFETY: `cold` passes what is valid for the call.
        self.cold(|inst, err| unsafe { restore(inst, &raw const state, err) }).map(|_| ())
    }

    pub(super) fn release_held(&mut self) -> (Held, Result<()>) {
        let mut held = rogue_abi::Held { frames: RVec::new(), handles: RVec::new() };
        let release_held = self.table.release_held;
        // SAFETY: `cold` passes what is valid for the call.
        let done = self.cold(|inst, _| unsafe { release_held(inst, &raw mut held) });
        (held_in(&mut held), done.map(|_| ()))
    }

    /// Gives back what was not adopted.
    pub(super) fn adopt(&mut self, offered: Held) -> (Held, Result<()>) {
        let mut held = rogue_abi::Held { frames: RVec::new(), handles: RVec::new() };
        held_out(offered, &mut held);
        let adopt = self.table.adopt;
        // SAFETY: `cold` passes what is valid for the call.
        let done = self.cold(|inst, err| unsafe { adopt(inst, &raw mut held, err) });
        (held_in(&mut held), done.map(|_| ()))
    }

    pub(super) fn stop(&mut self) -> Result<()> {
        let stop = self.table.stop;
        // SAFETY: the instance lives, and `&mut self` makes this the only call.
        host::calling(self.node, || unsafe { stop(self.inst) });
        // All that can go wrong here is a panic.
        host::fault_of_call(self.node).map_or(Ok(()), |text| Err(panicked(&text)))
    }

    /// Ends the instance, once; nothing of it is called afterwards.
    pub(super) fn destroy(&mut self) -> Result<()> {
        lock(&self.interrupt.target).0 = ptr::null_mut();
        let inst = std::mem::replace(&mut self.inst, ptr::null_mut());
        if inst.is_null() {
            return Ok(());
        }
        // SAFETY: the last use of the pointers, which `create` made.
        host::calling(self.node, || unsafe { (self.table.destroy)(inst, self.take, self.give) });
        host::fault_of_call(self.node).map_or(Ok(()), |text| Err(panicked(&text)))
    }

    /// A cold call: its outcome, or why not. A call without a place for an error tells the host.
    fn cold(&mut self, call: impl FnOnce(*mut c_void, *mut RString) -> i32) -> Result<i32> {
        let mut err = RString::new();
        let inst = self.inst;
        let code = host::calling(self.node, || call(inst, &raw mut err));
        if err.is_empty()
            && !matches!(code, outcome::OK | outcome::UNSUPPORTED)
            && let Some(text) = host::fault_of_call(self.node)
        {
            err = text.into();
        }
        verdict(code, &err)?;
        Ok(code)
    }
}

fn verdict(code: i32, err: &RString) -> Result<()> {
    match code {
        outcome::OK | outcome::UNSUPPORTED => Ok(()),
        outcome::PANICKED => Err(panicked(err)),
        _ => Err(Error::new(err)),
    }
}

/// How a panic is told.
pub(super) fn panicked(text: &str) -> Error {
    Error::new(format_args!("the module panicked: {text}"))
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Whoever wants to know calls `destroy`.
        let _ = self.destroy();
    }
}
