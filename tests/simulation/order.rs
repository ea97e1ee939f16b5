//! What standard modules do with frames: nothing overtakes, nothing is doubled, nothing is invented.

use crate::{
    graph::number,
    watch::{Entry, Id, Note},
};
use rogue_runtime::graph::Plan;
use std::collections::VecDeque;

enum Kind {
    /// Gives what it took, in the same call, or not at all.
    Pass,
    /// Gives later what it took, or not at all.
    Queue(VecDeque<Id>),
    /// Keeps what it took.
    Keep(Vec<Id>),
    /// Whatever it likes.
    Wild,
}

impl Kind {
    fn of(module: &str) -> Kind {
        match module {
            "filter" | "ratedrop" | "tag" => Kind::Pass,
            "fifo" | "wild-queue" => Kind::Queue(VecDeque::new()),
            "file-writer" => Kind::Keep(Vec::new()),
            _ => Kind::Wild,
        }
    }
}

/// What was taken and given by each node, by its number.
pub struct Order(Vec<Kind>);

impl Order {
    pub fn new(plan: &Plan) -> Order {
        let mut order = Order(Vec::new());
        order.know_nodes(plan);
        order
    }

    /// A plan with further nodes.
    pub fn know_nodes(&mut self, plan: &Plan) {
        for node in &plan.nodes {
            let number = number(&node.name);
            if number >= self.0.len() {
                self.0.resize_with(number + 1, || Kind::Wild);
                self.0[number] = Kind::of(&node.found.card.name);
            }
        }
    }

    /// Another module runs in a node; what waits in a queue goes over in order, or is lost.
    pub fn swapped(&mut self, node: usize, module: &str) {
        match (&self.0[node], Kind::of(module)) {
            (Kind::Queue(_), Kind::Queue(_)) | (Kind::Keep(_), Kind::Keep(_)) => {}
            (_, kind) => self.0[node] = kind,
        }
    }

    /// A call was made.
    pub fn called(&mut self, note: &Note) -> Result<(), String> {
        let taken = &note.offered[..note.taken];
        let mut given = note.left.iter().map(|(_, id)| *id);
        match &mut self.0[note.node] {
            Kind::Pass => subsequence(&mut taken.iter().copied(), given),
            Kind::Queue(waiting) => {
                waiting.extend(taken);
                if note.entry != Entry::Produce {
                    return Ok(());
                }
                given.try_for_each(|id| {
                    loop {
                        match waiting.pop_front() {
                            Some(next) if next == id => return Ok(()),
                            Some(_) => {}
                            None => return Err(id),
                        }
                    }
                })
            }
            Kind::Keep(kept) => {
                kept.extend(taken);
                Ok(())
            }
            Kind::Wild => Ok(()),
        }
        .map_err(|id| format!("node n{} gave {id:x} out of its turn: {note:x?}", note.node))
    }

    /// What a node that keeps frames has taken.
    pub fn kept(&self, node: usize) -> Option<&[Id]> {
        match &self.0[node] {
            Kind::Keep(kept) => Some(kept),
            _ => None,
        }
    }
}

/// Whether `of` gives all of `these`, in order; else the first that it does not.
pub fn subsequence(of: &mut impl Iterator<Item = Id>, these: impl IntoIterator<Item = Id>) -> Result<(), Id> {
    these.into_iter().try_for_each(|id| if of.any(|next| next == id) { Ok(()) } else { Err(id) })
}
