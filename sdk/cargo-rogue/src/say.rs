//! What goes wrong, and how it is said: where, what, what to do, and the exit code.

use std::{
    fmt::Display,
    io::{IsTerminal, Write},
};

/// All is well.
pub const OK: u8 = 0;
/// The module, or the building of it, failed.
pub const FAILED: u8 = 1;
/// Wrong usage: what was asked for cannot be begun.
pub const USAGE: u8 = 2;

/// Why a verb could not do what it was asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    code: u8,
    text: String,
    /// Whether the text is laid out already.
    whole: bool,
}

impl Trouble {
    /// What was asked for is wrong.
    pub fn usage(text: impl Display) -> Trouble {
        Trouble { code: USAGE, text: text.to_string(), whole: false }
    }

    /// It was asked rightly, and failed.
    pub fn failed(text: impl Display) -> Trouble {
        Trouble { code: FAILED, text: text.to_string(), whole: false }
    }

    /// Wrong usage, with a text that has its own layout.
    pub fn laid_out(text: String) -> Trouble {
        Trouble { code: USAGE, text, whole: true }
    }

    /// Shows it; gives the exit code.
    pub fn show(self) -> u8 {
        let color = color(&std::io::stderr());
        let (on, off) = if color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let mut err = std::io::stderr();
        // Nobody can be told when the error output itself fails.
        let _ = match self.whole {
            true => write!(err, "{}", self.text),
            false => writeln!(err, "{on}error{off}: {}", self.text),
        };
        self.code
    }

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The text, for tests.
    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Whether a stream shows colours.
pub fn color(stream: &impl IsTerminal) -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !plain && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Writes a result; a reader that has gone is no error (`… | head`).
///
/// # Errors
/// When it cannot be written.
pub fn out(text: &str) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Trouble::failed(format_args!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says on the error output what is done next, where that takes its time or changes something.
pub fn step(text: impl Display) {
    // Nobody can be told when the error output itself fails.
    let _ = writeln!(std::io::stderr(), "cargo rogue: {text}");
}

/// With thousands separators.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 check`, `2 checks`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((count(1, "check"), count(0, "check")), ("1 check".to_owned(), "0 checks".to_owned()));
    }
}
