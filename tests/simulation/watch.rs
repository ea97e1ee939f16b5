//! Every module of a run, watched: what each call was offered, took and left is noted, and faults come in between.
//!
//! What holds: the module inside is the real one, loaded or not; what is noted is what the engine gets to see, unless
//! a [`Lie`] was asked for.

use crate::{
    lie::{self, Lie},
    point::{Hits, Point},
    profile::Profile,
};
use fastrand::Rng;
use rogue_abi::NodeRef;
use rogue_runtime::{
    host::nodes,
    module::{Call, ColdError, Half, Held, Instance, Interrupt, Made, Module, ParamFault, State, Status},
    pool,
};
use rogue_sdk::Frame;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// What tells frames apart: the first bytes of their payload.
pub type Id = u64;

/// A frame's first eight bytes.
pub fn id(frame: &Frame) -> Id {
    let mut bytes = [0; 8];
    let len = bytes.len().min(frame.payload() as usize);
    // A frame has at least as much payload as it says.
    let _ = frame.read(0, &mut bytes[..len]);
    u64::from_le_bytes(bytes)
}

/// Which call it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Accept,
    Produce,
    Finish,
}

/// One call into one half.
#[derive(Clone, Debug)]
pub struct Note {
    /// Index in the plan.
    pub node: usize,
    pub entry: Entry,
    pub port: u32,
    pub offered: Vec<Id>,
    pub taken: usize,
    /// Output port and frame of each result.
    pub left: Vec<(u32, Id)>,
    /// Results of the frames that were completed.
    pub completed: usize,
    pub status: Status,
}

/// What all watched modules of a run share.
pub struct World {
    pub clock: Arc<AtomicU64>,
    pub state: Mutex<Shared>,
}

/// What may change.
pub struct Shared {
    pub dice: Rng,
    pub profile: Profile,
    pub hits: Hits,
    pub notes: Vec<Note>,
    pub lie: Option<Lie>,
    /// Whether there is no memory until further notice.
    pub starved: bool,
    /// What a module's cold side was found to do wrong.
    pub wrong: Option<String>,
}

impl World {
    pub fn lock(&self) -> MutexGuard<'_, Shared> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now_ns(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub fn pass(&self, ns: u64) {
        self.clock.fetch_add(ns, Ordering::Relaxed);
    }
}

impl Shared {
    /// Whether a point is reached now; counts it.
    pub fn strikes(&mut self, point: Point, per_mille: u32) -> bool {
        let strikes = per_mille > 0 && self.dice.u32(0..1000) < per_mille;
        if strikes {
            self.hits.hit(point);
        }
        strikes
    }
}

/// A watched module, as one node.
pub struct Watched {
    pub inner: Arc<dyn Module>,
    pub node: usize,
    pub world: Arc<World>,
    /// Instances so far.
    pub made: AtomicU64,
    /// What its first instance refuses.
    pub refuses: Option<Refusal>,
}

impl Module for Watched {
    fn flags(&self) -> u64 {
        self.inner.flags()
    }

    fn check(&self, params: &str) -> Vec<ParamFault> {
        self.inner.check(params)
    }

    fn create(&self, node: NodeRef, params: &str) -> Result<Made, ColdError> {
        let again = self.made.fetch_add(1, Ordering::Relaxed) > 0;
        let mut refuses = self.refuses.filter(|_| !again);
        if refuses == Some(Refusal::Create) {
            return Err(ColdError::Refused("does not want to be".to_owned()));
        }
        if again {
            let mut shared = self.world.lock();
            shared.hits.hit(Point::Restart);
            let rate = shared.profile.renewal / 2;
            if shared.strikes(Point::Renewal, rate) {
                return Err(ColdError::Refused("not again".to_owned()));
            }
            refuses = shared.strikes(Point::Renewal, rate).then_some(Refusal::Start);
        }
        let Made { instance, take, give } = self.inner.create(node, params)?;
        let taken = Arc::new(AtomicU64::new(0));
        let watch = |inner: Box<dyn Half>| -> Box<dyn Half> {
            Box::new(WatchedHalf {
                inner,
                node: self.node,
                name: node,
                world: self.world.clone(),
                wake_at_ns: 0,
                taken: taken.clone(),
            })
        };
        let (take, give) = (take.map(watch), give.map(watch));
        let instance =
            WatchedInstance { inner: instance, node: self.node, world: self.world.clone(), taken, refuses };
        Ok(Made { instance: Box::new(instance), take, give })
    }
}

struct WatchedHalf {
    inner: Box<dyn Half>,
    node: usize,
    name: NodeRef,
    world: Arc<World>,
    /// The time the module asked for last.
    wake_at_ns: u64,
    /// Frames that the instance has taken, and those before whose state it has.
    taken: Arc<AtomicU64>,
}

impl Half for WatchedHalf {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        self.call(Entry::Accept, call)
    }

    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        self.call(Entry::Produce, call)
    }

    fn finish(&mut self, call: &mut Call<'_>) -> Status {
        self.call(Entry::Finish, call)
    }
}

