//! The name of a module: as Cargo, Rust, graph files and file names take it.

use crate::say::Trouble;
use rogue_runtime::card::{NAME_LIMIT, is_name};
use std::fmt;

/// A name that can be used for all of them.
#[derive(Debug)]
pub struct Name(String);

/// Words that cannot be the name of a crate in any edition up to 2024.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Crates that every crate has.
const BUILT_IN: [&str; 5] = ["alloc", "core", "proc_macro", "std", "test"];

/// What the modules' files use without naming a crate: a type of the author's own must not be called so.
const TAKEN: [&str; 35] = [
    "Accepted",
    "Box",
    "Card",
    "Context",
    "Counter",
    "DropReason",
    "Duration",
    "Endpoint",
    "Err",
    "Error",
    "Flow",
    "Frame",
    "Gauge",
    "Give",
    "Held",
    "Interrupter",
    "Module",
    "No",
    "Node",
    "None",
    "Ok",
    "OneOrMany",
    "Option",
    "Out",
    "Pace",
    "Params",
    "Port",
    "Reading",
    "Reason",
    "Reconfigured",
    "Result",
    "Sink",
    "Size",
    "Source",
    "Some",
];

/// And those of the templates.
const TAKEN_TOO: [&str; 12] = [
    "Arc",
    "Bench",
    "Mutex",
    "PoisonError",
    "Queue",
    "Shared",
    "State",
    "String",
    "Take",
    "Transform",
    "Vec",
    "VecDeque",
];

/// The standard modules: a graph that names one of them means that one.
pub const STANDARD: [&str; 21] = [
    "compare",
    "debug",
    "example-blocking",
    "example-callback",
    "fifo",
    "file-reader",
    "file-writer",
    "filter",
    "pattern",
    "prbs-check",
    "prbs-source",
    "pulses",
    "ratedrop",
    "tag",
    "tcf-client",
    "tcf-streams",
    "tcp-client",
    "tcp-server",
    "udp-client",
    "udp-server",
    "waveform",
];

impl Name {
    /// Reads a name.
    pub fn read(text: &str) -> Result<Name, Trouble> {
        let no = |why: &str, what: &str| {
            Err(Trouble::usage(format_args!("`{text}` is no name for a module: {why}. {what}")))
        };
        let plain = "Use letters, digits, `-` and `_`, beginning with a letter, as in `even-bytes`.";
        if text.contains('/') {
            return no("it is a path", "Go to the folder it shall be in, and say the name alone.");
        }
        if text.len() > NAME_LIMIT {
            return no(&format!("it has more than {NAME_LIMIT} letters"), "Take a shorter one.");
        }
        if !is_name(text) || !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return no("it is not made of what names are made of", plain);
        }
        let name = text.replace('-', "_");
        if KEYWORDS.contains(&name.as_str()) {
            return no("it is a word of Rust's", "Add another word, as in `my-match`.");
        }
        if BUILT_IN.contains(&name.as_str()) || name == "rogue_sdk" {
            return no("a crate that it needs is called so", "Add another word, as in `my-test`.");
        }
        if STANDARD.iter().any(|standard| standard.replace('-', "_") == name) {
            return no("a standard module is called so", "Add another word, as in `my-filter`.");
        }
        Ok(Name(text.to_owned()))
    }

    /// As written: the crate, the module, the folder.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// As in the file of the plugin.
    pub fn library(&self) -> String {
        self.0.replace('-', "_")
    }

    /// The type: `even-bytes` is `EvenBytes`.
    pub fn type_name(&self) -> String {
        let mut name = String::new();
        for word in self.0.split(['-', '_']) {
            let mut letters = word.chars();
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
        if TAKEN.contains(&name.as_str()) || TAKEN_TOO.contains(&name.as_str()) {
            name.push_str("Module");
        }
        name
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_types_and_libraries() {
        let of = |text: &str| {
            let name = Name::read(text).expect(text);
            (name.type_name(), name.library())
        };
        assert_eq!(of("even-bytes"), ("EvenBytes".to_owned(), "even_bytes".to_owned()));
        assert_eq!(of("a1_b--c").0, "A1BC");
        assert_eq!(of("counter").0, "CounterModule");
        assert_eq!(of("no").0, "NoModule");
        assert_eq!(of("myFilter").0, "MyFilter");
    }

    #[test]
    fn what_is_no_name_is_refused_with_a_reason() {
        let long = "x".repeat(65);
        for (text, why) in [
            ("", "not made of"),
            ("a b", "not made of"),
            ("1st", "not made of"),
            ("_a", "not made of"),
            ("-a", "not made of"),
            ("naïve", "not made of"),
            ("a.b", "not made of"),
            ("a/b", "a path"),
            ("..", "not made of"),
            ("match", "word of Rust's"),
            ("gen", "word of Rust's"),
            ("test", "crate that it needs"),
            ("proc-macro", "crate that it needs"),
            ("rogue-sdk", "crate that it needs"),
            ("fifo", "a standard module"),
            ("prbs_check", "a standard module"),
            (&long, "more than 64"),
        ] {
            let error = Name::read(text).expect_err(text);
            assert!(error.text().contains(why), "{text}: {}", error.text());
        }
    }

    /// A type of the author's own hides what the prelude brings, so that none may have such a name.
    #[test]
    fn all_of_the_prelude_is_taken() {
        let prelude = include_str!("../../../src/prelude.rs");
        let words = prelude.split(|c: char| !c.is_ascii_alphanumeric());
        let types =
            words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()) && *word != "What");
        for word in types.filter(|word| *word != "NoParams") {
            assert!(TAKEN.contains(&word) || TAKEN_TOO.contains(&word), "{word}");
        }
    }
}
