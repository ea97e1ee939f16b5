//! The JSON Schema of a graph file, with the parameters of the modules at hand.
//!
//! `rogue-runtime schema` prints it, so that an editor completes and checks graph files while they are written.
//! It is a help: [`load`](super::load) stays the judge.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::sandbox::{CALL, MEMORY, OUTPUT, Sandbox, duration_text, size_text};
use crate::card::Card;

const NAME: &str = "^[A-Za-z_][A-Za-z0-9_-]{0,63}$";
const NAME_OR_COMPONENT: &str = "^[A-Za-z_][A-Za-z0-9_-]{0,63}(\\.wasm)?$";
const DURATION: &str = "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$";
const DURATION_HELP: &str = "write a duration with a unit, such as `100ms`";
const SIZE_HELP: &str = "write a size such as `64MiB`, or a number of bytes";
const SIZE: &str = "^[0-9]+(\\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$";

/// The schema of graph files that use these modules.
pub fn schema<'a>(cards: impl IntoIterator<Item = &'a Card>) -> Value {
    let cards: Vec<&Card> = cards.into_iter().collect();
    let mut graph = closed(json!({
        "name": { "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$",
            "description": "The graph's name; without it, the file's name without `.yaml`." },
        "modules": named(json!({ "description": "A file, relative to the graph file; `#name` picks one of its modules.",
            "anyOf": [{ "type": "string" }, entry()] })),
        "nodes": named(node(&cards)),
        "links": { "type": "array", "description": "How frames go: `a >> b`, `b << a`, `a == b`, and chains of them; an \
            end is `node` or `node.port`. The first link of an output is its primary.",
            "items": { "type": "string", "pattern": ">>|<<|==",
                "patternErrorMessage": "links are `a >> b`, `b << a` and `a == b`; an end is `node` or `node.port`" } }
    }));
    graph["properties"]["nodes"]["description"] =
        json!("The nodes by their names, each an instance of a module.");
    graph["properties"]["modules"]["description"] = json!("Files of modules that are not found by name.");
    graph["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    graph["title"] = json!("rogue-runtime graph");
    graph["required"] = json!(["nodes", "links"]);
    // Names of one's own are those under `modules:`: without it only the modules at hand are right.
    let names: Vec<&str> = cards.iter().map(|card| card.name.as_str()).collect();
    let known = json!({ "pattern": format!("^({})(\\.wasm)?$|/", names.join("|")),
        "patternErrorMessage": format!("no such module is at hand; there are {}", names.join(", ")) });
    let nodes =
        json!({ "doNotSuggest": true, "additionalProperties": { "properties": { "module": known } } });
    graph["if"] = json!({ "required": ["modules"] });
    graph["then"] = json!(true);
    graph["else"] = json!({ "properties": { "nodes": nodes } });
    graph
}

/// A node of one of these modules.
fn node(cards: &[&Card]) -> Value {
    let modules = cards.iter().map(|card| json!({ "const": card.name, "description": card.about }));
    let path = json!({ "type": "string", "pattern": "/", "description": "a module file, relative to the graph file" });
    let own = json!({ "type": "string", "pattern": NAME_OR_COMPONENT,
        "description": "a name under `modules:`, or `NAME.wasm`: a module's component" });
    let any_module: Vec<Value> = modules.chain([path, own]).collect();
    let mut node = closed(json!({
        "module": { "description": "A module's name, or a path with a `/`.", "anyOf": any_module },
        "params": { "type": "object", "description": "The module's own parameters." },
        "pool": described("Where the node's frames come from, in place of what the module asks for.", closed(json!({
            "fixed_size": { "type": "integer", "minimum": 0, "description": "Bytes of every buffer." },
            "pool_size": { "type": "integer", "minimum": 0, "description": "Most free buffers kept." }
        }))),
        "on_fault": on_fault(),
        "batch": { "type": "integer", "minimum": 1, "maximum": 64, "default": 64,
            "description": "Most frames in one call. Default: 64." },
        "limits": limits(),
        "grant": grant()
    }));
    node["title"] = json!("node");
    node["required"] = json!(["module"]);
    let rules: Vec<Value> = cards.iter().map(|card| rule(card)).collect();
    if !rules.is_empty() {
        node["allOf"] = Value::Array(rules);
    }
    node
}

fn limits() -> Value {
    let sandbox = Sandbox::default();
    let range =
        |range: &RangeInclusive<u64>| format!("{} to {}", size_text(*range.start()), size_text(*range.end()));
    let call = format!("{} to {}", duration_text(*CALL.start()), duration_text(*CALL.end()));
    let about = |what: &str, range: String, default: String| format!("{what}: {range}. Default: {default}.");
    let sized = |range: &RangeInclusive<u64>, text: String| {
        let mut size = described(&text, size());
        size["minimum"] = json!(range.start());
        size["maximum"] = json!(range.end());
        size
    };
    let memory = about("Most memory of the module", range(&MEMORY), size_text(sandbox.memory));
    let output = about("Most bytes that one call gives out", range(&OUTPUT), size_text(sandbox.output));
    let call = about("Longest time of one call", call, duration_text(sandbox.call));
    described(
        "For sandboxed modules: what one may use; more is a fault.",
        closed(json!({
            "memory": sized(&MEMORY, memory), "call": described(&call, duration()), "output": sized(&OUTPUT, output)
        })),
    )
}

fn grant() -> Value {
    let flag = |text: &str| json!({ "type": "boolean", "default": false, "description": format!("{text}. Default: false.") });
    described(
        "For sandboxed modules: what one may reach beyond its frames.",
        closed(json!({
            "wall": flag("The time of day"), "random": flag("Random numbers")
        })),
    )
}

fn on_fault() -> Value {
    let restart = closed(json!({
        "backoff": described("The pause before the first restart. Default: 100ms.", duration()),
        "backoff_max": described("The longest pause. Default: 10s.", duration()),
        "max_restarts": { "type": "integer", "minimum": 1, "description": "After so many, the fault ends the run." }
    }));
    json!({ "default": "stop", "description": "What follows when the module fails. Default: stop.", "anyOf": [
        { "const": "stop", "description": "The run ends; what else is held is delivered first." },
        { "const": "drop", "description": "Frames that reach the node are dropped from then on." },
        { "const": "bypass", "description": "Frames pass the node by. For modules with one input and one output." },
        { "const": "restart", "description": "A new instance takes its place." },
        closed(json!({ "restart": restart }))
    ] })
}

/// An entry of `modules:` with more than a path.
fn entry() -> Value {
    let mut entry = closed(json!({
        "path": { "type": "string", "description": "The file, relative to the graph file." },
        "sha256": { "type": "string", "pattern": "^[0-9A-Fa-f]{64}$",
            "description": "A file with other content is refused." }
    }));
    entry["required"] = json!(["path"]);
    entry
}

fn duration() -> Value {
    json!({ "type": "string", "pattern": DURATION, "patternErrorMessage": DURATION_HELP })
}

fn size() -> Value {
    json!({ "type": ["string", "integer"], "minimum": 0, "pattern": SIZE, "patternErrorMessage": SIZE_HELP })
}

fn described(text: &str, mut schema: Value) -> Value {
    schema["description"] = json!(text);
    schema
}

/// If a node is of this module, its parameters follow this schema.
fn rule(card: &Card) -> Value {
    let mut params = card.params.clone();
    readable(&mut params);
    let needs = params.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
    let mut then = json!({ "properties": { "params": params } });
    if needs {
        then["required"] = json!(["params"]);
    }
    let named = json!({ "enum": [card.name, format!("{}.wasm", card.name)] });
    json!({ "if": { "properties": { "module": named }, "required": ["module"] }, "then": then })
}

/// Says formats and defaults in words that every editor knows and shows.
fn readable(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let pattern = match fields.get("format").and_then(Value::as_str) {
                Some("duration") => Some((DURATION, DURATION_HELP)),
                Some("size") => Some((SIZE, SIZE_HELP)),
                _ => None,
            };
            if let Some((pattern, help)) = pattern {
                fields.remove("format");
                fields.insert("pattern".to_owned(), json!(pattern));
                fields.insert("patternErrorMessage".to_owned(), json!(help));
            }
            show_default(fields);
            fields.values_mut().for_each(readable);
        }
        Value::Array(items) => items.iter_mut().for_each(readable),
        _ => {}
    }
}

/// Editors show a parameter's description when they are asked about it, and not its default.
fn show_default(fields: &mut Map<String, Value>) {
    let default = match fields.get("default") {
        None | Some(Value::Null) => return,
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    // In a parameter that is named `description` this is no text, and no default of it.
    if let Some(Value::String(text)) = fields.get_mut("description") {
        text.push_str(&format!(" Default: {default}."));
    }
}

fn closed(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn named(values: Value) -> Value {
    let mut map = Map::new();
    map.insert("type".to_owned(), json!("object"));
    map.insert("propertyNames".to_owned(), json!({ "pattern": NAME }));
    map.insert("additionalProperties".to_owned(), values);
    Value::Object(map)
}
