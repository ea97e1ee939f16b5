//! What will run and is probably not meant: a node that can block beside a branch that would wait for it,
//! several sources into one writer, and limits for a module that has none.
//!
//! Runs on a finished plan. Whether a node can block is taken from its card where that says it: a parameter with
//! a choice `block` that is in force by default (a bridge's `when_absent`), or a sink with the flag `blocking`.
//! A file writer blocks on its disk and has no such parameter; it is known by the module's name,
//! [`WRITER`].

use serde_json::Value;

use crate::card::schema::{Kind, Object};
use crate::card::{Give, Shape};
use crate::graph::plan::{Packaging, Plan, PlanNode, Side};
use crate::graph::report::{Report, Spot};
use crate::graph::suggest;

/// The standard module that writes files.
const WRITER: &str = "file-writer";

/// Adds the warnings of a plan; `spots` has the place of each node's name.
pub fn warn(plan: &Plan, spots: &[Spot], report: &mut Report) {
    for (node, spot) in plan.nodes.iter().zip(spots) {
        without_sandbox(node, *spot, report);
    }
    let flow = Flow::new(plan);
    for (half, at) in plan.halves.iter().enumerate().map(|(index, half)| (index, half.node)) {
        let (Some(node), Some(spot)) = (plan.nodes.get(at), spots.get(at)) else { continue };
        if plan.halves[half].side == Side::Give {
            continue;
        }
        let Some(why) = blocks(node) else { continue };
        let up = flow.upstream(half);
        if let Some(other) = flow.branch_beside(half, &up) {
            beside(plan, node, &why, plan.halves[other].node, *spot, spots, report);
        }
        if why == Why::Writer {
            several(plan, node, &up, *spot, report);
        }
    }
}

/// Limits and grants are a sandbox's; a native module has none.
fn without_sandbox(node: &PlanNode, spot: Spot, report: &mut Report) {
    if node.found.packaging == Packaging::Component {
        return;
    }
    let keys = [("limits", node.limits_written), ("grant", node.grant_written)];
    for (key, _) in keys.iter().filter(|(_, written)| *written) {
        let name = &node.name;
        let message = format!("`{key}` of `{name}` has no effect: its module is native code, not sandboxed");
        report
            .warning(spot, message)
            .help(format!("take `{key}` out; only who trusts a plugin should load it"));
    }
}

/// Why a node can block.
#[derive(PartialEq)]
enum Why {
    /// A parameter that is not written has the default `block`.
    Default(String),
    /// It waits for a disk or a device.
    Writer,
}

fn blocks(node: &PlanNode) -> Option<Why> {
    let card = &node.found.card;
    if card.name == WRITER || (card.shape == Shape::Sink && card.has("blocking")) {
        return Some(Why::Writer);
    }
    let schema = card.param_schema().ok()?;
    let by_default = |object: &Object| {
        let mut names = object.properties.iter().filter(|(name, schema)| {
            let is_choice =
                matches!(&schema.kind, Kind::Enum(choices) if choices.contains(&Value::from("block")));
            is_choice && schema.default == Some(Value::from("block")) && !node.params.contains_key(name)
        });
        names.next().map(|(name, _)| Why::Default(name.clone()))
    };
    schema.object().and_then(by_default)
}

fn beside(
    plan: &Plan,
    node: &PlanNode,
    why: &Why,
    other: usize,
    spot: Spot,
    spots: &[Spot],
    report: &mut Report,
) {
    let name = &node.name;
    let Some(waits) = plan.nodes.get(other).map(|node| &node.name) else { return };
    let help = match why {
        Why::Default(key) => {
            format!("put a `fifo` before `{name}`, or write `{key}:` to say that this is meant")
        }
        Why::Writer => format!("put a `fifo` before `{name}`"),
    };
    let message = format!("`{name}` can block, and `{waits}` in the same segment would wait for it");
    let mut warning = report.warning(spot, message);
    warning.help(help);
    if let Some(other) = spots.get(other) {
        warning.also(*other, "this would wait");
    }
}

fn several(plan: &Plan, node: &PlanNode, up: &[bool], spot: Spot, report: &mut Report) {
    let is_source = |half: usize| {
        let half = plan.halves.get(half)?;
        let node = plan.nodes.get(half.node)?;
        let card = &node.found.card;
        let bridge = half.side == Side::Give && card.give == Some(Give::Bridge);
        (card.shape == Shape::Source || bridge).then_some(node.name.as_str())
    };
    let sources: Vec<&str> = (0..up.len()).filter(|half| up[*half]).filter_map(is_source).collect();
    if sources.len() > 1 {
        let message = format!("{} enter `{}` without a fifo", suggest::list(&sources), node.name);
        let help = format!("put one `fifo` before `{}`, so that no source waits for the disk", node.name);
        report.warning(spot, message).help(help);
    }
}

/// The links between halves, both ways.
struct Flow {
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl Flow {
    fn new(plan: &Plan) -> Flow {
        let count = plan.halves.len();
        let mut flow = Flow { out: vec![vec![]; count], into: vec![vec![]; count] };
        let (mut giving, mut taking) = (vec![None; plan.nodes.len()], vec![None; plan.nodes.len()]);
        for (index, half) in plan.halves.iter().enumerate() {
            if half.side != Side::Take {
                giving[half.node] = Some(index);
            }
            if half.side != Side::Give {
                taking[half.node] = Some(index);
            }
        }
        for link in &plan.links {
            if let (Some(from), Some(to)) = (giving[link.from.node], taking[link.to.node]) {
                flow.out[from].push(to);
                flow.into[to].push(from);
            }
        }
        flow
    }

    /// The halves whose frames reach this one in its segment.
    fn upstream(&self, half: usize) -> Vec<bool> {
        let mut up = vec![false; self.into.len()];
        let mut open = vec![half];
        while let Some(at) = open.pop() {
            for from in &self.into[at] {
                if !std::mem::replace(&mut up[*from], true) {
                    open.push(*from);
                }
            }
        }
        up
    }

    /// A half that gets frames from where this one's come from, on a way that does not lead here.
    fn branch_beside(&self, half: usize, up: &[bool]) -> Option<usize> {
        let beside = |from: usize| self.out[from].iter().copied().filter(|to| *to != half && !up[*to]);
        (0..up.len()).filter(|from| up[*from]).flat_map(beside).min()
    }
}
