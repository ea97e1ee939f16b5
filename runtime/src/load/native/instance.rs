//! The cold side of an instance in a plugin.

use std::{
    ffi::c_void,
    os::fd::{FromRawFd, IntoRawFd, OwnedFd},
    ptr::NonNull,
    sync::Arc,
};

use abi_stable::std_types::{RStr, RString, RVec};
use rogue_abi::{HeldFrame, HeldHandle, outcome};
use rogue_sdk::frame::Frame;

use crate::module::{ColdError, Held, Instance, Interrupt, State};

/// What `create` made. Shared by the cold side, the halves and the interrupts; ended with the last of them.
pub(super) struct Inner {
    pub(super) table: &'static rogue_abi::Module,
    pub(super) inst: *mut c_void,
    pub(super) take: *mut c_void,
    pub(super) give: *mut c_void,
}

// SAFETY: the pointers are only passed to the functions of the table, which may be called on any thread;
// who calls keeps to one call at a time into each half (`crate::module`).
unsafe impl Send for Inner {}
// SAFETY: as above; through a shared reference only `interrupt` is called, which is made for that.
unsafe impl Sync for Inner {}

impl Drop for Inner {
    fn drop(&mut self) {
        // SAFETY: the pointers are what `create` made, and the last user of them is gone.
        unsafe { (self.table.destroy)(self.inst, self.take, self.give) }
    }
}

/// The answer of a cold call.
pub(super) fn answer(code: i32, text: &RString) -> Result<(), ColdError> {
    let text = || match text.as_str() {
        "" => "it did not say why".to_owned(),
        text => text.to_owned(),
    };
    match code {
        outcome::OK => Ok(()),
        outcome::REFUSED => Err(ColdError::Refused(text())),
        outcome::UNSUPPORTED => Err(ColdError::Unsupported),
        outcome::PANICKED => Err(ColdError::Panicked(text())),
        other => Err(ColdError::Refused(format!("the module answered {other}, which means nothing"))),
    }
}

/// The cold side of an instance.
pub struct NativeInstance {
    inner: Arc<Inner>,
    blocking: bool,
}

impl NativeInstance {
    pub(super) fn new(inner: Arc<Inner>, blocking: bool) -> NativeInstance {
        NativeInstance { inner, blocking }
    }
}

impl Instance for NativeInstance {
    fn start(&mut self) -> Result<(), ColdError> {
        let mut err = RString::new();
        // SAFETY: the instance lives, no half is being called (`crate::module`), `err` lives for the call.
        let code = unsafe { (self.inner.table.start)(self.inner.inst, &raw mut err) };
        answer(code, &err)
    }

    fn reconfigure(&mut self, params: &str) -> Result<(), ColdError> {
        let mut err = RString::new();
        let params = RStr::from_str(params);
        // SAFETY: as in `start`.
        let code = unsafe { (self.inner.table.reconfigure)(self.inner.inst, params, &raw mut err) };
        answer(code, &err)
    }

    fn snapshot(&mut self) -> Result<State, ColdError> {
        let mut state = rogue_abi::State { version: 0, _pad: 0, schema: RString::new(), bytes: RVec::new() };
        // SAFETY: as in `start`.
        let code = unsafe { (self.inner.table.snapshot)(self.inner.inst, &raw mut state) };
        answer(code, &RString::from("its state was not written; its log says why"))?;
        Ok(State {
            schema: state.schema.as_str().to_owned(),
            version: state.version,
            bytes: state.bytes.as_slice().to_vec(),
        })
    }

    fn restore(&mut self, state: &State) -> Result<(), ColdError> {
        let state = rogue_abi::State {
            version: state.version,
            _pad: 0,
            schema: RString::from(state.schema.as_str()),
            bytes: RVec::from(state.bytes.clone()),
        };
        let mut err = RString::new();
        // SAFETY: as in `start`.
        let code = unsafe { (self.inner.table.restore)(self.inner.inst, &raw const state, &raw mut err) };
        answer(code, &err)
    }

    fn release_held(&mut self, held: &mut Held) -> Result<(), ColdError> {
        let mut lent = lend(held);
        // SAFETY: as in `start`.
        let code = unsafe { (self.inner.table.release_held)(self.inner.inst, &raw mut lent) };
        take_back(lent, held);
        answer(code, &RString::from("what it holds was not given up; its log says why"))
    }

    fn adopt(&mut self, held: &mut Held) -> Result<(), ColdError> {
        let mut lent = lend(held);
        let mut err = RString::new();
        // SAFETY: as in `start`.
        let code = unsafe { (self.inner.table.adopt)(self.inner.inst, &raw mut lent, &raw mut err) };
        take_back(lent, held);
        answer(code, &err)
    }

    fn interrupt(&self) -> Option<Interrupt> {
        let inner = self.inner.clone();
        // SAFETY: `interrupt` may be called from any thread while the instance lives, which `inner` sees to.
        let interrupt = move || unsafe { (inner.table.interrupt)(inner.inst) };
        self.blocking.then(|| -> Interrupt { Arc::new(interrupt) })
    }

    fn stop(&mut self) {
        // SAFETY: as in `start`.
        unsafe { (self.inner.table.stop)(self.inner.inst) }
    }
}

/// The list as it crosses: its handles belong to it.
fn lend(held: &mut Held) -> rogue_abi::Held {
    let frames = held.frames.drain(..);
    let frames = frames.map(|(port, frame)| HeldFrame { frame: frame.into_raw().as_ptr(), port, _pad: 0 });
    let handles = held.handles.drain(..);
    let handles =
        handles.map(|(name, fd)| HeldHandle { name: RString::from(name), fd: i64::from(fd.into_raw_fd()) });
    rogue_abi::Held { frames: frames.collect(), handles: handles.collect() }
}

/// Takes over what is in the list.
fn take_back(lent: rogue_abi::Held, held: &mut Held) {
    for item in lent.frames {
        if let Some(header) = NonNull::new(item.frame) {
            // SAFETY: the list owned the handle, and is gone.
            held.frames.push((item.port, unsafe { Frame::from_raw(header) }));
        }
    }
    for item in lent.handles {
        // SAFETY: a question about a number; nothing is done to what it names.
        let open = |fd: i32| unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1;
        match i32::try_from(item.fd) {
            Ok(fd) if fd >= 0 && open(fd) => {
                // SAFETY: the list owned the descriptor, which is open, and is gone.
                let fd = unsafe { OwnedFd::from_raw_fd(fd) };
                held.handles.push((item.name.into_string(), fd));
            }
            _ => log::warn!("a module gave up `{}`, descriptor {}, which is not open", item.name, item.fd),
        }
    }
}
