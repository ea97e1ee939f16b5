//! A spec as a graph file again, in one normal form: keys in fixed order, one link a line.
//!
//! Reading the result gives the same plan. Comments, anchors and chains of the original are not kept.

use serde_json::{Map, Value, json};

use crate::graph::plan::OnFault;
use crate::graph::sandbox::duration_text;
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
    let mut out = String::new();
    block(&Value::Object(file), 0, &mut out)?;
    Ok(out)
}

/// A mapping or a list that is not empty, one entry a line.
fn block(value: &Value, indent: usize, out: &mut String) -> Result<(), String> {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                out.push_str(&format!("{margin}{}:", text(key)?));
                // A list needs no margin of its own below a key.
                let below = if value.is_array() { indent } else { indent + 2 };
                entry(value, below, "\n", out)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                out.push_str(&format!("{margin}-"));
                entry(item, indent + 2, " ", out)?;
            }
        }
        _ => out.push_str(&scalar(value)?),
    }
    Ok(())
}

/// What stands behind a key or a dash: a scalar in the same line, or a block behind `lead`. In the line of a dash the
/// block's first line has its margin already.
fn entry(value: &Value, indent: usize, lead: &str, out: &mut String) -> Result<(), String> {
    let mut below = String::new();
    match value {
        Value::Object(entries) if entries.is_empty() => below.push_str(" {}\n"),
        Value::Array(items) if items.is_empty() => below.push_str(" []\n"),
        Value::Object(_) | Value::Array(_) => {
            block(value, indent, &mut below)?;
            out.push_str(lead);
            below.drain(..if lead == " " { indent } else { 0 });
        }
        _ => below = format!(" {}\n", scalar(value)?),
    }
    out.push_str(&below);
    Ok(())
}

fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::String(value) => text(value),
        _ => Ok(serde_yaml::to_string(value).map_err(|error| error.to_string())?.trim_end().to_owned()),
    }
}

/// A text in one line. Readers of YAML 1.1 and 1.2 differ on which characters end a line, so every one of those is
/// written as an escape.
fn text(text: &str) -> Result<String, String> {
    let special = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if !text.contains(special) {
        return Ok(serde_yaml::to_string(text)
            .map_err(|error| error.to_string())?
            .trim_end_matches('\n')
            .to_owned());
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if special(c) => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
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
            let mut keys =
                json!({ "backoff": duration_text(backoff), "backoff_max": duration_text(backoff_max) });
            if let Some(max) = max_restarts {
                keys["max_restarts"] = json!(max);
            }
            Some(json!({ "restart": keys }))
        }
    }
}
