//! The table at the end of a run: one row for each node, then the ledger in one line.
//!
//! Called by `run`. Pure: the width of the terminal is told, and a pipe has none. The table fits it where names and
//! numbers allow; the other lines are broken on a terminal only.

use std::{fmt::Write, time::Duration};

use super::{columns::Columns, io::INDENT, numbers::thousands, verdict::unbalanced};
use crate::{
    graph::wrap,
    metrics::{Intent, Ledger, NodeBook},
    swap::{Ending, NodeStatus},
};

/// Where lines of the table end in a pipe.
const WIDTH: usize = 80;
/// A blank that is no place to break a line at.
const HARD: char = '\u{a0}';

/// Per node: frames in and out, what it holds, how busy it was, and what it dropped for which reason.
pub fn table(ending: &Ending, width: Option<usize>) -> String {
    let mut columns =
        Columns::titled(&["node", ">in", ">out", ">held", ">busy %", "dropped"]).breaking_after(", ");
    for node in &ending.ledger.nodes {
        columns.row([
            node.title(),
            thousands(node.taken),
            thousands(node.out),
            thousands(node.held),
            busy(node, ending.lasted),
            dropped(node),
        ]);
    }
    columns.text("", width.unwrap_or(WIDTH))
}

/// Of the time the run lasted; sampled, and more than 100 where both halves of an endpoint work.
fn busy(node: &NodeBook, lasted: Duration) -> String {
    let lasted = lasted.as_nanos();
    if lasted == 0 { "-".to_owned() } else { format!("{:.1}", node.busy_ns as f64 * 100.0 / lasted as f64) }
}

/// `channel 12, full 3 (loss)`.
fn dropped(node: &NodeBook) -> String {
    let loss = |intent| if intent == Intent::Loss { " (loss)" } else { "" };
    let all: Vec<String> = node
        .dropped
        .iter()
        .map(|drop| format!("{} {}{}", drop.reason, thousands(drop.frames), loss(drop.intent)))
        .collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}

/// The account of the whole graph, and whether it adds up; where it does not fit, its sides are below each other.
pub fn ledger_line(ledger: &Ledger, width: Option<usize>) -> String {
    let sum = |name: &str, of: fn(&NodeBook) -> i128| {
        format!("{}{HARD}{name}", thousands(ledger.nodes.iter().map(of).sum::<i128>()))
    };
    let made = [
        sum("created", |node| i128::from(node.created.cast_signed())),
        sum("shared", |node| i128::from(node.shared.cast_signed())),
    ];
    let gone = [
        sum("consumed", |node| i128::from(node.consumed.cast_signed())),
        sum("dropped", |node| i128::from(node.dropped_all())),
        sum("held", |node| i128::from(node.held)),
        sum("queued", |node| i128::from(node.queued.cast_signed())),
    ];
    let balance =
        unbalanced(ledger).map_or("balances".to_owned(), |what| format!("DOES NOT BALANCE: {what}"));
    let [made, gone] = [made.join(&format!(" +{HARD}")), gone.join(&format!(" +{HARD}"))];
    let line = format!("ledger: {made} ={HARD}{gone}: {balance}");
    let broken = match width.filter(|width| line.chars().count() > *width) {
        Some(width) => wrap(&line.replacen(" =", "\n      =", 1), 8, width),
        None => line,
    };
    broken.replace(HARD, " ")
}

/// What was lost outside of the graph, in one line; empty if that is nothing.
///
/// It is in no frame's account, so the ledger balances without it; a person is to see it all the same.
pub fn outside(status: &[NodeStatus], width: Option<usize>) -> String {
    let mut all = Vec::new();
    for node in status {
        let lost = node
            .counters
            .iter()
            .filter(|(_, kind, value)| *kind == rogue_abi::counter_kind::OUTSIDE && *value > 0);
        all.extend(lost.map(|(name, _, value)| format!("{}.{name} {}", node.book.name, thousands(*value))));
    }
    let line = format!("outside of the graph: {}\n", all.join(", "));
    if all.is_empty() { String::new() } else { wrap(&line, INDENT, width.unwrap_or(usize::MAX)) }
}

/// Counters and readings of each node, those that every node has first, as `node.name value`.
pub fn readings(status: &[NodeStatus]) -> String {
    let mut text = String::new();
    for node in status {
        let every = common(node).map(|(name, value)| (name, thousands(value)));
        let counters = node.counters.iter().map(|(name, kind, value)| {
            let outside =
                if *kind == rogue_abi::counter_kind::OUTSIDE { " (outside of the graph)" } else { "" };
            (name.as_str(), format!("{}{outside}", thousands(*value)))
        });
        let texts =
            node.readings.iter().map(|(name, value)| (name.as_str(), value.escape_debug().to_string()));
        for (name, value) in every.into_iter().chain(counters).chain(texts) {
            let _ = writeln!(text, "{}.{name} {value}", node.book.name);
        }
    }
    text
}

