//! `on_fault: restart`: a new instance in place of one that failed, after a pause that grows.
//!
//! In steps, each looked at whenever the run is attended to: both halves are taken out of their segments (an
//! idle half stands in); the old instance is ended, its frames counted as lost to the fault; after the pause a
//! new instance is made and started, and its halves are put in. Meanwhile what waits for the node waits, and a swap puts another
//! instance in at once. A node of which a half has come to its end is not made anew.

use super::{StartError, node::RunningNode, running::Running, stand_in::StandIn};
use crate::{
    engine::Health,
    graph::OnFault,
    module::{Half, Made},
    pool::{self, field},
};
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

/// How often a restart that waits for a segment is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

fn ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Where a node is on its way to a new instance.
#[derive(Default)]
pub(super) struct Restart {
    /// Restarts so far.
    count: u32,
    /// When the new instance is due, by the run's clock; `None` = nothing to do.
    due_ns: Option<u64>,
    /// Stand-ins are on their way in, for halves not given back yet.
    waiting: [bool; 2],
    given_back: Vec<Box<dyn Half>>,
}

impl Restart {
    /// Nothing is to be made anew any more. Gives the failed halves.
    pub(super) fn drain(&mut self) -> Vec<Box<dyn Half>> {
        std::mem::take(self).given_back
    }
}

impl Running {
    /// The time of the next restart, or of the next look at one, by the run's clock.
    pub fn next_restart_ns(&self) -> Option<u64> {
        let next = |restart: &Restart| match (restart.due_ns, restart.waiting) {
            (Some(due), [false, false]) => Some(due),
            (Some(_), _) => Some(self.clock.now_ns().saturating_add(ns(LOOK_AGAIN))),
            (None, _) => None,
        };
        // Nothing is restarted in a run that stops.
        let nodes = self.stopping_since().is_none().then_some(&self.nodes);
        nodes?.iter().filter_map(|node| next(&node.restart)).min()
    }

    /// A node failed whose graph says `restart`.
    pub(super) fn plan_restart(&mut self, index: usize) {
        let OnFault::Restart { backoff, backoff_max, max_restarts } = self.plan.nodes[index].on_fault else {
            return;
        };
        let now_ns = self.clock.now_ns();
        let node = &mut self.nodes[index];
        if max_restarts.is_some_and(|most| node.restart.count >= most) {
            node.ctl.set_health(Health::Dead);
            return self.fault_ends_run();
        }
        let pause =
            backoff.saturating_mul(1u32.checked_shl(node.restart.count).unwrap_or(u32::MAX)).min(backoff_max);
        node.restart.count += 1;
        if node.restart.due_ns.replace(now_ns.saturating_add(ns(pause))).is_some() {
            return;
        }
        for side in 0..2 {
            if let Some(place) = node.places[side] {
                self.exchanges[place.segment].put(place.index, Box::new(StandIn));
                node.restart.waiting[side] = true;
            }
        }
        node.wake();
    }

    /// Goes on with every restart that can go on.
    pub(super) fn restart_due(&mut self) {
        for index in 0..self.nodes.len() {
            if self.nodes[index].restart.due_ns.is_none() || self.stopping_since().is_some() {
                continue;
            }
            // A new instance would wait for ever for the end of an input that has ended already.
            if self.nodes[index].ctl.ended.load(Ordering::Acquire) {
                let node = &mut self.nodes[index];
                node.restart.due_ns = None;
                node.ctl.set_health(Health::Dead);
                node.wake();
                continue;
            }
            self.collect_halves(index);
            let (restart, now_ns) = (&self.nodes[index].restart, self.clock.now_ns());
            if restart.waiting == [false, false] && restart.due_ns.is_some_and(|due| due <= now_ns) {
                self.restart_now(index);
            }
        }
    }

    /// Lets go of halves on their way between instances: a half keeps its instance, which is about to end.
    pub(super) fn end_restarts(&mut self) {
        let on_their_way = self.exchanges.iter().flat_map(|exchange| exchange.drain());
        let given_back = self.nodes.iter_mut().flat_map(|node| std::mem::take(&mut node.restart.given_back));
        pool::charge_as(field::DROP_FAULT, || on_their_way.chain(given_back).for_each(drop));
    }

    /// Takes the failed halves back that have been given back.
    pub(super) fn fetch_halves(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        for side in 0..2 {
            let Some(place) = node.places[side].filter(|_| node.restart.waiting[side]) else { continue };
            if let Some(half) = self.exchanges[place.segment].take_old(place.index) {
                node.restart.given_back.push(half);
                node.restart.waiting[side] = false;
            }
        }
    }

    /// Takes the failed halves back; with the last of them the old instance ends.
    pub(super) fn collect_halves(&mut self, index: usize) {
        self.fetch_halves(index);
        let node = &mut self.nodes[index];
        if node.restart.due_ns.is_none() {
            return;
        }
        if node.restart.waiting == [false, false] && node.instance.is_some() {
            if let Some(pump) = node.pump.take() {
                pump.join(Instant::now() + LOOK_AGAIN);
            }
            pool::charge_as(field::DROP_FAULT, || node.restart.given_back.clear());
            node.retire();
        }
    }

    fn restart_now(&mut self, index: usize) {
        self.nodes[index].restart.due_ns = None;
        match renew(&mut self.nodes[index]) {
            Ok(halves) => {
                let node = &mut self.nodes[index];
                node.tally.restarts += 1;
                node.ctl.shared.take_fault();
                node.ctl.set_health(Health::Running);
                for (side, half) in halves.into_iter().enumerate() {
                    if let (Some(half), Some(place)) = (half, node.places[side]) {
                        self.exchanges[place.segment].put_for_good(place.index, half);
                    }
                }
                node.wake();
            }
            Err(error) => {
                self.restart_failed(index, &error);
                self.plan_restart(index);
            }
        }
    }
}

fn renew(node: &mut RunningNode) -> Result<[Option<Box<dyn Half>>; 2], StartError> {
    let Made { instance, take, give } = node.create()?;
    node.instance = Some(instance);
    node.restore_good()?;
    node.start()?;
    Ok([take, give])
}
