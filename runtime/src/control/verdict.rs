//! The verdict on a run: what its end means, in one line and one exit code.
//!
//! Called by `run` with what [`crate::swap`] hands over. Pure. What holds: COMPLETE is said only if the
//! books balance, every frame is where it belongs, and nothing was lost but what the graph says to drop.

use std::fmt;

use super::{
    exit,
    numbers::{frames, thousands},
};
use crate::{
    metrics::{Intent, Ledger},
    swap::Ending,
};

/// Most places that are named.
const PLACES: usize = 6;

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Complete {
        /// Frames dropped as the graph says.
        asked: u64,
        /// Faults that the graph says to live with, and that lost nothing.
        faults: usize,
    },
    /// Frames are missing.
    Incomplete(Missing),
    /// A fault ended the run.
    Fault {
        /// The node.
        node: String,
        /// What it said.
        text: String,
        /// What was lost by it and otherwise.
        missing: Missing,
    },
    /// The books do not add up.
    Unbalanced(String),
}

/// Frames that are missing, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// How many.
    pub frames: u64,
    /// Nodes, each with what happened there.
    pub places: Vec<(String, String)>,
}

/// Judges a run.
pub fn verdict(ending: &Ending) -> Verdict {
    let missing = missing(ending);
    if ending.faulted {
        let fatal = ending.fatal.and_then(|index| ending.faults.get(index)).or(ending.faults.last());
        let (node, text) = fatal.cloned().unwrap_or_else(|| ("?".to_owned(), "no text".to_owned()));
        return Verdict::Fault { node, text, missing };
    }
    // What a module that did not return holds can be counted by nobody.
    if ending.stuck.is_empty()
        && let Some(what) = unbalanced(&ending.ledger)
    {
        return Verdict::Unbalanced(what);
    }
    if missing.frames > 0 || !missing.places.is_empty() {
        return Verdict::Incomplete(missing);
    }
    let drops = ending.ledger.nodes.iter().flat_map(|node| &node.dropped);
    Verdict::Complete { asked: drops.map(|drop| drop.frames).sum(), faults: ending.faults.len() }
}

fn missing(ending: &Ending) -> Missing {
    let mut missing = Missing::default();
    for node in &ending.ledger.nodes {
        let mut add = |frames: u64, what: String| {
            missing.frames += frames;
            missing.places.push((node.name.clone(), what));
        };
        for drop in node.dropped.iter().filter(|drop| drop.intent == Intent::Loss) {
            add(drop.frames, format!("lost {} ({})", thousands(drop.frames), drop.reason));
        }
        let held = u64::try_from(node.held).unwrap_or(0) + node.queued;
        let left_behind = ending.left_behind.contains(&node.name);
        match (ending.stuck.contains(&node.name), held) {
            (true, 0) => add(0, "did not return from its module".to_owned()),
            (true, held) => add(held, format!("did not return from its module, with {}", frames(held))),
            (false, 0) => {}
            (false, held) if left_behind => add(held, format!("was left behind with {}", frames(held))),
            (false, held) => add(held, format!("leaked {}", thousands(held))),
        }
    }
    missing
}

/// What does not add up.
pub fn unbalanced(ledger: &Ledger) -> Option<String> {
    // What is counted twice elsewhere may be missing here, and the sums would still agree.
    for node in &ledger.nodes {
        let counts = [
            ("taken", node.taken),
            ("created", node.created),
            ("out", node.out),
            ("consumed", node.consumed),
        ];
        if let Some((what, count)) = counts.iter().find(|(_, count)| count.cast_signed() < 0) {
            return Some(format!("node {} has {} frames {what}", node.name, thousands(count.cast_signed())));
        }
    }
    let off = ledger.unbalanced();
    let all = ledger.imbalance();
    if let Some((node, by)) = off.first() {
        let (by, than) = (thousands(by.unsigned_abs()), if *by > 0 { "more" } else { "fewer" });
        return Some(format!("node {node} has {by} {than} frames alive than its account says"));
    }
    (all != 0).then(|| format!("the graph's account is off by {}", thousands(all)))
}

impl Verdict {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Verdict::Complete { .. } => exit::OK,
            Verdict::Incomplete(_) => exit::INCOMPLETE,
            Verdict::Fault { .. } => exit::FAULT,
            Verdict::Unbalanced(_) => exit::INTERNAL,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Complete { asked, faults } => {
                f.write_str("COMPLETE: nothing was lost")?;
                if *asked > 0 {
                    write!(f, ", {} dropped as the graph says", thousands(*asked))?;
                }
                match faults {
                    0 => Ok(()),
                    1 => f.write_str(", 1 fault on the way"),
                    n => write!(f, ", {n} faults on the way"),
                }
            }
            Verdict::Incomplete(missing) => {
                let mut nodes: Vec<&str> = missing.places.iter().map(|(node, _)| node.as_str()).collect();
                nodes.dedup();
                let more = if nodes.len() > PLACES { ", …" } else { "" };
                nodes.truncate(PLACES);
                write!(f, "INCOMPLETE({}, {}{more}): {missing}", frames(missing.frames), nodes.join(", "))
            }
            Verdict::Fault { node, text, missing } => {
                write!(f, "FAULT: node {node}: {}", text.lines().next().unwrap_or_default())?;
                if missing.places.is_empty() { Ok(()) } else { write!(f, "; {missing}") }
            }
            Verdict::Unbalanced(what) => {
                write!(f, "INTERNAL: the ledger does not balance: {what}; this is a bug of rogue-runtime")
            }
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (node, what)) in self.places.iter().take(PLACES).enumerate() {
            write!(f, "{}{node} {what}", if index == 0 { "" } else { "; " })?;
        }
        match self.places.len().saturating_sub(PLACES) {
            0 => Ok(()),
            more => write!(f, "; and {more} more, see the table"),
        }
    }
}

#[cfg(test)]
mod tests;
