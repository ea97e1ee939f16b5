//! A graph that runs and is changed: the same checks as for its file.
//!
//! `control` asks for the parameters of one node with some of them changed, and for the graph as it runs now. Pure,
//! like all of this floor. What holds: what comes out fits the module's schema, and the spelling of a change is that
//! of `--set`.

use serde_json::{Map, Value};

use super::check::check_params;
use super::error::{GraphError, Level};
use super::plan::{Found, Plan};
use super::report::{Report, Source, Spot};
use super::set;
use super::spec::{Spec, TOP_KEYS};
use super::suggest::tick;
use super::value::{Entry, Kind, Placed};

/// Most changes at once; a module has few parameters.
pub const CHANGE_LIMIT: usize = 100;
/// What mistakes are of that are in no change.
const AS_IT_RUNS: &str = "the running graph";

/// The node that a change names: `node.param=value`, or the whole `nodes.node.params.param=value`.
pub fn node_of(change: &str) -> Option<&str> {
    let path = change.split_once('=')?.0;
    let mut keys = path.split('.');
    match keys.next()? {
        "nodes" => {
            let node = keys.next()?;
            (keys.next()? == "params" && keys.next().is_some()).then_some(node)
        }
        first => (keys.next().is_some() && !TOP_KEYS.contains(&first)).then_some(first),
    }
}

/// The parameters of `node`, which runs with `params`, after these changes, `PATH=VALUE` each. A parameter that is set
/// to nothing has its default again.
///
/// # Errors
/// Every mistake; places are in the changes, which are called `set 1` and so on.
pub fn changed(
    node: &str,
    params: &Map<String, Value>,
    changes: &[String],
    found: &Found,
) -> Result<Map<String, Value>, Vec<GraphError>> {
    let source = |name: String, text: &str| Source { name, text: text.into() };
    let texts = changes.iter().take(CHANGE_LIMIT).enumerate();
    let texts = texts.map(|(index, text)| source(format!("set {}", index + 1), text));
    let mut report = Report::new(std::iter::once(source(AS_IT_RUNS.to_owned(), "")).chain(texts).collect());
    if changes.len() > CHANGE_LIMIT {
        let message = format!("{} changes at once, more than the limit of {CHANGE_LIMIT}", changes.len());
        report.error(Spot::start(0), message);
    }
    let mut root = written(node, params, &found.card.name);
    for (number, change) in (1..).zip(changes.iter().take(CHANGE_LIMIT)) {
        if change.contains('=') && node_of(change) != Some(node) {
            let message = format!("this is no parameter of node {}", tick(node));
            let help = match node_of(change) {
                Some(_) => "one `set` changes parameters of one node; others take another `set`".to_owned(),
                None => format!("write `{node}.PARAMETER=VALUE`; other keys are changed in the graph file"),
            };
            report.error(Spot::start(number), message).help(help);
        } else {
            set::apply(&mut root, number, None, &mut report);
        }
    }
    without_nothing(&mut root);
    let spec = Spec::read(&root, &mut report);
    if let Some(node) = spec.nodes.first() {
        check_params(node, found, &mut report);
    }
    let mut errors = report.take(Level::Error);
    // What is not written has no place.
    errors.iter_mut().filter(|error| error.file == AS_IT_RUNS).for_each(|error| error.place = None);
    match spec.nodes.first() {
        Some(node) if errors.is_empty() => Ok(node.params.as_ref().map(Placed::json_map).unwrap_or_default()),
        _ => Err(errors),
    }
}

/// What was written, of which `start` was made, with the modules and parameters that run now.
pub fn as_it_runs(spec: &Spec, start: &Plan, plan: &Plan) -> Spec {
    let mut spec = spec.clone();
    spec.name = Some(plan.name.clone());
    for ((node, began), runs) in spec.nodes.iter_mut().zip(&start.nodes).zip(&plan.nodes) {
        let same = (&began.found.file, began.found.index) == (&runs.found.file, runs.found.index);
        if let Some((module, _)) = node.module.as_mut().filter(|_| !same) {
            *module = format!("{}#{}", runs.found.file.display(), runs.found.card.name);
        }
        node.params = match runs.params.is_empty() {
            true => None,
            false => Some(placed(&Value::Object(runs.params.clone()))),
        };
    }
    let used = |name: &str| spec.nodes.iter().any(|n| n.module.as_ref().is_some_and(|(m, _)| m == name));
    let modules = spec.modules.iter().filter(|module| used(&module.name)).cloned().collect();
    spec.modules = modules;
    spec
}

/// What was changed in a graph that was read as `read` and runs as `runs`, and would be undone by `new`: each in a line.
pub fn undone(read: &Plan, runs: &Plan, new: &Plan) -> Vec<String> {
    let named = |plan: &'_ Plan, name: &str| plan.nodes.iter().position(|node| node.name == name);
    let mut undone = Vec::new();
    for node in &new.nodes {
        let (Some(read), Some(runs)) = (
            named(read, &node.name).map(|at| &read.nodes[at]),
            named(runs, &node.name).map(|at| &runs.nodes[at]),
        ) else {
            continue;
        };
        let module = |found: &Found| format!("{}#{}", found.file.display(), found.card.name);
        let name = tick(&node.name);
        if differ(&read.found, &runs.found) && differ(&runs.found, &node.found) {
            let (runs, new) = (module(&runs.found), module(&node.found));
            undone.push(format!("node {name} was swapped and runs with {runs}, the file has {new}"));
        }
        let keys: std::collections::BTreeSet<&String> =
            runs.params.keys().chain(read.params.keys()).collect();
        for key in keys {
            let (was, is, file) = (read.params.get(key), runs.params.get(key), node.params.get(key));
            if was != is && is != file {
                let shown = |value: Option<&Value>| value.map_or("its default".to_owned(), Value::to_string);
                let (is, file) = (shown(is), shown(file));
                undone.push(format!("{}.{key} was set to {is}, the file has {file}", node.name));
            }
        }
    }
    undone
}

