//! Cards of the standard modules as the tables of the documentation give them, found without files.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::card::{Card, MAGIC};
use crate::graph::{Catalog, Found, Packaging, Wanted, limits::Limits};

/// Finds the standard modules by name, as `NAME.wasm` in a component, and nothing else.
pub struct Modules;

impl Catalog for Modules {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        let (name, packaging) = match wanted.module.strip_suffix(".wasm") {
            Some(name) => (name, Packaging::Component),
            None => (wanted.module, Packaging::Native),
        };
        let card = cards().into_iter().enumerate().find(|(_, card)| card.name == name);
        match (card, wanted.entry) {
            (Some((index, card)), _) => Ok(Found {
                card: Arc::new(card),
                file: PathBuf::from("/modules/standard.so"),
                index: index as u32,
                sha256: None,
                packaging,
            }),
            (None, Some(entry)) => Err(format!("There is no file `{}`.", entry.path)),
            (None, None) => Err(format!("No module `{}` is on the search path.", wanted.module)),
        }
    }

    fn names(&self) -> Vec<String> {
        cards().into_iter().map(|card| card.name).collect()
    }

    fn limits(&self) -> Limits {
        Limits { receive_buffer: Some(150_000), ..Limits::default() }
    }
}

/// The same in a system with these limits.
pub struct Limited(pub Limits);

impl Catalog for Limited {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        Modules.find(wanted)
    }

    fn names(&self) -> Vec<String> {
        Modules.names()
    }

    fn limits(&self) -> Limits {
        self.0
    }
}

/// The cards, read from bytes as a module file has them.
pub fn cards() -> Vec<Card> {
    let text = Value::Array(texts()).to_string();
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    Card::parse_all(&bytes).expect("the cards keep the rules")
}

/// Ports as `name` or `name*count`.
fn ports(names: &[&str], optional: bool) -> Value {
    let port = |name: &&str| match name.split_once('*') {
        Some((name, count)) => {
            json!({"name": name, "count": count.parse::<u32>().expect("a number"), "optional": optional})
        }
        None => json!({"name": name, "count": 1, "optional": optional}),
    };
    names.iter().map(port).collect()
}

fn card(
    name: &str,
    shape: &str,
    inputs: &[&str],
    outputs: &[&str],
    params: Value,
    required: &[&str],
) -> Value {
    let endpoint = shape == "endpoint";
    json!({
        "card": 1, "name": name, "version": "0.1.0", "about": format!("The {name} module."), "shape": shape,
        "inputs": ports(inputs, endpoint), "outputs": ports(outputs, endpoint),
        "params": {"type": "object", "properties": params, "required": required, "additionalProperties": false}
    })
}

fn endpoint(name: &str, give: &str, params: Value, required: &[&str]) -> Value {
    let mut card = card(name, "endpoint", &["in"], &["out"], params, required);
    card["give"] = json!(give);
    card
}

fn texts() -> Vec<Value> {
    let u32s =
        |default: u32| json!({"type": "integer", "minimum": 0, "maximum": u32::MAX, "default": default});
    let size = |default: &str| json!({"type": ["string", "integer"], "format": "size", "default": default});
    let flag = |default: bool| json!({"type": "boolean", "default": default, "x-apply": "live"});
    let byte = json!({"type": "integer", "minimum": 0, "maximum": 255});
    let count = json!({"type": "integer", "minimum": 0, "maximum": u64::MAX});
    let rate = json!({"type": "number", "minimum": 0});
    let text = json!({"type": "string"});
    let port = json!({"type": "integer", "minimum": 1, "maximum": 65535});
    let absent = json!({"enum": ["block", "drop"], "default": "block"});
    let one_or_list = json!({"anyOf": [byte, {"type": "array", "items": byte}]});
    let taps = json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 511}});
    let prbs = json!({"size": u32s(2048), "rate": rate, "count": count, "width": u32s(32), "taps": taps, "channel": byte});
    vec![
        endpoint(
            "fifo",
            "queue",
            json!({
                "max_depth": u32s(1000), "max_held": size("256MiB"), "trim_size": u32s(0), "no_copy": flag(true),
                "overflow": {"enum": ["drop_newest", "drop_oldest", "block"], "default": "drop_newest"}
            }),
            &[],
        ),
        card(
            "filter",
            "transform",
            &["in"],
            &["out"],
            json!({"channel": one_or_list, "drop_errors": flag(false)}),
            &[],
        ),
        card(
            "ratedrop",
            "transform",
            &["in"],
            &["out"],
            json!({
                "period": flag(false), "value": rate,
                "keep_every": {"type": "integer", "minimum": 1, "maximum": u32::MAX},
                "min_interval": {"type": "string", "format": "duration"}
            }),
            &[],
        ),
        card(
            "tag",
            "transform",
            &["in"],
            &["out"],
            json!({"channel": byte, "error": byte, "flags": u32s(0)}),
            &[],
        ),
        card("compare", "sink", &["a", "b"], &[], json!({"stop_at": u32s(1)}), &[]),
        card("debug", "sink", &["in"], &[], json!({"max_bytes": u32s(32), "name": text}), &[]),
        card("pattern", "source", &[], &["out"], prbs.clone(), &[]),
        card("prbs-source", "source", &[], &["out"], prbs, &[]),
        card(
            "prbs-check",
            "sink",
            &["in"],
            &[],
            json!({"width": u32s(32), "taps": taps, "check_payload": flag(true)}),
            &[],
        ),
        card(
            "file-writer",
            "sink",
            &["channel*256"],
            &[],
            json!({
                "path": text, "if_exists": {"enum": ["refuse", "replace", "append"], "default": "refuse"},
                "open": flag(true), "max_size": size("0B"), "buffer_size": size("1MiB"), "raw": flag(false),
                "drop_errors": flag(false)
            }),
            &["path"],
        ),
        card(
            "file-reader",
            "source",
            &[],
            &["out"],
            json!({
                "path": {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}, "rate": rate,
                "repeat": u32s(1)
            }),
            &["path"],
        ),
        endpoint(
            "tcp-server",
            "bridge",
            json!({"addr": text, "port": port, "when_absent": absent, "max_queued": size("64MiB")}),
            &["addr", "port"],
        ),
        endpoint(
            "udp-server",
            "bridge",
            json!({
                "port": port, "jumbo": flag(false), "rx_buffer_count": {"type": "integer", "minimum": 1, "maximum": 4294967295u32},
                "timeout": {"type": ["string", "integer"], "format": "duration", "x-bare-unit": "us", "default": "1s"}
            }),
            &["port"],
        ),
    ]
}
