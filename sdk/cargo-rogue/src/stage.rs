//! The small graph that a module is tried in: stand-ins around it, every port of it linked.
//!
//! Used by [`crate::check`] and [`crate::bench`]. A family of many ports is linked at its first two and its last.

use crate::{module::Subject, stand_in::StandIn};
use rogue_runtime::{
    card::{Card, PortCard, Shape},
    engine::Clock,
    graph::{self, Catalog, Found, Options, Wanted},
    module::Module,
    swap::{self, Ending, Running},
};
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The node of the module under test.
pub const NODE: &str = "module";

/// How long a graph that must come to its end may take. Less than a check may take, so that it is told better.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The graph around a module of this card: `source` feeds every input, `sink` takes every output.
pub fn yaml(card: &Card, params: &Map<String, Value>, source: &str, sink: &str) -> String {
    let mut nodes =
        vec![format!("{NODE}: {{ module: under-test, params: {} }}", Value::Object(params.clone()))];
    let mut links = Vec::new();
    if card.shape != Shape::Source {
        nodes.insert(0, format!("source: {{ module: {source} }}"));
        links.extend(picked(&card.inputs).map(|port| format!("source >> {NODE}.{}", card.input_name(port))));
    }
    if card.shape != Shape::Sink {
        nodes.push(format!("sink: {{ module: {sink} }}"));
        links.extend(picked(&card.outputs).map(|port| format!("{NODE}.{} >> sink", card.output_name(port))));
    }
    graph_of(&nodes, &links)
}

/// The same graph without the module.
pub fn yaml_without(source: &str, sink: &str) -> String {
    let nodes = [format!("source: {{ module: {source} }}"), format!("sink: {{ module: {sink} }}")];
    graph_of(&nodes, &["source >> sink".to_owned()])
}

fn graph_of(nodes: &[String], links: &[String]) -> String {
    let list = |items: &[String], mark: &str| -> String {
        items.iter().map(|item| format!("  {mark}{item}\n")).collect()
    };
    format!("nodes:\n{}links:\n{}", list(nodes, ""), list(links, "- "))
}

/// Ports to link, by number: all, and of a family the first two and the last.
fn picked(ports: &[PortCard]) -> impl Iterator<Item = u32> {
    let mut picked = Vec::new();
    let mut first = 0u32;
    for port in ports {
        let last = first.saturating_add(port.count.saturating_sub(1));
        picked.extend([first, first.saturating_add(1).min(last), last]);
        first = first.saturating_add(port.count);
    }
    picked.dedup();
    picked.into_iter()
}

/// Starts the graph around a module.
///
/// # Errors
/// Why it does not start.
pub fn start(subject: &Subject, source: StandIn, sink: StandIn) -> Result<Running, String> {
    let yaml = yaml(subject.card(), &subject.params, source.name(), sink.name());
    run(&yaml, Some(subject), vec![source, sink])
}

/// Starts the graph without the module.
///
/// # Errors
/// As [`start`].
pub fn start_without(source: StandIn, sink: StandIn) -> Result<Running, String> {
    run(&yaml_without(source.name(), sink.name()), None, vec![source, sink])
}

fn run(yaml: &str, subject: Option<&Subject>, around: Vec<StandIn>) -> Result<Running, String> {
    let here = Here { subject, around, asked: Mutex::default() };
    let checked = graph::load(yaml, "trial.yaml", &Options::default(), &here);
    let plan = checked.map_err(|errors| graph::render(&errors, yaml, false))?.plan;
    let asked = here.asked.into_inner().unwrap_or_else(PoisonError::into_inner);
    let modules = plan.nodes.iter().map(|node| asked.get(&node.module).cloned());
    let modules = modules.collect::<Option<Vec<_>>>().ok_or("a module of the trial's graph was not found")?;
    swap::start(plan, modules, Clock::Real).map_err(|error| error.to_string())
}

/// The module under test and the stand-ins.
struct Here<'a> {
    subject: Option<&'a Subject>,
    around: Vec<StandIn>,
    asked: Mutex<HashMap<String, Arc<dyn Module>>>,
}

impl Catalog for Here<'_> {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stand_in) = self.around.iter().find(|stand_in| stand_in.name() == wanted.module) {
            asked.insert(wanted.module.to_owned(), Arc::new(stand_in.clone()));
            return Ok(stand_in.found());
        }
        let subject = self.subject.ok_or("no such module")?;
        asked.insert(wanted.module.to_owned(), subject.module.clone());
        Ok(subject.found.clone())
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Attends to a run until `done` says so; `false` when that took longer than `patience`.
pub fn attend(running: &mut Running, patience: Duration, mut done: impl FnMut(&Running) -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while !done(running) {
        if Instant::now() >= deadline {
            return false;
        }
        running.attend(Duration::from_millis(2));
    }
    true
}

/// The books of a run that has ended.
///
/// # Errors
/// What is wrong with them.
pub fn balanced(ending: &Ending) -> Result<(), String> {
    if let Some(stuck) = ending.stuck.first() {
        return Err(format!("node `{stuck}` did not come back from its module when the run was ended"));
    }
    if let Some((node, frames)) = ending.ledger.holding().first() {
        return Err(format!("node `{node}` still has {frames} frames after its end: it leaks them"));
    }
    if !ending.ledger.unbalanced().is_empty() || ending.ledger.imbalance() != 0 {
        return Err(format!("the books do not balance: {:#?}", ending.ledger));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_family_the_first_two_and_the_last_are_linked() {
        let port = |name: &str, count| PortCard {
            name: name.to_owned(),
            about: String::new(),
            count,
            optional: false,
        };
        let of = |ports: &[PortCard]| picked(ports).collect::<Vec<_>>();
        assert_eq!(of(&[port("in", 1)]), [0]);
        assert_eq!(of(&[port("a", 1), port("b", 1)]), [0, 1]);
        assert_eq!(of(&[port("a", 1), port("f", 256), port("z", 1)]), [0, 1, 2, 256, 257]);
        assert_eq!(of(&[port("f", 2)]), [0, 1]);
    }
}
