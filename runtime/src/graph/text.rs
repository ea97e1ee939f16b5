//! Character positions in a text, as line and column.
//!
//! YAML events count characters from the start; people and editors count lines and columns, from 1. Lines end at
//! `\n`. What holds: every [`Place`] made here lies in the text, or one character behind a line's end.

use super::error::Place;

/// A text whose characters can be found by number, in constant time however long a line is.
pub struct Text<'a> {
    text: &'a str,
    /// Byte offset of each character, and of the end.
    bytes: Vec<usize>,
    /// Number of the first character of each line.
    lines: Vec<usize>,
}

impl<'a> Text<'a> {
    /// Goes through the text once.
    pub fn new(text: &'a str) -> Text<'a> {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        let mut lines = vec![0];
        for (at, c) in text.char_indices() {
            bytes.push(at);
            if c == '\n' {
                lines.push(bytes.len());
            }
        }
        bytes.push(text.len());
        Text { text, bytes, lines }
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.bytes.len() - 1
    }

    /// The characters `from..to`; nothing if they are not all there.
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        match (self.bytes.get(from), self.bytes.get(to)) {
            (Some(from), Some(to)) => self.text.get(*from..*to).unwrap_or(""),
            _ => "",
        }
    }

    /// The place of the characters `from..to`, cut at the line's end, at least one long.
    pub fn place(&self, from: usize, to: usize) -> Place {
        let from = from.min(self.len());
        let line = self.lines.partition_point(|start| *start <= from) - 1;
        let start = self.lines[line];
        let end = self.lines.get(line + 1).map_or(self.len(), |next| next - 1);
        let from = from.min(end);
        Place { line: line + 1, col: from - start + 1, len: to.min(end).saturating_sub(from).max(1) }
    }

    /// The place of one character; the last visible one if it is behind all of them.
    pub fn place_of(&self, at: usize) -> Place {
        let visible = self.text.trim_end().chars().count();
        let at = if at >= visible { visible.saturating_sub(1) } else { at };
        self.place(at, at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_end_with_their_line() {
        let text = Text::new("äb\r\ncd\n");
        assert_eq!(text.place(0, 1), Place { line: 1, col: 1, len: 1 });
        assert_eq!(text.place(1, 6), Place { line: 1, col: 2, len: 2 });
        assert_eq!(text.place(4, 6), Place { line: 2, col: 1, len: 2 });
        assert_eq!(text.place(6, 6), Place { line: 2, col: 3, len: 1 });
        assert_eq!(text.place(99, 99), Place { line: 3, col: 1, len: 1 });
        assert_eq!(text.place_of(99), Place { line: 2, col: 2, len: 1 });
        assert_eq!(text.slice(0, 2), "äb");
        assert_eq!(text.slice(5, 99), "");
        assert_eq!(Text::new("").place_of(0), Place { line: 1, col: 1, len: 1 });
    }
}
