//! The loop: runs the ready node furthest downstream until nothing but sources is left, then polls a source.
//!
//! What holds: nodes are in topological order and links point forward; every inbox is bounded, because a
//! node that cannot take masks everything that leads to it, and because a module stops taking when `Out`
//! is full.

use super::{
    BATCH_FRAMES, CallKind, Clock, Exchange, Feed, Health, Node, OnFault, Role, Waker, node::Stage,
    ready::BitSet,
};
use crate::{
    module::{Half, OutItem, Outbox, Status},
    pool::{self, field},
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something was done.
    Worked,
    /// Nothing to do before the time given, if one is given.
    Idle(Option<Duration>),
    /// All nodes have ended.
    Ended,
}

/// Nodes that one thread drives.
pub struct Segment {
    pub(super) nodes: Vec<Node>,
    pub(super) waker: Arc<Waker>,
    pub(super) clock: Clock,
    /// Nodes to call: input, a wake, a time, or unfinished work.
    pub(super) ready: BitSet,
    /// Sources and queues to poll.
    pub(super) givers: BitSet,
    /// Nodes that could not take what they were offered.
    pub(super) blocked: BitSet,
    /// All that leads to them.
    pub(super) masked: BitSet,
    /// `masked` and `givers`: what the search for the furthest downstream passes over.
    pub(super) skipped: BitSet,
    /// Where the round of sources goes on.
    pub(super) turn: usize,
    pub(super) out: Outbox,
    pub(super) max: Vec<u32>,
    pub(super) next_wake_ns: u64,
    pub(super) now_ns: u64,
    pub(super) ended: usize,
    pub(super) stopping: bool,
    /// When its thread gave it back last.
    given_back_ns: u64,
    pub(super) exchange: Arc<Exchange>,
}

impl Segment {
    /// Nodes in topological order.
    pub fn new(nodes: Vec<Node>, waker: Arc<Waker>, clock: Clock) -> Segment {
        let set = || BitSet::new(nodes.len());
        let mut segment = Segment {
            waker,
            clock,
            ready: set(),
            givers: set(),
            blocked: set(),
            masked: set(),
            skipped: set(),
            turn: 0,
            out: Outbox { items: Vec::new(), limit: BATCH_FRAMES as usize },
            max: Vec::new(),
            next_wake_ns: 0,
            now_ns: 0,
            ended: 0,
            stopping: false,
            given_back_ns: 0,
            exchange: Arc::default(),
            nodes,
        };
        for n in 0..segment.nodes.len() {
            if segment.nodes[n].role == Role::Take {
                if segment.nodes[n].inputs_open == 0 {
                    segment.ready.insert(n);
                }
            } else {
                segment.givers.insert(n);
                segment.ready.insert(n);
            }
        }
        segment.max = (0..segment.nodes.len()).map(|n| segment.least_batch(n)).collect();
        segment.remask();
        segment
    }

    /// The smallest batch that any node downstream of `n` wants: a source gives no more at once.
    fn least_batch(&self, n: usize) -> u32 {
        let below = self.nodes.iter().enumerate().filter(|(i, node)| *i == n || node.upstream.contains(n));
        below.map(|(_, node)| node.batch_max()).min().unwrap_or(BATCH_FRAMES)
    }

    /// Its waker.
    pub fn waker(&self) -> &Arc<Waker> {
        &self.waker
    }

    /// Where fresh halves for failed nodes are put.
    pub fn exchange(&self) -> Arc<Exchange> {
        self.exchange.clone()
    }

    /// Number of its nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Its thread is about to give it back.
    pub(super) fn leave(&mut self) {
        self.given_back_ns = self.clock.now_ns();
    }

    /// When its thread gave it back last.
    pub fn given_back_ns(&self) -> u64 {
        self.given_back_ns
    }

    /// Whether all its nodes have ended.
    pub fn is_over(&self) -> bool {
        self.ended == self.nodes.len()
    }

    /// The half of node `n`, to be called or replaced while the segment is with nobody's thread.
    pub fn half(&mut self, n: usize) -> Option<&mut Box<dyn Half>> {
        self.nodes.get_mut(n).map(|node| &mut node.half)
    }

    /// Node `n` has another half, whose wishes count from now on: it is called soon, with what waits.
    pub fn renew(&mut self, n: usize) {
        if let Some(node) = self.nodes.get_mut(n) {
            node.wake_at_ns = 0;
            self.ready.insert(n);
            self.unblock();
            self.max = (0..self.nodes.len()).map(|n| self.least_batch(n)).collect();
        }
    }

