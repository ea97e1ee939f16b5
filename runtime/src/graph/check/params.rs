//! A node's parameters against its module's schema: names, types, ranges, what must be written.
//!
//! What only the module itself can know (a file that must exist, two keys that exclude each other) is asked of
//! the module later and placed by [`Checked::place_param_error`](crate::graph::Checked::place_param_error).

use crate::card::schema::{Kind as Type, Object, Schema};
use crate::graph::plan::Found;
use crate::graph::report::{ERROR_LIMIT, Report, Spot};
use crate::graph::spec::SpecNode;
use crate::graph::suggest::{self, tick};
use crate::graph::units;
use crate::graph::value::{Entry, Kind, Placed};

/// A mistake in a parameter.
struct Finding {
    spot: Spot,
    message: String,
    help: Option<String>,
}

pub(in crate::graph) fn check(node: &SpecNode, found: &Found, report: &mut Report) {
    let schema = match found.card.param_schema() {
        Ok(schema) => schema,
        Err(error) => {
            report.error(node.spot, error.to_string()).help("build the module again");
            return;
        }
    };
    let Some(object) = schema.object().filter(|_| !report.is_full()) else { return };
    let mut findings = vec![];
    let entries = node.params.as_ref().and_then(Placed::entries).unwrap_or(&[]);
    mapping(entries, node.params_spot, object, "", &mut findings);
    for Finding { spot, message, help } in findings {
        report.error(spot, format!("node `{}`: {message}", node.name)).help_if(help);
    }
}

fn mapping(entries: &[Entry], spot: Spot, object: &Object, path: &str, findings: &mut Vec<Finding>) {
    for Entry { key, key_spot, value } in entries {
        if findings.len() >= ERROR_LIMIT {
            return;
        }
        let label = join(path, key);
        match object.get(key) {
            Some(schema) => check_value(value, schema, &label, findings),
            None if object.open => {}
            None => {
                let known: Vec<&str> = object.properties.iter().map(|(name, _)| name.as_str()).collect();
                let help = match known.is_empty() {
                    true => Some("it takes no parameters".to_owned()),
                    false => suggest::help(key, &known, "parameter"),
                };
                findings.push(Finding {
                    spot: *key_spot,
                    message: format!("there is no parameter {}", tick(&label)),
                    help,
                });
            }
        }
    }
    for name in &object.required {
        if !entries.iter().any(|entry| entry.key == *name) {
            let message = format!("the parameter `{}` is missing", join(path, name));
            let about = object.get(name).map(|schema| wanted(&schema.kind));
            let help = about.map(|about| format!("add `{name}`: {about}"));
            findings.push(Finding { spot, message, help });
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn check_value(value: &Placed, schema: &Schema, label: &str, findings: &mut Vec<Finding>) {
    match (&schema.kind, &value.kind) {
        (Type::Object(object), Kind::Map(entries)) => mapping(entries, value.spot, object, label, findings),
        (Type::Array { items, min, max }, Kind::List(list)) => {
            let count = list.len() as u64;
            if count < *min || count > *max {
                let bounds =
                    if *max == u64::MAX { format!("at least {min}") } else { format!("{min} to {max}") };
                let message = format!("{} has {count} items and must have {bounds}", tick(label));
                findings.push(Finding { spot: value.spot, message, help: None });
            }
            for (index, item) in list.iter().enumerate() {
                check_value(item, items, &format!("{label}[{index}]"), findings);
            }
        }
        (Type::AnyOf(choices), _) => any_of(value, choices, &schema.kind, label, findings),
        (kind, _) => {
            if !fits(value, kind) {
                findings.push(mismatch(value, kind, label));
            }
        }
    }
}

/// One of the choices must fit; if just one is of the value's type, what is wrong with that is the answer.
fn any_of(value: &Placed, choices: &[Schema], kind: &Type, label: &str, findings: &mut Vec<Finding>) {
    let mut nearest: Option<Vec<Finding>> = None;
    let mut alike = 0;
    for choice in choices {
        let mut own = vec![];
        check_value(value, choice, label, &mut own);
        if own.is_empty() {
            return;
        }
        if same_type(value, &choice.kind) {
            alike += 1;
            nearest = Some(own);
        }
    }
    match nearest {
        Some(own) if alike == 1 => findings.extend(own),
        _ => findings.push(mismatch(value, kind, label)),
    }
}

/// Whether a choice of several is the one a value was meant for.
fn same_type(value: &Placed, kind: &Type) -> bool {
    matches!((kind, &value.kind), (Type::Object(_), Kind::Map(_)) | (Type::Array { .. }, Kind::List(_)))
}

/// Whether a value without parts fits.
fn fits(value: &Placed, kind: &Type) -> bool {
    match (kind, &value.kind) {
        (Type::Any, _) | (Type::Boolean, Kind::Bool(_)) | (Type::Text, Kind::Text(_)) => true,
        (Type::Integer { min, max }, Kind::Number(number)) => {
            let whole = number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from));
            whole.is_some_and(|n| min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max))
        }
        (Type::Number { min, max }, Kind::Number(number)) => {
            number.as_f64().is_some_and(|n| min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max))
        }
        (Type::Duration { .. }, Kind::Text(text)) => units::duration(text).is_some(),
        (Type::Duration { bare_unit: Some(unit) }, Kind::Number(number)) => units::fits_bare(number, unit),
        (Type::Size, _) => units::size(&value.json()).is_some(),
        (Type::Enum(choices), _) => choices.contains(&value.json()),
        _ => false,
    }
}

