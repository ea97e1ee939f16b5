//! What can still be refused while the touched segments are paused, step by step, each with its way back.
//!
//! In this order: nodes that leave give up what others want; parameters are given to modules that go on; state, frames and
//! what only one may have are handed over to what replaces a node; new nodes start that waited for something; sources
//! that block get their threads. What holds: when a step fails those before are undone, the last first.

use super::{
    Change, Failed, Fate, ReloadError,
    beside::{Added, Beside, ENDED_FED, hand},
    rebuild::over,
};
use crate::{
    engine::Health,
    graph::Plan,
    module::{ColdError, Half, Held, Instance, State},
    swap::{
        SwapError, Wanted,
        hand::Hand,
        hand_over::{HandedOver, Terms, hand_over},
        node::RunningNode,
        running::Running,
        segments::fresh,
        transfer::Taken,
    },
};
use std::{collections::HashMap, time::Duration};

/// A step that was made.
enum Step {
    /// A node that leaves has given up what it had.
    Stopped(usize),
    /// A module took other parameters; those before.
    Set(usize, String),
    /// A replacement has what the old one had.
    HandedOver(usize),
    /// A new node has started that waited.
    Started(usize),
}

/// Steps that were made.
pub struct Steps {
    made: Vec<Step>,
    patience: Duration,
    /// What was handed over in each replacement, by its number, and whether the old one could be asked.
    pub handed: HashMap<usize, (HandedOver, bool)>,
}

/// An instance that was replaced.
pub struct Old {
    pub instance: Option<Box<dyn Instance>>,
    pub halves: [Option<Box<dyn Half>>; 2],
    pub lived: bool,
    pub previous: Option<(Wanted, Option<State>)>,
}

impl Steps {
    pub fn new(patience: Duration) -> Steps {
        Steps { made: Vec::new(), patience, handed: HashMap::new() }
    }
}

impl Running {
    /// Restarts that are under way go on with what is in the segments now.
    pub(super) fn settle_restarts(&mut self, taken: &mut Taken) -> Result<(), ReloadError> {
        taken.iter_mut().for_each(|(_, segment)| segment.settle());
        (0..self.nodes.len()).for_each(|index| self.fetch_halves(index));
        Ok(())
    }

    /// Whether the half of a node has come to its end, and whether it can be fed.
    fn stage(&self, taken: &Taken, old: usize, side: usize) -> (bool, bool) {
        let Some(place) = self.nodes[old].places[side] else { return (false, true) };
        let segment = taken.iter().find(|(number, _)| *number == place.segment);
        let node = segment.and_then(|(_, segment)| segment.parts().get(place.index));
        node.map_or((false, true), |node| (node.has_ended(), node.can_be_fed()))
    }

    /// Whether the half of a node of the new plan that gives has ended.
    pub(super) fn gave_all(&self, plan: &Plan, change: &Change, taken: &Taken, node: usize) -> bool {
        let side = giving_side(plan, node);
        change.fates[node].stays().is_some_and(|old| self.stage(taken, old, side).0)
    }

    /// Refuses links that lead to what has been told that nothing will come.
    pub(super) fn may_link(&self, plan: &Plan, change: &Change, taken: &Taken) -> Result<(), ReloadError> {
        for link in &plan.links {
            let Some(old) = change.fates[link.to.node].stays() else { continue };
            let unfed = self.nodes[old].places[0].is_none() && self.was_unfed(old);
            let fed = self.stage(taken, old, 0).1 && !unfed;
            if !fed && !self.gave_all(plan, change, taken, link.from.node) {
                return Err(ReloadError::Ended {
                    node: plan.nodes[link.to.node].name.clone(),
                    what: ENDED_FED,
                });
            }
        }
        for (node, fate) in change.fates.iter().enumerate() {
            let blocks = plan.nodes[node].found.card.has("blocking");
            if let Some(old) = fate.stays().filter(|_| blocks)
                && self.nodes[old].unplaced[1].is_some()
                && self.nodes[old].pump.is_none()
                && plan.giving_half(node).is_some()
            {
                let why =
                    format!("node {} blocks, and was not linked when it started", plan.nodes[node].name);
                return Err(ReloadError::NotNow { why });
            }
            let Fate::Replace(old) = *fate else { continue };
            if (0..2).any(|side| self.stage(taken, old, side).0) {
                let what = super::beside::ENDED_REPLACED;
                return Err(ReloadError::Ended { node: plan.nodes[node].name.clone(), what });
            }
        }
        Ok(())
    }

