//! What must wait in every inbox, worked out from the plan and the calls alone.
//!
//! What holds: a link is first in, first out; of one result the further links are served in listed order and the
//! primary last; nothing is doubled, and only a share that memory had no room for is missing.

use crate::{
    graph::number,
    watch::{Entry, Id, Note},
};
use rogue_runtime::{
    graph::{OnFault, Plan, Port},
    module::Status,
};
use std::collections::{BTreeSet, VecDeque};

/// A frame that must wait in an inbox.
#[derive(Clone, Copy, Debug)]
struct Due {
    port: u32,
    id: Id,
    /// Memory may have had no room for it.
    perhaps: bool,
}

/// The inboxes of a run as they must be; nodes by their numbers.
#[derive(Default)]
pub struct Model {
    /// Per node and output port: the links' ends, the primary first.
    outputs: Vec<Vec<Vec<(usize, u32)>>>,
    bypass: Vec<bool>,
    inboxes: Vec<VecDeque<Due>>,
}

impl Model {
    pub fn new(plan: &Plan) -> Model {
        let mut model = Model::default();
        model.take_plan(plan);
        model
    }

    /// Another plan: what waits stays, unless its node is gone.
    pub fn take_plan(&mut self, plan: &Plan) {
        let numbers: Vec<usize> = plan.nodes.iter().map(|node| number(&node.name)).collect();
        self.outputs.fill(Vec::new());
        self.bypass.fill(false);
        self.know(numbers.iter().map(|number| number + 1).max().unwrap_or(0));
        for (node, planned) in plan.nodes.iter().enumerate() {
            let links = |port: u32| {
                plan.links_from(Port { node, port })
                    .map(|link| (numbers[link.to.node], link.to.port))
                    .collect()
            };
            let ports = planned.found.card.output_count();
            self.outputs[numbers[node]] = (0..ports).map(links).collect();
            self.bypass[numbers[node]] = planned.on_fault == OnFault::Bypass;
        }
        let gone = self.inboxes.iter_mut().enumerate().filter(|(number, _)| !numbers.contains(number));
        gone.for_each(|(_, inbox)| inbox.clear());
    }

    /// There are nodes up to that number.
    pub fn know(&mut self, count: usize) {
        let count = count.max(self.inboxes.len());
        self.outputs.resize(count, Vec::new());
        self.bypass.resize(count, false);
        self.inboxes.resize_with(count, VecDeque::new);
    }

    /// A call was made, in which memory may have been `scarce`.
    pub fn called(&mut self, note: &Note, scarce: bool) -> Result<(), String> {
        let inbox = &mut self.inboxes[note.node];
        let due = inbox.iter().take(note.offered.len());
        if !due.map(|due| (due.port, due.id)).eq(note.offered.iter().map(|&id| (note.port, id))) {
            return Err(format!(
                "node n{} was offered {:x?} by port {}, while {inbox:x?} waited",
                note.node, note.offered, note.port
            ));
        }
        inbox.drain(..note.taken);
        let failed = matches!(note.status, Status::Fault | Status::Panicked);
        let good = if failed && note.entry == Entry::Accept { note.completed } else { note.left.len() };
        note.left[..good].iter().for_each(|&(port, id)| self.send(note.node, port, id, scarce));
        Ok(())
    }

    fn send(&mut self, from: usize, port: u32, id: Id, scarce: bool) {
        let Some((primary, others)) = self.outputs[from].get(port as usize).and_then(|to| to.split_first())
        else {
            return;
        };
        for &(node, port) in others {
            self.inboxes[node].push_back(Due { port, id, perhaps: scarce });
        }
        self.inboxes[primary.0].push_back(Due { port: primary.1, id, perhaps: false });
    }

    /// A node that is not called any more lost what waited for it, or lets it pass by.
    pub fn passed(&mut self, node: usize, scarce: bool) {
        for due in std::mem::take(&mut self.inboxes[node]) {
            if self.bypass[node] {
                self.send(node, 0, due.id, scarce);
            }
        }
    }

    /// Whether a node that fails lets frames pass by.
    pub fn bypasses(&self, node: usize) -> bool {
        self.bypass[node]
    }

    /// Takes an inbox as it is.
    pub fn believe(&mut self, node: usize, real: &[(u32, Id)]) {
        let due = real.iter().map(|&(port, id)| Due { port, id, perhaps: false });
        self.inboxes[node] = due.collect();
    }

    /// Whether nothing must wait for a node.
    pub fn is_empty(&self, node: usize) -> bool {
        self.inboxes[node].is_empty()
    }

    /// Compares an inbox with what waits in it; says how many shares are missing for want of memory.
    pub fn settle(&mut self, node: usize, real: &[(u32, Id)]) -> Result<u64, String> {
        let inbox = &mut self.inboxes[node];
        let missing = inbox.len() as u64 - real.len().min(inbox.len()) as u64;
        // How many of the real ones may have been seen when a part of what is due has been gone through.
        let mut seen = BTreeSet::from([0]);
        for due in inbox.iter() {
            let mut next = BTreeSet::new();
            for at in seen {
                if real.get(at) == Some(&(due.port, due.id)) {
                    next.insert(at + 1);
                }
                if due.perhaps {
                    next.insert(at);
                }
            }
            seen = next;
        }
        if !seen.contains(&real.len()) {
            return Err(format!("in the inbox of node n{node} wait {real:x?}, and {inbox:x?} should"));
        }
        self.believe(node, real);
        Ok(missing)
    }
}
