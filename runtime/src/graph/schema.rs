//! The JSON Schema of a graph file, with the parameters of the modules at hand.
//!
//! `rogue-runtime schema` prints it, so that an editor completes and checks graph files while they are written.
//! It is a help: [`load`](super::load) stays the judge.

use serde_json::{Map, Value, json};

use crate::card::Card;

const NAME: &str = "^[A-Za-z_][A-Za-z0-9_-]{0,63}$";
const DURATION: &str = "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$";
const SIZE: &str = "^[0-9]+(\\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$";

/// The schema of graph files that use these modules.
pub fn schema<'a>(cards: impl IntoIterator<Item = &'a Card>) -> Value {
    let cards: Vec<&Card> = cards.into_iter().collect();
    let modules: Vec<Value> =
        cards.iter().map(|card| json!({ "const": card.name, "description": card.about })).collect();
    let path = json!({ "type": "string", "pattern": "/", "description": "a module file, relative to the graph file" });
    let own = json!({ "type": "string", "pattern": NAME, "description": "a name under `modules:`" });
    let any_module: Vec<Value> = modules.into_iter().chain([path, own]).collect();
    let rules: Vec<Value> = cards.iter().map(|card| rule(card)).collect();
    let duration = json!({ "type": "string", "pattern": DURATION });
    let size =
        json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": SIZE }] });
    let restart = closed(json!({
        "backoff": duration,
        "backoff_max": duration,
        "max_restarts": { "type": "integer", "minimum": 1 }
    }));
    let mut node = closed(json!({
        "module": { "description": "a module's name, or a path with a `/`", "anyOf": any_module },
        "params": { "type": "object", "description": "the module's own parameters" },
        "pool": closed(json!({
            "fixed_size": { "type": "integer", "minimum": 0, "description": "bytes of every buffer" },
            "pool_size": { "type": "integer", "minimum": 0, "description": "most free buffers kept" }
        })),
        "on_fault": { "default": "stop", "anyOf": [
            { "enum": ["stop", "drop", "bypass", "restart"] },
            closed(json!({ "restart": restart }))
        ] },
        "batch": { "type": "integer", "minimum": 1, "maximum": 64, "description": "most frames in one call" },
        "limits": closed(json!({ "memory": size, "call": duration, "output": size })),
        "grant": { "type": "object" }
    }));
    node["required"] = json!(["module"]);
    if !rules.is_empty() {
        node["allOf"] = Value::Array(rules);
    }
    let mut entry = closed(json!({
        "path": { "type": "string" },
        "sha256": { "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" }
    }));
    entry["required"] = json!(["path"]);
    let mut graph = closed(json!({
        "name": { "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$" },
        "modules": named(json!({ "anyOf": [{ "type": "string" }, entry] })),
        "nodes": named(node),
        "links": { "type": "array", "items": { "type": "string", "pattern": ">>|<<|==" } }
    }));
    graph["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    graph["title"] = json!("rogue-runtime graph");
    graph["required"] = json!(["nodes", "links"]);
    graph
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
    json!({ "if": { "properties": { "module": { "const": card.name } }, "required": ["module"] }, "then": then })
}

/// Says duration and size formats as patterns, which every checker knows.
fn readable(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let pattern = match fields.get("format").and_then(Value::as_str) {
                Some("duration") => Some(DURATION),
                Some("size") => Some(SIZE),
                _ => None,
            };
            if let Some(pattern) = pattern {
                fields.remove("format");
                fields.insert("pattern".to_owned(), json!(pattern));
            }
            fields.values_mut().for_each(readable);
        }
        Value::Array(items) => items.iter_mut().for_each(readable),
        _ => {}
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
