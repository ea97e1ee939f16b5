//! Start: from a plan and its modules to running segments.
//!
//! In phases: accounts and pools; instances, which have no outside effect; links and wake targets;
//! `start` of every instance, which takes ports and files; only then threads. A failure in any phase undoes
//! the ones before it.

use super::{
    deadline::{COLD_CALL, within},
    running::{NodeSpec, Place, Running, RunningNode},
};
use crate::{
    card::{Card, Give},
    engine::{
        BATCH_FRAMES, BitSet, Clock, Driver, Event, Node, NodeCtl, OnFault, Pump, Role, Segment, Target,
        Waker,
    },
    graph::{self, Plan, Side},
    host::{NodeShared, Wake, nodes},
    metrics::Intent,
    module::{ColdError, Half, Made, Module},
    pool::{Account, MAX_REASONS, PoolSpec},
};
use crossbeam_channel::{Sender, unbounded};
use std::{collections::HashMap, sync::Arc};

/// Why a graph did not start. Nothing of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Too many nodes in this process.
    #[error(
        "no room for node {node}: {} nodes are the most in one process",
        crate::pool::account::MAX_ACCOUNTS
    )]
    TooManyNodes {
        /// The node.
        node: String,
    },
    /// A module refused to be made.
    #[error("node {node}: {error}")]
    Create {
        /// The node.
        node: String,
        /// What it said.
        error: ColdError,
    },
    /// A module could not get what it needs.
    #[error("node {node} could not start: {error}")]
    Start {
        /// The node.
        node: String,
        /// What it said.
        error: ColdError,
    },
    /// A module did not return from a call in time.
    #[error("node {node}: its module did not return from {call} within {} s; it was given up", COLD_CALL.as_secs())]
    Late {
        /// The node.
        node: String,
        /// The call.
        call: &'static str,
    },
    /// A module gave other halves than its shape has.
    #[error(
        "node {node}: the module made no {half} half, which its card promises; this is for its author to mend"
    )]
    NoHalf {
        /// The node.
        node: String,
        /// Which.
        half: &'static str,
    },
    /// The system has no thread left.
    #[error("no thread for {what}: {error}")]
    Thread {
        /// What for.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
}

/// Starts `plan` with one module per node, in the plan's order.
///
/// # Errors
/// [`StartError`]; nothing is left running.
pub fn start(plan: Plan, modules: Vec<Arc<dyn Module>>, clock: Clock) -> Result<Running, StartError> {
    let (events, heard) = unbounded();
    let mut running = Running::new(plan, heard);
    let wakers: Vec<Arc<Waker>> = running.plan.segments.iter().map(|s| Waker::new(s.halves.len())).collect();
    match build(&mut running, modules, &wakers, &clock, &events) {
        Ok(()) => Ok(running),
        Err(error) => {
            running.abandon();
            Err(error)
        }
    }
}

fn build(
    running: &mut Running,
    modules: Vec<Arc<dyn Module>>,
    wakers: &[Arc<Waker>],
    clock: &Clock,
    events: &Sender<Event>,
) -> Result<(), StartError> {
    for (index, module) in modules.into_iter().enumerate() {
        let node = open_node(&running.plan, index, module, wakers, events)?;
        running.nodes.push(node);
    }
    connect(running);
    let mut halves = HashMap::new();
    for index in 0..running.nodes.len() {
        create(running, index, &mut halves)?;
    }
    for index in 0..running.nodes.len() {
        let spec = running.nodes[index].spec.clone();
        running.nodes[index].start(&spec)?;
        if running.plan.nodes[index].found.card.give == Some(Give::Queue) {
            running.nodes[index].finish_unfed();
        }
    }
    let mut segments = Vec::new();
    for (number, waker) in wakers.iter().enumerate() {
        segments.push(segment(running, number, &mut halves, waker, clock)?);
    }
    for (number, segment) in segments.into_iter().enumerate() {
        running.exchanges.push(segment.exchange());
        let driver = Driver::start(number, segment, events.clone())
            .map_err(|error| StartError::Thread { what: format!("segment {number}"), error })?;
        running.drivers.push(Some(driver));
    }
    Ok(())
}

