//! The functions of the WIT that a component exports and that are called a few times, the same for every component; those
//! that are called for every batch are in [`super::hot`].
//!
//! Called by the host. What holds: between `create` and `stop` there is one instance; what comes before or after that, the
//! host does not call.

use super::{
    bindings::{exports::rogue::flow::module, rogue::flow::types as wit},
    call::{Alive, Did, emit},
    convert::given,
    instance::Entry,
};
use crate::{
    State,
    guest::{batch::Batch, outcome::Outcomes},
    host,
    shape::Step,
};
use std::cell::RefCell;

/// The modules of a component, in the order of its cards; implemented by [`crate::export_module!`].
pub trait Exports: 'static {
    /// The modules.
    fn modules() -> &'static [Entry];
}

thread_local! {
    static ALIVE: RefCell<Option<Alive>> = const { RefCell::new(None) };
}

const NO_INSTANCE: &str = "there is no instance: `create` was not called, or failed";
const NO_MODULE: &str = "there is no module of this number in the file";

/// Runs a call of few on the instance.
fn cold<R>(body: impl FnOnce(&mut Alive) -> crate::Result<R>) -> Result<R, String> {
    ALIVE.with_borrow_mut(|alive| {
        let alive = alive.as_mut().ok_or(NO_INSTANCE)?;
        host::set_log_level(crate::abi::log_level::TRACE);
        let done = body(alive);
        host::tell_counters();
        done.map_err(|error| error.to_string())
    })
}

/// Runs a call of many on the instance, and does something with what it did.
#[inline]
pub(super) fn hot<R>(
    body: impl FnOnce(&mut Alive) -> Did,
    tell: impl FnOnce(Did, Option<&mut Batch>) -> R,
) -> R {
    ALIVE.with_borrow_mut(|alive| match alive {
        Some(alive) => {
            let did = body(alive);
            tell(did, Some(&mut alive.batch))
        }
        None => {
            let (outcomes, fault) = (Outcomes::ReleaseAll, Some(NO_INSTANCE.to_owned()));
            tell(Did { taken: 0, outcomes, flow: Step::Idle, wake_at: 0, fault }, None)
        }
    })
}

/// What became of frames since the last call that said so, and what leaves.
fn said(alive: &mut Alive) -> Vec<wit::Outcome> {
    match alive.batch.settle(0, None, emit) {
        Outcomes::Each(list) => list.into_iter().map(Into::into).collect(),
        Outcomes::PassAll | Outcomes::ReleaseAll => Vec::new(),
    }
}

impl<T: Exports> module::Guest for T {
    fn check(module: u32, params: String) -> Vec<wit::ParamFault> {
        super::install_panic_hook();
        match T::modules().get(module as usize) {
            Some(entry) => ((entry.check)(&params).into_iter())
                .map(|error| wit::ParamFault { path: error.path, message: error.message })
                .collect(),
            None => vec![wit::ParamFault { path: String::new(), message: NO_MODULE.to_owned() }],
        }
    }

    fn create(module: u32, params: String) -> Result<(), String> {
        super::install_panic_hook();
        let entry = T::modules().get(module as usize).ok_or(NO_MODULE)?;
        let running = (entry.create)(&params).map_err(|error| error.to_string())?;
        ALIVE.set(Some(Alive { running, batch: Batch::new() }));
        host::tell_counters();
        Ok(())
    }

    fn start() -> Result<(), String> {
        cold(|alive| alive.running.start())
    }

    fn reconfigure(params: String) -> Result<bool, String> {
        cold(|alive| alive.running.reconfigure(&params))
    }

    fn snapshot() -> Result<Option<wit::State>, String> {
        let state = cold(|alive| alive.running.snapshot())?;
        Ok(state.map(|State { schema, version, bytes }| wit::State { schema, version, bytes }))
    }

    fn restore(state: wit::State) -> Result<(), String> {
        let wit::State { schema, version, bytes } = state;
        cold(|alive| alive.running.restore(State { schema, version, bytes }))
    }

    fn release_held() -> Result<Vec<wit::Outcome>, String> {
        cold(|alive| {
            alive.batch.results.lend(u32::MAX);
            for (port, frame) in alive.running.release_held() {
                alive.batch.send(port, frame);
            }
            Ok(said(alive))
        })
    }

    fn adopt(frames: Vec<(u32, wit::Frame)>) -> Result<Vec<u32>, String> {
        cold(|alive| {
            let mut ports = Vec::with_capacity(frames.len());
            for (port, frame) in frames {
                ports.push(port);
                alive.batch.give(given(frame.id, frame.meta, frame.size), frame.payload, 0);
            }
            let frames = ports.into_iter().zip(alive.batch.adopt()).collect();
            let done = alive.running.adopt(frames);
            let ids = alive.batch.adopted();
            done.map(|()| ids)
        })
    }

    fn stop() -> Vec<wit::Outcome> {
        let told = cold(|alive| {
            alive.batch.results.lend(0);
            alive.running.stop();
            Ok(said(alive))
        });
        // Nothing in there fails.
        drop(ALIVE.take());
        host::tell_counters();
        told.unwrap_or_default()
    }
}
