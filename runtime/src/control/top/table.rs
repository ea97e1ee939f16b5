//! What `top` shows, as lines.
//!
//! What holds: on a terminal no line is longer than it is wide, and there are no more than it has rows; a number is shown
//! whole or not at all, so on a narrow one columns are left out, the least needed first.

use std::time::Duration;

use crate::control::{
    answer::{DroppedFrames, Fill, Top, TopNode},
    columns::Columns,
    live,
    numbers::{prefixed, thousands, time},
};

/// Where lines end in a pipe.
const WIDTH: usize = 120;
/// What the last column has at least, if it has something to say.
const NOTE: usize = 24;

/// A column: its title, how long it stays on a terminal that becomes narrower, and what is in it.
struct Column {
    title: &'static str,
    stays: u8,
    cell: fn(&TopNode) -> String,
}

const COLUMNS: [Column; 10] = [
    Column { title: "node", stays: 9, cell: |node| live::plain(&node.node) },
    Column { title: ">in", stays: 3, cell: |node| thousands(node.taken) },
    Column { title: ">out", stays: 1, cell: |node| thousands(node.out) },
    Column { title: ">dropped", stays: 7, cell: |node| dropped(&node.dropped) },
    Column { title: ">held", stays: 2, cell: |node| thousands(node.held) },
    Column { title: ">frames/s", stays: 8, cell: |node| prefixed(node.frames_per_s).trim_end().to_owned() },
    Column { title: ">bytes/s", stays: 4, cell: |node| format!("{}B", prefixed(node.bytes_per_s)) },
    Column { title: ">busy %", stays: 6, cell: |node| format!("{:.1}", node.busy_percent) },
    Column { title: ">queue", stays: 5, cell: |node| queue(node.queue, node.waiting) },
    Column { title: "last fault", stays: 9, cell: note },
];

/// The screen: as much as fits a terminal of this width with so many rows.
pub fn screen(top: &Top, width: Option<usize>, rows: Option<usize>) -> String {
    let state = if top.stopping { "stopping" } else { "running" };
    let seconds = |seconds: f64| time(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    let head = format!(
        "{} {state} for {}; rates of the last {}\n\n",
        live::plain(&top.graph),
        seconds(top.seconds),
        seconds(top.window_seconds)
    );
    let shown = fitting(top, width.unwrap_or(usize::MAX));
    let titles: Vec<&str> = shown.iter().map(|column| column.title).collect();
    let mut columns = Columns::titled(&titles);
    for node in &top.nodes {
        columns.row(shown.iter().map(|column| (column.cell)(node)));
    }
    let text = head + &columns.text("", width.unwrap_or(WIDTH));
    cut(&text, width, rows)
}

/// The columns that fit, in their order.
fn fitting(top: &Top, width: usize) -> Vec<&'static Column> {
    let mut shown: Vec<&Column> = COLUMNS.iter().collect();
    let wide = |column: &Column| {
        let cells = top.nodes.iter().map(|node| (column.cell)(node).chars().count());
        let wide = cells.chain([column.title.trim_start_matches('>').len()]).max().unwrap_or(0);
        if column.title == "last fault" { wide.min(NOTE) } else { wide }
    };
    // The last column of a terminal stays free, as in `cut`.
    while shown.iter().map(|column| wide(column) + 2).sum::<usize>() >= width.saturating_add(2) {
        let least = shown.iter().enumerate().min_by_key(|(_, column)| column.stays);
        match least.filter(|(_, column)| column.stays < 9) {
            Some((index, _)) => drop(shown.remove(index)),
            None => break,
        }
    }
    shown
}

/// What is wrong with a node, or was.
fn note(node: &TopNode) -> String {
    let inside = match (&node.inside, node.inside_ms) {
        (Some(call), Some(ms)) => {
            Some(format!("inside {} for {}", live::plain(call), time(Duration::from_millis(ms))))
        }
        _ => None,
    };
    let health = (node.health != "running").then(|| live::plain(&node.health));
    let fault = node.last_fault.as_deref().map(live::plain);
    let parts: Vec<String> = [inside, health, fault].into_iter().flatten().collect();
    parts.join(": ").replace('\n', " ")
}

/// All drops, and how many of them nobody asked for.
fn dropped(drops: &[DroppedFrames]) -> String {
    let sum =
        |of: &dyn Fn(&&DroppedFrames) -> bool| drops.iter().filter(of).map(|drop| drop.frames).sum::<u64>();
    match (sum(&|_| true), sum(&|drop| !drop.asked)) {
        (all, 0) => thousands(all),
        (all, lost) => format!("{} ({} lost)", thousands(all), thousands(lost)),
    }
}

