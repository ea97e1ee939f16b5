//! One entry of `nodes:`.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::card::is_name;
use crate::graph::plan::{OnFault, PoolSpec};
use crate::graph::report::{Report, Spot};
use crate::graph::sandbox::Sandbox;
use crate::graph::suggest::{self, tick};
use crate::graph::units;
use crate::graph::value::{Entry, Placed};

use super::sandbox;
use super::walk::{fields, text_of, whole};
use super::{NODE_KEYS, bad_name};

/// Most bytes of one pooled buffer: no transport of ours carries a larger frame in one piece.
const FIXED_SIZE_LIMIT: u32 = 1 << 30;
/// Most free buffers a pool keeps.
const POOL_SIZE_LIMIT: u32 = 1 << 24;
/// Most frames in one call of a module (architecture: batch).
const BATCH_LIMIT: u32 = 64;

/// A node as written.
#[derive(Clone, Debug)]
pub struct SpecNode {
    /// Its name.
    pub name: String,
    /// Where its name is.
    pub spot: Spot,
    /// The `module:` text and its place; `None` if it is missing or no text, which is reported.
    pub module: Option<(String, Spot)>,
    /// `params:`, if written.
    pub params: Option<Placed>,
    /// Where `params:` is, if written; else the node's name.
    pub params_spot: Spot,
    /// `pool:`, if written.
    pub pool: Option<PoolSpec>,
    /// `on_fault:`, or the default.
    pub on_fault: OnFault,
    /// Where `on_fault:` is, if written; else the node's name.
    pub on_fault_spot: Spot,
    /// `batch:`, if written.
    pub batch: Option<u32>,
    /// What `limits:` and `grant:` say, and the defaults.
    pub sandbox: Sandbox,
    /// `limits:` as written.
    pub limits: Option<Map<String, Value>>,
    /// `grant:` as written.
    pub grant: Option<Map<String, Value>>,
}

/// Reads a node; what is wrong in it is reported and left out, so that links to it still find it.
pub(super) fn read(entry: &Entry, report: &mut Report) -> SpecNode {
    let name = entry.key.as_str();
    if !is_name(name) {
        bad_name("node", name, entry.key_spot, report);
    }
    let mut node = SpecNode {
        name: name.to_owned(),
        spot: entry.key_spot,
        module: None,
        params: None,
        params_spot: entry.key_spot,
        pool: None,
        on_fault: OnFault::Stop,
        on_fault_spot: entry.key_spot,
        batch: None,
        sandbox: Sandbox::default(),
        limits: None,
        grant: None,
    };
    let what = format!("node {}", tick(name));
    let Some(entries) = entry.value.entries() else {
        let message = format!("{what} must be a mapping, not {}", entry.value.describe());
        let module = entry.value.text().map_or_else(|| "…".to_owned(), suggest::plain);
        report.error(entry.value.spot, message).help(format!("write `{{ module: {module} }}`"));
        return node;
    };
    for entry in entries {
        key(&mut node, entry, &what, report);
    }
    if !entries.iter().any(|entry| entry.key == "module") {
        report
            .error(entry.key_spot, format!("{what} has no `module`"))
            .help("add `module:` with a name or a path");
    }
    node
}

fn key(node: &mut SpecNode, Entry { key, key_spot, value }: &Entry, what: &str, report: &mut Report) {
    match key.as_str() {
        "module" => node.module = module(value, what, report),
        "params" => {
            node.params_spot = *key_spot;
            match value.entries() {
                Some(_) => node.params = Some(value.clone()),
                None => {
                    let message = format!("`params` of {what} must be a mapping, not {}", value.describe());
                    report.error(value.spot, message).help("write `params: { name: value }`");
                }
            }
        }
        "pool" => node.pool = pool(value, what, report),
        "on_fault" => {
            node.on_fault_spot = value.spot;
            node.on_fault = on_fault(value, what, report).unwrap_or_default();
        }
        "batch" => node.batch = whole(value, &format!("`batch` of {what}"), 1, BATCH_LIMIT, report),
        "limits" => node.limits = sandbox::limits(value, what, &mut node.sandbox, report),
        "grant" => node.grant = sandbox::grant(value, what, &mut node.sandbox, report),
        _ => {
            let near = suggest::nearest(key, NODE_KEYS);
            // Else every parameter that is meant would be called missing, or stay unchecked.
            if near == Some("params") && node.params.is_none() && value.entries().is_some() {
                (node.params, node.params_spot) = (Some(value.clone()), *key_spot);
            }
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!("its keys are {}; a module's own go under `params:`", suggest::list(&NODE_KEYS))
                }
            };
            report.error(*key_spot, format!("{what} has no key {}", tick(key))).help(help);
        }
    }
}

