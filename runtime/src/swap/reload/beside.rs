//! What a reload makes beside the graph that runs: candidates for nodes that are replaced, instances of nodes that are new,
//! and threads to drive them.
//!
//! What holds: nothing of what runs is changed by it, and all of it can be given up.

use super::{Change, Failed, Fate, NewGraph, ReloadError};
use crate::{
    card::Give,
    engine::{Driver, Node, Waker},
    graph::Plan,
    host::claims,
    module::Module,
    pool::{AccountId, field},
    swap::{
        SwapError, Wanted,
        candidate::Candidate,
        hand::Hand,
        install::{self, Halves},
        node::RunningNode,
        running::Running,
        segments::{Seat, seats},
    },
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// A node that is replaced, and what is to take its place.
pub struct Replacement {
    /// In the plan that runs.
    pub old: usize,
    /// In the new plan.
    pub new: usize,
    pub wanted: Wanted,
    pub candidate: Candidate,
}

/// A node that is new.
pub struct Added {
    /// In the new plan.
    pub new: usize,
    pub node: RunningNode,
}

/// All that is ready.
#[derive(Default)]
pub struct Beside {
    /// Of each segment of the new plan: who wakes it.
    pub wakers: Vec<Arc<Waker>>,
    /// The seats of each segment that is built anew, by its number in the new plan.
    pub seats: Vec<(usize, Vec<Seat>)>,
    pub replacements: Vec<Replacement>,
    pub added: Vec<Added>,
    /// Halves of those, by node in the new plan and side.
    pub halves: Halves,
    /// The same, once they have their places.
    pub seated: HashMap<(usize, usize), Node>,
    pub drivers: Vec<Driver>,
    /// Threads for the calls that are made in the pause, by node of the plan that runs.
    pub hands: HashMap<usize, Hand>,
    /// Nodes of the plan that runs which must give up what they have before others start.
    pub stop_first: Vec<usize>,
    /// Added nodes that start only then.
    pub start_last: HashSet<usize>,
    /// Accounts that give up what they have.
    leaving: Vec<AccountId>,
}

/// What it is made for.
#[derive(Clone, Copy)]
pub struct Goal<'a> {
    pub plan: &'a Plan,
    pub change: &'a Change,
    pub graph: &'a NewGraph,
}

impl Running {
    /// Makes all that is new.
    ///
    /// # Errors
    /// Nothing is left of it then.
    pub(super) fn make_beside(&mut self, goal: Goal<'_>) -> Result<Beside, Failed> {
        let Goal { plan, change, .. } = goal;
        let mut beside = Beside::default();
        for (number, segment) in plan.segments.iter().enumerate() {
            let untouched = change.untouched[number].and_then(|old| self.drivers[old].as_ref());
            let waker = untouched.map_or_else(|| Waker::new(segment.halves.len()), |d| d.waker().clone());
            beside.wakers.push(waker);
            if change.untouched[number].is_none() {
                beside.seats.push((number, seats(plan, number)));
            }
        }
        let staying = change.fates.iter().filter_map(|fate| match fate {
            Fate::Replace(old) => Some(*old),
            _ => None,
        });
        let give_up = change.leave.iter().copied().chain(staying);
        beside.leaving = give_up.map(|old| self.nodes[old].account.id()).collect();
        claims::set_leaving(&beside.leaving, true);
        // What a swap or a reload before this one waited for is no matter.
        self.nodes.iter().for_each(|node| drop(claims::in_the_way(node.account.id())));
        match self.fill(goal, &mut beside) {
            Ok(()) => Ok(beside),
            Err(error) => {
                self.abandon_beside(beside);
                Err(error)
            }
        }
    }

