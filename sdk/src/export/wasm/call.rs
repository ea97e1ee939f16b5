//! One hand-over of frames: a call of the WIT as the shapes see it.
//!
//! Called by [`super::exports`]. What holds: what the module left is told in the order it left it; counters are told
//! before the call ends.
#![allow(unsafe_code)]

use super::{bindings::rogue::flow::host as imports, instance::Running};
use crate::abi::Call;
use crate::{
    Context, Input, Out,
    guest::{batch::Batch, outcome::Outcomes},
    host,
    shape::Step,
};
use std::ptr::{self, NonNull};

/// What a call is told: `types.call`.
#[derive(Clone, Copy)]
pub struct Told {
    /// Monotonic time.
    pub now: u64,
    /// Input port.
    pub port: u32,
    /// How many results it should leave.
    pub room: u32,
    /// The most verbose level that anybody listens to.
    pub log: u32,
}

/// Which call it is.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    Accept,
    Produce,
    Finish,
}

/// What a call did: `types.done`.
pub(super) struct Did {
    pub(super) taken: u32,
    pub(super) outcomes: Outcomes,
    pub(super) flow: Step,
    pub(super) wake_at: u64,
    pub(super) fault: Option<String>,
}

/// The instance of a component, with the frames on loan to it.
pub(super) struct Alive {
    pub(super) running: Box<dyn Running>,
    pub(super) batch: Batch,
}

impl Alive {
    /// Runs a call; `batch` has its frames. In the component once: what is compiled on an operator's machine is to be small.
    #[inline(never)]
    pub(super) fn call(&mut self, told: Told, asked: Asked) -> Did {
        host::set_log_level(told.log);
        if let Some(fault) = host::take_fault() {
            let outcomes = self.batch.settle(0, None, emit);
            return Did { taken: 0, outcomes, flow: Step::Idle, wake_at: 0, fault: Some(fault) };
        }
        let node = self.running.node();
        let (frames, len) = self.batch.offered();
        let out = self.batch.results.lend(told.room);
        let mut call = Call {
            size: size_of::<Call>() as u32,
            port: told.port,
            now_ns: told.now,
            frames: if len == 0 { ptr::null_mut() } else { frames },
            len,
            taken: 0,
            out: out.as_ptr(),
            completed_out: 0,
            max: told.room,
            wake_at_ns: 0,
            flags: 0,
            _pad: 0,
            _reserved: [0; 4],
        };
        let call = NonNull::from(&mut call);
        // SAFETY: the call and its lists are valid and used through these only, until the module has returned; the
        // frames are live handles.
        let (mut input, mut out) = unsafe { (Input::new(call), Out::new(out, node)) };
        let cx = Context::new(node, told.now, told.port);
        let done = match asked {
            Asked::Accept => self.running.accept(&mut input, &mut out, &cx),
            Asked::Produce => self.running.produce(&mut out, &cx),
            Asked::Finish => self.running.finish(&mut out, &cx),
        };
        let done = match done {
            Ok(_) if out.refused() => Err("more results in one call than the runtime takes".to_owned()),
            Ok(step) => Ok(step),
            Err(error) => Err(error.to_string()),
        };
        let wake_at = cx.end();
        // SAFETY: as above.
        let (taken, completed) = unsafe { (call.as_ref().taken, call.as_ref().completed_out) };
        let outcomes = self.batch.settle(taken, done.is_err().then_some(completed), emit);
        host::tell_counters();
        let (flow, fault) = match done {
            Ok(step) => (step, None),
            Err(text) => (Step::Idle, Some(text)),
        };
        Did { taken, outcomes, flow, wake_at, fault }
    }
}

/// Makes a frame at the host.
#[inline]
pub(super) fn emit(port: u32, meta: crate::guest::outcome::Meta, size: u32, payload: &[u8]) -> u32 {
    imports::emit(port, meta.into(), size, payload)
}