fn module(value: &Placed, what: &str, report: &mut Report) -> Option<(String, Spot)> {
    let text = text_of(value, &format!("`module` of {what}"), report)?;
    let is_path = text.contains('/');
    let name = text.strip_suffix(".wasm").unwrap_or(text);
    if (!is_path && !is_name(name)) || text.len() > super::PATH_LIMIT || text.contains('\0') {
        let help = "write a module's name, `NAME.wasm` for its component, or a path with a `/` in it, as in `./libx.so`";
        let message = format!("`module` of {what}: {} is neither a name nor a path", tick(text));
        report.error(value.spot, message).help(help);
        return None;
    }
    Some((text.to_owned(), value.spot))
}

fn pool(value: &Placed, what: &str, report: &mut Report) -> Option<PoolSpec> {
    let entries = fields(value, &format!("`pool` of {what}"), &["fixed_size", "pool_size"], report)?;
    let mut pool = PoolSpec { fixed_size: 0, pool_size: 0 };
    for Entry { key, value, .. } in entries {
        let what = format!("`{key}` in the pool of {what}");
        match key.as_str() {
            "fixed_size" => pool.fixed_size = whole(value, &what, 0, FIXED_SIZE_LIMIT, report).unwrap_or(0),
            "pool_size" => pool.pool_size = whole(value, &what, 0, POOL_SIZE_LIMIT, report).unwrap_or(0),
            _ => {}
        }
    }
    let written = |key| value.get(key).map(|entry| entry.key_spot);
    // Specification section 6: only buffers of a fixed size go back to the queue.
    if let (Some(spot), None) = (written("pool_size"), written("fixed_size"))
        && pool.pool_size > 0
    {
        let message = format!("`pool_size` of {what} has no effect without `fixed_size`");
        report.error(spot, message).help("add `fixed_size`, the bytes of each buffer");
    }
    Some(pool)
}

fn on_fault(value: &Placed, what: &str, report: &mut Report) -> Option<OnFault> {
    const WORDS: [&str; 4] = ["stop", "drop", "bypass", "restart"];
    if let Some(text) = value.text() {
        return match text {
            "stop" => Some(OnFault::Stop),
            "drop" => Some(OnFault::Drop),
            "bypass" => Some(OnFault::Bypass),
            "restart" => Some(OnFault::RESTART),
            _ => {
                let help = suggest::help(text, &WORDS, "choice");
                let message = format!("`on_fault` of {what} cannot be {}", tick(text));
                report.error(value.spot, message).help_if(help);
                None
            }
        };
    }
    if value.get("restart").is_none() {
        let message =
            format!("`on_fault` of {what} must be {}, not {}", suggest::list(&WORDS), value.describe());
        report.error(value.spot, message).help("or `{ restart: { backoff: 100ms, max_restarts: 5 } }`");
        return None;
    }
    fields(value, &format!("`on_fault` of {what}"), &["restart"], report)?;
    restart(&value.get("restart")?.value, what, report)
}

fn restart(value: &Placed, what: &str, report: &mut Report) -> Option<OnFault> {
    let keys = ["backoff", "backoff_max", "max_restarts"];
    let entries = fields(value, &format!("`restart` of {what}"), &keys, report)?;
    let OnFault::Restart { mut backoff, mut backoff_max, mut max_restarts } = OnFault::RESTART else {
        return None;
    };
    for Entry { key, value, .. } in entries {
        let what = format!("`{key}` of {what}");
        match key.as_str() {
            "backoff" => backoff = duration(value, &what, report)?,
            "backoff_max" => backoff_max = duration(value, &what, report)?,
            "max_restarts" => max_restarts = Some(whole(value, &what, 1, u32::MAX, report)?),
            _ => {}
        }
    }
    Some(OnFault::Restart { backoff, backoff_max: backoff_max.max(backoff), max_restarts })
}

/// A duration with its unit.
pub(super) fn duration(value: &Placed, what: &str, report: &mut Report) -> Option<Duration> {
    let duration = value.text().and_then(units::duration);
    if duration.is_none() {
        let message = format!("{what} must be a duration such as `100ms`, not {}", value.describe());
        report.error(value.spot, message);
    }
    duration
}
