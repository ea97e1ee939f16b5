//! The point of no return: segments are taken apart and built anew, and go on.
//!
//! What holds: nothing here can fail. A half that stays keeps its inbox; what a half that leaves still had comes behind it,
//! before anything that follows; wakes, watches, links and pools are those of the new plan before a segment goes on.

use super::{
    Change, Fate, Replaced,
    beside::{Added, Beside, Replacement},
    run_out::{self, At, Leaver, Leavers, Leaving},
    steps::{Old, Steps},
};
use crate::{
    engine::{BATCH_FRAMES, Driver, Node, NodeCtl, Segment, Waker},
    graph::Plan,
    host::{claims, nodes},
    pool::{self, PoolSpec, field},
    swap::{
        gone::Rest,
        hand::Hand,
        hand_over::HandedOver,
        install::{connect, on_fault, places, set_wakes},
        node::{Place, RunningNode},
        running::{Leaving as Left, Running},
        segments::{Seat, seats, unlinked},
        transfer::Taken,
    },
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

/// Where a half that stays was.
struct Came {
    /// In the new plan.
    node: usize,
    side: usize,
    waker: Arc<Waker>,
    index: u32,
}

/// Halves that stay or are new, by node in the new plan and side.
type Parts = HashMap<(usize, usize), Node>;

impl Running {
    /// The new plan runs from now on. Gives what was handed over and what was given up.
    pub(super) fn commit(
        &mut self,
        plan: Plan,
        change: Change,
        mut beside: Beside,
        mut steps: Steps,
        mut taken: Taken,
    ) -> Vec<Replaced> {
        let mut report = Vec::new();
        self.apply_settings(&plan, &change);
        let mut old = HashMap::new();
        let replacements = std::mem::take(&mut beside.replacements);
        for (at, replacement) in replacements.into_iter().enumerate() {
            let (handed, lived) = steps.handed.remove(&at).unwrap_or_default();
            let new = replacement.new;
            old.insert(new, self.put_in_place(replacement, &handed, lived, &mut taken));
            report.push(Replaced { node: Some(new), handed, dropped: 0 });
        }
        claims::set_leaving(beside.leaving(), false);
        let ended = self.ended_nodes(&plan, &change, &taken);
        let over = over(&taken);
        let (mut parts, came, dropped, leavers) = self.take_apart(&change, &beside, taken);
        report.push(Replaced { node: None, handed: HandedOver::default(), dropped });
        let rest = self.exchange_nodes(plan, &change, &mut beside, &mut parts);
        self.build(&change, beside, parts, &ended, &over);
        self.move_watches(&came);
        for (node, old) in old {
            let hand = Hand::start(&self.nodes[node].spec.name).ok();
            self.retire(node, hand, old);
        }
        self.end_leavers(leavers, rest);
        report
    }

    fn put_in_place(
        &mut self,
        replacement: Replacement,
        handed: &HandedOver,
        lived: bool,
        taken: &mut Taken,
    ) -> Old {
        let Replacement { old, wanted, candidate, .. } = replacement;
        let previous = self.as_it_runs(old);
        let halves = self.put_in(old, candidate, taken, &wanted);
        let node = &mut self.nodes[old];
        let given_back = node.restart.drain();
        pool::charge_as(field::DROP_FAULT, || drop(given_back));
        Old {
            instance: node.replaced.take(),
            halves,
            lived,
            previous: Some((previous, handed.state.clone())),
        }
    }

    /// What the graph says of nodes whose module goes on.
    fn apply_settings(&mut self, plan: &Plan, change: &Change) {
        for (index, fate) in change.fates.iter().enumerate() {
            let wanted = &plan.nodes[index];
            let (Fate::Settings(old) | Fate::Set(old) | Fate::Replace(old)) = *fate else { continue };
            let (node, was) = (&mut self.nodes[old], &self.plan.nodes[old]);
            node.ctl.set_on_fault(on_fault(wanted.on_fault));
            if was.batch != wanted.batch || was.pool.is_some() != wanted.pool.is_some() {
                node.ctl.shared.set_by_graph(wanted.pool.is_some(), wanted.batch.unwrap_or(BATCH_FRAMES));
            }
            match wanted.pool {
                Some(pool) => {
                    node.account.set_pool(PoolSpec { fixed_size: pool.fixed_size, pool_size: pool.pool_size })
                }
                None if was.pool.is_some() => node.account.set_pool(PoolSpec::default()),
                None => {}
            }
            if let Fate::Set(_) = fate {
                node.spec.params = serde_json::Value::Object(wanted.params.clone()).to_string();
            }
        }
    }

    /// Of each node of the new plan, whether what gives has ended.
    fn ended_nodes(&self, plan: &Plan, change: &Change, taken: &Taken) -> Vec<bool> {
        (0..plan.nodes.len()).map(|node| self.gave_all(plan, change, taken, node)).collect()
    }

    /// Takes the segments apart. Gives the halves that stay, frames that nobody took, and what still runs out.
    fn take_apart(
        &mut self,
        change: &Change,
        beside: &Beside,
        taken: Taken,
    ) -> (Parts, Vec<Came>, u64, Option<Leavers>) {
        let stays: HashMap<usize, usize> =
            change.fates.iter().enumerate().filter_map(|(new, fate)| Some((fate.stays()?, new))).collect();
        let (mut parts, mut at_of, mut leaving): (Parts, HashMap<At, (usize, usize)>, Vec<Leaving>) =
            Default::default();
        let (mut dropped, mut came, mut wakers) = (0, Vec::new(), HashMap::new());
        let mut stopped: Vec<Node> = Vec::new();
        for (number, segment) in taken {
            let old_seats = seats(&self.plan, number);
            let waker = segment.waker().clone();
            let ended: Vec<bool> = segment.parts().iter().map(Node::has_ended).collect();
            for (position, (mut node, seat)) in segment.dismantle().into_iter().zip(old_seats).enumerate() {
                let (at, side) = ((number, position), usize::from(seat.gives));
                if let Some(new) = stays.get(&seat.node) {
                    at_of.insert(at, (*new, side));
                    came.push(Came { node: *new, side, waker: waker.clone(), index: position as u32 });
                    parts.insert((*new, side), node);
                } else if beside.stop_first.contains(&seat.node) {
                    dropped += node.give_up_waiting();
                    stopped.push(node);
                } else {
                    let inputs = self.open_inputs(change, beside, number, &seat, &ended);
                    let Seat { outputs, upstream, node: index, .. } = seat;
                    let pump = self.nodes[index].pump.as_ref().filter(|_| side == 1);
                    pump.iter().for_each(|pump| pump.interrupt());
                    let pumped = pump.is_some();
                    leaving.push(Leaving { at, node, outputs, upstream, inputs, pumped });
                }
            }
            wakers.insert(number, waker);
        }
        for node in stopped {
            let number = node.ctl().node;
            let of = self.nodes.iter_mut().find(|of| of.ctl.node == number);
            let side = usize::from(node.gives());
            if let Some(of) = of {
                of.unplaced[side] = Some(node.into_half());
            }
        }
        if leaving.is_empty() {
            return (parts, came, dropped, None);
        }
        let leavers = self.run_out(leaving, &mut parts, &at_of, &wakers);
        (parts, came, dropped, leavers)
    }

    /// Links to a half that leaves, of halves that leave too and have not ended.
    fn open_inputs(
        &self,
        change: &Change,
        beside: &Beside,
        number: usize,
        seat: &Seat,
        ended: &[bool],
    ) -> usize {
        let leaves = |node: &usize| change.leave.contains(node) && !beside.stop_first.contains(node);
        let halves = &self.plan.segments[number].halves;
        let has_ended = |node: usize| {
            let at = halves.iter().position(|half| {
                let half = &self.plan.halves[*half];
                half.node == node && half.side != crate::graph::Side::Take
            });
            at.and_then(|at| ended.get(at)).copied().unwrap_or(false)
        };
        seat.inputs.iter().filter(|from| leaves(from) && !has_ended(**from)).count()
    }

    /// What leaves delivers what it has to what stays. Gives what is not waited for.
    fn run_out(
        &mut self,
        leaving: Vec<Leaving>,
        parts: &mut Parts,
        at_of: &HashMap<At, (usize, usize)>,
        wakers: &HashMap<usize, Arc<Waker>>,
    ) -> Option<Leavers> {
        let numbers: Vec<(At, usize, usize)> = leaving
            .iter()
            .map(|half| (half.at, half.node.ctl().node, usize::from(half.node.gives())))
            .collect();
        let ctl = |at: At| -> Option<Arc<NodeCtl>> { Some(parts.get(at_of.get(&at)?)?.ctl().clone()) };
        let leavers = Leavers::new(leaving, ctl, self.clock.clone());
        for (at, index) in &leavers.places {
            let Some((_, number, side)) = numbers.iter().find(|(other, ..)| other == at) else { continue };
            let Some(node) = self.nodes.iter().find(|node| node.ctl.node == *number) else { continue };
            let waker: Arc<dyn crate::host::Wake> = leavers.waker.clone();
            nodes::set_wake(node.account, *side as u32, Some((waker, *index as u32)));
            if let Some(before) = wakers.get(&at.0) {
                before.move_watches(at.1 as u32, &leavers.waker, *index as u32);
            }
        }
        let Ok(hand) = Hand::start("graph") else { return Some(leavers) };
        let Some((leavers, left)) = leavers.deliver(&hand) else {
            log::error!(
                "a module that leaves the graph did not return from a call; what it had is lost with it"
            );
            return None;
        };
        for (at, frames) in left {
            if let Some(part) = at_of.get(&at).and_then(|key| parts.get_mut(key)) {
                part.add_waiting(frames);
            }
        }
        Some(leavers)
    }

    /// The nodes of the new plan in its order; those that leave go where their books are kept.
    fn exchange_nodes(
        &mut self,
        plan: Plan,
        change: &Change,
        beside: &mut Beside,
        parts: &mut Parts,
    ) -> Vec<Leaver> {
        let mut before: Vec<Option<RunningNode>> = self.nodes.drain(..).map(Some).collect();
        let mut added: HashMap<usize, RunningNode> =
            beside.added.drain(..).map(|Added { new, node }| (new, node)).collect();
        for (new, fate) in change.fates.iter().enumerate() {
            let node = match fate.stays() {
                Some(old) => before[old].take(),
                None => added.remove(&new),
            };
            self.nodes.extend(node);
        }
        let mut rest = Vec::new();
        for old in &change.leave {
            let Some(node) = before[*old].take() else { continue };
            rest.push(self.leaves(node));
        }
        self.plan = plan;
        for index in 0..self.nodes.len() {
            let places = places(&self.plan, index);
            self.move_halves(index, &places, parts);
            self.nodes[index].places = places;
        }
        rest
    }

    fn leaves(&mut self, mut node: RunningNode) -> Leaver {
        let charge = node.ctl.charge(field::DROP_SWAPPED);
        let rest = Rest::default();
        let leaver = Leaver {
            instance: node.instance.take(),
            halves: node.unplaced.iter_mut().filter_map(Option::take).chain(node.restart.drain()).collect(),
            started: std::mem::take(&mut node.started),
            pump: node.pump.take(),
            account: node.account,
            charge,
            rest: rest.clone(),
        };
        self.gone.add(node, rest);
        leaver
    }

    /// Halves that get a place, or have none any more.
    fn move_halves(&mut self, index: usize, places: &[Option<Place>; 2], parts: &mut Parts) {
        let node = &mut self.nodes[index];
        for (side, place) in places.iter().enumerate() {
            let untouched = node.places[side].is_some() && !parts.contains_key(&(index, side));
            if untouched {
                continue;
            }
            match place {
                Some(_) if !parts.contains_key(&(index, side)) => {
                    if let Some(half) = node.unplaced[side].take() {
                        parts.insert((index, side), unlinked(node.ctl.clone(), half, side));
                    }
                }
                None => {
                    if let Some(mut part) = parts.remove(&(index, side)) {
                        part.give_up_waiting();
                        node.unplaced[side] = Some(part.into_half());
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// The segments of the new plan.
    fn build(
        &mut self,
        change: &Change,
        beside: Beside,
        mut parts: Parts,
        ended: &[bool],
        over: &HashSet<usize>,
    ) {
        let Beside { wakers, seats, mut drivers, mut seated, .. } = beside;
        parts.extend(seated.drain());
        let accounts: Vec<_> = self.nodes.iter().map(|node| node.account.id()).collect();
        for (index, node) in self.nodes.iter().enumerate() {
            connect(&self.plan, index, node, &accounts);
            set_wakes(node.account, &node.places, &wakers);
        }
        let mut before: Vec<Option<Driver>> = std::mem::take(&mut self.drivers);
        let exchanges = std::mem::take(&mut self.exchanges);
        // The threads of segments that have come to their end may be gone: such drivers are for segments that have, too.
        let (last, first): (Vec<usize>, Vec<usize>) =
            change.touched.iter().partition(|old| over.contains(old));
        for old in first.into_iter().chain(last) {
            drivers.extend(before.get_mut(old).and_then(Option::take));
        }
        let mut drivers = VecDeque::from(drivers);
        self.segments = self.plan.segments.iter().map(|_| None).collect();
        self.watchdog.renumber(&change.untouched);
        let mut rebuilt: HashMap<usize, Vec<Seat>> = seats.into_iter().collect();
        for (number, waker) in wakers.iter().enumerate() {
            if let Some(old) = change.untouched[number] {
                self.drivers.push(before.get_mut(old).and_then(Option::take));
                self.exchanges.push(exchanges[old].clone());
                continue;
            }
            let seats = rebuilt.remove(&number).unwrap_or_default();
            let nodes = seats.into_iter().filter_map(|seat| {
                let mut node = parts.remove(&(seat.node, usize::from(seat.gives)))?;
                let inputs = seat.inputs.iter().filter(|from| !ended[**from]).count();
                node.relink(seat.role, inputs, seat.outputs, seat.upstream);
                Some(node)
            });
            let nodes: Vec<Node> = nodes.collect();
            let segment = Segment::rebuilt(nodes, waker.clone(), self.clock.clone());
            self.exchanges.push(segment.exchange());
            let driver = if segment.is_over() { drivers.pop_back() } else { drivers.pop_front() };
            self.drivers.push(driver.map(|mut driver| {
                driver.put_rebuilt(segment);
                driver
            }));
        }
        for driver in drivers {
            drop(driver.join());
        }
    }

    /// Descriptors that halves wait for go with them.
    fn move_watches(&self, came: &[Came]) {
        for Came { node, side, waker, index } in came {
            let Some(place) = self.nodes[*node].places[*side] else { continue };
            if let Some(Some(driver)) = self.drivers.get(place.segment) {
                waker.move_watches(*index, driver.waker(), place.index as u32);
            }
        }
    }

    /// What leaves comes to its end on a thread of its own.
    fn end_leavers(&mut self, leavers: Option<Leavers>, rest: Vec<Leaver>) {
        if leavers.is_none() && rest.is_empty() {
            return;
        }
        match Hand::start("leaving") {
            Ok(hand) => {
                let thread = hand.last(move || run_out::end(leavers, rest));
                self.leaving.push(Left { node: "nodes that were removed".to_owned(), thread });
            }
            Err(_) => run_out::end(leavers, rest),
        }
    }
}

/// Segments that have come to their end.
pub(super) fn over(taken: &Taken) -> HashSet<usize> {
    taken.iter().filter(|(_, segment)| segment.is_over()).map(|(number, _)| *number).collect()
}
