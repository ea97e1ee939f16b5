//! Where a verb writes: its result, and what it has to say to a person.
//!
//! Made by [`super::main`] over the process's streams, by tests over memory.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// The outputs of one verb.
pub struct Io<'a> {
    /// The result: what a pipe gets.
    pub out: &'a mut dyn Write,
    /// Errors and warnings.
    pub err: &'a mut dyn Write,
    /// Whether `err` shows colours.
    pub color: bool,
}

impl Io<'_> {
    /// One line of error that belongs to no place in a file.
    ///
    /// Nobody can be told when the error output itself fails, so that is passed over.
    pub fn error(&mut self, message: impl Display) {
        let (on, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let _ = writeln!(self.err, "{on}error{off}: {message}");
    }

    /// Text that is already laid out.
    pub fn note(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes());
    }
}

/// Whether an output failed because nobody reads it any more, which is not an error (`… | head`).
pub fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
