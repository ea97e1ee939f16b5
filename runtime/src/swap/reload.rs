//! The whole graph is changed while it runs: nodes are added, removed, replaced, given other parameters, linked otherwise.
//!
//! In phases, as a swap of one stage, which is a part of it: what becomes of each node and segment (`fate`); what is new is
//! made beside what runs (`beside`); the segments that are touched are paused; what can still be refused is done in steps,
//! each of which can be undone (`steps`); then the segments are taken apart, what leaves delivers what it has (`run_out`),
//! and new ones are built of what stays and what is new (`rebuild`).
//!
//! What holds: until the last of the steps is done, whatever fails leaves the graph as it was, and says why. Segments that
//! are not touched are not paused, and keep thread, waker and order. No frame is lost uncounted: what waits for a half stays
//! with it, what a node that leaves still has is delivered first or counted as *swapped*, and its books stay.

pub(super) mod beside;
pub(super) mod fate;
mod rebuild;
mod run_out;
mod steps;
mod wanted;

pub use wanted::{NewGraph, ReloadError, Reloaded};

use super::{SwapError, Swapped, hand::Hand, running::Running, transfer::paused_since, wanted::Previous};
use crate::{
    graph::Plan,
    metrics::Ledger,
    module::NoColdSide,
    pool::{self, field},
};
use beside::Goal;
use fate::{Change, Fate, change};
use std::time::Duration;
use steps::Steps;

impl Running {
    /// Has the graph be this one from now on.
    ///
    /// # Errors
    /// [`ReloadError`]; the graph goes on as it was.
    pub fn reload(&mut self, wanted: NewGraph) -> Result<Reloaded, ReloadError> {
        if self.stopping_since().is_some() || self.is_over() {
            return Err(ReloadError::NotNow { why: "the run is at its end".to_owned() });
        }
        // Whether modules are taken at their word that they take parameters while they run.
        let mut live = true;
        // Nodes that have what others are to have.
        let mut give_up: Vec<usize> = Vec::new();
        loop {
            let mut plan = wanted.plan.clone();
            let takes_place =
                |old: usize, card: &_| !give_up.contains(&old) && self.takes_the_place(old, card).is_ok();
            let step = change(&self.plan, &mut plan, takes_place, live, &wanted.rebuilt);
            self.states_fit(&plan, &step, &wanted, &give_up)?;
            match self.step(plan, step, &wanted) {
                Err(Failed::Unsupported) if live => live = false,
                Err(Failed::GivesUp(more)) if more.iter().any(|old| !give_up.contains(old)) => {
                    give_up.extend(more);
                }
                done => return done.map_err(Failed::into_error),
            }
        }
    }

    fn step(&mut self, plan: Plan, change: Change, wanted: &NewGraph) -> Result<Reloaded, Failed> {
        let before = self.ledger(false);
        let mut beside = self.make_beside(Goal { plan: &plan, change: &change, graph: wanted })?;
        let mut taken = match self.take(&change.touched, "the graph", wanted.patience, true) {
            Ok(taken) => taken,
            Err(error) => {
                self.abandon_beside(beside);
                return Err(match error {
                    SwapError::Busy { inside, call, lasted, .. } => {
                        ReloadError::Busy { inside, call, lasted }
                    }
                    error => error.into(),
                }
                .into());
            }
        };
        let since = paused_since(&taken);
        let mut steps = Steps::new(wanted.patience);
        let done = self
            .settle_restarts(&mut taken)
            .and_then(|()| self.may_link(&plan, &change, &taken))
            .map_err(Failed::Error)
            .and_then(|()| self.take_steps(&plan, &change, &mut beside, &mut steps, &taken));
        if let Err(failed) = done {
            self.undo_steps(steps, &mut beside);
            self.put_segments(&mut taken);
            self.abandon_beside(beside);
            return Err(failed);
        }
        let mut report = self.report(&plan, &change);
        let changed = change.fates.iter().filter_map(|fate| match fate {
            Fate::Settings(old) | Fate::Set(old) | Fate::Replace(old) => Some(*old),
            _ => None,
        });
        for old in changed.chain(change.leave.iter().copied()) {
            self.end_shadows(Some(old), "the node was changed meanwhile");
        }
        let set: Vec<usize> =
            (0..change.fates.len()).filter(|node| matches!(change.fates[*node], Fate::Set(_))).collect();
        let handed = self.commit(plan, change, beside, steps, taken);
        report.pause = match since {
            u64::MAX => Duration::ZERO,
            since => self.passed_since(since),
        };
        if since != u64::MAX {
            self.pauses.note(report.pause);
        }
        for replaced in handed.iter().filter_map(|replaced| replaced.node) {
            self.nodes[replaced].tally.swaps += 1;
        }
        for node in set {
            self.nodes[node].tally.reconfigured += 1;
        }
        self.changes += 1;
        self.reloads += 1;
        Ok(self.reported(report, handed, before))
    }

