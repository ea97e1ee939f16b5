//! What takes a node's place: whether it fits, seen from outside, and a new instance of it beside the old one.
//!
//! What holds: a candidate changes nothing of the node before it takes over. What it asks of the runtime for itself
//! (buffers, batches, requests passed on) is kept until then; reasons to drop are counted by name and intent, whichever
//! card has them.

use super::{SwapError, Wanted, hand::Hand, node::NodeSpec, running::Running};
use crate::{
    card::{self, Card, Give, Shape},
    engine::Health,
    graph::{self, PlanLink},
    metrics::Intent,
    module::{Half, Instance},
    pool::{MAX_REASONS, field},
};
use rogue_abi::NodeRef;
use serde_json::Value;
use std::sync::atomic::Ordering;

/// Modules of a run that were replaced or given up and have not come to their end. Each may keep a thread for ever; what is
/// swapped by hand never has more than one or two on their way.
const MOST_LEAVING: usize = 16;

/// A new instance beside the old one.
pub(super) struct Candidate {
    pub(super) instance: Box<dyn Instance>,
    pub(super) halves: [Option<Box<dyn Half>>; 2],
    pub(super) reference: NodeRef,
    /// It wants what only one may have, and is not started yet.
    pub(super) exclusive: bool,
    pub(super) spec: NodeSpec,
}

/// What a module is, with its article.
fn kind(card: &Card) -> String {
    match (card.shape, card.give) {
        (Shape::Endpoint, Some(Give::Queue)) => "a queue".to_owned(),
        (Shape::Endpoint, _) => "a bridge".to_owned(),
        (shape, _) => format!("a {shape}"),
    }
}

/// Reasons to drop with their intents, in the order in which a node counts them, and the place there of each of a card.
type Reasons = (Vec<(String, Intent)>, Vec<usize>);

impl Running {
    /// Whether a module with this card takes the state of the one that runs.
    pub(super) fn accepts_state_of(&self, index: usize, card: &Card) -> bool {
        let (now, then) = (&self.plan.nodes[index].found.card.state, &card.state);
        match (now, then) {
            (Some(now), Some(then)) => now.schema == then.schema && then.accepts.contains(&now.version),
            _ => false,
        }
    }

    /// Whether a node failed and is to be restarted.
    pub(super) fn is_restarted(&self, index: usize) -> bool {
        let ctl = &self.nodes[index].ctl;
        ctl.health() == Health::Waiting && !ctl.on_trial.load(Ordering::Acquire)
    }

    /// Refuses what can be seen from outside.
    pub(super) fn may_swap(&self, index: usize, wanted: &Wanted) -> Result<(), SwapError> {
        let node = &self.nodes[index];
        let not_now = |why| Err(SwapError::NotNow { node: wanted.node.clone(), why });
        if self.stopping_since().is_some() {
            return not_now("the run is stopping");
        }
        if node.ctl.ended.load(Ordering::Acquire) {
            return not_now("it has come to its end");
        }
        if self.leaving.len() >= MOST_LEAVING {
            return not_now(
                "too many modules that were replaced or given up have not returned from their last calls; restart the run",
            );
        }
        let new = &wanted.found.card;
        let fits = self.takes_the_place(index, new).and_then(|()| self.needed_are_linked(index, new));
        fits.map_err(|what| {
            let (node, module) = (wanted.node.clone(), new.name.clone());
            SwapError::DoesNotFit { node, module, what }
        })
    }

    /// That a module with this card can be put where a node's module is, with what waits for that.
    pub(super) fn takes_the_place(&self, index: usize, new: &Card) -> Result<(), String> {
        let old = &self.plan.nodes[index].found.card;
        if old.shape != new.shape || old.give != new.give {
            return Err(format!("it is {}, the node is {}", kind(new), kind(old)));
        }
        if old.has("blocking") || new.has("blocking") {
            return Err("a source that blocks cannot be swapped; change the graph file and reload, which makes it anew".to_owned());
        }
        self.same_ports(index, old, new)
    }

    /// That every port that is linked has the same number by its name in another card.
    fn same_ports(&self, index: usize, old: &Card, new: &Card) -> Result<(), String> {
        let missing = |kind: &str, name: &str| {
            Err(format!("the node's {kind} `{name}` is linked, and it has none at that place"))
        };
        for link in &self.plan.links {
            let (out, into) = (old.output_name(link.from.port), old.input_name(link.to.port));
            if link.from.node == index && new.output_port(&out) != Some(link.from.port) {
                return missing("output", &out);
            }
            if link.to.node == index && new.input_port(&into) != Some(link.to.port) {
                return missing("input", &into);
            }
        }
        Ok(())
    }

