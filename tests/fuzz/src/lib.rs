//! What must hold whatever the bytes are: one file for each fuzz target, each with one `check`.
//!
//! Called by the targets under libFuzzer, and by the workspace's test `replay`, which includes this file and runs
//! every input of `corpus/` and `found/`. What holds: `check` panics if and only if a promise is broken, takes any
//! bytes, and keeps nothing from one call to the next.

pub mod cards;
pub mod graph;
pub mod params;
pub mod records;
pub mod tcf;
pub mod zmtp;

/// The reader of data files, as `plugins/file` has it, and the records' header: a plugin is no library that could
/// be linked.
#[allow(dead_code)]
#[path = "../../../plugins/file/src"]
mod file {
    pub use rogue_record as record;
    pub mod reader {
        pub mod input;
    }
}

/// The protocol of `plugins/tcp`, likewise.
#[allow(dead_code)]
#[path = "../../../plugins/tcp/src"]
mod tcp {
    pub mod zmtp;
}

/// Writes small shared libraries, as the tests of `load` have it.
#[allow(dead_code, clippy::unwrap_used)]
#[path = "../../../runtime/src/load/tests/library.rs"]
mod library;

/// Writes small components, likewise.
#[allow(dead_code, clippy::unwrap_used)]
#[path = "../../../runtime/src/load/tests/component.rs"]
mod component;

/// Checks what must hold of some bytes.
pub type Check = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Check); 6] = [
    ("graph", graph::check),
    ("cards", cards::check),
    ("records", records::check),
    ("params", params::check),
    ("tcf", tcf::check),
    ("zmtp", zmtp::check),
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

/// A message is a sentence that a terminal shows as it is.
fn readable(message: &str, longest: usize) {
    assert!(!message.trim().is_empty(), "an error without a word");
    assert!(message.len() <= longest, "a message of {} bytes: {message:.200}", message.len());
    let control = message.chars().find(|c| c.is_control() && *c != '\n');
    assert!(control.is_none(), "{control:?} in a message: {message:?}");
}
