//! A module on trial: an instance of which no graph knows, with a node's name, an account and drops of its own.
//!
//! Used on the threads of [`observer`](super::observer) and [`rehearsal`](super::rehearsal). What holds: it is given one
//! frame at a time, so that what it gives is known to come of that; its frames are in its own account, its counters and
//! readings nobody's; when it is gone, nothing is charged to it any more.

use super::watched::{ACCEPT, ADOPT, CREATE, FINISH, RESTORE, START, STOP, Watched};
use crate::{
    card::Card,
    engine::BATCH_FRAMES,
    host::nodes::{self, NodeShared},
    module::{Call, ColdError, Half, Held, Instance, Module, Outbox, State, Status},
    pool::{self, Account, MAX_REASONS},
    swap::Wanted,
};
use rogue_sdk::Frame;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Calls for one frame: a module that unpacks it needs one for each batch of results.
const ROUNDS: usize = 1 << 16;

/// What a subject is made of.
#[derive(Clone)]
pub(super) struct Role {
    /// Its number, for who watches.
    pub(super) who: usize,
    /// How it is called in messages: module and version.
    pub(super) name: String,
    pub(super) module: Arc<dyn Module>,
    pub(super) params: Map<String, Value>,
    pub(super) card: Arc<Card>,
}

impl Role {
    /// The module that is wanted for a node.
    pub(super) fn of(who: usize, wanted: &Wanted) -> Role {
        let card = wanted.found.card.clone();
        let (module, params) = (wanted.module.clone(), wanted.params.clone());
        Role { who, name: format!("{} {}", card.name, card.version), module, params, card }
    }

    /// Its reasons to drop, in the card's order.
    pub(super) fn reasons(&self) -> Vec<String> {
        self.card.drops.iter().map(|drop| drop.name.clone()).collect()
    }
}

/// An account with a name, for one instance after the other.
pub(super) struct Stage {
    pub(super) account: &'static Account,
    shared: Arc<NodeShared>,
}

impl Stage {
    /// For instances that call themselves `node` and have so many links at each output; `None`: no account is left.
    pub(super) fn open(node: &str, links: Vec<u32>) -> Option<Stage> {
        let account = Account::open()?;
        let shared = Arc::new(NodeShared::new(node, MAX_REASONS as u32, true, BATCH_FRAMES));
        shared.set_links(links);
        nodes::register(account, shared.clone());
        Some(Stage { account, shared })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        nodes::forget(self.account);
        self.account.close();
    }
}

/// What a call left.
#[derive(Default)]
pub(super) struct Given {
    /// Frames with the output they leave by.
    pub(super) out: Vec<(u32, Frame)>,
    /// Frames it dropped, by reason in the card's order.
    pub(super) drops: [u64; MAX_REASONS],
}

/// An instance on trial.
pub(super) struct Subject {
    role: Role,
    shared: Arc<NodeShared>,
    account: u32,
    watched: Watched,
    instance: Box<dyn Instance>,
    take: Box<dyn Half>,
    out: Outbox,
}

impl Subject {
    /// Makes and starts an instance.
    pub(super) fn new(role: &Role, stage: &Stage, watched: &Watched) -> Result<Subject, String> {
        let says = |call: &str, error: ColdError| format!("{}: {call} was refused: {error}", role.name);
        let (reference, params) = (stage.account.node_ref(), Value::Object(role.params.clone()).to_string());
        stage.shared.take_fault();
        let made = watched.inside(role.who, CREATE, || role.module.create(reference, &params));
        let made = made.map_err(|error| says("create", error))?;
        let mut instance = made.instance;
        watched.inside(role.who, START, || instance.start()).map_err(|error| says("start", error))?;
        let take = made.take.ok_or_else(|| format!("{} made no half that takes frames", role.name))?;
        Ok(Subject {
            role: role.clone(),
            shared: stage.shared.clone(),
            account: stage.account.id(),
            watched: watched.clone(),
            instance,
            take,
            out: Outbox { items: Vec::new(), limit: BATCH_FRAMES as usize },
        })
    }

