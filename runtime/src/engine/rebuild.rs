//! Segments are taken apart and built anew of their parts, for a graph that is changed while it runs.
//!
//! Called by `swap` with segments that were given back by their threads. What holds: a half keeps its inbox, how far it is
//! in its life, and the time it asked for; a rebuilt segment calls each of its halves soon, so that a wake that went to the
//! segment of before is not missed; a half that has ended stays so, and is not called.

use super::{BitSet, Clock, Node, NodeCtl, Role, Segment, Target, Waker, node::Stage};
use crate::{
    module::Half,
    pool::{self, field},
};
use rogue_sdk::Frame;
use std::sync::Arc;

/// More links than there are: they never all end.
const OPEN: usize = usize::MAX / 2;

/// What running out came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOut {
    /// All that leave have ended.
    Ended,
    /// The rest waits for something.
    Waits,
    /// It was not done in so many calls.
    Unfinished,
}

impl Segment {
    /// Takes it apart: its halves, in order, with what waits for them. Fresh halves on their way are put in first.
    pub fn dismantle(mut self) -> Vec<Node> {
        self.settle();
        self.nodes
    }

    /// Puts halves in that are on their way.
    pub fn settle(&mut self) {
        self.take_fresh();
    }

    /// Built anew of parts, in topological order.
    pub fn rebuilt(nodes: Vec<Node>, waker: Arc<Waker>, clock: Clock) -> Segment {
        let mut segment = Segment::new(nodes, waker, clock);
        for n in 0..segment.nodes.len() {
            if segment.nodes[n].has_ended() {
                segment.ready.remove(n);
                segment.ended += 1;
            } else {
                segment.ready.insert(n);
                segment.set_wake(segment.nodes[n].wake_at_ns);
            }
        }
        segment
    }

    /// Its halves, while it is with nobody's thread.
    pub fn parts(&self) -> &[Node] {
        &self.nodes
    }

    /// Has all but the last `stay` of its halves deliver what they have and end; those that stay are not called: what
    /// leads to them waits in their inboxes. At most `calls` calls.
    pub fn run_out(&mut self, stay: usize, calls: usize) -> RunOut {
        let leave = self.nodes.len().saturating_sub(stay);
        self.stopping = true;
        self.see_time();
        for _ in 0..calls {
            self.hear();
            (leave..self.nodes.len()).for_each(|n| self.ready.remove(n));
            match self.ready.highest_without(&self.masked) {
                Some(n) if self.givers.contains(n) => self.call_giver(n),
                Some(n) => self.call_taker(n),
                None if self.ended == leave => return RunOut::Ended,
                None => return RunOut::Waits,
            }
        }
        RunOut::Unfinished
    }

    /// Whether one of the last `stay` halves may still be given something by those that leave.
    pub fn leads_on(&self, stay: usize) -> bool {
        let (leave, stay) = self.nodes.split_at(self.nodes.len().saturating_sub(stay));
        let waits = |n: &usize| leave.get(*n).is_some_and(|node| !node.has_ended());
        stay.iter().any(|node| (0..leave.len()).filter(waits).any(|n| node.upstream.contains(n)))
    }

    /// What was left in the inboxes of the last `stay` halves, in order of arrival; each list once.
    pub fn left_for(&mut self, stay: usize) -> Vec<Vec<(u32, Frame)>> {
        let at = self.nodes.len().saturating_sub(stay);
        self.nodes[at..].iter_mut().map(|node| node.inbox.drain()).collect()
    }
}

impl Node {
    /// Stands for a half that is elsewhere: what is delivered to it is charged to that, and it is never called.
    pub fn stand_in(ctl: Arc<NodeCtl>, half: Box<dyn Half>, upstream: BitSet) -> Node {
        Node::new(ctl, half, Role::Take, OPEN, Vec::new(), upstream)
    }

    /// What both halves of its node share.
    pub fn ctl(&self) -> &Arc<NodeCtl> {
        &self.ctl
    }

    /// What it does in its segment.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it gives only.
    pub fn gives(&self) -> bool {
        self.role != Role::Take
    }

    /// Whether it has come to its end.
    pub fn has_ended(&self) -> bool {
        self.stage == Stage::Ended
    }

    /// Whether it can be fed: it has not been told that nothing will come.
    pub fn can_be_fed(&self) -> bool {
        self.stage == Stage::Running
    }

    /// Frames that wait for it.
    pub fn waiting(&self) -> usize {
        self.inbox.len()
    }

    /// The links of another graph; `inputs` are those whose other end has not ended.
    pub fn relink(&mut self, role: Role, inputs: usize, outputs: Vec<Vec<Target>>, upstream: BitSet) {
        self.role = role;
        self.inputs_open = inputs;
        self.outputs = outputs;
        self.upstream = upstream;
    }

    /// More that waits for it, behind what does already, and charged to it.
    pub fn add_waiting(&mut self, frames: Vec<(u32, Frame)>) {
        frames.into_iter().for_each(|(port, frame)| self.inbox.push(port, frame));
    }

    /// Throws away what waits for it, as lost to a change of the graph; says how much.
    pub fn give_up_waiting(&mut self) -> u64 {
        let waiting = self.inbox.drain();
        let count = waiting.len() as u64;
        for (_, frame) in waiting {
            pool::count2(self.ctl.account, (field::IN, 1), (field::IN_BYTES, frame.payload().into()));
            pool::drop_as(frame, field::DROP_SWAPPED);
        }
        count
    }

    /// What it is called by, for whoever keeps or ends it.
    pub fn into_half(self) -> Box<dyn Half> {
        self.half
    }
}