fn differ(one: &Found, other: &Found) -> bool {
    (&one.file, one.index) != (&other.file, other.index) || one.card.name != other.card.name
}

/// A graph of one node with these parameters.
fn written(node: &str, params: &Map<String, Value>, module: &str) -> Placed {
    let map = |key: &str, value: Value| Value::Object(Map::from_iter([(key.to_owned(), value)]));
    let mut one = map("module", Value::String(module.to_owned()));
    one["params"] = Value::Object(params.clone());
    let mut file = map("nodes", map(node, one));
    file["links"] = Value::Array(vec![]);
    placed(&file)
}

fn placed(value: &Value) -> Placed {
    let spot = Spot::start(0);
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Number(number) => Kind::Number(number.clone()),
        Value::String(text) => Kind::Text(text.clone()),
        Value::Array(items) => Kind::List(items.iter().map(placed).collect()),
        Value::Object(entries) => Kind::Map(
            entries
                .iter()
                .map(|(key, value)| Entry { key: key.clone(), key_spot: spot, value: placed(value) })
                .collect(),
        ),
    };
    Placed { spot, content: None, kind }
}

/// Takes away the parameters that were set to nothing.
fn without_nothing(root: &mut Placed) {
    let mut at = Some(root);
    for key in ["nodes", "", "params"] {
        at = at.and_then(|placed| match &mut placed.kind {
            Kind::Map(entries) => {
                entries.iter_mut().find(|entry| key.is_empty() || entry.key == key).map(|e| &mut e.value)
            }
            _ => None,
        });
    }
    if let Some(Placed { kind: Kind::Map(entries), .. }) = at {
        entries.retain(|entry| !matches!(entry.value.kind, Kind::Null));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Card;
    use std::sync::Arc;

    fn found() -> Found {
        let card: Card = serde_json::from_value(serde_json::json!({
            "card": 1, "name": "m", "shape": "sink", "inputs": [{ "name": "in" }],
            "params": { "type": "object", "additionalProperties": false, "required": ["size"], "properties": {
                "size": { "type": "integer", "minimum": 1, "maximum": 9 }, "name": { "type": "string" } } }
        }))
        .expect("a card");
        let packaging = super::super::Packaging::Native;
        Found { card: Arc::new(card), file: "m.so".into(), index: 0, sha256: None, packaging }
    }

    fn set(changes: &[&str]) -> Result<String, String> {
        let params = serde_json::json!({ "size": 3, "name": "x" });
        let changes: Vec<String> = changes.iter().map(|text| (*text).to_owned()).collect();
        match changed("q", params.as_object().expect("a map"), &changes, &found()) {
            Ok(params) => Ok(Value::Object(params).to_string()),
            Err(errors) => Err(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        }
    }

    #[test]
    fn a_change_is_the_whole_of_the_parameters_checked() {
        assert_eq!(set(&["q.size=5"]).as_deref(), Ok(r#"{"size":5,"name":"x"}"#));
        assert_eq!(set(&["q.size=5", "q.name="]).as_deref(), Ok(r#"{"size":5}"#));
        assert_eq!(set(&["nodes.q.params.name=\"7\""]).as_deref(), Ok(r#"{"size":3,"name":"7"}"#));
        assert_eq!(set(&[]).as_deref(), Ok(r#"{"size":3,"name":"x"}"#));
    }

    #[test]
    fn every_mistake_is_said_with_its_place() {
        for (change, error) in [
            (
                "q.size=50",
                "set 1:1:8: node `q`: `size` must be a whole number from 1 to 9, not the number 50",
            ),
            ("q.sise=5", "set 1:1:3: node `q`: there is no parameter `sise` (did you mean `size`?)"),
            ("q.size=", "the running graph: node `q`: the parameter `size` is missing"),
            ("q.size", "set 1:1:1: there is no `=`"),
            ("r.size=5", "set 1:1:1: this is no parameter of node `q`"),
            ("nodes.q.pool.fixed_size=5", "set 1:1:1: this is no parameter of node `q`"),
            ("links=[]", "set 1:1:1: this is no parameter of node `q`"),
            ("q.size=[", "set 1:1:"),
            ("q..=[", "set 1:1:"),
        ] {
            let said = set(&[change]).expect_err(change);
            assert!(said.starts_with(error), "{change}: {said}");
        }
        let many = vec!["q.size=5"; CHANGE_LIMIT + 1];
        assert!(set(&many).expect_err("too many").contains("101 changes at once"));
    }

    #[test]
    fn a_change_names_its_node() {
        for (change, node) in [
            ("q.size=5", Some("q")),
            ("nodes.q.params.size=5", Some("q")),
            ("nodes.q.pool.size=5", None),
            ("nodes.q={}", None),
            ("q=5", None),
            ("q.size", None),
            ("", None),
        ] {
            assert_eq!(node_of(change), node, "{change}");
        }
    }
}
