//! A module's card as people read it.
//!
//! Used by `inspect`. Pure: where lines end is told.

use std::fmt::Write;

use serde_json::Value;

use super::columns::Columns;
use crate::card::{
    Card, Give, Intent, PortCard,
    schema::{Kind, Schema},
};
use crate::graph::wrap;

/// A description in a narrower column than this stands under the rest of its row instead.
const LEAST_ABOUT: usize = 36;

/// The card in sections; empty ones are left out.
pub fn card_text(card: &Card, width: usize) -> String {
    let give = match card.give {
        Some(Give::Queue) => ", gives what it took",
        Some(Give::Bridge) => ", gives what comes from outside",
        None => "",
    };
    let version = if card.version.is_empty() { String::new() } else { format!(" {}", card.version) };
    let flags = card.flags.iter().map(|flag| format!(", {flag}")).collect::<String>();
    let mut text = format!("{}{version}: {}{give}{flags}\n", card.name, card.shape);
    if !card.about.is_empty() {
        let _ = writeln!(text, "{}", wrap(&format!("  {}", card.about), 2, width));
    }
    let _ = writeln!(text, "  logs as {}", card.log_target());
    section(&mut text, width, "inputs", card.inputs.iter().map(port));
    section(&mut text, width, "outputs", card.outputs.iter().map(port));
    params(&mut text, width, card);
    let named = |named: &crate::card::Named| [named.name.clone(), named.about.clone()];
    section(&mut text, width, "readings", card.readings.iter().map(named));
    section(&mut text, width, "counters", card.counters.iter().map(named));
    let drops = card.drops.iter().map(|drop| {
        let intent = match &drop.intent {
            Intent::Asked => "asked for".to_owned(),
            Intent::Loss => "a loss".to_owned(),
            Intent::Param(param) => format!("asked for if `{param}` is written, else a loss"),
        };
        [drop.name.clone(), intent, drop.about.clone()]
    });
    section(&mut text, width, "drops", drops);
    if let Some(state) = &card.state {
        let accepts: Vec<String> = state.accepts.iter().map(u32::to_string).collect();
        let accepts =
            if accepts.is_empty() { String::new() } else { format!(", accepts {}", accepts.join(", ")) };
        let version = format!("version {}{accepts}", state.version);
        section(&mut text, width, "state", [[state.schema.clone(), version]]);
    }
    if !card.tolerance.is_empty() {
        let about = "how near results are to be where two versions are compared".to_owned();
        section(&mut text, width, "tolerance", [[card.tolerance.clone(), about]]);
    }
    text
}

fn section<const N: usize>(
    text: &mut String,
    width: usize,
    title: &str,
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let mut columns = Columns::plain(&[""; N]).breaking_after(" ").last_at_least(LEAST_ABOUT);
    let mut any = false;
    for row in rows {
        columns.row(row);
        any = true;
    }
    if any {
        let _ = write!(text, "  {title}\n{}", columns.text("    ", width));
    }
}

fn port(port: &PortCard) -> [String; 3] {
    let count = if port.count > 1 { format!("{} ports", port.count) } else { String::new() };
    let need = if port.optional { "may stay unlinked" } else { "" };
    let kind =
        [count.as_str(), need].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    [port.name.clone(), kind, port.about.clone()]
}

fn params(text: &mut String, width: usize, card: &Card) {
    let schema = match card.param_schema() {
        Ok(schema) => schema,
        Err(error) => {
            let _ = writeln!(text, "  params cannot be read: {error}");
            return;
        }
    };
    let Some(object) = schema.object() else { return };
    let rows = object.properties.iter().map(|(name, param)| {
        let default = match (&param.default, object.required.contains(name)) {
            (_, true) => "required".to_owned(),
            (Some(Value::String(text)), _) => format!("= {text}"),
            (Some(Value::Null) | None, _) => "absent".to_owned(),
            (Some(value), _) => format!("= {value}"),
        };
        let apply = if param.live { "live" } else { "restart" };
        [name.clone(), kind(param), default, apply.to_owned(), param.about.clone()]
    });
    section(text, width, "params", rows);
}

/// The values that fit, in few words.
fn kind(schema: &Schema) -> String {
    match &schema.kind {
        Kind::Any => "anything".to_owned(),
        Kind::Boolean => "true|false".to_owned(),
        Kind::Integer { min, max } => integer(*min, *max),
        Kind::Number { min, max } => format!("number{}", bounds(*min, *max)),
        Kind::Text => "text".to_owned(),
        Kind::Duration { bare_unit: None } => "time".to_owned(),
        Kind::Duration { bare_unit: Some(unit) } => format!("time, or a number of {unit}"),
        Kind::Size => "size".to_owned(),
        Kind::Enum(values) => {
            let values =
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            values.collect::<Vec<_>>().join("|")
        }
        Kind::Array { items, .. } => format!("list of {}", kind(items)),
        Kind::AnyOf(choices) => choices.iter().map(kind).collect::<Vec<_>>().join(", or "),
        Kind::Object(_) => "mapping".to_owned(),
    }
}

/// The bounds of a type of the language say nothing to a person.
fn integer(min: Option<i128>, max: Option<i128>) -> String {
    let signed = [i8::MIN as i128, i16::MIN as i128, i32::MIN as i128, i64::MIN as i128];
    let natural = [u16::MAX as i128, u32::MAX as i128, u64::MAX as i128, i32::MAX as i128, i64::MAX as i128];
    let min = min.filter(|min| !signed.contains(min));
    format!("integer{}", bounds(min, max.filter(|max| !natural.contains(max))))
}

fn bounds<T: std::fmt::Display>(min: Option<T>, max: Option<T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(" {min} to {max}"),
        (Some(min), None) => format!(" from {min}"),
        (None, Some(max)) => format!(" up to {max}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_card_is_shown_whole() {
        let card = json!({
            "card": 1, "name": "fifo", "version": "0.1.0", "about": "A queue.", "shape": "endpoint", "give": "queue",
            "inputs": [{ "name": "in" }], "outputs": [{ "name": "out", "count": 4, "optional": true }],
            "params": { "type": "object", "additionalProperties": false, "required": ["mode"], "properties": {
                "max_depth": { "type": "integer", "minimum": 0, "maximum": 18446744073709551615u64,
                    "default": 1000, "description": "Most frames.", "x-apply": "live" },
                "mode": { "enum": ["a", "b"], "x-apply": "restart" },
                "wait": { "type": "string", "format": "duration", "default": "1s" }
            } },
            "readings": [{ "name": "size", "about": "Frames held." }],
            "drops": [{ "name": "full", "intent": "param:overflow" }, { "name": "odd", "intent": "loss" }],
            "state": { "schema": "fifo", "version": 2, "accepts": [1, 2] },
            "flags": ["blocking"], "log": "pyrogue.stream.Fifo"
        });
        let card: Card = serde_json::from_value(card).expect("a card");
        let expected = "\
fifo 0.1.0: endpoint, gives what it took, blocking
  A queue.
  logs as pyrogue.stream.Fifo
  inputs
    in
  outputs
    out  4 ports, may stay unlinked
  params
    max_depth  integer from 0  = 1000    live     Most frames.
    mode       a|b             required  restart
    wait       time            = 1s      restart
  readings
    size  Frames held.
  drops
    full  asked for if `overflow` is written, else a loss
    odd   a loss
  state
    fifo  version 2, accepts 1, 2
";
        assert_eq!(card_text(&card, 100), expected);
    }
}
