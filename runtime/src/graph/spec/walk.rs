//! The steps every part of the walk takes: a mapping with known keys, a text, a number within bounds.

use crate::graph::report::Report;
use crate::graph::suggest::{self, tick};
use crate::graph::value::{Entry, Kind, Placed};

/// The entries of a mapping; unknown keys are reported.
pub fn fields<'a>(value: &'a Placed, what: &str, known: &[&str], report: &mut Report) -> Option<&'a [Entry]> {
    let Some(entries) = value.entries() else {
        let message = format!("{what} must be a mapping, not {}", value.describe());
        let help = format!("its keys are {}", suggest::list(known));
        report.error(value.spot, message).help(help);
        return None;
    };
    for entry in entries {
        if !known.contains(&entry.key.as_str()) {
            let message = format!("{what} has no key {}", tick(&entry.key));
            let help = suggest::help(&entry.key, known, "key");
            report.error(entry.key_spot, message).help_if(help);
        }
    }
    Some(entries)
}

/// A text.
pub fn text_of<'a>(value: &'a Placed, what: &str, report: &mut Report) -> Option<&'a str> {
    if let Some(text) = value.text() {
        return Some(text);
    }
    let message = format!("{what} must be a text, not {}", value.describe());
    let help = match &value.kind {
        Kind::Bool(_) | Kind::Number(_) => Some(format!("write it in quotes: \"{}\"", value.json())),
        _ => None,
    };
    report.error(value.spot, message).help_if(help);
    None
}

/// A whole number within bounds, both included.
pub fn whole(value: &Placed, what: &str, min: u32, max: u32, report: &mut Report) -> Option<u32> {
    let number = match &value.kind {
        Kind::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let fits = number.filter(|number| (min..=max).contains(number));
    if fits.is_none() {
        let message = format!("{what} must be a whole number from {min} to {max}, not {}", value.describe());
        report.error(value.spot, message);
    }
    fits
}
