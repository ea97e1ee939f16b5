//! The steps of a run: as a number that tells two runs apart, and as text where somebody wants to read it.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// What happened, in order.
#[derive(Default)]
pub struct Trace {
    hash: DefaultHasher,
    /// The lines, if they are kept.
    pub lines: Option<Vec<String>>,
}

impl Trace {
    /// Adds a line.
    pub fn add(&mut self, line: fmt::Arguments<'_>) {
        let line = line.to_string();
        line.hash(&mut self.hash);
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }

    /// The same for two runs with the same steps.
    pub fn number(&self) -> u64 {
        self.hash.finish()
    }
}
