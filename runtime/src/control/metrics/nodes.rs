//! The families that have a row for each node.
//!
//! Called by `snapshot`. What holds: every row is of a node and the module that runs in it; a counter's row is there
//! from the start, at 0.

use super::{
    sheet::{Classes, Labels, Sheet},
    snapshot::{NodeShot, OWN_LIMIT},
};
use crate::{
    engine::{CALL_BOUNDS_NS, Health},
    metrics::{Intent, NodeBook},
    swap::Tally,
};
use rogue_abi::counter_kind;
use std::{fmt, time::Duration};

/// Name and help of a counter, and where its number is.
type Counter<T> = (&'static str, &'static str, fn(&T) -> u64);

/// What every node counts.
pub fn write(nodes: &[NodeShot], sheet: &mut Sheet<'_>) -> fmt::Result {
    let about = nodes.iter().map(|node| {
        let more = [("version", node.version.as_str()), ("packaging", node.packaging.as_str())];
        (labels(node).into_iter().chain(more).collect(), 1u64)
    });
    sheet.gauge("rogue_node_info", "Version and packaging of the module that runs; always 1.", about)?;
    let up = nodes.iter().map(|node| (labels(node), u64::from(node.status.health == Health::Running)));
    sheet.gauge(
        "rogue_node_up",
        "1 while the module is called, 0 when it has failed or waits for a new instance.",
        up,
    )?;
    frames(nodes, sheet)?;
    time(nodes, sheet)?;
    done_to(nodes, sheet)
}

fn frames(nodes: &[NodeShot], sheet: &mut Sheet<'_>) -> fmt::Result {
    let of_book: [Counter<NodeBook>; 7] = [
        ("rogue_node_frames_in", "Frames taken from links.", |book| book.taken),
        ("rogue_node_frames_out", "Frames given, once whatever the number of links.", |book| book.out),
        ("rogue_node_frames_created", "Handles made.", |book| book.created),
        ("rogue_node_frames_consumed", "Frames done with.", |book| book.consumed),
        ("rogue_node_frames_shared", "Handles that the runtime made for further links.", |book| book.shared),
        ("rogue_node_bytes_in", "Payload of frames taken.", |book| book.bytes_in),
        ("rogue_node_bytes_out", "Payload of frames given.", |book| book.bytes_out),
    ];
    for (name, help, of) in of_book {
        sheet.counter(name, help, nodes.iter().map(|node| (labels(node), of(&node.status.book))))?;
    }
    let drops = nodes.iter().flat_map(|node| {
        node.status.watched.reasons.iter().map(|(reason, intent)| {
            let asked = if *intent == Intent::Asked { "asked" } else { "loss" };
            let labels = labels(node).into_iter().chain([("reason", reason.as_str()), ("intent", asked)]);
            let dropped = node.status.book.dropped.iter().find(|dropped| dropped.reason == *reason);
            (labels.collect(), dropped.map_or(0, |dropped| dropped.frames))
        })
    });
    sheet.counter(
        "rogue_node_frames_dropped",
        "Frames dropped, by reason, and whether the graph asks for it (asked) or not (loss).",
        drops,
    )?;
    // Counters are read one after the other, so a node may seem to owe frames for a moment.
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    let held = nodes.iter().map(|node| (labels(node), positive(node.status.book.held)));
    sheet.gauge("rogue_node_frames_held", "Frames inside of the node.", held)?;
    let waiting = nodes.iter().map(|node| (labels(node), node.status.watched.waiting));
    sheet.gauge("rogue_node_inbox_frames", "Frames that the last call left in the node's inbox.", waiting)?;
    let fills = || nodes.iter().filter_map(|node| Some((node, node.fill?)));
    let size = fills().map(|(node, fill)| (labels(node), fill.size));
    sheet.gauge("rogue_node_queue_frames", "Frames in a queue.", size)?;
    let depth = fills().filter_map(|(node, fill)| Some((labels(node), fill.depth?)));
    sheet.gauge(
        "rogue_node_queue_capacity_frames",
        "The most that a queue takes, if it has a bound.",
        depth,
    )?;
    let buffers =
        nodes.iter().map(|node| (labels(node), positive(node.status.book.alloc_count.cast_signed())));
    sheet.gauge("rogue_node_pool_buffers", "Buffers of the node's pool in use.", buffers)?;
    let bytes = nodes.iter().map(|node| (labels(node), positive(node.status.book.alloc_bytes.cast_signed())));
    sheet.gauge("rogue_node_pool_bytes", "Bytes of these buffers.", bytes)
}

