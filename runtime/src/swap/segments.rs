//! From a plan's segments and halves to the engine's segments.

use super::{StartError, install::Halves, node::RunningNode, running::Running};
use crate::{
    card::Give,
    engine::{BitSet, Clock, Node, NodeCtl, Pump, Role, Segment, Target, Waker},
    graph::{self, Plan, Side},
    host::nodes,
    module::Half,
};
use std::sync::Arc;

/// What a half is in its segment.
pub(super) struct Seat {
    /// Its node, as an index into the plan.
    pub(super) node: usize,
    /// Whether it gives.
    pub(super) gives: bool,
    pub(super) role: Role,
    pub(super) outputs: Vec<Vec<Target>>,
    /// Those whose frames can get here.
    pub(super) upstream: BitSet,
    /// The nodes its links come from, one for each link.
    pub(super) inputs: Vec<usize>,
}

/// The seats of a plan's segment, in its order.
pub(super) fn seats(plan: &Plan, number: usize) -> Vec<Seat> {
    let order = plan.segments.get(number).map(|segment| segment.halves.as_slice()).unwrap_or_default();
    let mut upstream: Vec<BitSet> = vec![BitSet::new(order.len()); order.len()];
    let mut seats: Vec<Seat> = Vec::with_capacity(order.len());
    for (position, &half) in order.iter().enumerate() {
        let (node, side) = (plan.halves[half].node, plan.halves[half].side);
        let card = &plan.nodes[node].found.card;
        let gives = side == Side::Give || (side == Side::Whole && card.input_count() == 0);
        let role = match (gives, side) {
            (false, _) => Role::Take,
            (true, Side::Give) if card.give != Some(Give::Bridge) => Role::Queue,
            (true, _) => Role::Source,
        };
        let outputs = if side == Side::Take { Vec::new() } else { targets(plan, node, order) };
        for target in outputs.iter().flatten() {
            let mut above = upstream[position].clone();
            above.insert(position);
            upstream[target.node].add_all(&above);
        }
        let into = plan.links.iter().filter(|link| !gives && link.to.node == node);
        let inputs = into.map(|link| link.from.node).collect();
        seats.push(Seat { node, gives, role, outputs, upstream: BitSet::new(0), inputs });
    }
    for (seat, above) in seats.iter_mut().zip(upstream) {
        seat.upstream = above;
    }
    seats
}

/// Builds one segment; its halves are taken out of `halves`.
pub(super) fn segment(
    running: &mut Running,
    number: usize,
    halves: &mut Halves,
    waker: &Arc<Waker>,
    clock: &Clock,
) -> Result<Segment, StartError> {
    let mut built = Vec::new();
    for seat in seats(&running.plan, number) {
        let index = seat.node;
        let Some(half) = halves.remove(&(index, usize::from(seat.gives))) else {
            let half = if seat.gives { "giving" } else { "taking" };
            return Err(StartError::NoHalf { node: running.plan.nodes[index].name.clone(), half });
        };
        let blocks = seat.gives && running.plan.nodes[index].found.card.has("blocking");
        let mut node = fresh(&mut running.nodes[index], half, usize::from(seat.gives), blocks)?;
        node.relink(seat.role, seat.inputs.len(), seat.outputs, seat.upstream);
        built.push(node);
    }
    Ok(Segment::new(built, waker.clone(), clock.clone()))
}

/// A half that has not been called yet, and is not linked yet. One that blocks gets a thread of its own.
pub(super) fn fresh(
    node: &mut RunningNode,
    mut half: Box<dyn Half>,
    side: usize,
    blocks: bool,
) -> Result<Node, StartError> {
    if blocks {
        half = pump(node, half)?;
    }
    Ok(unlinked(node.ctl.clone(), half, side))
}

/// A half without links.
pub(super) fn unlinked(ctl: Arc<NodeCtl>, half: Box<dyn Half>, side: usize) -> Node {
    let role = if side == 1 { Role::Source } else { Role::Take };
    Node::new(ctl, half, role, 0, Vec::new(), BitSet::new(0))
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

/// Puts a half that blocks on a thread of its own. That wakes the node wherever it is, like a thread of the module's.
fn pump(node: &mut RunningNode, half: Box<dyn Half>) -> Result<Box<dyn Half>, StartError> {
    let interrupt = node.instance.as_ref().and_then(|instance| instance.interrupt());
    let reference = node.account.node_ref();
    let wake = move || nodes::wake(reference, rogue_abi::half::GIVE);
    let (pump, outlet) = Pump::start(&node.spec.name, half, interrupt, wake)
        .map_err(|error| StartError::Thread { what: format!("node {}", node.spec.name), error })?;
    node.pump = Some(pump);
    Ok(outlet)
}