    /// Has somebody shown what node `n` is given and makes of it, in place of who was before.
    pub fn feed(&mut self, n: usize, feed: Feed) {
        if let Some(node) = self.nodes.get_mut(n) {
            node.feed = Some(feed);
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Frames in inboxes, per account.
    pub fn queued(&self) -> impl Iterator<Item = (pool::AccountId, u64)> + '_ {
        self.nodes.iter().map(|node| (node.ctl.account, node.inbox.len() as u64))
    }

    /// What waits in the inbox of node `n`, oldest first, with the port it came by.
    pub fn waiting(&self, n: usize) -> impl Iterator<Item = (u32, &rogue_sdk::Frame)> {
        self.nodes.get(n).into_iter().flat_map(|node| node.inbox.iter())
    }

    /// Calls one node. The clock is asked when a source is about to be polled, so that all that follows from
    /// one poll happens at one time.
    pub fn turn(&mut self) -> Progress {
        if self.now_ns == 0 {
            self.see_time();
        }
        self.hear();
        if let Some(n) = self.ready.highest_without(&self.skipped) {
            self.call_taker(n);
            return Progress::Worked;
        }
        self.see_time();
        if let Some(n) = self.next_giver() {
            self.call_giver(n);
            return Progress::Worked;
        }
        if self.ended == self.nodes.len() {
            return Progress::Ended;
        }
        if self.due() {
            return Progress::Worked;
        }
        let wait = (self.next_wake_ns != 0).then(|| self.next_wake_ns.saturating_sub(self.now_ns));
        self.now_ns = 0;
        Progress::Idle(wait.map(Duration::from_nanos))
    }

    /// Has nodes called until nothing but sources is left, or what is blocked; in a bounded number of calls, since wakes
    /// may go on for ever.
    pub(super) fn quiet(&mut self) {
        const MOST_CALLS: usize = 1024;
        for _ in 0..MOST_CALLS {
            self.hear();
            match self.ready.highest_without(&self.skipped) {
                Some(n) => self.call_taker(n),
                None => break,
            }
        }
    }

    pub(super) fn see_time(&mut self) {
        self.now_ns = self.clock.now_ns();
        pool::set_now(self.now_ns);
    }

    fn due(&self) -> bool {
        self.next_wake_ns != 0 && self.next_wake_ns <= self.now_ns
    }

    /// Takes in wakes, times that have come, and fresh halves.
    pub(super) fn hear(&mut self) {
        for word in 0..self.ready.words() {
            let bits = self.waker.take(word);
            if bits != 0 {
                self.ready.insert_word(word, bits);
                self.take_fresh();
                self.unblock();
            }
        }
        if self.due() {
            self.next_wake_ns = 0;
            for n in 0..self.nodes.len() {
                let at = self.nodes[n].wake_at_ns;
                if at == 0 {
                    continue;
                }
                if at <= self.now_ns {
                    self.nodes[n].wake_at_ns = 0;
                    self.ready.insert(n);
                } else {
                    self.set_wake(at);
                }
            }
            self.unblock();
        }
    }

    pub(super) fn set_wake(&mut self, at_ns: u64) {
        if at_ns != 0 && (self.next_wake_ns == 0 || at_ns < self.next_wake_ns) {
            self.next_wake_ns = at_ns;
        }
    }

    /// Puts fresh halves in that are on their way, so that whoever changes the segment next does not come before them.
    pub fn take_fresh(&mut self) {
        for fresh in self.exchange.take_fresh() {
            let n = fresh.index;
            if let Some(node) = self.nodes.get_mut(n) {
                let old = std::mem::replace(&mut node.half, fresh.half);
                if fresh.wanted {
                    self.exchange.give_old(n, old);
                }
                self.ready.insert(n);
            }
        }
    }

    /// The next ready source in the round.
    fn next_giver(&mut self) -> Option<usize> {
        let len = self.nodes.len();
        let found = (0..len)
            .map(|i| (self.turn + i) % len)
            .find(|&n| self.givers.contains(n) && self.ready.contains(n) && !self.masked.contains(n))?;
        self.turn = found + 1;
        Some(found)
    }

    pub(super) fn call_taker(&mut self, n: usize) {
        let health = self.nodes[n].ctl.health();
        if health != Health::Running || self.nodes[n].stage == Stage::Ended {
            return self.call_unhealthy(n, health);
        }
        let node = &mut self.nodes[n];
        if node.inbox.is_empty() && node.inputs_open == 0 {
            node.stage = Stage::Finishing;
        }
        let finishing = node.stage == Stage::Finishing;
        let number = self.waker.enter(n, if finishing { CallKind::Finish } else { CallKind::Accept });
        let status = if finishing {
            node.finish(self.now_ns, &mut self.out)
        } else {
            node.accept(self.now_ns, &mut self.out)
        };
        self.waker.leave(number);
        let waiting = !node.inbox.is_empty();
        let wake_at = node.wake_at_ns;
        let may_finish = node.inputs_open == 0 && !waiting;
        self.deliver(n);
        self.set_wake(wake_at);
        match status {
            Status::Ended if finishing => self.end(n),
            Status::Blocked if waiting => self.block(n),
            Status::Fault | Status::Panicked => self.ready.insert(n),
            Status::More => self.ready.insert(n),
            _ if waiting || (may_finish && !finishing) => self.ready.insert(n),
            _ => self.ready.remove(n),
        }
    }

    pub(super) fn call_giver(&mut self, n: usize) {
        let health = self.nodes[n].ctl.health();
        if self.nodes[n].stage == Stage::Ended || (self.stopping && self.nodes[n].role == Role::Source) {
            self.end(n);
            return;
        }
        if health != Health::Running {
            return self.call_unhealthy(n, health);
        }
        let max = self.max[n];
        self.out.limit = max as usize;
        let number = self.waker.enter(n, CallKind::Produce);
        let status = self.nodes[n].produce(self.now_ns, max, &mut self.out);
        self.waker.leave(number);
        self.out.limit = BATCH_FRAMES as usize;
        self.deliver(n);
        self.set_wake(self.nodes[n].wake_at_ns);
        match status {
            Status::More | Status::Fault | Status::Panicked => {}
            Status::Ended => self.end(n),
            Status::Idle | Status::Blocked => self.ready.remove(n),
        }
    }

    /// A node whose module is not called: its frames are dropped, passed by, or kept for a new instance.
    fn call_unhealthy(&mut self, n: usize, health: Health) {
        if health == Health::Waiting && self.nodes[n].stage != Stage::Ended && !self.stopping {
            return self.block_waiting(n);
        }
        let bypass = self.nodes[n].ctl.on_fault() == OnFault::Bypass;
        let account = self.nodes[n].ctl.account;
        let waiting = self.nodes[n].inbox.drain();
        self.nodes[n].show_waiting();
        pool::count(account, field::IN, waiting.len() as u64);
        for (_, frame) in waiting {
            pool::count(account, field::IN_BYTES, frame.payload().into());
            if bypass {
                self.out.items.push(OutItem { frame, port: 0, pad: 0 });
            } else {
                pool::drop_as(frame, field::DROP_FAULT);
            }
        }
        self.deliver(n);
        let node = &self.nodes[n];
        if node.stage != Stage::Ended && (node.role != Role::Take || node.inputs_open == 0) {
            self.end(n);
        } else {
            self.ready.remove(n);
        }
    }

    /// Waits for a fresh half; what leads here waits with it.
    fn block_waiting(&mut self, n: usize) {
        if self.nodes[n].role == Role::Take {
            self.block(n);
        } else {
            self.ready.remove(n);
        }
    }

    /// A node has nothing more to give: its links end.
    fn end(&mut self, n: usize) {
        self.ready.remove(n);
        if self.blocked.contains(n) {
            self.blocked.remove(n);
            self.remask();
        }
        if self.nodes[n].stage == Stage::Ended {
            return;
        }
        self.nodes[n].stage = Stage::Ended;
        self.nodes[n].ctl.ended.store(true, Ordering::Release);
        self.nodes[n].wake_at_ns = 0;
        self.ended += 1;
        let targets: Vec<usize> = self.nodes[n].outputs.iter().flatten().map(|target| target.node).collect();
        for t in targets {
            let target = &mut self.nodes[t];
            target.inputs_open -= 1;
            if target.inputs_open == 0 && target.inbox.is_empty() && target.stage == Stage::Running {
                self.ready.insert(t);
            }
        }
    }

    /// From now on sources count as ended.
    pub fn stop_sources(&mut self) {
        self.stopping = true;
        for n in 0..self.nodes.len() {
            let source = self.nodes[n].role == Role::Source;
            if source || self.nodes[n].ctl.health() != Health::Running {
                self.ready.insert(n);
            }
            if source {
                self.end(n);
            }
        }
        self.unblock();
    }

    /// Ends all halves; what they still hold counts as `charge`, or as lost where the node failed.
    pub fn end_halves(self, charge: usize) {
        for node in self.nodes {
            pool::charge_as(node.ctl.charge(charge), || drop(node.half));
        }
    }

    /// Throws away what waits in inboxes; says how much.
    pub fn discard(&mut self) -> u64 {
        let mut discarded = 0;
        for node in &mut self.nodes {
            for (_, frame) in node.inbox.drain() {
                pool::count(node.ctl.account, field::IN, 1);
                pool::count(node.ctl.account, field::IN_BYTES, frame.payload().into());
                pool::drop_as(frame, field::DROP_STOPPED);
                discarded += 1;
            }
        }
        discarded
    }
}