/// The readings that every node has. A source counts what it gives, any other node what it takes.
pub(super) fn common(node: &NodeStatus) -> [(&'static str, u64); 7] {
    let book = &node.book;
    let gives_only = book.taken == 0;
    [
        ("frame_count", if gives_only { book.out } else { book.taken }),
        ("byte_count", if gives_only { book.bytes_out } else { book.bytes_in }),
        ("dropped", book.dropped_all()),
        ("alloc_count", book.alloc_count),
        ("alloc_bytes", book.alloc_bytes),
        ("fixed_size", node.pool.fixed_size.into()),
        ("pool_size", node.pool.pool_size.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::Health, metrics::Dropped};

    fn drop(reason: &str, intent: Intent, frames: u64) -> Dropped {
        Dropped { reason: reason.to_owned(), intent, frames }
    }

    fn ending() -> Ending {
        let book = |name: &str| NodeBook { name: name.to_owned(), live: Some(0), ..NodeBook::default() };
        let src = NodeBook { created: 100_000, out: 100_000, busy_ns: 250_000_000, ..book("src") };
        let dropped = vec![drop("channel", Intent::Asked, 12), drop("full", Intent::Loss, 3)];
        let filter = NodeBook { taken: 100_000, out: 99_985, dropped, ..book("filter") };
        let sink = NodeBook { taken: 99_985, consumed: 99_985, ..book("sink") };
        let ledger = Ledger { nodes: vec![src, filter, sink] };
        Ending { ledger, lasted: Duration::from_secs(2), ..Ending::default() }
    }

    #[test]
    fn rows_are_aligned_and_fit_a_terminal() {
        let expected = "\
node         in      out  held  busy %  dropped
src           0  100,000     0    12.5  -
filter  100,000   99,985     0     0.0  channel 12, full 3 (loss)
sink     99,985        0     0     0.0  -
";
        let mut ending = ending();
        assert_eq!(table(&ending, None), expected);
        let reason = |n: u64| drop(&format!("reason-{n}"), Intent::Asked, 1_000_000 + n);
        ending.ledger.nodes[1].dropped = (0..8).map(reason).collect();
        let text = table(&ending, None);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(text.lines().count(), 7, "{text}");
        assert_eq!(table(&ending, Some(140)).lines().count(), 5);
    }

    #[test]
    fn the_ledger_says_whether_it_balances() {
        let mut ending = ending();
        let text =
            "ledger: 100,000 created + 0 shared = 99,985 consumed + 15 dropped + 0 held + 0 queued: balances";
        assert_eq!(ledger_line(&ending.ledger, None), text);
        assert_eq!(ledger_line(&ending.ledger, Some(120)), text);
        let text = "\
ledger: 100,000 created + 0 shared
      = 99,985 consumed + 15 dropped + 0 held + 0 queued: balances";
        assert_eq!(ledger_line(&ending.ledger, Some(80)), text);
        let text = "\
ledger: 100,000 created + 0 shared
      = 99,985 consumed + 15 dropped
        + 0 held + 0 queued: balances";
        assert_eq!(ledger_line(&ending.ledger, Some(40)), text);
        ending.ledger.nodes[0].created += 1;
        assert!(
            ledger_line(&ending.ledger, None).ends_with("DOES NOT BALANCE: the graph's account is off by 1")
        );
    }

    #[test]
    fn readings_are_named_by_their_node() {
        let book = NodeBook { name: "udp".to_owned(), taken: 3, bytes_in: 4500, ..NodeBook::default() };
        let pool = crate::pool::PoolSpec { fixed_size: 1472, pool_size: 10_000 };
        let counters = vec![("kernel_drops".to_owned(), rogue_abi::counter_kind::OUTSIDE, 1200)];
        let readings_of = vec![("peer".to_owned(), "a\nb".to_owned())];
        let (health, watched) = (Health::Running, Default::default());
        let status = NodeStatus { book, health, pool, counters, readings: readings_of, watched };
        let text = "udp.frame_count 3\nudp.byte_count 4,500\nudp.dropped 0\nudp.alloc_count 0\nudp.alloc_bytes 0\n\
            udp.fixed_size 1,472\nudp.pool_size 10,000\n\
            udp.kernel_drops 1,200 (outside of the graph)\nudp.peer a\\nb\n";
        assert_eq!(readings(std::slice::from_ref(&status)), text);
        assert_eq!(outside(&[status], None), "outside of the graph: udp.kernel_drops 1,200\n");
        assert_eq!(outside(&[], None), "");
    }
}