fn time(nodes: &[NodeShot], sheet: &mut Sheet<'_>) -> fmt::Result {
    let busy = |node: &NodeShot| Duration::from_nanos(node.status.book.busy_ns).as_secs_f64();
    let rows = nodes.iter().map(|node| (labels(node), busy(node)));
    sheet.counter(
        "rogue_node_busy_seconds",
        "Time inside the module. Sampled: the first 64 calls and all that follow a long one are timed, of others one in 64, which stands for the rest.",
        rows,
    )?;
    let bounds = || CALL_BOUNDS_NS.map(|bound| bound as f64 / 1e9);
    let calls = nodes
        .iter()
        .map(|node| (labels(node), Classes::new(bounds(), &node.status.watched.calls, busy(node))));
    sheet.histogram(
        "rogue_node_call_seconds",
        "How long calls into the module take, a batch of frames each. Sampled as rogue_node_busy_seconds_total is: a call that is timed counts for those it stands for.",
        calls,
    )?;
    let inside = |node: &NodeShot| node.status.watched.inside.map_or(0.0, |(_, lasted)| lasted.as_secs_f64());
    sheet.gauge(
        "rogue_node_inside_seconds",
        "How long the module has been inside of a call that has not returned; 0 while calls are short.",
        nodes.iter().map(|node| (labels(node), inside(node))),
    )
}

fn done_to(nodes: &[NodeShot], sheet: &mut Sheet<'_>) -> fmt::Result {
    let faults = nodes.iter().map(|node| (labels(node), node.status.book.faults));
    sheet.counter("rogue_node_faults", "Failures of the module.", faults)?;
    let of_tally: [Counter<Tally>; 5] = [
        ("rogue_node_restarts", "New instances after a failure.", |tally| tally.restarts),
        (
            "rogue_node_swaps",
            "Times that another instance took over: swaps, reloads, rollbacks, parameters that need one.",
            |tally| tally.swaps,
        ),
        ("rogue_node_reconfigured", "Times that the running instance took new parameters.", |tally| {
            tally.reconfigured
        }),
        (
            "rogue_node_trials_failed",
            "Times that the module before came back because the new one failed on trial.",
            |tally| tally.trials_failed,
        ),
        ("rogue_node_long_calls", "Calls that lasted for longer than --watchdog says.", |tally| {
            tally.long_calls
        }),
    ];
    for (name, help, of) in of_tally {
        sheet.counter(name, help, nodes.iter().map(|node| (labels(node), of(&node.status.watched.tally))))?;
    }
    Ok(())
}

/// What modules count and show themselves.
pub fn write_own(nodes: &[NodeShot], sheet: &mut Sheet<'_>) -> fmt::Result {
    let counters = |kind: u32| {
        nodes.iter().flat_map(move |node| {
            let of_kind = node.status.counters.iter().filter(move |(_, of, _)| *of == kind);
            of_kind.take(OWN_LIMIT).map(move |(name, _, value)| (named(node, name), *value))
        })
    };
    sheet.counter("rogue_module_events", "Counters of the module's own.", counters(counter_kind::EVENT))?;
    sheet.counter(
        "rogue_module_outside",
        "What was lost outside of the graph, where no frame was made yet, as the module counts it.",
        counters(counter_kind::OUTSIDE),
    )?;
    sheet.gauge(
        "rogue_module_level",
        "Numbers of the module's own that may go down.",
        counters(counter_kind::GAUGE),
    )?;
    let readings = nodes.iter().flat_map(|node| {
        let numbers = node.status.readings.iter().filter_map(|(name, text)| Some((name, number(text)?)));
        numbers.take(OWN_LIMIT).map(move |(name, number)| (named(node, name), number))
    });
    sheet.gauge("rogue_module_reading", "Readings of the module's own that are numbers.", readings)?;
    let left_out = nodes.iter().map(|node| (labels(node), left_out(node)));
    sheet.gauge(
        "rogue_module_left_out",
        "Numbers of the module's own that are not shown: at most 100 of each kind are.",
        left_out,
    )
}

fn left_out(node: &NodeShot) -> usize {
    let kinds = [counter_kind::EVENT, counter_kind::OUTSIDE, counter_kind::GAUGE];
    let counters = kinds.map(|kind| node.status.counters.iter().filter(|(_, of, _)| *of == kind).count());
    let readings = node.status.readings.iter().filter(|(_, text)| number(text).is_some()).count();
    counters.into_iter().chain([readings]).map(|count| count.saturating_sub(OWN_LIMIT)).sum()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn labels(node: &NodeShot) -> Labels<'_> {
    vec![("node", &node.status.book.name), ("module", &node.module)]
}

fn named<'a>(node: &'a NodeShot, name: &'a str) -> Labels<'a> {
    labels(node).into_iter().chain([("name", name)]).collect()
}
