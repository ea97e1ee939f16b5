//! How a log line looks: `12:34:56.789 WARN  target: message`, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use log::Level;

/// Longest message in characters: what is longer fills the screen and helps nobody.
const LONGEST: usize = 16 << 10;

/// One line, with its line end; the further lines of a message are indented.
pub fn line(time: SystemTime, level: Level, target: &str, message: &str, color: bool) -> String {
    let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() % 86_400_000);
    let seconds = millis / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let clock = format!("{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, millis % 1000);
    let (clock, level) = match color {
        true => (format!("\x1b[2m{clock}\x1b[0m"), format!("{}{level:<5}\x1b[0m", paint(level))),
        false => (clock, format!("{level:<5}")),
    };
    format!("{clock} {level} {}: {}\n", harmless(shown(target), false), harmless(message, true))
}

/// A target as it is shown: where in the runtime its own lines come from is nobody's matter.
fn shown(target: &str) -> &str {
    const OWN: &str = "rogue_runtime";
    let own = target.strip_prefix(OWN).is_some_and(|rest| rest.starts_with("::"));
    if own { OWN } else { target }
}

fn paint(level: Level) -> &'static str {
    match level {
        Level::Error => "\x1b[1;31m",
        Level::Warn => "\x1b[33m",
        Level::Info => "\x1b[32m",
        Level::Debug => "\x1b[34m",
        Level::Trace => "\x1b[2m",
    }
}

/// The text without what a terminal would obey.
fn harmless(text: &str, several_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim_end().chars();
    for c in chars.by_ref().take(LONGEST) {
        match c {
            '\n' if several_lines => out.push_str("\n    "),
            '\t' => out.push(c),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn shows_time_level_target_and_message() {
        let text = line(at(86_400_000 + 45_296_789), Level::Warn, "t", "two\nlines\n", false);
        assert_eq!(text, "12:34:56.789 WARN  t: two\n    lines\n");
        let text = line(at(0), Level::Info, "rogue_runtime::swap::transfer", "m", false);
        assert_eq!(text, "00:00:00.000 INFO  rogue_runtime: m\n");
        let text = line(at(0), Level::Error, "t", "m", true);
        assert_eq!(text, "\x1b[2m00:00:00.000\x1b[0m \x1b[1;31mERROR\x1b[0m t: m\n");
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        let text = line(at(0), Level::Info, "a\nb", "x\x1b[2Jy\rz\u{9b}", false);
        assert_eq!(text, "00:00:00.000 INFO  a\\nb: x\\u{1b}[2Jy\\rz\\u{9b}\n");
        let text = line(at(0), Level::Info, "t", &"é".repeat(LONGEST + 1), false);
        assert!(text.ends_with("é…\n"));
    }
}