fn mismatch(value: &Placed, kind: &Type, label: &str) -> Finding {
    let message = format!("{} must be {}, not {}", tick(label), wanted(kind), value.describe());
    Finding { spot: value.spot, message, help: advice(value, kind) }
}

/// What fits, in words.
fn wanted(kind: &Type) -> String {
    match kind {
        Type::Any => "a value".to_owned(),
        Type::Boolean => "`true` or `false`".to_owned(),
        Type::Integer { min, max } => {
            // A bound of the number's type is no bound to a person.
            let min = min.as_ref().filter(|min| **min > i128::from(i64::MIN));
            let max = max.as_ref().filter(|max| **max < i128::from(i64::MAX));
            format!("a whole number{}", bounds(min, max))
        }
        Type::Number { min, max } => format!("a number{}", bounds(min.as_ref(), max.as_ref())),
        Type::Text => "a text".to_owned(),
        Type::Duration { bare_unit: None } => "a duration such as `100ms`".to_owned(),
        Type::Duration { bare_unit: Some(unit) } => {
            format!("a duration such as `100ms`, or a number of {}", suggest::plain(unit))
        }
        Type::Size => "a size such as `64MiB`, or a number of bytes".to_owned(),
        Type::Enum(choices) => {
            let one_of = if choices.len() > 1 { "one of " } else { "" };
            let plain = |choice: &serde_json::Value| match choice.as_str() {
                Some(text) => tick(text),
                None => tick(&choice.to_string()),
            };
            format!("{one_of}{}", choices.iter().map(plain).collect::<Vec<_>>().join(", "))
        }
        Type::Array { items, .. } => format!("a list, each item {}", wanted(&items.kind)),
        Type::AnyOf(choices) => {
            let mut words: Vec<String> = choices.iter().map(|choice| wanted(&choice.kind)).collect();
            words.dedup();
            words.join(", or ")
        }
        Type::Object(_) => "a mapping".to_owned(),
    }
}

fn bounds<T: std::fmt::Display>(min: Option<&T>, max: Option<&T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(", at least {min}"),
        (None, Some(max)) => format!(", at most {max}"),
        (None, None) => String::new(),
    }
}

fn advice(value: &Placed, kind: &Type) -> Option<String> {
    match (kind, &value.kind) {
        (_, Kind::Null) => Some("leave the key out to have its default".to_owned()),
        (_, Kind::Text(text)) if text.contains("${") => {
            Some("`${…}` is replaced only with `--env`".to_owned())
        }
        (Type::Boolean, Kind::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Some("write `true`".to_owned()),
            "no" | "off" | "false" => Some("write `false`".to_owned()),
            _ => None,
        },
        (Type::Text, Kind::Bool(_) | Kind::Number(_)) => {
            Some(format!("write it in quotes: \"{}\"", value.json()))
        }
        (Type::Integer { .. } | Type::Number { .. }, Kind::Text(text)) if text.parse::<f64>().is_ok() => {
            Some("write it without quotes and without leading zeros".to_owned())
        }
        (Type::Duration { .. }, Kind::Number(number)) => Some(format!("write a unit, as in `{number}ms`")),
        (Type::Enum(choices), Kind::Text(text)) => {
            let near = suggest::nearest(text, choices.iter().filter_map(serde_json::Value::as_str))?;
            Some(format!("did you mean `{near}`?"))
        }
        (Type::AnyOf(choices), _) => choices.iter().find_map(|choice| advice(value, &choice.kind)),
        _ => None,
    }
}
