//! What must hold whatever the bytes are: one file for each fuzz target, each with one `check`.
//!
//! Called by the targets under libFuzzer, and by the workspace's test `replay`, which includes this file and runs
//! every input of `corpus/` and `found/`. What holds: `check` panics if and only if a promise is broken, takes any
//! bytes, and keeps nothing from one call to the next.

pub mod cards;
pub mod graph;
pub mod params;
pub mod records;

/// The reader of data files and the records' header, as `plugins/file` has them: a plugin is no library that could
/// be linked.
#[allow(dead_code)]
#[path = "../../../plugins/file/src"]
mod file {
    pub mod record;
    pub mod reader {
        pub mod input;
    }
}

/// Writes small shared libraries, as the tests of `load` have it.
#[allow(dead_code, clippy::unwrap_used)]
#[path = "../../../runtime/src/load/tests/library.rs"]
mod library;

/// Checks what must hold of some bytes.
pub type Check = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Check); 4] = [
    ("graph", graph::check),
    ("cards", cards::check),
    ("records", records::check),
    ("params", params::check),
];

/// A file without a name, with these bytes, and a path it can be opened by.
fn file_of(bytes: &[u8]) -> (std::fs::File, String) {
    use std::{io::Write, os::fd::AsRawFd};
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempfile_in(memory) } else { tempfile::tempfile() };
    let mut file = made.expect("a directory for temporary files that can be written");
    file.write_all(bytes).expect("room for a small temporary file");
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    (file, path)
}

/// The same, but for the last digit of numbers of 16 digits and more: `serde_json` reads those to the nearest number or
/// the one beside it.
fn alike(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (a, b) {
        (Number(a), Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(x), Some(y)) if a.is_f64() && b.is_f64() => (x - y).abs() <= x.abs() * 1e-15,
            _ => a == b,
        },
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Object(a), Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        _ => a == b,
    }
}

/// A message is a sentence that a terminal shows as it is.
fn readable(message: &str, longest: usize) {
    assert!(!message.trim().is_empty(), "an error without a word");
    assert!(message.len() <= longest, "a message of {} bytes: {message:.200}", message.len());
    let control = message.chars().find(|c| c.is_control() && *c != '\n');
    assert!(control.is_none(), "{control:?} in a message: {message:?}");
}
