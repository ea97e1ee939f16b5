//! Start: from a plan and its modules to running segments.
//!
//! In phases: accounts and pools; instances, which have no outside effect; links and wake targets;
//! `start` of every instance, which takes ports and files; only then threads. A failure in any phase undoes
//! the ones before it.

use super::{
    StartError,
    node::{NodeSpec, Place, RunningNode},
    running::Running,
    segments::segment,
};
use crate::{
    card::{Card, Give},
    engine::{BATCH_FRAMES, Clock, Event, NodeCtl, OnFault, Stepper, Waker},
    graph::{self, Plan, Side},
    host::{NodeShared, Wake, nodes},
    metrics::Intent,
    module::{Half, Made, Module},
    pool::{Account, AccountId, MAX_REASONS, PoolSpec},
};
use crossbeam_channel::Sender;
use std::{collections::HashMap, sync::Arc};

/// Starts `plan` with one module per node, in the plan's order.
///
/// # Errors
/// [`StartError`]; nothing is left running.
pub fn start(plan: Plan, modules: Vec<Arc<dyn Module>>, clock: Clock) -> Result<Running, StartError> {
    install(plan, modules, clock, false)
}

/// The same without threads for the segments: nothing runs but what the caller steps. Sources that block keep
/// their threads.
///
/// # Errors
/// As [`start`].
pub fn start_stepped(
    plan: Plan,
    modules: Vec<Arc<dyn Module>>,
    clock: Clock,
) -> Result<(Running, Vec<Stepper>), StartError> {
    let running = install(plan, modules, clock, true)?;
    let steppers = running.steppers().into_iter().flatten().collect();
    Ok((running, steppers))
}

fn install(
    plan: Plan,
    modules: Vec<Arc<dyn Module>>,
    clock: Clock,
    stepped: bool,
) -> Result<Running, StartError> {
    let mut running = Running::new(plan, clock, stepped);
    let wakers: Vec<Arc<Waker>> = running.plan.segments.iter().map(|s| Waker::new(s.halves.len())).collect();
    match build(&mut running, modules, &wakers) {
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
) -> Result<(), StartError> {
    let clock = running.clock.clone();
    for (index, module) in modules.into_iter().enumerate() {
        let (number, events) = running.next_number();
        let node = open_node(&running.plan, index, module, wakers, number, events)?;
        running.nodes.push(node);
    }
    let accounts: Vec<_> = running.nodes.iter().map(|node| node.account.id()).collect();
    running.nodes.iter().enumerate().for_each(|(index, node)| connect(&running.plan, index, node, &accounts));
    let mut halves = HashMap::new();
    for index in 0..running.nodes.len() {
        create(&mut running.nodes[index], index, &mut halves)?;
    }
    for index in 0..running.nodes.len() {
        running.nodes[index].start()?;
        if running.plan.nodes[index].found.card.give == Some(Give::Queue) {
            running.nodes[index].finish_unfed();
        }
    }
    let mut segments = Vec::new();
    for (number, waker) in wakers.iter().enumerate() {
        segments.push(segment(running, number, &mut halves, waker, &clock)?);
    }
    for (number, segment) in segments.into_iter().enumerate() {
        running.exchanges.push(segment.exchange());
        let driver = running.drive(number, segment)?;
        running.drivers.push(Some(driver));
    }
    Ok(())
}

/// Opens the account of a node and makes it known to the host table.
pub(super) fn open_node(
    plan: &Plan,
    index: usize,
    module: Arc<dyn Module>,
    wakers: &[Arc<Waker>],
    number: usize,
    events: Sender<Event>,
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
    set_wakes(account, &places, wakers);
    let on_fault = on_fault(node.on_fault);
    let ctl = Arc::new(NodeCtl::new(number, account.id(), shared, on_fault, events));
    let params = serde_json::Value::Object(node.params.clone()).to_string();
    let spec = NodeSpec { name: node.name.clone(), params, reasons };
    Ok(RunningNode::new(spec, module, account, ctl, places))
}

/// Has the halves of a node woken where they are.
pub(super) fn set_wakes(account: &Account, places: &[Option<Place>; 2], wakers: &[Arc<Waker>]) {
    for (half, place) in (0..).zip(places) {
        let target = place.as_ref().and_then(|place| {
            let waker: Arc<dyn Wake> = wakers.get(place.segment)?.clone();
            Some((waker, place.index as u32))
        });
        nodes::set_wake(account, half, target);
    }
}

/// What the engine knows of what the graph says of failures.
pub(super) fn on_fault(on_fault: graph::OnFault) -> OnFault {
    match on_fault {
        graph::OnFault::Stop => OnFault::Stop,
        graph::OnFault::Drop => OnFault::Drop,
        graph::OnFault::Bypass => OnFault::Bypass,
        graph::OnFault::Restart { .. } => OnFault::Restart,
    }
}

/// The card's drop reasons with what the graph makes of them.
pub(super) fn reasons(
    card: &Card,
    params: &serde_json::Map<String, serde_json::Value>,
) -> Vec<(String, Intent)> {
    let intent = |asked| if asked { Intent::Asked } else { Intent::Loss };
    let all = card.drop_intents(params).into_iter();
    all.take(MAX_REASONS).map(|(name, asked)| (name.to_owned(), intent(asked))).collect()
}

/// Where the halves of a node are: taking, giving.
pub(super) fn places(plan: &Plan, node: usize) -> [Option<Place>; 2] {
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

/// Tells a node who answers its requests, and how many links its outputs have; `accounts` are those of the plan's nodes.
pub(super) fn connect(plan: &Plan, index: usize, node: &RunningNode, accounts: &[AccountId]) {
    let ports = plan.nodes[index].found.card.output_count();
    let links = |port| plan.links_from(graph::Port { node: index, port });
    let account = |link: &graph::PlanLink| accounts.get(link.to.node).copied().unwrap_or(0);
    let primaries: Vec<u32> = (0..ports).map(|port| links(port).next().map_or(0, account)).collect();
    node.account.set_primaries(&primaries);
    node.ctl.shared.set_links((0..ports).map(|port| links(port).count() as u32).collect());
}

/// The halves that segments will be made of, by node and side (0 takes, 1 gives).
pub(super) type Halves = HashMap<(usize, usize), Box<dyn Half>>;

pub(super) fn create(node: &mut RunningNode, index: usize, halves: &mut Halves) -> Result<(), StartError> {
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
