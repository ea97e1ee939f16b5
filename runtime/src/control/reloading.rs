//! The graph file is read again, and the running graph becomes what it says.
//!
//! Called by [`apply`](super::apply). What holds: reading, checking and opening modules happens on the thread of whoever
//! asks; a file with mistakes, or one that would undo what was changed in the running graph, changes nothing.

use std::{
    collections::HashMap,
    path::{self, Path},
    sync::Arc,
    time::Duration,
};

use super::{
    answer::{Answer, Reloaded, ReplacedNode, StateHandedOver},
    apply::{Applied, Desk, books, micros},
    cli::GraphArgs,
    command::Refusal,
    logger::TARGET,
    prepare::{self, Known, Prepared},
    work,
};
use crate::{
    graph::{Plan, PlanNode, diff, live},
    load::{Search, Stamp},
    module::Module,
    swap::{self, NewGraph, Running, Swapped},
};

/// A reload that is asked for.
struct Reload {
    args: GraphArgs,
    search: Arc<Search>,
    force: bool,
    patience_ms: u64,
    /// The graph as it runs.
    runs: Plan,
    /// The graph as it was read last.
    read: Plan,
    modules: HashMap<String, Arc<dyn Module>>,
    /// Of each node the file of its module, as it was when it was opened.
    stamps: HashMap<String, Stamp>,
    /// How often it had been changed then.
    changes: u64,
}

/// A graph that was found right.
pub struct Ready {
    reload: Reload,
    prepared: Prepared,
    modules: Vec<Arc<dyn Module>>,
    /// Nodes whose module's file is another, whatever its name.
    rebuilt: Vec<usize>,
    stamps: HashMap<String, Stamp>,
}

/// Names the files of a plan's modules as a swap names its own, wherever the paths in the graph begin: so the same file is
/// known to be the same, and is found by whoever is shown it.
pub fn with_whole_paths(mut plan: Plan) -> Plan {
    for node in &mut plan.nodes {
        node.found.file = path::absolute(&node.found.file).unwrap_or_else(|_| node.found.file.clone());
    }
    plan
}

/// Of each node of a plan the file of its module, as it is now.
pub fn stamps(plan: &Plan) -> HashMap<String, Stamp> {
    let mut seen: HashMap<&Path, Option<Stamp>> = HashMap::new();
    let stamp = |node: &PlanNode, stamp: &Option<Stamp>| stamp.map(|stamp| (node.name.clone(), stamp));
    let mut stamps = HashMap::new();
    for node in &plan.nodes {
        let file = node.found.file.as_path();
        stamps.extend(stamp(node, seen.entry(file).or_insert_with(|| Stamp::at(file))));
    }
    stamps
}

/// Begins a reload; the file is read on another thread.
pub fn begin(force: bool, patience_ms: u64, running: &Running, desk: &Desk<'_>) -> Applied {
    if desk.args.graph == Path::new("-") {
        let text =
            "the graph was read from the standard input, which cannot be read again; nothing was changed";
        return Applied::Done(Err(Refusal::refused(text)));
    }
    let module = |name: &String| Some((name.clone(), running.module(name)?));
    let reload = Reload {
        args: desk.args.clone(),
        search: Arc::new(desk.search.again()),
        stamps: desk.stamps.clone(),
        force,
        patience_ms,
        modules: running.plan.nodes.iter().filter_map(|node| module(&node.name)).collect(),
        runs: running.plan.clone(),
        read: desk.start.clone(),
        changes: running.changes(),
    };
    Applied::Prepare(Box::new(move || prepare(reload).map(|ready| work::Ready::Graph(Box::new(ready)))))
}

