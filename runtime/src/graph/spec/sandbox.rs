//! `limits:` and `grant:` of a node.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::node::duration;
use super::walk::fields;
use crate::graph::report::Report;
use crate::graph::sandbox::{CALL, GRANTS, LIMITS, MEMORY, OUTPUT, Sandbox, duration_text, size_text};
use crate::graph::suggest::{self, tick};
use crate::graph::units;
use crate::graph::value::{Entry, Kind, Placed};

/// Reads `limits:` into the sandbox; what is wrong is reported and keeps its default. Gives it back as written.
pub(super) fn limits(
    value: &Placed,
    what: &str,
    sandbox: &mut Sandbox,
    report: &mut Report,
) -> Option<Map<String, Value>> {
    let entries = fields(value, &format!("`limits` of {what}"), &LIMITS, report)?;
    for Entry { key, value, .. } in entries {
        let what = format!("`{key}` in the limits of {what}");
        match key.as_str() {
            "memory" => sandbox.memory = size(value, &what, MEMORY, report).unwrap_or(sandbox.memory),
            "output" => sandbox.output = size(value, &what, OUTPUT, report).unwrap_or(sandbox.output),
            "call" => {
                let read = duration(value, &what, report);
                let within = read.filter(|call| CALL.contains(call));
                if read.is_some() && within.is_none() {
                    let (least, most) = (duration_text(*CALL.start()), duration_text(*CALL.end()));
                    out_of_range(value, &what, &least, &most, report);
                }
                sandbox.call = within.unwrap_or(sandbox.call);
            }
            _ => {}
        }
    }
    Some(value.json_map())
}

/// Reads `grant:` into the sandbox; what is wrong is reported and not granted. Gives it back as written.
pub(super) fn grant(
    value: &Placed,
    what: &str,
    sandbox: &mut Sandbox,
    report: &mut Report,
) -> Option<Map<String, Value>> {
    let Some(entries) = value.entries() else {
        let message = format!("`grant` of {what} must be a mapping, not {}", value.describe());
        let near = value.text().and_then(|text| suggest::nearest(text, GRANTS)).unwrap_or("wall");
        report.error(value.spot, message).help(format!("write `grant: {{ {near}: true }}`"));
        return None;
    };
    for Entry { key, key_spot, value } in entries {
        let granted = match key.as_str() {
            "wall" => &mut sandbox.wall,
            "random" => &mut sandbox.random,
            _ => {
                let near = suggest::nearest(key, GRANTS).map(|near| format!("did you mean `{near}`? "));
                let all =
                    "what can be granted is `wall` (the time of day) and `random`; no files, no network";
                report
                    .error(*key_spot, format!("{} cannot be granted to {what}", tick(key)))
                    .help(format!("{}{all}", near.unwrap_or_default()));
                continue;
            }
        };
        match value.kind {
            Kind::Bool(written) => *granted = written,
            _ => {
                let what = format!("`{key}` in the grant of {what}");
                let message = format!("{what} must be `true` or `false`, not {}", value.describe());
                report.error(value.spot, message);
            }
        }
    }
    Some(value.json_map())
}

fn size(value: &Placed, what: &str, range: RangeInclusive<u64>, report: &mut Report) -> Option<u64> {
    let Some(bytes) = units::size(&value.json()) else {
        let message = format!("{what} must be a size such as `64MiB`, not {}", value.describe());
        report.error(value.spot, message);
        return None;
    };
    if !range.contains(&bytes) {
        let (least, most) = (size_text(*range.start()), size_text(*range.end()));
        out_of_range(value, what, &least, &most, report);
        return None;
    }
    Some(bytes)
}

fn out_of_range(value: &Placed, what: &str, least: &str, most: &str, report: &mut Report) {
    let message = format!("{what} must be from {least} to {most}, not {}", value.describe());
    report.error(value.spot, message);
}
