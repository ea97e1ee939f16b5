//! One instance of a component: its memory, the calls into it, and the frames it has been given.
//!
//! Used by [`super::life`]. What holds: a call either returns and what it did happens, or the instance is dead and
//! nothing of that call has happened ([`Died`]): frames it was given are still the caller's. Payload is copied once on
//! its way in, and once on its way out if it was made or changed inside.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rogue_sdk::frame::Frame;
use wasmtime::{Store, Trap, WasmBacktrace};

use super::{
    calls::{Calls, Hot},
    compiled::Compiled,
    frames::{Frames, Heads, Room},
    imports::{TEXT_LIMIT, cut},
    lent::Lent,
    lift::Did,
    limits::Stopped,
    lower::Given,
    state::{COPIED, Home, State},
    v0_1::{self, Done, Flow, Outcomes, Told},
};
use crate::{
    card::Card,
    graph::{Sandbox, sandbox::size_text},
    host,
    module::{Call, ColdError, Held, OutItem, ParamFault, Status},
    pool::{self, field},
};

/// How many times the limit of a call a cold call may take: making an instance, state, new parameters.
const COLD_CALLS: u32 = 5;
/// Most bytes of payload that one call copies in, unless one frame has more: beyond it a batch is not faster.
const COPY_LIMIT: usize = 256 << 10;
/// What a call may hand out beyond the limit of memory: lists are a little longer here than there.
const MARGIN: usize = 1 << 20;
/// Most errors of parameters that one check reports.
const FAULT_LIMIT: usize = 1000;

/// An instance that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Died {
    /// Why.
    pub text: String,
    /// The module panicked, and said so.
    pub panicked: bool,
}

/// One instance.
pub struct Guest {
    store: Store<State>,
    calls: Calls,
    lent: Lent,
    /// Where the frames of a call are written.
    room: Room,
    /// Longest time of one call.
    limit: Duration,
    copied_in: &'static AtomicU64,
    copied_out: &'static AtomicU64,
}

impl Guest {
    /// A fresh instance, which nobody has called.
    pub fn new(
        compiled: &Compiled,
        home: Option<Home>,
        target: &Arc<str>,
        sandbox: &Sandbox,
        card: &Card,
    ) -> Result<Guest, Died> {
        static NOWHERE: AtomicU64 = AtomicU64::new(0);
        let counter = |name| {
            let shared = home.as_ref().map(|home| &home.shared);
            shared.map_or(&NOWHERE, |shared| shared.counter(name, rogue_abi::counter_kind::EVENT))
        };
        let [copied_in, copied_out] = COPIED.map(counter);
        let mut state = State::new(home, target.clone(), sandbox.memory, sandbox.output);
        state.outputs = card.output_count();
        state.reasons = card.drops.len() as u32;
        let mut store = Store::new(compiled.pre.engine(), state);
        // What one call hands out lies in its memory once, so that more is the same bytes named again and again.
        store.set_hostcall_fuel(usize::try_from(sandbox.memory).unwrap_or(usize::MAX).saturating_add(MARGIN));
        store.limiter(|state| &mut state.meter);
        store.epoch_deadline_callback(|mut store| store.data_mut().meter.look());
        let ticks = store.data_mut().meter.begin(sandbox.call * COLD_CALLS);
        store.set_epoch_deadline(ticks);
        let instance = match compiled.pre.instantiate(&mut store) {
            Ok(instance) => instance,
            Err(error) => return Err(died(&mut store, &error)),
        };
        let calls = Calls::of(&compiled.exports, &instance, &mut store);
        let calls = calls.map_err(|text| Died { text, panicked: false })?;
        let lent = Lent::default();
        let room = Room::default();
        Ok(Guest { store, calls, lent, room, limit: sandbox.call, copied_in, copied_out })
    }

    /// Makes a cold call.
    fn cold<T>(
        &mut self,
        body: impl FnOnce(&mut Store<State>, &Calls) -> wasmtime::Result<T>,
    ) -> Result<T, Died> {
        let ticks = self.store.data_mut().meter.begin(self.limit * COLD_CALLS);
        self.store.set_epoch_deadline(ticks);
        match body(&mut self.store, &self.calls) {
            Ok(answer) => {
                let state = self.store.data_mut();
                state.emitted.clear();
                state.commit();
                Ok(answer)
            }
            Err(error) => Err(died(&mut self.store, &error)),
        }
    }