impl WatchedHalf {
    fn call(&mut self, entry: Entry, call: &mut Call<'_>) -> Status {
        let offered: Vec<Id> = call.frames.iter().flatten().map(id).collect();
        let status = match self.instead(entry, call) {
            Some(status) => status,
            None => self.inside(entry, call),
        };
        let left = call.out.items.iter().map(|item| (item.port, id(&item.frame))).collect();
        let (port, taken, completed) = (call.port, call.taken, call.completed_out);
        self.taken.fetch_add(taken as u64, Ordering::Relaxed);
        let mut shared = self.world.lock();
        shared.notes.push(Note { node: self.node, entry, port, offered, taken, left, completed, status });
        if let Some(lie) = shared.lie {
            lie::tell(lie, self.name, call);
        }
        status
    }

    /// What happens in place of the call, if something does.
    fn instead(&mut self, entry: Entry, call: &mut Call<'_>) -> Option<Status> {
        let mut shared = self.world.lock();
        let Profile { failed_call, refusal, idle_turn, .. } = shared.profile;
        if shared.strikes(Point::FailedCall, failed_call) {
            nodes::with(self.name, |_, entry| entry.shared.set_fault("failed before it began"));
            return Some(Status::Fault);
        }
        if entry == Entry::Accept && !call.frames.is_empty() && shared.strikes(Point::Refusal, refusal) {
            call.wake_at_ns = call.now_ns + shared.dice.u64(1..20_000);
            return Some(Status::Blocked);
        }
        shared.strikes(Point::IdleTurn, idle_turn).then_some(Status::More)
    }

    /// The call itself, in which time may pass and memory be missing.
    fn inside(&mut self, entry: Entry, call: &mut Call<'_>) -> Status {
        let mut shared = self.world.lock();
        let Profile { slow_stage, starved_call, .. } = shared.profile;
        if shared.strikes(Point::SlowStage, slow_stage) {
            let ns = shared.dice.u64(1..100_000);
            self.world.pass(ns);
        }
        let starved = !shared.starved && shared.strikes(Point::Allocation, starved_call);
        // No module is called under a lock.
        drop(shared);
        if starved {
            pool::starve(true);
        }
        let status = match entry {
            Entry::Accept => self.inner.accept(call),
            Entry::Produce => self.inner.produce(call),
            Entry::Finish => self.inner.finish(call),
        };
        if starved {
            pool::starve(false);
        }
        let failure = match (status, entry) {
            (Status::Fault, _) => Some(Point::Error),
            (Status::Panicked, Entry::Accept) => Some(Point::PanicInAccept),
            (Status::Panicked, Entry::Produce) => Some(Point::PanicInProduce),
            (Status::Panicked, Entry::Finish) => Some(Point::PanicInFinish),
            _ => None,
        };
        failure.into_iter().for_each(|point| self.world.lock().hits.hit(point));
        // What the module asked for may have been replaced by a refusal's time.
        match call.wake_at_ns {
            0 if self.wake_at_ns > call.now_ns => call.wake_at_ns = self.wake_at_ns,
            0 => {}
            asked => self.wake_at_ns = asked,
        }
        status
    }
}

/// What an instance refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Create,
    Start,
    Restore,
    Adopt,
}

/// The cold side of an instance, which may refuse; the state of `wild-stage`, which is the frames it has taken, is compared
/// with what was taken.
struct WatchedInstance {
    inner: Box<dyn Instance>,
    node: usize,
    world: Arc<World>,
    taken: Arc<AtomicU64>,
    refuses: Option<Refusal>,
}

impl WatchedInstance {
    fn may(&self, refusal: Refusal) -> Result<(), ColdError> {
        match self.refuses == Some(refusal) {
            true => Err(ColdError::Refused(format!("does not want to {refusal:?}"))),
            false => Ok(()),
        }
    }

    /// The count that a state says, if it is one of `wild-stage`.
    fn count(state: &State) -> Option<u64> {
        (state.schema == "wild-stage").then(|| serde_json::from_slice(&state.bytes).ok()).flatten()
    }
}

impl Instance for WatchedInstance {
    fn start(&mut self) -> Result<(), ColdError> {
        self.may(Refusal::Start)?;
        self.inner.start()
    }
    fn reconfigure(&mut self, params: &str) -> Result<(), ColdError> {
        self.inner.reconfigure(params)
    }
    fn snapshot(&mut self) -> Result<State, ColdError> {
        let state = self.inner.snapshot()?;
        let taken = self.taken.load(Ordering::Relaxed);
        if let Some(count) = Self::count(&state).filter(|count| *count != taken) {
            let wrong = format!("n{} has taken {taken} frames, its state says {count}", self.node);
            self.world.lock().wrong.get_or_insert(wrong);
        }
        Ok(state)
    }
    fn restore(&mut self, state: &State) -> Result<(), ColdError> {
        self.may(Refusal::Restore)?;
        self.inner.restore(state)?;
        self.taken.store(Self::count(state).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }
    fn release_held(&mut self, held: &mut Held) -> Result<(), ColdError> {
        self.inner.release_held(held)
    }
    fn adopt(&mut self, held: &mut Held) -> Result<(), ColdError> {
        if self.refuses == Some(Refusal::Adopt) {
            // Some are taken before it refuses the rest.
            let rest = held.frames.split_off(held.frames.len() / 2);
            self.inner.adopt(held)?;
            held.frames.extend(rest);
        }
        self.may(Refusal::Adopt)?;
        self.inner.adopt(held)
    }
    fn interrupt(&self) -> Option<Interrupt> {
        self.inner.interrupt()
    }
    fn stop(&mut self) {
        self.inner.stop();
    }
}