    /// Whether a queue was told at its start that nothing feeds it.
    fn was_unfed(&self, old: usize) -> bool {
        self.plan.nodes[old].found.card.give == Some(crate::card::Give::Queue)
    }

    pub(super) fn take_steps(
        &mut self,
        plan: &Plan,
        change: &Change,
        beside: &mut Beside,
        steps: &mut Steps,
        taken: &Taken,
    ) -> Result<(), Failed> {
        for old in beside.stop_first.clone() {
            let hand = beside.hand_of(old, &self.nodes[old]).map_err(ReloadError::from)?;
            self.stop_node(old, hand, steps.patience)?;
            steps.made.push(Step::Stopped(old));
        }
        for (node, fate) in change.fates.iter().enumerate() {
            if let Fate::Set(old) = *fate {
                let text = serde_json::Value::Object(plan.nodes[node].params.clone()).to_string();
                let before = self.nodes[old].spec.params.clone();
                let hand = beside.hand_of(old, &self.nodes[old]).map_err(ReloadError::from)?;
                self.reconfigure(old, hand, text, steps.patience)?;
                steps.made.push(Step::Set(old, before));
            }
        }
        for at in 0..beside.replacements.len() {
            self.hand_over_to(beside, at, steps)?;
        }
        for at in 0..beside.added.len() {
            let Added { new, node } = &mut beside.added[at];
            if beside.start_last.contains(new) {
                node.start().map_err(ReloadError::from)?;
                steps.made.push(Step::Started(at));
            }
        }
        seat_added(plan, beside)?;
        let alive = taken.len() - over(taken).len();
        while alive + beside.drivers.len() < beside.seats.len() {
            let driver = self.waiting_driver(beside.drivers.len()).map_err(ReloadError::from)?;
            beside.drivers.push(driver);
        }
        Ok(())
    }

    fn reconfigure(
        &mut self,
        old: usize,
        hand: Hand,
        text: String,
        patience: Duration,
    ) -> Result<(), Failed> {
        // One that failed is not asked; its successor is made with these parameters.
        if self.nodes[old].instance.is_none() || self.nodes[old].ctl.health() != Health::Running {
            return Ok(());
        }
        match self.call_old(old, hand, "reconfigure", patience, move |old| old.reconfigure(&text)) {
            Err(SwapError::Refused { error: ColdError::Unsupported, .. }) => Err(Failed::Unsupported),
            done => done.map_err(|error| ReloadError::from(error).into()),
        }
    }

    fn stop_node(&mut self, old: usize, hand: Hand, patience: Duration) -> Result<(), ReloadError> {
        if self.nodes[old].instance.is_none() {
            return Ok(());
        }
        self.call_old(old, hand, "stop", patience, |old| {
            old.stop();
            Ok(())
        })?;
        self.nodes[old].started = false;
        Ok(())
    }

    fn hand_over_to(&mut self, beside: &mut Beside, at: usize, steps: &mut Steps) -> Result<(), ReloadError> {
        let replacement = &mut beside.replacements[at];
        let ready = beside.hands.remove(&replacement.old);
        let node = &mut self.nodes[replacement.old];
        let lives = node.ctl.health() == Health::Running && node.instance.is_some();
        let terms = Terms {
            old_lives: lives,
            keep_state: replacement.wanted.keep_state,
            state: None,
            exclusive: replacement.candidate.exclusive,
            left: Held::default(),
        };
        let hand = ready.map_or_else(|| hand(&replacement.wanted.node), Ok)?;
        let handed = hand_over(node, &mut replacement.candidate, terms, &hand, steps.patience)?;
        steps.handed.insert(at, (handed, lives));
        steps.made.push(Step::HandedOver(at));
        Ok(())
    }