/// Opens the account of a node and makes it known to the host table.
fn open_node(
    plan: &Plan,
    index: usize,
    module: Arc<dyn Module>,
    wakers: &[Arc<Waker>],
    events: &Sender<Event>,
) -> Result<RunningNode, StartError> {
    let node = &plan.nodes[index];
    let account = Account::open().ok_or_else(|| StartError::TooManyNodes { node: node.name.clone() })?;
    let card = &node.found.card;
    let reasons = reasons(card, &node.params);
    let batch = node.batch.unwrap_or(BATCH_FRAMES);
    let shared = NodeShared::new(&node.name, reasons.len() as u32, node.pool.is_some(), batch);
    let shared = Arc::new(shared);
    nodes::register(account, shared.clone());
    if let Some(pool) = node.pool {
        account.set_pool(PoolSpec { fixed_size: pool.fixed_size, pool_size: pool.pool_size });
    }
    let places = places(plan, index);
    for (half, place) in places.iter().enumerate() {
        if let Some(place) = place {
            let waker: Arc<dyn Wake> = wakers[place.segment].clone();
            nodes::set_wake(account, half as u32, Some((waker, place.index as u32)));
        }
    }
    let on_fault = match node.on_fault {
        graph::OnFault::Stop => OnFault::Stop,
        graph::OnFault::Drop => OnFault::Drop,
        graph::OnFault::Bypass => OnFault::Bypass,
        graph::OnFault::Restart { .. } => OnFault::Restart,
    };
    let ctl = Arc::new(NodeCtl::new(index, account.id(), shared, on_fault, events.clone()));
    let params = serde_json::Value::Object(node.params.clone()).to_string();
    let spec = NodeSpec { name: node.name.clone(), params, reasons };
    Ok(RunningNode::new(spec, module, account, ctl, places))
}

/// The card's drop reasons with what the graph makes of them.
fn reasons(card: &Card, params: &serde_json::Map<String, serde_json::Value>) -> Vec<(String, Intent)> {
    let intent = |asked| if asked { Intent::Asked } else { Intent::Loss };
    let all = card.drop_intents(params).into_iter();
    all.take(MAX_REASONS).map(|(name, asked)| (name.to_owned(), intent(asked))).collect()
}

/// Where the halves of a node are: taking, giving.
fn places(plan: &Plan, node: usize) -> [Option<Place>; 2] {
    let find = |half: Option<usize>| {
        let half = half?;
        plan.segments.iter().enumerate().find_map(|(segment, s)| {
            s.halves.iter().position(|&h| h == half).map(|index| Place { segment, index })
        })
    };
    let source = plan.nodes[node].found.card.input_count() == 0;
    match plan.halves.iter().position(|half| half.node == node && half.side == Side::Whole) {
        Some(whole) if source => [None, find(Some(whole))],
        Some(whole) => [find(Some(whole)), None],
        None => [find(plan.taking_half(node)), find(plan.giving_half(node))],
    }
}

/// Tells every node who answers its requests, and how many links its outputs have.
fn connect(running: &Running) {
    for (index, node) in running.nodes.iter().enumerate() {
        let ports = running.plan.nodes[index].found.card.output_count();
        let links = |port| running.plan.links_from(graph::Port { node: index, port });
        let primaries: Vec<u32> = (0..ports)
            .map(|port| links(port).next().map_or(0, |l| running.nodes[l.to.node].account.id()))
            .collect();
        node.account.set_primaries(&primaries);
        node.ctl.shared.set_links((0..ports).map(|port| links(port).count() as u32).collect());
    }
}

/// The halves that segments will be made of, by node and side (0 takes, 1 gives).
type Halves = HashMap<(usize, usize), Box<dyn Half>>;

fn create(running: &mut Running, index: usize, halves: &mut Halves) -> Result<(), StartError> {
    let node = &mut running.nodes[index];
    let made = node.create()?;
    let Made { instance, take, give } = made;
    node.instance = Some(instance);
    for (side, half) in [take, give].into_iter().enumerate() {
        match (half, node.places[side]) {
            (Some(half), Some(_)) => {
                halves.insert((index, side), half);
            }
            (None, Some(_)) => {
                let half = ["taking", "giving"][side];
                return Err(StartError::NoHalf { node: node.spec.name.clone(), half });
            }
            // A queue that nothing feeds ends at once; what is not linked is not called.
            (Some(half), None) => node.unplaced[side] = Some(half),
            (None, None) => {}
        }
    }
    Ok(())
}

