//! From a plan's segments and fresh halves to the engine's segments.

use super::{StartError, install::Halves, running::Running};
use crate::{
    card::Give,
    engine::{BitSet, Clock, Node, Pump, Role, Segment, Target, Waker},
    graph::{self, Plan, Side},
    host::Wake,
    module::Half,
};
use std::sync::Arc;

/// Builds one segment; its halves are taken out of `halves`.
pub(super) fn segment(
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
