//! What a running graph shows of itself: to `show`, `top` and `get`.
//!
//! Called by [`apply`](super::apply). Changes nothing, and counts nothing that has to be walked for.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    answer::{DroppedFrames, Fill, Limits, NamedValue, Show, ShownNode, Top, TopNode, ValueKind},
    apply::{Desk, node_named},
    command::Refusal,
    rates::Rate,
    table,
};
use crate::{
    card::{Card, Give, schema::Schema},
    engine::Health,
    graph::{Packaging, Plan, PlanNode, live, print, sandbox::GRANTS},
    metrics::Intent,
    swap::{NodeStatus, Running},
};

/// A call that has lasted for so long is shown: shorter ones are seen by chance.
const INSIDE: Duration = Duration::from_millis(100);

/// The plan as it runs.
pub fn show(running: &Running, desk: &Desk<'_>) -> Result<Show, Refusal> {
    let plan = &running.plan;
    let yaml = print::yaml(&live::as_it_runs(&desk.spec, &desk.start, plan))
        .map_err(|why| Refusal::refused(format!("the graph cannot be written: {why}")))?;
    let nodes = plan.nodes.iter().zip(running.status()).enumerate();
    Ok(Show {
        graph: plan.name.clone(),
        seconds: running.lasted().as_secs_f64(),
        stopping: running.stopping_since().is_some(),
        nodes: nodes.map(|(index, (node, status))| shown(plan, index, node, &status)).collect(),
        links: (0..plan.links.len()).map(|link| link_text(plan, link)).collect(),
        yaml,
        metrics: desk.metrics.map(|address| format!("http://{address}/metrics")),
    })
}

fn shown(plan: &Plan, index: usize, node: &PlanNode, status: &NodeStatus) -> ShownNode {
    let card = &node.found.card;
    let drives = |segment: &crate::graph::PlanSegment| {
        segment.halves.iter().any(|half| plan.halves.get(*half).is_some_and(|half| half.node == index))
    };
    let sandboxed = node.found.packaging == Packaging::Component;
    let granted = GRANTS.iter().filter(|grant| sandboxed && node.sandbox.grants(grant));
    ShownNode {
        node: node.name.clone(),
        module: card.name.clone(),
        version: card.version.clone(),
        file: node.found.file.display().to_string(),
        packaging: node.found.packaging.to_string(),
        shape: card.shape.to_string(),
        health: health(status.health).to_owned(),
        params: node.params.clone(),
        readings: readings(card, status),
        limits: sandboxed.then(|| Limits {
            memory: node.sandbox.memory,
            call_ns: u64::try_from(node.sandbox.call.as_nanos()).unwrap_or(u64::MAX),
            output: node.sandbox.output,
        }),
        grant: granted.map(|grant| (*grant).to_owned()).collect(),
        segments: (0..).zip(&plan.segments).filter(|(_, s)| drives(s)).map(|(number, _)| number).collect(),
        inside: inside(status).map(|(call, _)| call),
        inside_ms: inside(status).map(|(_, ms)| ms),
    }
}

/// The readings that a card has, in its order, as far as the module has shown them.
fn readings(card: &Card, status: &NodeStatus) -> Map<String, Value> {
    let shown = |name: &str| {
        let text = status.readings.iter().find(|(of, _)| *of == name).map(|(_, text)| json!(text));
        text.or_else(|| status.counters.iter().find(|(of, ..)| of == name).map(|(.., value)| json!(value)))
    };
    let named = card.readings.iter().map(|reading| &reading.name);
    named.filter_map(|name| Some((name.clone(), shown(name)?))).collect()
}

/// The call that a node is in, and for how many milliseconds, if that is worth showing.
fn inside(status: &NodeStatus) -> Option<(String, u64)> {
    let (call, lasted) = status.watched.inside.filter(|(_, lasted)| *lasted >= INSIDE)?;
    Some((call.to_owned(), u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX)))
}

fn link_text(plan: &Plan, link: usize) -> String {
    let Some(link) = plan.links.get(link) else { return String::new() };
    let end = |port: crate::graph::Port, name: fn(&Card, u32) -> String, count: fn(&Card) -> u32| {
        let Some(node) = plan.nodes.get(port.node) else { return String::new() };
        let card = &node.found.card;
        // A port is named where there are several.
        match count(card) {
            0 | 1 => node.name.clone(),
            _ => format!("{}.{}", node.name, name(card, port.port)),
        }
    };
    let from = end(link.from, Card::output_name, Card::output_count);
    format!("{from} >> {}", end(link.to, Card::input_name, Card::input_count))
}

fn health(health: Health) -> &'static str {
    match health {
        Health::Running => "running",
        Health::Dead => "failed",
        Health::Waiting => "waiting",
    }
}

