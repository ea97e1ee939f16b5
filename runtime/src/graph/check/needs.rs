//! Descriptors, threads and maps that a graph needs and the system will not give.
//!
//! Runs on a finished plan. What is needed is an estimate from below, by figures of a running program: each bridge with one
//! peer. Which node has how many descriptors no card says; those of the standard modules are known by name, [`DESCRIPTORS`].

use crate::card::{Card, Give};
use crate::graph::limits::{Limits, ThreadLimit};
use crate::graph::plan::{Plan, PlanSegment, Side};
use crate::graph::report::{Report, Spot};

/// Descriptors of a standard module: listening sockets, and a connection each way.
const DESCRIPTORS: &[(&str, u64)] = &[
    ("file-reader", 1),
    ("file-writer", 1),
    ("tcf-streams", 2),
    ("tcp-client", 2),
    ("tcp-server", 4),
    ("udp-client", 1),
    ("udp-server", 1),
];
/// Those of the program itself: its streams, its control socket and who asks by it.
const DESCRIPTORS_OWN: u64 = 16;
/// Threads beside those of the graph: of control, metrics and calls with a deadline.
const THREADS_OWN: u64 = 8;
/// Maps of a thread: its stack, that of its signals, memory of its own, and what guards them.
const MAPS_OF_THREAD: u64 = 5;
/// Maps of the program and its modules.
const MAPS_OWN: u64 = 64;

/// Adds a warning for each limit that the graph goes beyond; `spots` has the place of each node's name.
pub fn warn(plan: &Plan, spots: &[Spot], limits: &Limits, report: &mut Report) {
    if let Some(most) = limits.descriptors {
        descriptors(plan, spots, (most, limits.descriptors_hard), report);
    }
    if let Some((most, which)) = limits.threads {
        threads(plan, spots, (most, which), report);
    }
    if let Some(most) = limits.maps {
        maps(plan, spots, most, report);
    }
}

fn descriptors(plan: &Plan, spots: &[Spot], (most, hard): (u64, Option<u64>), report: &mut Report) {
    let bells = plan.segments.iter().filter(|segment| waits_for_descriptors(plan, segment)).count() as u64;
    let own = plan.nodes.iter().map(|node| of_card(&node.found.card));
    let Some((node, needs)) = beyond(DESCRIPTORS_OWN + bells, own, most) else { return };
    let (Some(first), Some(spot)) = (plan.nodes.get(node), spots.get(node)) else { return };
    let enough = needs.next_power_of_two();
    let message = format!(
        "the graph needs about {needs} file descriptors and may have {most}: with `{}` they are used up",
        first.name
    );
    let help = match hard {
        Some(hard) if hard < needs => {
            format!(
                "root can raise the limit, which is {hard} at most here: `LimitNOFILE={enough}` in a systemd unit"
            )
        }
        _ => format!("`ulimit -n {}` before the start lets it have them", hard.unwrap_or(enough).min(enough)),
    };
    report.warning(*spot, message).help(help);
}

fn threads(plan: &Plan, spots: &[Spot], (most, which): (u64, ThreadLimit), report: &mut Report) {
    let Some((spot, needs)) = beyond_by_threads(plan, spots, THREADS_OWN, 1, most) else { return };
    let enough = needs.next_power_of_two();
    let raise = match which {
        ThreadLimit::User => format!("`ulimit -u {enough}` before the start"),
        ThreadLimit::System => format!("`sysctl -w kernel.threads-max={enough}`"),
        ThreadLimit::Group => {
            format!("`TasksMax={enough}` in a systemd unit, or the limit of the container,")
        }
    };
    let message = format!("the graph needs about {needs} threads, one for each segment, and may have {most}");
    report
        .warning(spot, message)
        .help(format!("{raise} lets it have them; bridges that lead to one node share one"));
}

fn maps(plan: &Plan, spots: &[Spot], most: u64, report: &mut Report) {
    let Some((spot, needs)) = beyond_by_threads(plan, spots, MAPS_OWN, MAPS_OF_THREAD, most) else { return };
    let enough = needs.next_power_of_two();
    let message = format!(
        "the graph needs about {needs} maps of memory, {MAPS_OF_THREAD} for each segment's thread, and may have {most}"
    );
    report.warning(spot, message).help(format!("`sysctl -w vm.max_map_count={enough}` lets it have them"));
}

/// Descriptors of a module with this card.
fn of_card(card: &Card) -> u64 {
    let known = DESCRIPTORS.iter().find(|(name, _)| *name == card.name).map(|(_, count)| *count);
    known.unwrap_or_else(|| u64::from(card.give == Some(Give::Bridge)))
}

/// Whether a segment's thread sleeps on descriptors, and so has one to be woken by.
fn waits_for_descriptors(plan: &Plan, segment: &PlanSegment) -> bool {
    let cards = segment.halves.iter().filter_map(|half| plan.nodes.get(plan.halves.get(*half)?.node));
    cards.map(|node| &node.found.card).any(|card| card.give == Some(Give::Bridge))
}

/// The node with which the sum goes beyond `most`, and the whole sum.
fn beyond(own: u64, each: impl Iterator<Item = u64>, most: u64) -> Option<(usize, u64)> {
    let (mut sum, mut first) = (own, None);
    for (at, count) in each.enumerate() {
        sum += count;
        if sum > most {
            first.get_or_insert(at);
        }
    }
    first.map(|first| (first, sum))
}

/// The same where each thread counts `each`: the place of the first node of the segment, and the whole sum.
fn beyond_by_threads(plan: &Plan, spots: &[Spot], own: u64, each: u64, most: u64) -> Option<(Spot, u64)> {
    let node = |half: &usize| plan.halves.get(*half).map(|half| half.node);
    let threads = plan.segments.iter().map(|segment| {
        let pumps = segment.halves.iter().filter_map(|half| {
            let half = plan.halves.get(*half).filter(|half| half.side != Side::Take)?;
            plan.nodes.get(half.node).filter(|node| node.found.card.has("blocking"))
        });
        each * (1 + pumps.count() as u64)
    });
    let (segment, needs) = beyond(own, threads, most)?;
    let first = plan.segments.get(segment)?.halves.iter().filter_map(node).min()?;
    Some((*spots.get(first)?, needs))
}
