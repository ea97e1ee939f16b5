//! What nodes that leave the graph still have is delivered first, along the links they had.
//!
//! The halves that leave become a segment of their own, with stand-ins for the halves that they lead to. What holds: it is
//! run while the segments it was taken from are paused, so that what comes out of it comes before what follows; only
//! as far as it leads to halves that stay is it waited for, at most [`LONGEST`]; the rest runs out on the thread on which
//! the instances end, at most as long as a module may take to stop. What is left then is counted as *swapped*.

use crate::{
    engine::{BitSet, Clock, Node, NodeCtl, Role, RunOut, Segment, Target, Waker},
    module::{Half, Instance},
    pool::{self, field},
    swap::{gone::Rest, hand::Hand, running::LAST_CALL, stand_in::StandIn},
};
use rogue_sdk::Frame;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long the graph waits for what leaves.
pub const LONGEST: Duration = Duration::from_secs(1);
/// Calls between two looks at the time.
const CALLS: usize = 256;
/// How often something that waits is looked at.
const LOOK_AGAIN: Duration = Duration::from_micros(200);

/// A half by its segment and its position there.
pub type At = (usize, usize);

/// What waits for a half that stays, which was there: port and frame, oldest first.
pub type Left = (At, Vec<(u32, Frame)>);

/// A half that leaves, with the links it had.
pub struct Leaving {
    pub at: At,
    pub node: Node,
    pub outputs: Vec<Vec<Target>>,
    /// Those before it in its segment whose frames can get here.
    pub upstream: BitSet,
    /// Links to it of halves that leave too and have not ended.
    pub inputs: usize,
    /// Whether a thread of its own fills it.
    pub pumped: bool,
}

/// The halves that leave, as a segment.
pub struct Leavers {
    segment: Segment,
    stay: usize,
    /// Where the halves that stay were.
    for_whom: Vec<At>,
    /// Where each half that leaves is now, by where it was.
    pub places: Vec<(At, usize)>,
    pub waker: Arc<Waker>,
    clock: Clock,
}

impl Leavers {
    /// Of halves in the order they had, segment by segment; `ctl` gives what stands behind a half that stays.
    pub fn new(leaving: Vec<Leaving>, ctl: impl Fn(At) -> Option<Arc<NodeCtl>>, clock: Clock) -> Leavers {
        let places: Vec<(At, usize)> =
            leaving.iter().enumerate().map(|(index, half)| (half.at, index)).collect();
        let mut index: HashMap<At, usize> = places.iter().copied().collect();
        let count = leaving.len();
        let mut for_whom: Vec<At> = Vec::new();
        for half in &leaving {
            for target in half.outputs.iter().flatten() {
                let to = (half.at.0, target.node);
                if !index.contains_key(&to) && ctl(to).is_some() {
                    index.insert(to, count + for_whom.len());
                    for_whom.push(to);
                }
            }
        }
        let all = count + for_whom.len();
        let mut led_to = vec![BitSet::new(all); for_whom.len()];
        let mut nodes = Vec::with_capacity(all);
        for (own, half) in leaving.into_iter().enumerate() {
            let Leaving { at, mut node, outputs, upstream, inputs, pumped } = half;
            let mut above = BitSet::new(all);
            for (other, to) in &places {
                if other.0 == at.0 && upstream.contains(other.1) {
                    above.insert(*to);
                }
            }
            let moved = |target: &Target| {
                let node = *index.get(&(at.0, target.node))?;
                Some(Target { node, port: target.port })
            };
            let outputs: Vec<Vec<Target>> =
                outputs.iter().map(|targets| targets.iter().filter_map(moved).collect()).collect();
            for target in outputs.iter().flatten().filter(|target| target.node >= count) {
                led_to[target.node - count].insert(own);
                led_to[target.node - count].add_all(&above);
            }
            let role = if pumped { Role::Queue } else { node.role() };
            node.relink(role, inputs, outputs, above);
            nodes.push(node);
        }
        for (at, above) in for_whom.iter().zip(led_to) {
            if let Some(ctl) = ctl(*at) {
                nodes.push(Node::stand_in(ctl, Box::new(StandIn), above));
            }
        }
        let waker = Waker::new(all);
        let segment = Segment::rebuilt(nodes, waker.clone(), clock.clone());
        Leavers { stay: for_whom.len(), segment, for_whom, places, waker, clock }
    }

    /// Delivers what leads to halves that stay; gives it back with what waits for each of them. `None`: a module did not
    /// return, and what it had is lost with its thread.
    pub fn deliver(mut self, hand: &Hand) -> Option<(Leavers, Vec<Left>)> {
        if self.stay == 0 {
            return Some((self, Vec::new()));
        }
        let mut this = hand.call(LONGEST + LAST_CALL, move || {
            self.run(Instant::now() + LONGEST, |segment, stay| !segment.leads_on(stay));
            self
        })?;
        let left = this.segment.left_for(this.stay);
        let left = this.for_whom.iter().copied().zip(left).collect();
        Some((this, left))
    }

    fn run(&mut self, until: Instant, enough: impl Fn(&Segment, usize) -> bool) {
        loop {
            match self.segment.run_out(self.stay, CALLS) {
                RunOut::Ended => return,
                _ if enough(&self.segment, self.stay) || Instant::now() >= until => return,
                RunOut::Waits if self.time_stands_still() => return,
                RunOut::Waits => std::thread::park_timeout(LOOK_AGAIN),
                RunOut::Unfinished => {}
            }
        }
    }

    /// By a clock that only somebody else moves, the time that a half waits for never comes.
    fn time_stands_still(&self) -> bool {
        matches!(self.clock, Clock::Virtual(_))
    }

    /// Runs the rest out, then ends the halves.
    fn end(mut self, until: Instant) {
        if !(self.time_stands_still() && self.segment.leads_on(self.stay)) {
            self.run(until, |_, _| false);
        }
        pool::charge_as(field::DROP_SWAPPED, || {
            for mut node in self.segment.dismantle() {
                node.give_up_waiting();
                drop(node.into_half());
            }
        });
    }
}

/// A node that leaves: what comes to its end once its halves have.
pub struct Leaver {
    pub instance: Option<Box<dyn Instance>>,
    pub halves: Vec<Box<dyn Half>>,
    pub started: bool,
    pub pump: Option<crate::engine::Pump>,
    pub account: &'static pool::Account,
    pub charge: usize,
    pub rest: Rest,
}

/// On a thread of its own: what still leaves runs out, then the instances stop and end.
pub fn end(leavers: Option<Leavers>, nodes: Vec<Leaver>) {
    let until = Instant::now() + LAST_CALL;
    if let Some(leavers) = leavers {
        leavers.end(until);
    }
    for Leaver { mut instance, halves, started, pump, account, charge, rest } in nodes {
        if let Some(pump) = pump
            && !pump.join(until)
        {
            // Somebody is inside of the module.
            std::mem::forget((instance.take(), halves));
            continue;
        }
        let kept = pool::charge_as(charge, || {
            if let Some(instance) = &mut instance
                && started
            {
                instance.stop();
            }
            drop(halves);
            match account.wrapped() {
                0 => drop(instance.take()),
                _ => return instance,
            }
            None
        });
        rest.over(kept);
    }
}
