//! What must wait in every inbox, worked out from the plan and the calls alone.
//!
//! What holds: a link is first in, first out; of one result the further links are served in listed order and the
//! primary last; nothing is doubled, and only a share that memory had no room for is missing.

use crate::watch::{Entry, Id, Note};
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

/// The inboxes of a run as they must be.
pub struct Model {
    /// Per node and output port: the links' ends, the primary first.
    outputs: Vec<Vec<Vec<(usize, u32)>>>,
    bypass: Vec<bool>,
    inboxes: Vec<VecDeque<Due>>,
}

impl Model {
    pub fn new(plan: &Plan) -> Model {
        let links = |node: usize, port: u32| {
            plan.links_from(Port { node, port }).map(|link| (link.to.node, link.to.port)).collect()
        };
        let ports = |node: usize| plan.nodes[node].found.card.output_count();
        let nodes = 0..plan.nodes.len();
        Model {
            outputs: nodes
                .clone()
                .map(|node| (0..ports(node)).map(|port| links(node, port)).collect())
                .collect(),
            bypass: nodes.clone().map(|node| plan.nodes[node].on_fault == OnFault::Bypass).collect(),
            inboxes: nodes.map(|_| VecDeque::new()).collect(),
        }
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
        inbox.clear();
        inbox.extend(real.iter().map(|&(port, id)| Due { port, id, perhaps: false }));
        Ok(missing)
    }
}