    /// What is wrong with these parameters.
    pub fn check(&mut self, module: u32, params: &str) -> Result<Vec<ParamFault>, Died> {
        let faults = self.cold(|store, calls| Ok(calls.check.call(store, (module, params))?.0))?;
        let short = |text: String| cut(&text, TEXT_LIMIT).to_owned();
        Ok(faults
            .into_iter()
            .take(FAULT_LIMIT)
            .map(|fault| (short(fault.path), short(fault.message)))
            .collect())
    }

    /// Makes the module.
    pub fn create(&mut self, module: u32, params: &str) -> Result<Result<(), ColdError>, Died> {
        Ok(answer(self.cold(|store, calls| Ok(calls.create.call(store, (module, params))?.0))?))
    }

    /// The graph is about to run.
    pub fn start(&mut self) -> Result<Result<(), ColdError>, Died> {
        Ok(answer(self.cold(|store, calls| Ok(calls.start.call(store, ())?.0))?))
    }

    /// New parameters.
    pub fn reconfigure(&mut self, params: &str) -> Result<Result<(), ColdError>, Died> {
        let done = self.cold(|store, calls| Ok(calls.reconfigure.call(store, (params,))?.0))?;
        Ok(answer(done).and_then(|done| if done { Ok(()) } else { Err(ColdError::Unsupported) }))
    }

    /// The state, if there is one.
    pub fn snapshot(&mut self) -> Result<Result<Option<v0_1::State>, ColdError>, Died> {
        Ok(answer(self.cold(|store, calls| Ok(calls.snapshot.call(store, ())?.0))?))
    }

    /// Takes over a state.
    pub fn restore(&mut self, state: v0_1::State) -> Result<Result<(), ColdError>, Died> {
        Ok(answer(self.cold(|store, calls| Ok(calls.restore.call(store, (state,))?.0))?))
    }

    /// The instance is about to end. What it says of its frames happens, but that nothing leaves any more.
    pub fn stop(&mut self) -> Result<(), Died> {
        let ticks = self.store.data_mut().meter.begin(self.limit * COLD_CALLS);
        self.store.set_epoch_deadline(ticks);
        match self.calls.stop.call(&mut self.store, ()) {
            Ok((list,)) => self.settle(&mut [], 0, &Outcomes::Each(list), &mut Vec::new()),
            Err(error) => Err(died(&mut self.store, &error)),
        }
    }

    /// Frames that it holds, oldest first; it is not asked.
    pub fn take_held(&mut self) -> Vec<Frame> {
        self.lent.take_held()
    }

    /// Has it give up what it holds.
    pub fn release_held(&mut self, held: &mut Held) -> Result<Result<(), ColdError>, Died> {
        // Ports are for the successor: a sink that keeps frames says which input they are of.
        let outputs = std::mem::replace(&mut self.store.data_mut().outputs, u32::MAX);
        let released = self.release(held);
        self.store.data_mut().outputs = outputs;
        released
    }

    fn release(&mut self, held: &mut Held) -> Result<Result<(), ColdError>, Died> {
        let limit = self.limit * COLD_CALLS;
        let ticks = self.store.data_mut().meter.begin(limit);
        self.store.set_epoch_deadline(ticks);
        let said = match self.calls.release_held.call(&mut self.store, ()) {
            Ok((said,)) => said,
            Err(error) => return Err(died(&mut self.store, &error)),
        };
        let list = match answer(said) {
            Ok(list) => list,
            Err(why) => return Ok(Err(why)),
        };
        let mut out: Vec<OutItem> = Vec::new();
        self.settle(&mut [], 0, &Outcomes::Each(list), &mut out)?;
        held.frames.extend(out.into_iter().map(|item| (item.port, item.frame)));
        drop(self.lent.take_held());
        Ok(Ok(()))
    }

