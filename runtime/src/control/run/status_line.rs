//! The line of status on a terminal: time, rates, drops, frames held.
//!
//! Asked by `watch` a few times a second. Pure: time is told. Rates are of the frames that sources make.

use std::time::Duration;

use crate::{
    card::Give,
    control::numbers::{prefixed, thousands, time},
    graph::Plan,
    metrics::{Ledger, NodeBook},
};

/// What the last line was made of.
#[derive(Debug, Default)]
pub struct StatusLine {
    /// Which nodes make frames that come from outside of the graph.
    sources: Vec<bool>,
    at: Duration,
    frames: u64,
    bytes: u64,
}

impl StatusLine {
    /// For the nodes of this plan.
    pub fn new(plan: &Plan) -> StatusLine {
        let makes = |card: &crate::card::Card| card.input_count() == 0 || card.give == Some(Give::Bridge);
        let sources = plan.nodes.iter().map(|node| makes(&node.found.card)).collect();
        StatusLine { sources, ..StatusLine::default() }
    }

    /// For the nodes of a plan that was changed.
    pub fn renew(&mut self, plan: &Plan) {
        self.sources = StatusLine::new(plan).sources;
    }

    /// The line at time `at` of the run, narrower than `width`; `left` is what is left of the drain.
    pub fn text(&mut self, at: Duration, ledger: &Ledger, left: Option<Duration>, width: usize) -> String {
        let sum = |of: fn(&NodeBook) -> u64| {
            let made = ledger.nodes.iter().zip(&self.sources).filter(|(_, makes)| **makes);
            made.map(|(node, _)| of(node)).fold(0, u64::wrapping_add)
        };
        let (frames, bytes) = (sum(|node| node.out), sum(|node| node.bytes_out));
        let seconds = at.saturating_sub(self.at).as_secs_f64();
        let rate = |now: u64, then: u64| match seconds {
            0.0 => 0.0,
            _ => now.saturating_sub(then) as f64 / seconds,
        };
        let dropped = thousands(ledger.nodes.iter().map(NodeBook::dropped_all).sum::<u64>());
        let lost = match ledger.lost() {
            0 => String::new(),
            lost => format!(" ({} lost)", thousands(lost)),
        };
        // Counters are read one after the other, so a node may seem to owe frames for a moment.
        let held: i64 = ledger.nodes.iter().map(|node| node.held.max(0)).sum();
        let draining = |left| format!("draining, {} left; Ctrl-C ends at once", time(left));
        let mut parts = vec![
            time(at),
            format!("{} frames/s", prefixed(rate(frames, self.frames)).trim_end()),
            format!("{}B/s", prefixed(rate(bytes, self.bytes))),
            format!("{dropped} dropped{lost}"),
            format!("{} held", thousands(held)),
        ];
        // Then it matters how much is still to be delivered, and no longer how fast frames are made.
        if let Some(left) = left {
            parts.splice(1..3, []);
            parts.insert(1, draining(left));
        }
        (self.at, self.frames, self.bytes) = (at, frames, bytes);
        fitting(parts.into_iter(), width)
    }
}

/// As many parts as fit, each whole: a number that is cut is another number.
fn fitting(parts: impl Iterator<Item = String>, width: usize) -> String {
    let mut text = String::new();
    for part in parts {
        let gap = if text.is_empty() { 0 } else { 2 };
        // The last column stays free: a line that fills it wraps on some terminals.
        if text.chars().count() + gap + part.chars().count() >= width {
            break;
        }
        text = text + &" ".repeat(gap) + &part;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Dropped, Intent};

    #[test]
    fn rates_are_of_what_sources_made_since_the_last_line() {
        let book = |out, bytes_out, held| NodeBook { out, bytes_out, held, ..NodeBook::default() };
        let mut ledger = Ledger { nodes: vec![book(1000, 64_000, 0), book(5, 5, 7), book(0, 0, -2)] };
        let mut line = StatusLine { sources: vec![true, false, false], ..StatusLine::default() };
        let text = line.text(Duration::from_secs(1), &ledger, None, 80);
        assert_eq!(text, "1.0 s  1.00 k frames/s  64.0 kB/s  0 dropped  7 held");
        ledger.nodes[0].out += 50;
        ledger.nodes[1].dropped =
            vec![Dropped { reason: "full".to_owned(), intent: Intent::Loss, frames: 3 }];
        let text = line.text(Duration::from_millis(1250), &ledger, None, 200);
        assert_eq!(text, "1.2 s  200 frames/s  0 B/s  3 dropped (3 lost)  7 held");
        let text = line.text(Duration::from_millis(1500), &ledger, Some(Duration::from_secs(5)), 80);
        assert_eq!(text, "1.5 s  draining, 5.0 s left; Ctrl-C ends at once  3 dropped (3 lost)  7 held");
    }

    #[test]
    fn the_line_has_what_fits_the_terminal() {
        let text = |width| StatusLine::default().text(Duration::ZERO, &Ledger::default(), None, width);
        assert_eq!(text(23), "0 ms  0 frames/s");
        assert_eq!(text(24), "0 ms  0 frames/s  0 B/s");
        assert_eq!((text(5), text(4)), ("0 ms".to_owned(), String::new()));
    }
}