fn prepare(reload: Reload) -> Result<Ready, Refusal> {
    let invalid =
        |text: String| Refusal::refused(format!("{}\nnothing was changed", text.trim_end_matches('\n')));
    let mut prepared =
        prepare::read(&reload.args, reload.search.clone()).map_err(|e| invalid(e.rendered()))?;
    prepared.checked.plan = with_whole_paths(prepared.checked.plan);
    let plan = &prepared.checked.plan;
    let undone = live::undone(&reload.read, &reload.runs, plan);
    if !undone.is_empty() && !reload.force {
        let list: String = undone.iter().map(|change| format!("\n  {change}")).collect();
        return Err(Refusal::refused(format!(
            "this would undo what was changed in the running graph:{list}\nnothing was changed. Write it into the graph \
             file (`show --format yaml` prints the graph as it runs), or force the reload"
        )));
    }
    let diff = diff(&reload.runs, plan);
    let stamps = stamps(plan);
    let is_rebuilt = |index: usize| {
        let name = &plan.nodes[index].name;
        reload.stamps.get(name).is_some_and(|before| stamps.get(name).is_some_and(|now| now != before))
    };
    let rebuilt: Vec<usize> = (0..plan.nodes.len()).filter(|index| is_rebuilt(*index)).collect();
    let known = |index: usize| {
        let node = &plan.nodes[index];
        let Some(module) = reload.modules.get(&node.name).filter(|_| !rebuilt.contains(&index)) else {
            return Known::Nothing;
        };
        let same =
            |pairs: &[(usize, usize)]| pairs.iter().find(|(_, new)| *new == index).map(|(old, _)| *old);
        match (same(&diff.keep), same(&diff.replace)) {
            (Some(_), _) => Known::All(module.clone()),
            (_, Some(old)) if diff::same_module(&reload.runs.nodes[old], node) => {
                Known::Module(module.clone())
            }
            _ => Known::Nothing,
        }
    };
    let modules = prepared.open_beside(known).map_err(invalid)?;
    Ok(Ready { prepared, modules, rebuilt, stamps, reload })
}

/// Does it, unless the graph has changed since.
pub fn finish(ready: Ready, running: &mut Running, desk: &mut Desk<'_>) -> Applied {
    let Ready { reload, prepared, modules, rebuilt, stamps } = ready;
    if running.changes() != reload.changes {
        return begin(reload.force, reload.patience_ms, running, desk);
    }
    let (plan, spec) = (prepared.checked.plan.clone(), prepared.checked.spec.clone());
    let patience = Duration::from_millis(reload.patience_ms);
    let modules = modules.into_iter().map(Some).collect();
    let lose_state = reload.force;
    let done = running.reload(NewGraph { plan: plan.clone(), modules, rebuilt, lose_state, patience });
    Applied::Done(match done {
        Ok(done) => {
            (desk.spec, desk.start, desk.search) = (spec, plan, reload.search);
            desk.stamps = stamps;
            log::info!(target: TARGET, "the graph was reloaded: {}", summary(&done));
            Ok(Answer::Reloaded(Box::new(answer(done, running))))
        }
        Err(error) => Err(Refusal::refused(error.to_string())),
    })
}

/// What was changed, in a line.
fn summary(done: &swap::Reloaded) -> String {
    let mut parts = vec![format!("{} kept", done.kept.len())];
    let replaced: Vec<String> = done.replaced.iter().map(|node| node.node.clone()).collect();
    for (what, nodes) in [
        ("replaced", &replaced),
        ("set", &done.set),
        ("added", &done.added),
        ("removed", &done.removed),
        ("relinked", &done.relinked),
    ] {
        if !nodes.is_empty() {
            parts.push(format!("{what} {}", nodes.join(" ")));
        }
    }
    parts.join(", ")
}

fn answer(done: swap::Reloaded, running: &Running) -> Reloaded {
    let replaced = |node: Swapped| ReplacedNode {
        node: node.node,
        module: node.module,
        version: node.version,
        state: node.state.map(|(schema, version, bytes)| StateHandedOver { schema, version, bytes }),
        moved: node.moved,
        dropped: node.dropped,
    };
    Reloaded {
        kept: done.kept,
        replaced: done.replaced.into_iter().map(replaced).collect(),
        set: done.set,
        added: done.added,
        removed: done.removed,
        relinked: done.relinked,
        segments: done.untouched.1,
        segments_untouched: done.untouched.0,
        pause_us: micros(done.pause),
        moved: done.moved,
        dropped: done.dropped,
        changes: running.changes(),
        before: books(&done.before),
        after: books(&done.after),
    }
}