    fn fill(&mut self, goal: Goal<'_>, beside: &mut Beside) -> Result<(), Failed> {
        let Goal { plan, change, .. } = goal;
        for (new, fate) in change.fates.iter().enumerate() {
            if let Fate::Replace(old) = *fate {
                self.make_replacement(goal, (old, new), beside)?;
            }
        }
        self.open_added(goal, beside)?;
        for at in 0..beside.added.len() {
            let Added { new, node } = &mut beside.added[at];
            node.ctl.shared.begin_staging(node.account.node_ref());
            install::create(node, *new, &mut beside.halves).map_err(ReloadError::from)?;
            if node.ctl.shared.staged().contested {
                beside.start_last.insert(*new);
            }
        }
        for at in 0..beside.added.len() {
            self.start_beside(plan, at, beside)?;
        }
        self.give_ways(plan, change, beside)?;
        let set = change.fates.iter().filter_map(|fate| match fate {
            Fate::Set(old) => Some(*old),
            _ => None,
        });
        for old in set.chain(beside.stop_first.iter().copied()) {
            let hand = hand(&self.nodes[old].spec.name).map_err(ReloadError::from)?;
            beside.hands.insert(old, hand);
        }
        // What stays has the threads of what is touched; an ended segment has none.
        let alive = change.touched.iter().filter_map(|old| self.drivers[*old].as_ref());
        let alive = alive.filter(|driver| !driver.is_finished()).count();
        for (number, _) in beside.seats.iter().skip(alive) {
            beside.drivers.push(self.waiting_driver(*number).map_err(ReloadError::from)?);
        }
        Ok(())
    }

    /// A candidate for a node that is replaced; refuses what cannot be handed over in any case.
    fn make_replacement(
        &mut self,
        goal: Goal<'_>,
        (old, new): (usize, usize),
        beside: &mut Beside,
    ) -> Result<(), ReloadError> {
        let node = &goal.plan.nodes[new];
        let wanted = Wanted {
            node: node.name.clone(),
            found: node.found.clone(),
            module: goal.module_of(new)?,
            params: node.params.clone(),
            sandbox: node.sandbox,
            keep_state: self.accepts_state_of(old, &node.found.card),
            patience: goal.graph.patience,
            grace: Duration::ZERO,
        };
        let hand = hand(&wanted.node)?;
        if self.nodes[old].ctl.ended.load(Ordering::Acquire) {
            return Err(ReloadError::Ended { node: wanted.node, what: ENDED_REPLACED });
        }
        let (candidate, hand) = self.candidate(old, &wanted, hand)?;
        beside.hands.insert(old, hand);
        beside.replacements.push(Replacement { old, new, wanted, candidate });
        Ok(())
    }

    fn open_added(&mut self, goal: Goal<'_>, beside: &mut Beside) -> Result<(), ReloadError> {
        let Goal { plan, change, .. } = goal;
        for (new, fate) in change.fates.iter().enumerate() {
            if fate.stays().is_none() {
                let module = goal.module_of(new)?;
                let (number, events) = self.next_number();
                let node = install::open_node(plan, new, module, &beside.wakers, number, events)?;
                beside.added.push(Added { new, node });
            }
        }
        let accounts = self.accounts(change, beside);
        for Added { new, node } in &beside.added {
            install::connect(plan, *new, node, &accounts);
        }
        Ok(())
    }

    /// The accounts of the new plan's nodes.
    pub(super) fn accounts(&self, change: &Change, beside: &Beside) -> Vec<AccountId> {
        let mut accounts: Vec<AccountId> = change
            .fates
            .iter()
            .map(|fate| fate.stays().map_or(0, |old| self.nodes[old].account.id()))
            .collect();
        for Added { new, node } in &beside.added {
            accounts[*new] = node.account.id();
        }
        accounts
    }

    /// Starts a new node, unless what it wants is to be given up by another first.
    fn start_beside(&mut self, plan: &Plan, at: usize, beside: &mut Beside) -> Result<(), ReloadError> {
        let Added { new, node } = &mut beside.added[at];
        if beside.start_last.contains(new) {
            return Ok(());
        }
        node.ctl.shared.beside.store(true, Ordering::Release);
        let started = node.start();
        node.ctl.shared.beside.store(false, Ordering::Release);
        let contested = node.ctl.shared.end_staging().contested;
        if let Err(error) = started {
            if !contested {
                return Err(error.into());
            }
            // Made anew, and started when what it wants has been given up.
            for side in 0..2 {
                node.unplaced[side] = beside.halves.remove(&(*new, side)).or(node.unplaced[side].take());
            }
            node.end(field::CONSUMED);
            install::create(node, *new, &mut beside.halves)?;
            beside.start_last.insert(*new);
        }
        if plan.nodes[*new].found.card.give == Some(Give::Queue) {
            node.finish_unfed();
        }
        Ok(())
    }