    /// Gives it a state, and copies of the frames that were held with it.
    pub(super) fn take_over(&mut self, state: Option<&State>, held: Vec<(u32, Frame)>) -> Result<(), String> {
        let who = self.role.who;
        let says = |call: &str, error: ColdError| format!("{}: {call} was refused: {error}", self.role.name);
        if let Some(state) = state {
            let restored = self.watched.inside(who, RESTORE, || self.instance.restore(state));
            restored.map_err(|error| says("restore", error))?;
        }
        if !held.is_empty() {
            let mut held = Held { frames: held, handles: Vec::new() };
            let adopted = self.watched.inside(who, ADOPT, || self.instance.adopt(&mut held));
            adopted.map_err(|error| says("adopt", error))?;
        }
        Ok(())
    }

    /// Has it take a frame that came by `port`; without one it is a wake.
    pub(super) fn accept(&mut self, now_ns: u64, port: u32, frame: Option<Frame>) -> Result<Given, String> {
        let before = pool::drops_here(self.account);
        let (mut given, mut idle) = (Given::default(), 0);
        let mut offer = [frame];
        pool::set_now(now_ns);
        for _ in 0..ROUNDS {
            let waits = offer[0].is_some();
            let mut call = Call {
                port,
                frames: if waits { &mut offer } else { &mut [] },
                ..Call::asking(now_ns, 0, &mut self.out)
            };
            let status = self.watched.inside(self.role.who, ACCEPT, || self.take.accept(&mut call));
            self.came_to(status)?;
            let moved = !self.out.items.is_empty();
            given.out.extend(self.out.items.drain(..).map(|item| (item.port, item.frame)));
            if offer[0].is_none() && status != Status::More {
                given.drops = since(before, self.account);
                return Ok(given);
            }
            // A module that takes nothing and gives nothing is asked again, but not for ever.
            idle = if waits && offer[0].is_some() && !moved { idle + 1 } else { 0 };
            if idle > 2 {
                return Err(format!("{} does not take the frame (it says {status:?})", self.role.name));
            }
        }
        Err(format!("{} is not done with one frame after {ROUNDS} calls", self.role.name))
    }

    /// Has it give what is left after the last input.
    pub(super) fn finish(&mut self, now_ns: u64) -> Result<Given, String> {
        let before = pool::drops_here(self.account);
        let mut given = Given::default();
        for _ in 0..ROUNDS {
            let mut call = Call::asking(now_ns, 0, &mut self.out);
            let status = self.watched.inside(self.role.who, FINISH, || self.take.finish(&mut call));
            self.came_to(status)?;
            given.out.extend(self.out.items.drain(..).map(|item| (item.port, item.frame)));
            if status == Status::Ended {
                given.drops = since(before, self.account);
                return Ok(given);
            }
        }
        Err(format!("{} has not finished after {ROUNDS} calls", self.role.name))
    }

    fn came_to(&self, status: Status) -> Result<(), String> {
        let foreign = self.shared.faulted.load(std::sync::atomic::Ordering::Acquire);
        if !matches!(status, Status::Fault | Status::Panicked) && !foreign {
            return Ok(());
        }
        let said = self.shared.take_fault();
        let inside =
            pool::take_last_words().map_or_else(String::new, |frame| format!("; inside it had {frame}"));
        let said = said.as_deref().unwrap_or("it did not say why");
        let how = if status == Status::Panicked { "panicked" } else { "failed" };
        Err(format!("{} {how}: {said}{inside}", self.role.name))
    }

    /// Ends the instance; what it still holds is let go.
    pub(super) fn end(self) {
        let Subject { role, watched, mut instance, take, out, .. } = self;
        watched.inside(role.who, STOP, move || {
            instance.stop();
            drop((take, out));
            drop(instance);
        });
    }
}

fn since(before: [u64; MAX_REASONS], account: u32) -> [u64; MAX_REASONS] {
    let now = pool::drops_here(account);
    std::array::from_fn(|reason| now[reason].wrapping_sub(before[reason]))
}
