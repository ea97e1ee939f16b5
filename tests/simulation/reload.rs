//! The whole graph is reloaded in mid-run: stages are put into links and taken out, sinks and sources come and go, links and
//! nodes change their order, parameters change.
//!
//! What holds: files that are written and streams that are compared stay; a number that a node has had is no other's.

use crate::{
    change::PATIENCE,
    graph::{Graph, number},
    point::Point,
    run::Run,
    shop::SHOP,
};
use rogue_runtime::{
    graph::PlanNode,
    module::Module,
    swap::{NewGraph, ReloadError, Reloaded, SwapError},
};
use serde_json::Value;
use std::sync::Arc;

/// Stages that can be put into any link.
const STAGES: [&str; 6] = ["filter", "tag", "ratedrop", "fifo", "wild-stage", "wild-queue"];

/// The number of the node at a link's end.
fn at(end: &str) -> usize {
    number(end.split('.').next().unwrap_or(end))
}

impl Run<'_> {
    /// Reloads an edited graph, and sees that what was refused changed nothing.
    pub fn reload(&mut self) -> Result<(), String> {
        // What memory has no room for is known only between two calls, of which a reload makes many.
        if self.starved_until != 0 || self.graph.nodes.is_empty() {
            return Ok(());
        }
        let mut graph = self.graph.clone();
        for _ in 0..self.dice.u32(1..=3) {
            self.edit(&mut graph);
        }
        let Ok(plan) = SHOP.plan(&self.here(&graph.text())) else { return Ok(()) };
        self.trace.add(format_args!("{}: the graph is reloaded:\n{}", self.step, graph.text()));
        self.know_nodes(&plan);
        let modules = plan.nodes.iter().map(|node| Some(self.opened(node))).collect();
        let wanted =
            NewGraph { plan, modules, rebuilt: Vec::new(), lose_state: self.dice.bool(), patience: PATIENCE };
        let starved_call = std::mem::take(&mut self.world.lock().profile.starved_call);
        let done = self.running.reload(wanted);
        self.settle()?;
        self.world.lock().profile.starved_call = starved_call;
        let unsure = self.heed_many()?;
        match done {
            Ok(done) => {
                self.graph = graph;
                self.follow(&done);
            }
            Err(error) => self.reload_refused(&error)?,
        }
        self.look_at_all(unsure)
    }

    fn opened(&mut self, node: &PlanNode) -> Arc<dyn Module> {
        let refuses = self.refusal();
        self.watched(number(&node.name), &node.found.card.name, refuses)
    }

    fn follow(&mut self, done: &Reloaded) {
        let Reloaded { kept, replaced, set, added, removed, relinked, moved, dropped, .. } = done;
        let replaced: Vec<&str> = replaced.iter().map(|node| node.node.as_str()).collect();
        self.note(
            Point::Reload,
            &format!(
                "{} kept, {replaced:?} replaced, {set:?} set, {added:?} added, {removed:?} removed, {relinked:?} \
                 relinked, {moved} frames handed over, {dropped} not",
                kept.len()
            ),
        );
        if !removed.is_empty() {
            self.world.lock().hits.hit(Point::Removed);
        }
        // Segments that were not touched have the order of their halves that they had.
        let plan = self.running.plan.clone();
        self.take_plan(&plan);
        for name in replaced {
            let node = number(name);
            self.dead[node] = false;
            let module = self.planned(node).map(|node| node.found.card.name.clone()).unwrap_or_default();
            self.order.swapped(node, &module);
        }
    }

    fn reload_refused(&mut self, error: &ReloadError) -> Result<(), String> {
        self.note(Point::Refused, &error.to_string());
        match error {
            ReloadError::NotNow { .. }
            | ReloadError::Ended { .. }
            | ReloadError::State { .. }
            | ReloadError::Start(_)
            | ReloadError::Swap(
                SwapError::NotNow { .. } | SwapError::DoesNotFit { .. } | SwapError::Refused { .. },
            ) => Ok(()),
            // Nothing hangs here, nothing is claimed, and every module takes back what it gave up.
            _ => Err(error.to_string()),
        }
    }

    fn edit(&mut self, graph: &mut Graph) {
        match self.dice.u32(0..10) {
            0..3 => self.put_in(graph),
            3..6 => self.take_out(graph),
            6 => self.dice.shuffle(&mut graph.links),
            7 => self.dice.shuffle(&mut graph.nodes),
            8 => self.say_otherwise(graph),
            _ => self.add_end(graph),
        }
    }

    /// A node with a number that nobody has had.
    fn node(&mut self, graph: &mut Graph, module: &str) -> String {
        let id = self.next;
        self.next += 1;
        let params = Value::Object(self.params(module, id));
        let then = match self.dice.u32(0..4) {
            0 => ", on_fault: drop",
            1 => ", on_fault: { restart: { backoff: 10us, backoff_max: 1ms, max_restarts: 3 } }",
            _ => "",
        };
        graph.nodes.push(format!("  n{id}: {{ module: {module}, params: {params}{then} }}"));
        format!("n{id}")
    }

    /// A stage in the middle of a link.
    fn put_in(&mut self, graph: &mut Graph) {
        let Some((link, (from, to))) = self.some_link(graph) else { return };
        let module = STAGES[self.dice.usize(0..STAGES.len())];
        let name = self.node(graph, module);
        graph.links[link] = (from, name.clone());
        graph.links.push((name, to));
    }

    /// A node leaves, and what led to it leads to what it led to.
    fn take_out(&mut self, graph: &mut Graph) {
        let line = self.dice.usize(0..graph.nodes.len());
        let module = module_of(&graph.nodes[line]);
        if graph.nodes.len() < 3 || matches!(module, "file-writer" | "compare") {
            return;
        }
        let id = id_of(&graph.nodes[line]);
        graph.nodes.remove(line);
        let outs: Vec<String> =
            graph.links.iter().filter(|(from, _)| at(from) == id).map(|(_, to)| to.clone()).collect();
        let before = std::mem::take(&mut graph.links);
        for (from, to) in before {
            let further = match (at(&from) == id, at(&to) == id) {
                (true, _) => Vec::new(),
                (false, true) => outs.iter().map(|to| (from.clone(), to.clone())).collect(),
                (false, false) => vec![(from, to)],
            };
            for link in further {
                if !graph.links.contains(&link) {
                    graph.links.push(link);
                }
            }
        }
    }

    /// Other parameters for a node, or another module of its kind.
    fn say_otherwise(&mut self, graph: &mut Graph) {
        let line = self.dice.usize(0..graph.nodes.len());
        let (id, module) = (id_of(&graph.nodes[line]), module_of(&graph.nodes[line]).to_owned());
        if !STAGES.contains(&module.as_str()) {
            return;
        }
        let group: &[&str] = match module.as_str() {
            "fifo" | "wild-queue" => &["fifo", "wild-queue"],
            _ => &["filter", "tag", "ratedrop", "wild-stage"],
        };
        let module = group[self.dice.usize(0..group.len())];
        let params = Value::Object(self.params(module, id));
        graph.nodes[line] = format!("  n{id}: {{ module: {module}, params: {params} }}");
    }

    /// One more sink, or one more source.
    fn add_end(&mut self, graph: &mut Graph) {
        let Some((_, (from, to))) = self.some_link(graph) else { return };
        let link = match self.dice.bool() {
            true => (from, format!("{}.in", self.node(graph, "wild-sink"))),
            false => (self.node(graph, "pattern"), to),
        };
        graph.links.push(link);
    }

    fn some_link(&mut self, graph: &Graph) -> Option<(usize, (String, String))> {
        let link = (!graph.links.is_empty()).then(|| self.dice.usize(0..graph.links.len()))?;
        Some((link, graph.links[link].clone()))
    }
}

fn id_of(line: &str) -> usize {
    number(line.trim_start().split(':').next().unwrap_or(line))
}

fn module_of(line: &str) -> &str {
    let module = line.split("module: ").nth(1).unwrap_or_default();
    module.split(',').next().unwrap_or(module)
}