fn segment(
    running: &mut Running,
    number: usize,
    halves: &mut Halves,
    waker: &Arc<Waker>,
    clock: &Clock,
) -> Result<Segment, StartError> {
    let order = running.plan.segments[number].halves.clone();
    let mut upstream: Vec<BitSet> = vec![BitSet::new(order.len()); order.len()];
    let mut built = Vec::new();
    for (position, &half) in order.iter().enumerate() {
        let (index, side) = (running.plan.halves[half].node, running.plan.halves[half].side);
        let card = running.plan.nodes[index].found.card.clone();
        let gives = side == Side::Give || (side == Side::Whole && card.input_count() == 0);
        let role = match (gives, side) {
            (false, _) => Role::Take,
            (true, Side::Give) if card.give != Some(Give::Bridge) => Role::Queue,
            (true, _) => Role::Source,
        };
        let Some(mut half) = halves.remove(&(index, usize::from(gives))) else {
            let half = if gives { "giving" } else { "taking" };
            return Err(StartError::NoHalf { node: running.plan.nodes[index].name.clone(), half });
        };
        if gives && card.has("blocking") {
            half = pump(running, index, half, waker, position)?;
        }
        let outputs = if side == Side::Take { Vec::new() } else { targets(&running.plan, index, &order) };
        for target in outputs.iter().flatten() {
            let mut above = upstream[position].clone();
            above.insert(position);
            upstream[target.node].add_all(&above);
        }
        let inputs =
            if gives { 0 } else { running.plan.links.iter().filter(|link| link.to.node == index).count() };
        let ctl = running.nodes[index].ctl.clone();
        built.push((ctl, half, role, inputs, outputs));
    }
    let nodes = built
        .into_iter()
        .zip(upstream)
        .map(|((ctl, half, role, inputs, outputs), above)| Node::new(ctl, half, role, inputs, outputs, above))
        .collect();
    Ok(Segment::new(nodes, waker.clone(), clock.clone()))
}

/// The links of each output of a half that gives, as positions in its segment.
fn targets(plan: &Plan, node: usize, order: &[usize]) -> Vec<Vec<Target>> {
    let at = |half: usize| order.iter().position(|&h| h == half);
    (0..plan.nodes[node].found.card.output_count())
        .map(|port| {
            plan.links_from(graph::Port { node, port })
                .filter_map(|link| {
                    let position = at(plan.taking_half(link.to.node)?)?;
                    Some(Target { node: position, port: link.to.port })
                })
                .collect()
        })
        .collect()
}

/// Puts a half that blocks on a thread of its own.
fn pump(
    running: &mut Running,
    index: usize,
    half: Box<dyn Half>,
    waker: &Arc<Waker>,
    position: usize,
) -> Result<Box<dyn Half>, StartError> {
    let node = &mut running.nodes[index];
    let interrupt = node.instance.as_ref().and_then(|instance| instance.interrupt());
    let (waker, position) = (waker.clone(), position as u32);
    let (pump, outlet) = Pump::start(&node.spec.name, half, interrupt, move || waker.wake(position))
        .map_err(|error| StartError::Thread { what: format!("node {}", node.spec.name), error })?;
    node.pump = Some(pump);
    Ok(outlet)
}

impl RunningNode {
    /// Makes an instance, with a deadline.
    pub(super) fn create(&self) -> Result<Made, StartError> {
        let (module, node, params) = (self.module.clone(), self.account.node_ref(), self.spec.params.clone());
        let name = self.spec.name.clone();
        match within(&name, COLD_CALL, move || module.create(node, &params)) {
            Some(Ok(made)) => Ok(made),
            Some(Err(error)) => Err(StartError::Create { node: name, error }),
            None => Err(StartError::Late { node: name, call: "create" }),
        }
    }

    /// Has the instance take what it needs, with a deadline; an instance that does not return is left alone.
    pub(super) fn start(&mut self, spec: &NodeSpec) -> Result<(), StartError> {
        let Some(mut instance) = self.instance.take() else { return Ok(()) };
        let node = spec.name.clone();
        let started = within(&node, COLD_CALL, move || {
            let done = instance.start();
            (instance, done)
        });
        match started {
            Some((instance, Ok(()))) => {
                self.instance = Some(instance);
                self.started = true;
                Ok(())
            }
            Some((instance, Err(error))) => {
                self.instance = Some(instance);
                Err(StartError::Start { node, error })
            }
            None => Err(StartError::Late { node, call: "start" }),
        }
    }
}