/// How full a queue is; of any other node, what waits for it.
fn queue(fill: Option<Fill>, waiting: u64) -> String {
    match fill {
        None if waiting > 0 => thousands(waiting),
        None => "-".to_owned(),
        Some(Fill { size, depth: None }) => thousands(size),
        Some(Fill { size, depth: Some(depth) }) => format!("{} %", size.saturating_mul(100) / depth.max(1)),
    }
}

/// What fits the terminal: a line that wraps, or more lines than there are, could not be drawn over.
fn cut(text: &str, width: Option<usize>, rows: Option<usize>) -> String {
    let Some(rows) = rows else { return text.to_owned() };
    let width = width.unwrap_or(usize::MAX).saturating_sub(1).max(1);
    let lines: Vec<String> = text.lines().map(|line| line.chars().take(width).collect()).collect();
    let room = rows.saturating_sub(1).max(1);
    let mut shown: Vec<String> = lines.iter().take(room).cloned().collect();
    if lines.len() > room
        && let Some(last) = shown.last_mut()
    {
        *last = format!("… {} more", lines.len() - room + 1).chars().take(width).collect();
    }
    shown.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> TopNode {
        TopNode {
            node: name.to_owned(),
            health: "running".to_owned(),
            taken: 1000,
            out: 900,
            dropped: vec![
                DroppedFrames { reason: "channel".to_owned(), frames: 97, asked: true },
                DroppedFrames { reason: "full".to_owned(), frames: 3, asked: false },
            ],
            held: 50,
            bytes_in: 1,
            bytes_out: 1,
            frames_per_s: 12_345.0,
            bytes_per_s: 1.5e9,
            busy_percent: 12.34,
            queue: Some(Fill { size: 50, depth: Some(200) }),
            faults: 0,
            last_fault: None,
            waiting: 0,
            inside: None,
            inside_ms: None,
        }
    }

    fn of(nodes: Vec<TopNode>) -> Top {
        Top { graph: "g".to_owned(), seconds: 12.3, window_seconds: 1.0, stopping: false, nodes }
    }

    #[test]
    fn a_line_has_what_a_node_does() {
        let failed = TopNode {
            health: "failed".to_owned(),
            last_fault: Some("bad \x1b[2J\nframe".to_owned()),
            queue: None,
            dropped: vec![],
            ..node("b")
        };
        let text = screen(&of(vec![node("a"), failed]), None, None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "g running for 12.3 s; rates of the last 1.0 s");
        let words: Vec<&str> = lines[3].split("  ").filter(|word| !word.is_empty()).map(str::trim).collect();
        let want = ["a", "1,000", "900", "100 (3 lost)", "50", "12.3 k", "1.50 GB", "12.3", "25 %"];
        assert_eq!(words, want);
        assert!(lines[4].ends_with("-  failed: bad \\u{1b}[2J frame"), "{text}");
    }

    #[test]
    fn a_node_that_holds_up_others_says_so() {
        let stuck = TopNode { inside: Some("accept".to_owned()), inside_ms: Some(1200), ..node("a") };
        let behind = TopNode { queue: None, waiting: 64, ..node("b") };
        let text = screen(&of(vec![stuck, behind]), None, None);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[3].ends_with("25 %  inside accept for 1.2 s"), "{text}");
        assert!(lines[4].ends_with("12.3     64"), "{text}");
    }

    #[test]
    fn a_narrow_terminal_has_fewer_columns_and_whole_numbers() {
        let failed = || TopNode { last_fault: Some("could not read its file".to_owned()), ..node("node") };
        let titles = |width| {
            let text = screen(&of(vec![failed()]), Some(width), Some(24));
            assert!(text.lines().all(|line| line.chars().count() < width), "{text}");
            text.lines()
                .nth(2)
                .unwrap_or_default()
                .split("  ")
                .map(|title| title.trim().to_owned())
                .collect::<Vec<_>>()
        };
        let has = |width, title: &str| titles(width).iter().any(|of| of == title);
        assert!(has(140, "out") && has(140, "last fault"));
        assert!(!has(80, "out") && has(80, "frames/s") && has(80, "busy %") && has(80, "last fault"));
        assert!(!has(60, "in") && has(60, "frames/s") && has(60, "dropped"));
    }

    #[test]
    fn what_is_drawn_over_fits_the_terminal() {
        let text = screen(&of((0..50).map(|n| node(&format!("n{n}"))).collect()), Some(20), Some(10));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[8]), (9, "… 45 more"));
        assert!(lines.iter().all(|line| line.chars().count() < 20), "{text}");
    }
}
