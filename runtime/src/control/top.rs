//! `top`: what every node of a running graph does, again and again.
//!
//! On a terminal it is drawn over what was there before, as much as fits; in a pipe one after the other. What holds: it
//! ends when the run does, at once.

use std::{io, time::Duration};

use super::{
    answer::{Answer, DroppedFrames, Fill, Top},
    cli::{Sheet, TopArgs},
    client,
    columns::Columns,
    command::Command,
    exit,
    io::Io,
    live,
    numbers::{prefixed, thousands, time},
};

/// Where lines end in a pipe.
const WIDTH: usize = 120;
/// The shortest time between two: nothing is seen of more.
const LEAST: Duration = Duration::from_millis(100);

/// Shows what every node does, until the run has ended or nobody reads.
pub fn top(args: &TopArgs, io: &mut Io<'_>) -> io::Result<u8> {
    let mut run = match client::find(args.which.run.as_deref()) {
        Ok(run) => run,
        Err(error) => {
            io.error(live::plain(&error));
            return Ok(exit::USAGE);
        }
    };
    let mut drawn = 0;
    loop {
        match run.ask(&Command::Top {}) {
            Ok(Ok(Answer::Top(top))) if args.format == Sheet::Table => {
                let terminal = (io.widths)().out.is_some() && !args.once;
                let text = screen(&top, (io.widths)().out, if terminal { rows() } else { None });
                let over = if drawn > 0 && terminal { format!("\x1b[{drawn}A\x1b[J") } else { String::new() };
                drawn = text.lines().count();
                io.out.write_all((over + &text).as_bytes())?;
            }
            Ok(Ok(answer)) => writeln!(io.out, "{}", live::content(&answer))?,
            Ok(Err(refusal)) => return Ok(live::refused(&refusal, io)),
            Err(error) if drawn == 0 => {
                io.error(live::plain(&error));
                return Ok(exit::USAGE);
            }
            // It was there, and has ended since.
            Err(_) => return Ok(exit::OK),
        }
        drawn = drawn.max(1);
        io.out.flush()?;
        if args.once || !run.wait(args.every.max(LEAST))? {
            return Ok(exit::OK);
        }
    }
}

/// The rows of the terminal.
fn rows() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| usize::from(height.0))
}

fn screen(top: &Top, width: Option<usize>, rows: Option<usize>) -> String {
    let state = if top.stopping { "stopping" } else { "running" };
    let seconds = |seconds: f64| time(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    let head = format!(
        "{} {state} for {}; rates of the last {}\n\n",
        live::plain(&top.graph),
        seconds(top.seconds),
        seconds(top.window_seconds)
    );
    let titles = [
        "node",
        ">in",
        ">out",
        ">dropped",
        ">held",
        ">frames/s",
        ">bytes/s",
        ">busy %",
        ">queue",
        "last fault",
    ];
    let mut columns = Columns::titled(&titles);
    for node in &top.nodes {
        let fault = node.last_fault.as_deref().map(live::plain).unwrap_or_default();
        let fault = match (node.health.as_str(), fault) {
            ("running", fault) => fault,
            (health, fault) => format!("{}: {fault}", live::plain(health)),
        };
        columns.row([
            live::plain(&node.node),
            thousands(node.taken),
            thousands(node.out),
            dropped(&node.dropped),
            thousands(node.held),
            prefixed(node.frames_per_s).trim_end().to_owned(),
            format!("{}B", prefixed(node.bytes_per_s)),
            format!("{:.1}", node.busy_percent),
            queue(node.queue),
            fault.replace('\n', " "),
        ]);
    }
    let text = head + &columns.text("", width.unwrap_or(WIDTH));
    cut(&text, width, rows)
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

fn queue(fill: Option<Fill>) -> String {
    match fill {
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
    use crate::control::answer::TopNode;

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
    fn what_is_drawn_over_fits_the_terminal() {
        let text = screen(&of((0..50).map(|n| node(&format!("n{n}"))).collect()), Some(20), Some(10));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[8]), (9, "… 45 more"));
        assert!(lines.iter().all(|line| line.chars().count() < 20), "{text}");
    }
}
