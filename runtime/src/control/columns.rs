//! Text in columns: two blanks between, each as wide as its widest cell.
//!
//! Used by the table of a run, `list` and `inspect`. What holds: no line ends with a blank; only the last
//! column is broken into several lines, and only where it is told to be.

/// How far a last column stands in that has no room beside the others.
const UNDER: usize = 4;

/// Columns of text.
#[derive(Debug, Default)]
pub struct Columns {
    /// Which columns are numbers, which end at the right.
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
    /// What the last column may be broken after.
    breaks: Option<&'static str>,
    /// The least width of the last column; with less room it stands in lines of its own under the others.
    least: usize,
}

impl Columns {
    /// Columns under these titles; a title that begins with `>` is of a column of numbers.
    pub fn titled(titles: &[&str]) -> Columns {
        let mut columns = Columns::plain(titles);
        columns.rows.push(titles.iter().map(|title| title.trim_start_matches('>').to_owned()).collect());
        columns
    }

    /// Columns without titles; `kinds` say `>` for those of numbers.
    pub fn plain(kinds: &[&str]) -> Columns {
        Columns { right: kinds.iter().map(|kind| kind.starts_with('>')).collect(), ..Columns::default() }
    }

    /// Lets the last column go on in further lines, broken after this text.
    pub fn breaking_after(mut self, text: &'static str) -> Columns {
        self.breaks = Some(text);
        self
    }

    /// Where less than this is left for the last column, it stands under the others, indented by [`UNDER`].
    pub fn last_at_least(mut self, width: usize) -> Columns {
        self.least = width;
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The text: every line begins with `indent`, and ends at `width` where the last column can be broken.
    pub fn text(&self, indent: &str, width: usize) -> String {
        let count = self.right.len();
        let widths: Vec<usize> = (0..count)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| len(cell)).max().unwrap_or(0)
            })
            .collect();
        let last = count.saturating_sub(1);
        let start = len(indent) + widths.iter().take(last).map(|width| width + 2).sum::<usize>();
        let longest = widths.get(last).copied().unwrap_or(0);
        let under = last > 0 && width.saturating_sub(start) < self.least.min(longest);
        let start = if under { len(indent) + UNDER } else { start };
        let mut text = String::new();
        for row in &self.rows {
            let mut line = indent.to_owned();
            for (column, cell) in row.iter().enumerate().take(last) {
                let pad = " ".repeat(widths.get(column).map_or(0, |width| width - len(cell)));
                match self.right.get(column) {
                    Some(true) => line.push_str(&(pad + cell)),
                    _ => line.push_str(&(cell.clone() + &pad)),
                }
                line.push_str("  ");
            }
            let cell = row.get(last).map_or("", String::as_str);
            let pad = match self.right.get(last) {
                Some(true) => widths.get(last).map_or(0, |width| width - len(cell)),
                _ => 0,
            };
            line.push_str(&" ".repeat(pad));
            if under && !cell.is_empty() {
                line.push('\n');
                line.push_str(&" ".repeat(start));
            }
            for (index, part) in
                self.broken(cell, width.saturating_sub(start).max(12)).into_iter().enumerate()
            {
                if index > 0 {
                    line.push('\n');
                    line.push_str(&" ".repeat(start));
                }
                line.push_str(&part);
            }
            text.extend(line.split('\n').flat_map(|line| [line.trim_end(), "\n"]));
        }
        text
    }

    /// A cell in lines of at most `width` characters, as far as it may be broken.
    fn broken(&self, cell: &str, width: usize) -> Vec<String> {
        let Some(after) = self.breaks else { return vec![cell.to_owned()] };
        let mut lines: Vec<String> = vec![String::new()];
        for part in cell.split_inclusive(after) {
            match lines.last_mut() {
                Some(line) if line.is_empty() || len(line) + len(part.trim_end()) <= width => {
                    line.push_str(part)
                }
                _ => lines.push(part.to_owned()),
            }
        }
        lines
    }
}

fn len(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn numbers_end_at_the_right_and_no_line_with_a_blank() {
        let mut columns = Columns::titled(&["node", ">in", "why"]);
        columns.row(row(&["a", "1,000", ""]));
        columns.row(row(&["längst", "7", "x"]));
        assert_eq!(columns.text("  ", 80), "  node       in  why\n  a       1,000\n  längst      7  x\n");
    }

    #[test]
    fn the_last_column_is_broken_where_it_may_be() {
        let mut columns = Columns::plain(&["", ""]).breaking_after(", ");
        columns.row(row(&["ab", "one 1, two 2, three 3"]));
        assert_eq!(columns.text("", 20), "ab  one 1, two 2,\n    three 3\n");
        let mut columns = Columns::plain(&["", ""]).breaking_after(", ");
        columns.row(row(&["ab", "a-part-that-is-longer-than-all, b"]));
        assert_eq!(columns.text("", 10), "ab  a-part-that-is-longer-than-all,\n    b\n");
    }

    #[test]
    fn a_last_column_without_room_stands_under_the_others() {
        let text = |width| {
            let mut columns = Columns::plain(&["", "", ""]).breaking_after(" ").last_at_least(12);
            columns.row(row(&["name", "= 1000", "one two three four"]));
            columns.row(row(&["n", "", ""]));
            columns.text(" ", width)
        };
        assert_eq!(text(28), " name  = 1000  one two three\n               four\n n\n");
        assert_eq!(text(26), " name  = 1000\n     one two three four\n n\n");
        assert_eq!(text(20), " name  = 1000\n     one two three\n     four\n n\n");
    }

    #[test]
    fn a_last_column_of_numbers_is_aligned() {
        let mut columns = Columns::plain(&["", ">"]);
        columns.row(row(&["a", "1"]));
        columns.row(row(&["b", "10"]));
        assert_eq!(columns.text("", 80), "a   1\nb  10\n");
        assert_eq!(Columns::plain(&[]).text("", 80), "");
    }
}
