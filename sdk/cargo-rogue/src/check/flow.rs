//! Life with frames, in a graph that runs: odd frames in, everything accounted for; it ends by itself, when it is
//! told to, and by force.

use super::{Outcome, Trial, frames, one};
use crate::{
    say::count,
    stage::{self, NODE, PATIENCE, attend, balanced},
};
use rogue_runtime::{
    card::{Give, Shape},
    metrics::NodeBook,
    swap::{Ending, Running},
};
use std::time::Duration;

/// How often each odd frame is given.
const ROUNDS: usize = 20;

/// How many frames a source that does not end by itself is asked for.
const ENOUGH: u64 = 1000;

/// How long such a source may take for them: one with a rate, or that waits for a device, is stopped then.
const LISTEN: Duration = Duration::from_secs(2);

/// Frames of every form.
pub fn frames(trial: &Trial<'_>) -> Outcome {
    trial.at("starting a graph");
    let mut running = stage::start(trial.subject, frames::source(ROUNDS), frames::sink()).map_err(one)?;
    trial.at("running a graph with odd frames");
    let mut stopped = false;
    if ends_by_itself(trial) {
        ended(trial, &mut running)?;
    } else {
        attend(&mut running, LISTEN, |running| running.is_over() || moved(running) >= ENOUGH);
        stopped = !running.is_over();
        running.stop();
        ended(trial, &mut running)?;
    }
    let ending = close(trial, running)?;
    let book = book(&ending).ok_or_else(|| one("the node is missing in the books"))?;
    if book.alloc_count != 0 {
        return Err(one(format!("{} buffers of its pool are still out after its end", book.alloc_count)));
    }
    Ok(format!("{}{}", account(book, trial), if stopped { ", then stopped" } else { "" }))
}

/// Whether the graph has to end without being told to.
fn ends_by_itself(trial: &Trial<'_>) -> bool {
    let card = trial.subject.card();
    card.shape != Shape::Source && card.give != Some(Give::Bridge)
}

fn moved(running: &Running) -> u64 {
    let ledger = running.ledger(false);
    ledger.nodes.iter().find(|book| book.name == NODE).map_or(0, |book| book.taken.max(book.out))
}

fn book(ending: &Ending) -> Option<&NodeBook> {
    ending.ledger.nodes.iter().find(|book| book.name == NODE)
}

fn account(book: &NodeBook, trial: &Trial<'_>) -> String {
    let mut parts = Vec::new();
    if trial.subject.card().shape != Shape::Source {
        parts.push(format!("{} in", count(book.taken as usize, "frame")));
    }
    if trial.subject.card().shape != Shape::Sink {
        parts.push(format!("{} out", count(book.out as usize, "frame")));
    }
    parts.extend(
        book.dropped.iter().map(|dropped| format!("{} dropped as {}", dropped.frames, dropped.reason)),
    );
    parts.join(", ")
}

/// Waits for the end of a run.
fn ended(trial: &Trial<'_>, running: &mut Running) -> Result<(), Vec<String>> {
    match attend(running, PATIENCE, Running::is_over) {
        true => Ok(()),
        false => {
            let shape = trial.subject.card().shape;
            let waiting: Vec<String> = running
                .status()
                .iter()
                .map(|node| {
                    format!(
                        "{}: {} in, {} out, {} held",
                        node.book.name, node.book.taken, node.book.out, node.book.held
                    )
                })
                .collect();
            Err(one(format!(
                "the graph has not come to its end after {} s; this {shape} keeps it from ending ({})",
                PATIENCE.as_secs(),
                waiting.join("; ")
            )))
        }
    }
}

/// Ends a run and looks at its books.
fn close(trial: &Trial<'_>, running: Running) -> Result<Ending, Vec<String>> {
    trial.at("ending the graph");
    let ending = running.end();
    if let Some((node, text)) = ending.faults.first() {
        let hint = match text.contains("panicked") || text.contains("broke the rules") {
            true => "",
            false => {
                ". A frame that a module cannot use is dropped under a reason of its card; an error ends its run"
            }
        };
        let node = if node == NODE { "it" } else { node.as_str() };
        return Err(one(format!("{node} fails: {text}{hint}")));
    }
    balanced(&ending).map_err(one)?;
    Ok(ending)
}

/// A stop while frames flow.
pub fn stop(trial: &Trial<'_>) -> Outcome {
    trial.at("starting a graph");
    let mut running = stage::start(trial.subject, frames::source(usize::MAX), frames::sink()).map_err(one)?;
    trial.at("running a graph in full flow");
    let flows = |running: &Running| running.ledger(false).nodes.iter().any(|book| book.taken >= 10);
    attend(&mut running, LISTEN, |running| running.is_over() || flows(running));
    trial.at("stopping a graph in full flow");
    running.stop();
    ended(trial, &mut running)?;
    let ending = close(trial, running)?;
    match ending.discarded {
        0 => Ok(String::new()),
        frames => Err(one(format!("{frames} frames were left when it had ended"))),
    }
}

/// An end by force, with frames everywhere.
pub fn force(trial: &Trial<'_>) -> Outcome {
    if trial.subject.card().shape == Shape::Sink {
        return Ok("a sink has nothing behind it that could block".to_owned());
    }
    trial.at("starting a graph");
    let mut running = stage::start(trial.subject, frames::source(200), frames::blocked()).map_err(one)?;
    trial.at("running a graph that is blocked");
    running.attend(Duration::from_millis(5));
    trial.at("ending a graph that is blocked");
    let ending = running.end();
    balanced(&ending).map_err(one)?;
    match ending.faults.iter().find(|(node, _)| node == NODE) {
        Some((_, text)) => Err(one(format!("it fails: {text}"))),
        None => Ok(String::new()),
    }
}