    /// Goes back, the last step first.
    pub(super) fn undo_steps(&mut self, mut steps: Steps, beside: &mut Beside) {
        let patience = steps.patience;
        while let Some(step) = steps.made.pop() {
            let undone = match step {
                Step::Stopped(old) => self.nodes[old].start().map_err(|error| error.to_string()),
                Step::Set(old, before) => {
                    let hand = beside.hand_of(old, &self.nodes[old]);
                    hand.map_err(|error| Failed::from(ReloadError::from(error)))
                        .and_then(|hand| self.reconfigure(old, hand, before, patience))
                        .map_err(|failed| failed.into_error().to_string())
                }
                Step::Started(at) => stop_added(&mut beside.added[at].node, patience),
                Step::HandedOver(at) => {
                    let handed = steps.handed.remove(&at);
                    handed.map_or(Ok(()), |handed| self.hand_back(beside, at, handed, patience))
                }
            };
            if let Err(why) = undone {
                log::error!("a reload was refused, and of what it had done this could not be undone: {why}");
            }
        }
    }

    /// The old one has again what it had given up.
    fn hand_back(
        &mut self,
        beside: &mut Beside,
        at: usize,
        (handed, lived): (HandedOver, bool),
        patience: Duration,
    ) -> Result<(), String> {
        let mut handed = handed;
        if !lived {
            handed.give_up();
            return Ok(());
        }
        let replacement = &mut beside.replacements[at];
        let node = &mut self.nodes[replacement.old];
        let Some(old) = node.instance.take() else { return Ok(()) };
        let new = std::mem::replace(&mut replacement.candidate.instance, old);
        node.instance = Some(new);
        let exclusive = replacement.candidate.exclusive;
        let left = std::mem::take(&mut handed.left);
        let terms = Terms { old_lives: true, keep_state: false, state: None, exclusive, left };
        let hand = hand(&replacement.wanted.node).map_err(|error| error.to_string())?;
        let back = hand_over(node, &mut replacement.candidate, terms, &hand, patience);
        if let Some(new) = node.instance.take() {
            node.instance = Some(std::mem::replace(&mut replacement.candidate.instance, new));
        }
        match back {
            Ok(mut back) => {
                back.give_up();
                Ok(())
            }
            Err(error) => {
                node.ctl.shared.set_fault(&format!("did not take back what it had given up: {error}"));
                Err(error.to_string())
            }
        }
    }
}

/// The side of the half that gives: 1 where it only gives.
fn giving_side(plan: &Plan, node: usize) -> usize {
    let card = &plan.nodes[node].found.card;
    usize::from(card.shape == crate::card::Shape::Endpoint || card.input_count() == 0)
}

fn stop_added(node: &mut RunningNode, patience: Duration) -> Result<(), String> {
    let name = node.spec.name.clone();
    let Some(mut instance) = node.instance.take() else { return Ok(()) };
    let hand = Hand::start(&name).map_err(|error| error.to_string())?;
    let stopped = hand.call(patience, move || {
        instance.stop();
        instance
    });
    node.started = false;
    node.instance = stopped;
    match node.instance {
        Some(_) => Ok(()),
        None => Err(format!("node {name} did not return from stop")),
    }
}

/// Halves of nodes that are new take their seats; they are linked when all are there.
fn seat_added(plan: &Plan, beside: &mut Beside) -> Result<(), ReloadError> {
    for Added { new, node } in &mut beside.added {
        for side in 0..2 {
            let Some(half) = beside.halves.remove(&(*new, side)) else { continue };
            let blocks = side == 1 && plan.nodes[*new].found.card.has("blocking");
            beside.seated.insert((*new, side), fresh(node, half, side, blocks)?);
        }
    }
    Ok(())
}
