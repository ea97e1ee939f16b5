//! Where a verb writes: its result, and what it has to say to a person.
//!
//! Made by [`super::main`] over the process's streams, by tests over memory.

use std::{
    fmt::Display,
    io::{self, Write},
};

use crate::graph::wrap;

/// How far the further lines of a broken one stand in.
pub const INDENT: usize = 2;

/// The columns of the terminals behind the outputs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Widths {
    /// Behind the result.
    pub out: Option<usize>,
    /// Behind errors and warnings.
    pub err: Option<usize>,
}

impl Widths {
    /// As the system says it now: a terminal may be made wider or narrower while a graph runs.
    pub fn now() -> Widths {
        let columns = |size: Option<(terminal_size::Width, _)>| size.map(|(width, _)| usize::from(width.0));
        Widths {
            out: columns(terminal_size::terminal_size_of(io::stdout())),
            err: columns(terminal_size::terminal_size_of(io::stderr())),
        }
    }
}

/// The outputs of one verb.
pub struct Io<'a> {
    /// The result: what a pipe gets.
    pub out: &'a mut dyn Write,
    /// Errors and warnings.
    pub err: &'a mut dyn Write,
    /// Whether `err` shows colours.
    pub color: bool,
    /// How wide the terminals behind the two are at this moment; a pipe is `None`, and nothing is broken for it.
    pub widths: fn() -> Widths,
}

impl Io<'_> {
    /// One line of error that belongs to no place in a file.
    ///
    /// Nobody can be told when the error output itself fails, so that is passed over.
    pub fn error(&mut self, message: impl Display) {
        let (on, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let message = broken(&message.to_string(), "error: ".len(), (self.widths)().err);
        let _ = writeln!(self.err, "{on}error{off}: {message}");
    }

    /// One line that is no error, such as `passed over: …`.
    pub fn remark(&mut self, line: &str) {
        let line = wrap(line, INDENT, (self.widths)().err.unwrap_or(usize::MAX));
        let _ = writeln!(self.err, "{line}");
    }

    /// Text that is already laid out.
    pub fn note(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes());
    }
}

/// A text behind a title of so many characters, whose further lines stand under its first.
fn broken(text: &str, title: usize, width: Option<usize>) -> String {
    let Some(width) = width else { return text.to_owned() };
    wrap(text, 0, width.saturating_sub(title)).replace('\n', &format!("\n{}", " ".repeat(title)))
}

/// Whether an output failed because nobody reads it any more, which is not an error (`… | head`).
pub fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The code of a verb, and what it wrote to its outputs, of which both are terminals of this width or neither.
    pub fn written(
        widths: fn() -> Widths,
        verb: impl FnOnce(&mut Io<'_>) -> io::Result<u8>,
    ) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = verb(&mut Io { out: &mut out, err: &mut err, color: false, widths }).expect("written");
        (code, String::from_utf8_lossy(&out).into_owned(), String::from_utf8_lossy(&err).into_owned())
    }

    #[test]
    fn what_is_said_is_broken_on_a_terminal_only() {
        let say = |io: &mut Io<'_>| {
            io.error("the graph has no node `x`");
            io.remark("passed over: /usr/lib/libx.so is empty");
            Ok(0)
        };
        let (_, out, err) = written(Widths::default, say);
        assert_eq!(
            (out.as_str(), err.as_str()),
            ("", "error: the graph has no node `x`\npassed over: /usr/lib/libx.so is empty\n")
        );
        let (_, _, err) = written(|| Widths { out: None, err: Some(22) }, say);
        assert_eq!(
            err,
            "error: the graph has\n       no node `x`\npassed over:\n  /usr/lib/libx.so is\n  empty\n"
        );
    }
}
