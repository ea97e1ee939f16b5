//! One hand-over of frames: a call of the WIT as the shapes see it.
//!
//! Called by [`super::exports`]. What holds: what the module left is told in the order it left it; counters are told
//! before the call ends.
#![allow(unsafe_code)]

use super::{
    bindings::rogue::flow::{
        host as imports,
        types::{self as wit, Done},
    },
    instance::Running,
};
use crate::abi::Call;
use crate::{Context, Input, Out, Result, guest::batch::Batch, host, shape::Step};
use std::ptr::{self, NonNull};

/// The instance of a component, with the frames on loan to it.
pub(super) struct Alive {
    pub(super) running: Box<dyn Running>,
    pub(super) batch: Batch,
}

impl Alive {
    /// Runs a call; `batch` has its frames.
    #[inline]
    pub(super) fn call(
        &mut self,
        told: wit::Call,
        body: impl FnOnce(&mut dyn Running, &mut Input<'_>, &mut Out<'_>, &Context<'_>) -> Result<Step>,
    ) -> Done {
        host::set_log_level(told.log.into());
        if let Some(fault) = host::take_fault() {
            let outcomes = self.batch.settle(0, None, emit).into();
            return ended(0, outcomes, Err(fault), 0);
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
        let done = body(&mut *self.running, &mut input, &mut out, &cx);
        let done = match done {
            Ok(_) if out.refused() => Err("more results in one call than the runtime takes".to_owned()),
            Ok(step) => Ok(step),
            Err(error) => Err(error.to_string()),
        };
        let wake_at = cx.end();
        // SAFETY: as above.
        let (taken, completed) = unsafe { (call.as_ref().taken, call.as_ref().completed_out) };
        let outcomes: wit::Outcomes =
            self.batch.settle(taken, done.is_err().then_some(completed), emit).into();
        host::tell_counters();
        ended(taken, outcomes, done, wake_at)
    }
}

/// What a call did. Of one that failed all outcomes count: those that do not were left out.
#[inline]
fn ended(taken: u32, outcomes: wit::Outcomes, done: Result<Step, String>, wake_at: u64) -> Done {
    let completed = match (&outcomes, &done) {
        (wit::Outcomes::Each(list), Err(_)) => list.len() as u32,
        _ => 0,
    };
    let (flow, fault) = match done {
        Ok(step) => (step.into(), None),
        Err(text) => (wit::Flow::Idle, Some(text)),
    };
    Done { taken, outcomes, flow, wake_at, fault, completed }
}

/// Makes a frame at the host.
#[inline]
pub(super) fn emit(port: u32, meta: crate::guest::outcome::Meta, size: u32, payload: &[u8]) -> u32 {
    imports::emit(port, meta.into(), size, payload)
}
