//! Mistakes in YAML's syntax, in the words of someone who writes graphs.
//!
//! [`place`](super::place) asks when the parser gives up; the parser's own words are kept where they help.

use super::text::Text;

/// What the parser stumbled over.
pub struct Slip {
    /// The character it is about.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// Explains what the parser says (`info`) of the character `at`.
pub fn explain(info: &str, at: usize, text: &Text<'_>) -> Slip {
    let has = |from: usize, wanted: &str| text.slice(from, from + wanted.chars().count()) == wanted;
    let before = at.checked_sub(1);
    let slip = |at: usize, message: &str, help| Slip { at, message: message.to_owned(), help };
    let star = [Some(at), before].into_iter().flatten().find(|at| has(*at, "*"));
    match star {
        Some(star) if info.contains("anchor") => {
            let message = "an unquoted `*` begins a YAML alias, and there is no such anchor";
            slip(star, message, "write it in quotes: \"*\"")
        }
        _ if has(at, "{") && before.is_some_and(|before| has(before, "$")) => {
            let help = "inside `{ }` a `${…}` cannot stand unquoted: write this mapping one key a line";
            slip(at, "`{` begins a mapping here", help)
        }
        _ if info.starts_with("tabs disallowed") => {
            let tab = before.filter(|before| has(*before, "\t")).unwrap_or(at);
            slip(tab, "a tab in the indentation", "indent with spaces")
        }
        _ if has(at, ">>") => slip(at, "a link cannot begin with `>>`", "begin it with a node: `a >> b`"),
        _ if info.starts_with("mapping values are not allowed") => {
            let help = "check the indentation, or quote a text that has `: ` in it";
            slip(at, "a `:` that cannot stand here", help)
        }
        _ => slip(at, &format!("not YAML: {info}"), "check brackets, quotes and indentation"),
    }
}