    /// Says which nodes must give something up before others start; refuses what two would have.
    ///
    /// # Errors
    /// [`Failed::GivesUp`] where a node that is replaced has what another is to have: what it had open would stay open until
    /// all is done, so it has to leave.
    fn give_ways(&self, plan: &Plan, change: &Change, beside: &mut Beside) -> Result<(), Failed> {
        let accounts = self.accounts(change, beside);
        let mut give_up = Vec::new();
        for (name, holders) in claims::contested() {
            let mine: Vec<usize> =
                (0..accounts.len()).filter(|node| holders.contains(&accounts[*node])).collect();
            let leaves = |old: &&usize| holders.contains(&self.nodes[**old].account.id());
            beside.stop_first.extend(change.leave.iter().filter(leaves));
            let still = |node: &usize| match change.fates[*node] {
                // It announces anew what it still wants.
                Fate::Replace(old) => {
                    let mut new = beside.replacements.iter().filter(|r| r.old == old);
                    new.any(|r| claims::has(r.candidate.reference, &name))
                }
                _ => true,
            };
            let (want, had): (Vec<usize>, Vec<usize>) = mine.into_iter().partition(still);
            if let [first, second, ..] = want[..] {
                let name_of = |node: usize| plan.nodes[node].name.clone();
                let (first, second) = (name_of(first), name_of(second));
                return Err(ReloadError::Claimed { name, first, second }.into());
            }
            if !want.is_empty() {
                give_up.extend(had.iter().filter_map(|node| change.fates[*node].stays()));
            }
        }
        for account in accounts {
            let holders = claims::in_the_way(account);
            let is_holder = |old: &&usize| holders.contains(&self.nodes[**old].account.id());
            beside.stop_first.extend(change.leave.iter().filter(is_holder));
            let replaced = beside.replacements.iter().map(|replacement| &replacement.old);
            give_up.extend(replaced.filter(is_holder));
        }
        if !give_up.is_empty() {
            return Err(Failed::GivesUp(give_up));
        }
        beside.stop_first.sort_unstable();
        beside.stop_first.dedup();
        Ok(())
    }

    /// Gives up what was made; the graph goes on as it was.
    pub(super) fn abandon_beside(&mut self, mut beside: Beside) {
        claims::set_leaving(&beside.leaving, false);
        for Replacement { old, candidate, wanted, .. } in beside.replacements.drain(..) {
            let Candidate { instance, halves, reference, .. } = candidate;
            match Hand::start(&wanted.node) {
                Ok(hand) => self.leave(old, hand, instance, halves, true, field::CONSUMED),
                Err(_) => drop((halves, instance)),
            }
            claims::release(reference);
        }
        for ((new, side), seated) in beside.seated.drain() {
            beside.halves.insert((new, side), seated.into_half());
        }
        for Added { new, mut node } in beside.added.drain(..) {
            for side in 0..2 {
                let half = beside.halves.remove(&(new, side));
                node.unplaced[side] = half.or(node.unplaced[side].take());
            }
            if let Some(pump) = node.pump.take() {
                pump.join(std::time::Instant::now() + crate::swap::running::LAST_CALL);
            }
            // The account of a module that did not return is never given to another.
            if node.end(field::CONSUMED) {
                crate::host::nodes::forget(node.account);
                node.account.close();
            }
        }
        for driver in beside.drivers.drain(..) {
            drop(driver.join());
        }
    }
}

impl Beside {
    /// The thread for calls into a node that was made ready, or another.
    pub fn hand_of(&mut self, old: usize, node: &RunningNode) -> Result<Hand, SwapError> {
        self.hands.remove(&old).map_or_else(|| hand(&node.spec.name), Ok)
    }

    /// Accounts that have given up what they had.
    pub fn leaving(&self) -> &[AccountId] {
        &self.leaving
    }
}

/// What is wanted of a node that cannot be any more.
pub const ENDED_REPLACED: &str = "has come to its end, and another module is to take its place";
/// The same.
pub const ENDED_FED: &str = "has come to its end or is about to, and a link is to lead to it";

impl Goal<'_> {
    fn module_of(&self, new: usize) -> Result<Arc<dyn Module>, ReloadError> {
        self.graph.modules.get(new).cloned().flatten().ok_or_else(|| ReloadError::NotNow {
            why: format!("the module of node {} was not opened", self.plan.nodes[new].name),
        })
    }
}

/// A thread for the cold calls of a node.
pub fn hand(node: &str) -> Result<Hand, SwapError> {
    Hand::start(node).map_err(|error| SwapError::Thread { node: node.to_owned(), error })
}
