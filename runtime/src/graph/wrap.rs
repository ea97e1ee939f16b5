//! Lines broken at blanks, so that a terminal does not break them in the middle of a word.
//!
//! Used by [`render`](super::render) and by the command line. Pure: the width is told. What holds: nothing is
//! added but line ends and the indent; a word that is longer than a line stays whole.

/// The text in lines of at most `width` characters; the further lines of each line begin with `indent` blanks.
pub fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        wrap_line(line, indent, width, &mut out);
    }
    out
}

fn wrap_line(line: &str, indent: usize, width: usize, out: &mut String) {
    let (mut used, mut begun) = (0, false);
    for word in line.split_inclusive(' ') {
        let shown = word.trim_end_matches(' ').chars().count();
        if begun && shown > 0 && used + shown > width {
            let end = out.trim_end_matches(' ').len();
            out.truncate(end);
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        }
        out.push_str(word);
        used += word.chars().count();
        begun |= shown > 0;
    }
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_end_at_blanks() {
        assert_eq!(wrap("one two three four", 0, 9), "one two\nthree\nfour");
        assert_eq!(wrap("one two three four", 2, 9), "one two\n  three\n  four");
        assert_eq!(wrap("fits in it", 4, 10), "fits in it");
        assert_eq!(wrap("fits in it", 4, 9), "fits in\n    it");
        assert_eq!(wrap("è è è è", 0, 3), "è è\nè è");
    }

    #[test]
    fn long_words_stay_whole_and_lines_apart() {
        assert_eq!(wrap("a /usr/lib/rogue-runtime b", 2, 8), "a\n  /usr/lib/rogue-runtime\n  b");
        assert_eq!(wrap("/usr/lib/rogue-runtime b", 2, 8), "/usr/lib/rogue-runtime\n  b");
        assert_eq!(wrap("a b\nc d\n", 1, 2), "a\n b\nc\n d\n");
        assert_eq!(wrap("", 2, 0), "");
    }
}
