//! What a reload makes beside the graph that runs: candidates for nodes that are replaced, instances of nodes that are new,
//! and threads to drive them.
//!
//! What holds: nothing of what runs is changed by it, and all of it can be given up.

use super::{Change, Fate, NewGraph, ReloadError};
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

impl Running {
    /// Makes all that is new.
    ///
    /// # Errors
    /// Nothing is left of it then.
    pub(super) fn make_beside(
        &mut self,
        plan: &Plan,
        change: &Change,
        wanted: &NewGraph,
    ) -> Result<Beside, ReloadError> {
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
        match self.fill(plan, change, wanted, &mut beside) {
            Ok(()) => Ok(beside),
            Err(error) => {
                self.abandon_beside(beside);
                Err(error)
            }
        }
    }

    fn fill(
        &mut self,
        plan: &Plan,
        change: &Change,
        wanted: &NewGraph,
        beside: &mut Beside,
    ) -> Result<(), ReloadError> {
        for (new, fate) in change.fates.iter().enumerate() {
            if let Fate::Replace(old) = *fate {
                let wanted = self.wanted_of(plan, new, old, wanted)?;
                let hand = hand(&wanted.node)?;
                self.may_replace(old, &wanted)?;
                let (candidate, hand) = self.candidate(old, &wanted, hand)?;
                beside.hands.insert(old, hand);
                beside.replacements.push(Replacement { old, new, wanted, candidate });
            }
        }
        self.open_added(plan, change, wanted, beside)?;
        for at in 0..beside.added.len() {
            let Added { new, node } = &mut beside.added[at];
            node.ctl.shared.begin_staging(node.account.node_ref());
            install::create(node, *new, &mut beside.halves)?;
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
            beside.hands.insert(old, hand(&self.nodes[old].spec.name)?);
        }
        // What stays has the threads of what is touched; an ended segment has none.
        let alive = change.touched.iter().filter_map(|old| self.drivers[*old].as_ref());
        let alive = alive.filter(|driver| !driver.is_finished()).count();
        for (number, _) in beside.seats.iter().skip(alive) {
            beside.drivers.push(self.waiting_driver(*number)?);
        }
        Ok(())
    }

    /// Refuses what cannot be handed over in any case.
    fn may_replace(&self, old: usize, wanted: &Wanted) -> Result<(), ReloadError> {
        if self.nodes[old].ctl.ended.load(Ordering::Acquire) {
            return Err(ReloadError::Ended { node: wanted.node.clone(), what: ENDED_REPLACED });
        }
        Ok(())
    }

    fn wanted_of(
        &self,
        plan: &Plan,
        new: usize,
        old: usize,
        graph: &NewGraph,
    ) -> Result<Wanted, ReloadError> {
        let node = &plan.nodes[new];
        Ok(Wanted {
            node: node.name.clone(),
            found: node.found.clone(),
            module: module_of(plan, new, graph)?,
            params: node.params.clone(),
            sandbox: node.sandbox,
            keep_state: self.accepts_state_of(old, &node.found.card),
            patience: graph.patience,
            grace: Duration::ZERO,
        })
    }

    fn open_added(
        &mut self,
        plan: &Plan,
        change: &Change,
        wanted: &NewGraph,
        beside: &mut Beside,
    ) -> Result<(), ReloadError> {
        for (new, fate) in change.fates.iter().enumerate() {
            if fate.stays().is_none() {
                let module = module_of(plan, new, wanted)?;
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
    fn give_ways(&self, plan: &Plan, change: &Change, beside: &mut Beside) -> Result<(), ReloadError> {
        let accounts = self.accounts(change, beside);
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
            if let [first, second, ..] = mine.iter().copied().filter(still).collect::<Vec<_>>()[..] {
                let name_of = |node: usize| plan.nodes[node].name.clone();
                return Err(ReloadError::Claimed { name, first: name_of(first), second: name_of(second) });
            }
        }
        for account in accounts {
            let holders = claims::in_the_way(account);
            let leaves = |old: &&usize| holders.contains(&self.nodes[**old].account.id());
            beside.stop_first.extend(change.leave.iter().filter(leaves));
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

fn module_of(plan: &Plan, new: usize, graph: &NewGraph) -> Result<Arc<dyn Module>, ReloadError> {
    graph.modules.get(new).cloned().flatten().ok_or_else(|| ReloadError::NotNow {
        why: format!("the module of node {} was not opened", plan.nodes[new].name),
    })
}

/// A thread for the cold calls of a node.
pub fn hand(node: &str) -> Result<Hand, SwapError> {
    Hand::start(node).map_err(|error| SwapError::Thread { node: node.to_owned(), error })
}