    /// Lets it take over what a predecessor held; what it does not keep stays in the list.
    pub fn adopt(&mut self, held: &mut Held) -> Result<Result<(), ColdError>, Died> {
        let count = u32::try_from(held.frames.len()).unwrap_or(u32::MAX);
        let first = self.lent.number(count);
        let given = held.frames.iter().zip(first..);
        let given: Vec<(u32, Given<'_>)> =
            given.map(|((port, frame), id)| (*port, Given { id, frame })).collect();
        let said = self.cold(|store, calls| Ok(calls.adopt.call(store, (&given,))?.0))?;
        drop(given);
        let kept = match answer(said) {
            Ok(kept) => kept,
            Err(why) => return Ok(Err(why)),
        };
        let given = first..first.saturating_add(count);
        if let Some(id) = kept.iter().find(|id| !given.contains(id)) {
            return Err(self.broke(format!("it keeps frame {id}, which it was not given")));
        }
        let kept: BTreeSet<u32> = kept.into_iter().collect();
        for (id, (port, frame)) in (first..).zip(std::mem::take(&mut held.frames)) {
            match kept.contains(&id) {
                true => self.lent.hold(id, frame),
                false => held.frames.push((port, frame)),
            }
        }
        Ok(Ok(()))
    }

    /// Gives it frames `from..from + most` of a call, fewer where they are large, and does what it says of them.
    pub fn take(&mut self, call: &mut Call<'_>, from: usize, most: usize) -> Result<Status, Died> {
        let offered = call.frames.get(from..from + most).unwrap_or_default();
        let told = told(call);
        let ticks = self.store.data_mut().meter.begin(self.limit);
        self.store.set_epoch_deadline(ticks);
        let (done, count, first) = match self.calls.hot {
            Hot::Process(process, _) => {
                let (count, bytes) = portion(offered);
                let first = self.lent.number(count as u32);
                let given = Frames { frames: &offered[..count], first, room: &self.room };
                let done = process.call(&mut self.store, (told, given));
                self.copied_in.fetch_add(bytes, Ordering::Relaxed);
                (done, count, first)
            }
            Hot::Inspect(inspect, _) => {
                let count = offered.len();
                let first = self.lent.number(count as u32);
                let given = Heads { frames: offered, first, room: &self.room };
                (inspect.call(&mut self.store, (told, given)), count, first)
            }
            Hot::Produce(_) => return Ok(Status::Idle),
        };
        let done = self.returned(done)?;
        let taken = done.taken as usize;
        if taken > count || (taken == 0 && count > 0 && done.fault.is_none() && told.room > 0) {
            return Err(self.broke(format!("it took {taken} frames of {count}")));
        }
        if done.flow == Flow::Ended {
            return Err(self.broke("it says `ended` of frames, which only `finish` may".to_owned()));
        }
        let frames = &mut call.frames[from..from + taken];
        self.finish_call(done, frames, first, call.out, &mut call.wake_at_ns).map(|status| {
            call.taken = from + taken;
            call.completed_out = call.out.items.len();
            match status {
                Status::Idle if taken < most => Status::More,
                status => status,
            }
        })
    }

    /// Asks a source for frames.
    pub fn produce(&mut self, call: &mut Call<'_>) -> Result<Status, Died> {
        let Hot::Produce(produce) = self.calls.hot else { return Ok(Status::Ended) };
        let told = Told { room: call.max.min(told(call).room), ..told(call) };
        let ticks = self.store.data_mut().meter.begin(self.limit);
        self.store.set_epoch_deadline(ticks);
        let done = produce.call(&mut self.store, (told,));
        let done = self.returned(done)?;
        self.finish_call(done, &mut [], 0, call.out, &mut call.wake_at_ns)
    }

    /// Asks for what is left after the last frame.
    pub fn finish(&mut self, call: &mut Call<'_>) -> Result<Status, Died> {
        let (Hot::Process(_, finish) | Hot::Inspect(_, finish)) = self.calls.hot else {
            return Ok(Status::Ended);
        };
        let ticks = self.store.data_mut().meter.begin(self.limit);
        self.store.set_epoch_deadline(ticks);
        let done = finish.call(&mut self.store, (told(call),));
        let done = self.returned(done)?;
        self.finish_call(done, &mut [], 0, call.out, &mut call.wake_at_ns)
    }

    fn returned(&mut self, done: wasmtime::Result<(Did,)>) -> Result<Done, Died> {
        done.map(|(Did(done),)| done).map_err(|error| died(&mut self.store, &error))
    }

    /// Does what a call that returned says it did.
    fn finish_call(
        &mut self,
        done: Done,
        frames: &mut [Option<Frame>],
        first: u32,
        out: &mut crate::module::Outbox,
        wake_at_ns: &mut u64,
    ) -> Result<Status, Died> {
        let copied = self.store.data().copied;
        if copied > 0 {
            self.copied_out.fetch_add(copied, Ordering::Relaxed);
        }
        let Some(fault) = done.fault else {
            self.settle(frames, first, &done.outcomes, &mut out.items)?;
            if done.wake_at != 0 {
                *wake_at_ns = done.wake_at;
            }
            return Ok(match done.flow {
                Flow::Idle => Status::Idle,
                Flow::More => Status::More,
                Flow::Ended => Status::Ended,
            });
        };
        let (before, inside) = frames.split_at_mut(frames.len().saturating_sub(1));
        let outcomes = match done.outcomes {
            Outcomes::Each(mut list) => {
                list.truncate(done.completed as usize);
                Outcomes::Each(list)
            }
            all => all,
        };
        self.settle(before, first, &outcomes, &mut out.items)?;
        for frame in inside.iter_mut().filter_map(Option::take) {
            pool::drop_as(frame, field::DROP_FAULT);
        }
        self.fault(cut(&fault, TEXT_LIMIT));
        Ok(Status::Fault)
    }

    fn settle(
        &mut self,
        frames: &mut [Option<Frame>],
        first: u32,
        outcomes: &Outcomes,
        out: &mut Vec<OutItem>,
    ) -> Result<(), Died> {
        let state = self.store.data_mut();
        match self.lent.settle(frames, first, outcomes, state, out) {
            Ok(whole) => {
                state.emitted.clear();
                state.commit();
                if !whole {
                    self.fault("no memory for a frame that it sent");
                }
                Ok(())
            }
            Err(stopped) => {
                state.forget();
                Err(Died { text: stopped.to_string(), panicked: false })
            }
        }
    }

    fn fault(&self, text: &str) {
        if let Some(home) = &self.store.data().home {
            host::fault(home.node, text);
        }
    }

    fn broke(&mut self, what: String) -> Died {
        self.store.data_mut().forget();
        Died { text: Stopped::Broke(what).to_string(), panicked: false }
    }
}

/// What a call is told.
fn told(call: &Call<'_>) -> Told {
    let room = call.out.limit.saturating_sub(call.out.items.len());
    let room = u32::try_from(room).unwrap_or(u32::MAX);
    Told { now: call.now_ns, port: call.port, room, log: host::log_level().min(5) as u8 }
}

/// How many frames one call gets, and their payload.
fn portion(offered: &[Option<Frame>]) -> (usize, u64) {
    let mut bytes = 0;
    for (at, frame) in offered.iter().enumerate() {
        let payload = frame.as_ref().map_or(0, |frame| frame.payload() as usize);
        if at > 0 && bytes + payload > COPY_LIMIT {
            return (at, bytes as u64);
        }
        bytes += payload;
    }
    (offered.len(), bytes as u64)
}

/// What a cold call answered.
fn answer<T>(said: Result<T, String>) -> Result<T, ColdError> {
    said.map_err(|why| match cut(&why, TEXT_LIMIT) {
        "" => ColdError::Refused("it did not say why".to_owned()),
        why => ColdError::Refused(why.to_owned()),
    })
}

/// A call was stopped: nothing of it has happened, and the instance cannot be called again.
fn died(store: &mut Store<State>, error: &wasmtime::Error) -> Died {
    let state = store.data_mut();
    state.forget();
    if let Some(text) = state.said.take() {
        return Died { text, panicked: true };
    }
    let mut text = match (error.downcast_ref::<Stopped>(), error.downcast_ref::<Trap>()) {
        (Some(stopped), _) => stopped.to_string(),
        (None, Some(Trap::StackOverflow)) => {
            format!("its calls went deeper than the {} KiB of its stack", super::engine::STACK >> 10)
        }
        (None, Some(Trap::UnreachableCodeReached)) => "it aborted".to_owned(),
        (None, Some(Trap::MemoryOutOfBounds)) => "it reached outside of its memory".to_owned(),
        (None, Some(trap)) => format!("it trapped: {trap}"),
        (None, None) if state.meter.denied => "it needs more memory than it may have".to_owned(),
        (None, None) => {
            format!("it broke the rules of a call: {error:#}; this is for the module's author to mend")
        }
    };
    let function = error.downcast_ref::<WasmBacktrace>().and_then(|trace| {
        trace.frames().iter().find_map(|frame| Some(cut(frame.func_name()?, TARGET).to_owned()))
    });
    if let Some(function) = function {
        text.push_str(&format!(", in `{function}`"));
    }
    if state.meter.denied {
        let most = size_text(state.meter.most());
        text.push_str(&format!(
            "; it was denied memory beyond its limit of {most} (`limits: {{ memory: … }}`)"
        ));
    }
    Died { text, panicked: false }
}

/// Most bytes of a function's name.
const TARGET: usize = 200;
