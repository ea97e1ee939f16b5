//! A spec as a graph file again, in one normal form: keys in fixed order, one link a line.
//!
//! Reading the result gives the same plan. Comments, anchors and chains of the original are not kept.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::graph::plan::OnFault;
use crate::graph::spec::{End, Spec, SpecNode};

/// The spec as YAML, or why it cannot be written.
pub fn yaml(spec: &Spec) -> Result<String, String> {
    let mut file = Map::new();
    if let Some(name) = &spec.name {
        file.insert("name".to_owned(), json!(name));
    }
    if !spec.modules.is_empty() {
        let entry = |module: &crate::graph::spec::SpecModule| match &module.entry.sha256 {
            Some(sha256) => json!({ "path": module.entry.path, "sha256": sha256 }),
            None => json!(module.entry.path),
        };
        let entries = spec.modules.iter().map(|module| (module.name.clone(), entry(module))).collect();
        file.insert("modules".to_owned(), Value::Object(entries));
    }
    let nodes = spec.nodes.iter().map(|n| (n.name.clone(), node(n))).collect();
    file.insert("nodes".to_owned(), Value::Object(nodes));
    let links =
        spec.links.iter().map(|link| json!(format!("{} >> {}", end(&link.from), end(&link.to)))).collect();
    file.insert("links".to_owned(), Value::Array(links));
    serde_yaml::to_string(&file).map_err(|error| error.to_string())
}

fn end(end: &End) -> String {
    match &end.port {
        Some(port) => format!("{}.{port}", end.node),
        None => end.node.clone(),
    }
}

fn node(node: &SpecNode) -> Value {
    let mut keys = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            keys.insert(key.to_owned(), value);
        }
    };
    put("module", node.module.as_ref().map(|(module, _)| json!(module)));
    put("params", node.params.as_ref().map(|params| Value::Object(params.json_map())));
    let pool = node.pool.map(|pool| json!({ "fixed_size": pool.fixed_size, "pool_size": pool.pool_size }));
    put("pool", pool);
    put("on_fault", on_fault(node.on_fault));
    put("batch", node.batch.map(|batch| json!(batch)));
    put("limits", node.limits.clone().map(Value::Object));
    put("grant", node.grant.clone().map(Value::Object));
    Value::Object(keys)
}

fn on_fault(on_fault: OnFault) -> Option<Value> {
    match on_fault {
        OnFault::Stop => None,
        OnFault::Drop => Some(json!("drop")),
        OnFault::Bypass => Some(json!("bypass")),
        OnFault::RESTART => Some(json!("restart")),
        OnFault::Restart { backoff, backoff_max, max_restarts } => {
            let mut keys = json!({ "backoff": duration(backoff), "backoff_max": duration(backoff_max) });
            if let Some(max) = max_restarts {
                keys["max_restarts"] = json!(max);
            }
            Some(json!({ "restart": keys }))
        }
    }
}

/// A duration in the largest unit that holds it exactly.
fn duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    match [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")]
        .iter()
        .find(|(unit, _)| nanos.is_multiple_of(*unit))
    {
        Some((unit, name)) => format!("{}{name}", nanos / unit),
        None => format!("{nanos}ns"),
    }
}