/// What every node does.
pub fn top(running: &Running, desk: &Desk<'_>) -> Top {
    let (at, status) = (running.lasted(), running.status());
    let (window, rates) = desk.rates.over(at, &running.ledger(false));
    let nodes = running.plan.nodes.iter().zip(&status).zip(&rates);
    Top {
        graph: running.plan.name.clone(),
        seconds: at.as_secs_f64(),
        window_seconds: window.as_secs_f64(),
        stopping: running.stopping_since().is_some(),
        nodes: nodes.map(|((node, status), rate)| line(running, node, status, *rate)).collect(),
    }
}

fn line(running: &Running, node: &PlanNode, status: &NodeStatus, rate: Rate) -> TopNode {
    let book = &status.book;
    let dropped = book.dropped.iter().map(|drop| DroppedFrames {
        reason: drop.reason.clone(),
        frames: drop.frames,
        asked: drop.intent == Intent::Asked,
    });
    let last = running.faults().iter().rev().find(|(of, _)| *of == node.name);
    TopNode {
        node: node.name.clone(),
        health: health(status.health).to_owned(),
        taken: book.taken,
        out: book.out,
        dropped: dropped.collect(),
        // Counters are read one after the other, so a node may seem to owe frames for a moment.
        held: u64::try_from(book.held).unwrap_or(0),
        bytes_in: book.bytes_in,
        bytes_out: book.bytes_out,
        frames_per_s: rate.frames,
        bytes_per_s: rate.bytes,
        busy_percent: rate.busy,
        queue: fill(node, status),
        faults: book.faults,
        last_fault: last.map(|(_, text)| text.clone()),
        waiting: status.watched.waiting,
        inside: inside(status).map(|(call, _)| call),
        inside_ms: inside(status).map(|(_, ms)| ms),
    }
}

/// How full a queue is, if its module says that as `fifo` does: `size`, of at most `max_depth`.
pub fn fill(node: &PlanNode, status: &NodeStatus) -> Option<Fill> {
    if node.found.card.give != Some(Give::Queue) {
        return None;
    }
    let size = status.counters.iter().find(|(name, _, _)| name == "size").map(|(_, _, size)| *size)?;
    let depth = in_force(node).into_iter().find(|(name, _, _)| name == "max_depth");
    let depth = depth.and_then(|(_, value, _)| value.as_u64()).filter(|depth| *depth > 0);
    Some(Fill { size, depth })
}

/// The parameters in force, defaults included, and whether the running module takes them.
fn in_force(node: &PlanNode) -> Vec<(String, Value, bool)> {
    let schema = node.found.card.param_schema().ok();
    let declared = schema.as_ref().and_then(Schema::object).map(|object| object.properties.as_slice());
    let declared = declared.unwrap_or_default();
    let value = |name: &str, schema: &Schema| node.params.get(name).or(schema.default.as_ref()).cloned();
    let known = declared
        .iter()
        .map(|(name, schema)| (name.clone(), value(name, schema).unwrap_or(Value::Null), schema.live));
    let others = node.params.iter().filter(|(name, _)| declared.iter().all(|(known, _)| known != *name));
    known.chain(others.map(|(name, value)| (name.clone(), value.clone(), false))).collect()
}

/// Parameters and readings of a node, or the one of this name.
pub fn get(running: &Running, name: &str, wanted: Option<&str>) -> Result<Vec<NamedValue>, Refusal> {
    let node = node_named(running, name)?;
    let status = running.status().into_iter().find(|status| status.book.name == name);
    let mut values: Vec<NamedValue> = in_force(node)
        .into_iter()
        .map(|(param, value, live)| NamedValue {
            name: format!("{name}.{param}"),
            value,
            kind: if live { ValueKind::Live } else { ValueKind::Restart },
        })
        .collect();
    if let Some(status) = status {
        let reading = |of: &str, value: Value| NamedValue {
            name: format!("{name}.{of}"),
            value,
            kind: ValueKind::Reading,
        };
        values.extend(table::common(&status).map(|(of, value)| reading(of, json!(value))));
        let counters = status.counters.iter().map(|(of, _, value)| (of, json!(value)));
        for (of, value) in counters.chain(status.readings.iter().map(|(of, value)| (of, json!(value)))) {
            let shown = reading(of, value);
            // What is in force, where a parameter leaves it to the system: a port that is written as 0.
            values.retain(|value| value.name != shown.name);
            values.push(shown);
        }
    }
    let Some(wanted) = wanted else { return Ok(values) };
    let full = format!("{name}.{wanted}");
    match values.iter().find(|value| value.name == full) {
        Some(value) => Ok(vec![value.clone()]),
        None => {
            let have = values.iter().filter_map(|value| value.name.strip_prefix(name)?.strip_prefix('.'));
            let have: Vec<&str> = have.collect();
            let have = have.join(", ");
            Err(Refusal::usage(format!("node {name} has no parameter or reading `{wanted}`; it has {have}")))
        }
    }
}