    /// Refuses to lose the state of a module without being told to; `give_up` are nodes that leave for what they have.
    fn states_fit(
        &self,
        plan: &Plan,
        change: &Change,
        wanted: &NewGraph,
        give_up: &[usize],
    ) -> Result<(), ReloadError> {
        for (node, fate) in plan.nodes.iter().zip(&change.fates) {
            let (Fate::Replace(old) | Fate::Anew(old)) = *fate else { continue };
            if wanted.lose_state || self.plan.nodes[old].found.card.state.is_none() {
                continue;
            }
            let name = node.name.clone();
            if give_up.contains(&old) {
                return Err(ReloadError::StateGivenUp { node: name });
            }
            let replaced = matches!(fate, Fate::Replace(_));
            if replaced && !self.accepts_state_of(old, &node.found.card) {
                return Err(ReloadError::State { node: name, module: node.found.card.name.clone() });
            }
        }
        Ok(())
    }

    /// What is to be said of each node, of the plan that runs still.
    fn report(&self, plan: &Plan, change: &Change) -> Reloaded {
        let mut report = Reloaded::default();
        for (node, fate) in plan.nodes.iter().zip(&change.fates) {
            let list = match fate {
                Fate::Keep(_) => &mut report.kept,
                Fate::Settings(_) | Fate::Set(_) => &mut report.set,
                Fate::Add | Fate::Anew(_) => &mut report.added,
                Fate::Replace(_) => continue,
            };
            list.push(node.name.clone());
        }
        report.removed = change.leave.iter().map(|old| self.plan.nodes[*old].name.clone()).collect();
        report.relinked = change.relinked.iter().map(|node| plan.nodes[*node].name.clone()).collect();
        report.untouched = (change.untouched.iter().flatten().count(), change.untouched.len());
        report
    }

    fn reported(&self, mut report: Reloaded, handed: Vec<Replaced>, before: Ledger) -> Reloaded {
        report.after = self.ledger(false);
        for Replaced { node, mut handed, dropped } in handed {
            let dropped = dropped + handed.give_up();
            report.moved += handed.moved;
            report.dropped += dropped;
            let Some(node) = node.and_then(|node| self.plan.nodes.get(node)) else { continue };
            report.replaced.push(Swapped {
                node: node.name.clone(),
                module: node.found.card.name.clone(),
                version: node.found.card.version.clone(),
                pause: report.pause,
                state: handed.state.map(|state| (state.schema, state.version, state.bytes.len())),
                moved: handed.moved,
                dropped,
                before: Ledger::default(),
                after: Ledger::default(),
            });
        }
        report.before = before;
        report
    }

    /// What was replaced ends elsewhere; what it still has is counted.
    fn retire(&mut self, node: usize, hand: Option<Hand>, old: steps::Old) {
        let steps::Old { instance, halves, lived, previous } = old;
        self.nodes[node].previous = previous.map(|(wanted, state)| Previous { wanted, state });
        let charge = if lived { field::DROP_SWAPPED } else { field::DROP_FAULT };
        match (hand, instance) {
            (Some(hand), Some(instance)) => self.retire_replaced(node, hand, instance, halves, charge),
            // It did not return from a call; what it has is in its halves too.
            (Some(hand), None) => self.leave(node, hand, Box::new(NoColdSide), halves, false, charge),
            (None, instance) => {
                pool::charge_as(charge, || drop(halves));
                self.nodes[node].retired.extend(instance);
            }
        }
    }
}

/// What came of a node that was replaced, or of one that left.
struct Replaced {
    /// Its index in the plan; none of one that left.
    node: Option<usize>,
    handed: super::hand_over::HandedOver,
    dropped: u64,
}

/// Why a step from plan to plan was not made.
enum Failed {
    Error(ReloadError),
    /// A module does not take parameters while it runs, whatever its card says.
    Unsupported,
    /// Nodes, of the plan that runs, that have what others are to have: they have to leave and are made anew.
    GivesUp(Vec<usize>),
}

impl Failed {
    fn into_error(self) -> ReloadError {
        match self {
            Failed::Error(error) => error,
            Failed::Unsupported => ReloadError::NotNow { why: "a module takes no parameters".to_owned() },
            Failed::GivesUp(_) => ReloadError::NotNow { why: "nodes want what others have".to_owned() },
        }
    }
}

impl From<ReloadError> for Failed {
    fn from(error: ReloadError) -> Failed {
        Failed::Error(error)
    }
}
