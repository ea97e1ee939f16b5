//! The gist of abi_stable's report on tables that differ: of a thousand lines, the `Error:` blocks, each
//! with the type it is about.
//!
//! Called by `native`, which writes the whole report to the debug log.

/// Most differences that are told, and most characters of each value: the first ones name the cause.
const SHOWN: usize = 6;
const VALUE_LIMIT: usize = 80;

/// What part of an `Error:` block a line belongs to.
enum Part {
    Outside,
    Expected,
    Found,
}

/// One sentence part such as ``` `Seg`: incompatible type size (expected 32, found 40) ``` per difference.
pub fn errors_of(report: &str) -> String {
    let mut errors: Vec<(String, String, String)> = Vec::new();
    let mut part = Part::Outside;
    let mut subject = "";
    let mut names_subject = false;
    for line in report.lines() {
        let text = line.trim();
        if let Some(what) = line.strip_prefix("Error:") {
            errors.push((format!("`{subject}`: {}", what.trim()), String::new(), String::new()));
            part = Part::Outside;
        } else if line.starts_with("Compared <this>") || line.starts_with("Layout of expected type") {
            names_subject = true;
            part = Part::Outside;
        } else if names_subject && let Some(name) = text.strip_prefix("type:") {
            subject = name;
            names_subject = false;
        } else if line == "Expected:" {
            part = Part::Expected;
        } else if line == "Found:" {
            part = Part::Found;
        } else if text.is_empty() || !line.starts_with(' ') {
            part = Part::Outside;
        } else if let Some((_, expected, found)) = errors.last_mut() {
            match part {
                Part::Expected => push_word(expected, text),
                Part::Found => push_word(found, text),
                Part::Outside => {}
            }
        }
    }
    let told = errors.iter().take(SHOWN).map(|(what, expected, found)| {
        match (expected.is_empty(), found.is_empty()) {
            (true, true) => what.clone(),
            _ => format!("{what} (expected {expected}, found {found})"),
        }
    });
    let mut told: Vec<String> = told.collect();
    match errors.len() {
        0 => told.push("their layouts differ".to_owned()),
        n if n > SHOWN => told.push(format!("{} more differences", n - SHOWN)),
        _ => {}
    }
    told.join("; ")
}

fn push_word(value: &mut String, word: &str) {
    if value.len() >= VALUE_LIMIT {
        return;
    }
    if !value.is_empty() {
        value.push(' ');
    }
    value.extend(word.chars().take(VALUE_LIMIT));
}