    /// That every port that another card needs is linked, as in a graph file; the ports that are linked have its numbers.
    fn needed_are_linked(&self, index: usize, new: &Card) -> Result<(), String> {
        if new.shape == Shape::Endpoint {
            return Ok(());
        }
        let linked = |end: fn(&PlanLink) -> graph::Port, port| {
            self.plan.links.iter().any(|link| end(link) == graph::Port { node: index, port })
        };
        let input = card::unlinked(&new.inputs, |port| linked(|link| link.to, port)).next();
        let output = card::unlinked(&new.outputs, |port| linked(|link| link.from, port)).next();
        for (kind, port) in [("input", input), ("output", output)] {
            if let Some(port) = port {
                return Err(format!(
                    "its {kind} `{}` would not be linked; link it in the graph file and reload",
                    port.name
                ));
            }
        }
        Ok(())
    }

    /// Where each reason of a card is counted: by name and intent where the node has it already.
    fn reasons_for(&self, index: usize, wanted: &Wanted) -> Result<Reasons, SwapError> {
        let mut reasons = self.nodes[index].spec.reasons.clone();
        let mut slots = Vec::new();
        for (name, asked) in wanted.found.card.drop_intents(&wanted.params) {
            let reason = (name.to_owned(), if asked { Intent::Asked } else { Intent::Loss });
            let slot = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            });
            slots.push(slot);
        }
        if reasons.len() > MAX_REASONS {
            return Err(SwapError::DoesNotFit {
                node: wanted.node.clone(),
                module: wanted.found.card.name.clone(),
                what: format!(
                    "with its reasons to drop the node has had more than {MAX_REASONS}; restart the run"
                ),
            });
        }
        Ok((reasons, slots))
    }

    /// Makes a new instance beside the old one; it is started if it wants nothing that only one may have. One that is
    /// refused ends on the hand's thread, however long that takes.
    pub(super) fn candidate(
        &mut self,
        index: usize,
        wanted: &Wanted,
        hand: Hand,
    ) -> Result<(Candidate, Hand), SwapError> {
        const THEN: &str = "it was given up, and nothing was changed";
        let (reasons, slots) = self.reasons_for(index, wanted)?;
        let node = &self.nodes[index];
        let params = Value::Object(wanted.params.clone()).to_string();
        let spec = NodeSpec { name: wanted.node.clone(), params: params.clone(), reasons };
        let reference = node.account.bind(&slots);
        let shared = node.ctl.shared.clone();
        shared.begin_staging(reference);
        let late =
            |call| SwapError::Late { node: wanted.node.clone(), call, longest: wanted.patience, then: THEN };
        let refused = |call, error| SwapError::Refused { node: wanted.node.clone(), call, error };
        let create = |hand: &Hand| {
            let (module, params) = (wanted.module.clone(), params.clone());
            hand.call(wanted.patience, move || module.create(reference, &params))
        };
        let made = create(&hand);
        let Some(made) = made else {
            self.give_up(&wanted.node, hand);
            return Err(late("create"));
        };
        let made = made.map_err(|error| refused("create", error))?;
        let (mut instance, halves) = (made.instance, [made.take, made.give]);
        let exclusive = shared.staged().claims;
        if !exclusive {
            shared.beside.store(true, Ordering::Release);
            let started = hand.call(wanted.patience, move || {
                let done = instance.start();
                (instance, done)
            });
            shared.beside.store(false, Ordering::Release);
            let Some((back, done)) = started else {
                self.give_up(&wanted.node, hand);
                return Err(late("start"));
            };
            instance = back;
            if let Err(error) = done {
                // The one that runs has what it wants: another is started when that has given it up.
                if shared.staged().contested {
                    drop(halves);
                    if hand.call(wanted.patience, move || drop(instance)).is_none() {
                        self.give_up(&wanted.node, hand);
                        return Err(late("stop"));
                    }
                    let Some(made) = create(&hand) else {
                        self.give_up(&wanted.node, hand);
                        return Err(late("create"));
                    };
                    let made = made.map_err(|error| refused("create", error))?;
                    let (instance, halves) = (made.instance, [made.take, made.give]);
                    let exclusive = true;
                    return Ok((Candidate { instance, halves, reference, exclusive, spec }, hand));
                }
                self.leave(index, hand, instance, halves, false, field::CONSUMED);
                return Err(refused("start", error));
            }
        }
        Ok((Candidate { instance, halves, reference, exclusive, spec }, hand))
    }
}
