//! What a run says at its end, taken apart: the table, the ledger, the verdict.

use std::fmt::{self, Write};

/// The columns after the node's name.
pub const COLUMNS: [&str; 5] = ["in", "out", "held", "busy", "dropped"];

/// The sums of the ledger's line, in its order.
pub const SUMS: [&str; 6] = ["created", "shared", "consumed", "dropped", "held", "queued"];

/// Begins the line of what was lost outside of the graph.
const OUTSIDE: &str = "outside of the graph: ";

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub graph: String,
    pub ran: String,
    /// A node's name, and its cells in the order of [`COLUMNS`].
    pub rows: Vec<(String, [String; 5])>,
    pub sums: [String; 6],
    /// What the ledger's line ends with.
    pub balance: String,
    /// What was lost outside of the graph, a line or nothing.
    pub outside: String,
    pub verdict: String,
}

/// A number as the program writes it.
pub fn number(text: &str) -> u64 {
    text.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

impl Report {
    /// Reads the standard output of a run.
    pub fn read(out: &str) -> Report {
        Report::try_read(out).unwrap_or_else(|| panic!("not the end of a run:\n{out}"))
    }

    fn try_read(out: &str) -> Option<Report> {
        let mut lines = out.lines();
        let (graph, ran) = lines.next()?.split_once(" ran ")?;
        (lines.next()?.is_empty() && lines.next()?.starts_with("node ")).then_some(())?;
        let rows = lines.by_ref().take_while(|line| !line.is_empty()).map(row).collect::<Option<_>>()?;
        let (sums, balance) = lines.next()?.strip_prefix("ledger: ")?.rsplit_once(": ")?;
        let mut words = sums.split(' ').filter(|word| !["+", "="].contains(word));
        let mut sums: [String; 6] = Default::default();
        for (sum, name) in sums.iter_mut().zip(SUMS) {
            *sum = words.next()?.to_owned();
            (words.next()? == name).then_some(())?;
        }
        let mut line = lines.next()?;
        let mut outside = String::new();
        if line.starts_with(OUTSIDE) {
            outside = format!("{line}\n");
            line = lines.next()?;
        }
        (lines.next().is_none() && words.next().is_none()).then(|| Report {
            graph: graph.to_owned(),
            ran: ran.to_owned(),
            rows,
            sums,
            balance: balance.to_owned(),
            outside,
            verdict: line.to_owned(),
        })
    }

    /// A cell of a node's row.
    pub fn cell(&self, node: &str, column: &str) -> &str {
        let row = self.rows.iter().find(|(name, _)| name == node);
        let index = COLUMNS.iter().position(|known| *known == column);
        match (row, index) {
            (Some((_, cells)), Some(index)) => &cells[index],
            _ => panic!("the table of {} has no {node}.{column}", self.graph),
        }
    }

    /// A number of a node's row.
    pub fn count(&self, node: &str, column: &str) -> u64 {
        number(self.cell(node, column))
    }

    /// A number of the ledger's line.
    pub fn sum(&self, name: &str) -> u64 {
        let index = SUMS.iter().position(|known| *known == name).expect("a sum of the ledger");
        number(&self.sums[index])
    }

    /// What a node dropped: reason, frames, and whether they are a loss.
    pub fn drops(&self, node: &str) -> Vec<(String, u64, bool)> {
        let cell = self.cell(node, "dropped");
        let one = |text: &str| {
            let (text, loss) = text.strip_suffix(" (loss)").map_or((text, false), |text| (text, true));
            let (reason, frames) = text.rsplit_once(' ').expect("a reason and a number");
            (reason.to_owned(), number(frames), loss)
        };
        cell.split(", ").filter(|text| *text != "-").map(one).collect()
    }

    /// What a node lost outside of the graph, such as blocks of a device that nobody read.
    pub fn lost_outside(&self, node: &str) -> u64 {
        let all = self.outside.strip_prefix(OUTSIDE).unwrap_or_default().trim_end().split(", ");
        let counts = all.filter_map(|one| one.split_once(' '));
        let of_node = counts.filter(|(name, _)| name.split('.').next() == Some(node));
        of_node.map(|(_, count)| number(count)).sum()
    }

    /// Puts `*` for what may differ from run to run: time and busy always, and these fields: `node.column`,
    /// `ledger.sum`, `verdict`, of which only its first word stays, or `outside`, which is left out.
    pub fn masked(&self, varies: &[&str]) -> Report {
        let mut masked = self.clone();
        masked.ran = "*".to_owned();
        for (_, cells) in &mut masked.rows {
            cells[3] = "*".to_owned();
        }
        for field in varies {
            if *field == "verdict" {
                let end = self.verdict.find([':', '(']).unwrap_or(0);
                masked.verdict = format!("{} *", &self.verdict[..end]);
                continue;
            }
            if *field == "outside" {
                masked.outside.clear();
                continue;
            }
            let (name, what) = field.split_once('.').expect("node.column");
            let cell = match name {
                "ledger" => SUMS.iter().position(|known| *known == what).map(|index| &mut masked.sums[index]),
                _ => {
                    let row = masked.rows.iter_mut().find(|(node, _)| node == name);
                    let index = COLUMNS.iter().position(|known| *known == what);
                    row.zip(index).map(|((_, cells), index)| &mut cells[index])
                }
            };
            *cell.unwrap_or_else(|| panic!("{}: there is no {field}", self.graph)) = "*".to_owned();
        }
        masked
    }
}

fn row(line: &str) -> Option<(String, [String; 5])> {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let name = words.next()?.to_owned();
    let mut cells: [String; 5] = Default::default();
    for cell in cells.iter_mut().take(4) {
        *cell = words.next()?.to_owned();
    }
    cells[4] = words.collect::<Vec<_>>().join(" ");
    Some((name, cells))
}

impl fmt::Display for Report {
    /// As the program writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { graph, ran, rows, sums, balance, outside, verdict } = self;
        let titles = ["in", "out", "held", "busy %", "dropped"];
        let width = |index: usize| {
            let cells = rows.iter().map(|(_, cells)| cells[index].len());
            cells.chain([titles[index].len()]).max().unwrap_or(0)
        };
        let names = rows.iter().map(|(name, _)| name.len()).chain(["node".len()]).max().unwrap_or(0);
        let mut table = String::new();
        let title = ("node", titles);
        let rows = rows.iter().map(|(name, cells)| (name.as_str(), cells.each_ref().map(String::as_str)));
        for (name, cells) in std::iter::once(title).chain(rows) {
            write!(table, "{name:names$}")?;
            for (index, cell) in cells.iter().enumerate().take(4) {
                write!(table, "  {cell:>0$}", width(index))?;
            }
            writeln!(table, "  {}", cells[4])?;
        }
        let [created, shared, consumed, dropped, held, queued] = sums;
        write!(
            f,
            "{graph} ran {ran}\n\n{table}\nledger: {created} created + {shared} shared = {consumed} consumed \
             + {dropped} dropped + {held} held + {queued} queued: {balance}\n{outside}{verdict}\n"
        )
    }
}
