//! One run of a graph, timed.

use crate::{
    module::Subject,
    stage::{self, attend, balanced},
    stand_in::StandIn,
};
use rogue_runtime::{
    card::{Give, Shape},
    module::{OutItem, Status},
    pool::{self, Account},
    swap::Running,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Bytes of each frame that the source writes: a number, so that no two frames are the same.
const WRITTEN: usize = 16;

/// How long a module that gives without end is measured.
const WINDOW: Duration = Duration::from_millis(300);

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Frames that were given.
    pub frames: u64,
    /// Time from the graph's start to its end.
    pub lasted: Duration,
}

impl Run {
    /// `None` if there were no frames.
    pub fn ns_per_frame(&self) -> Option<f64> {
        (self.frames > 0).then(|| self.lasted.as_nanos() as f64 / self.frames as f64)
    }
}

/// The graph without the module.
pub fn without(size: u32, frames: u64) -> Result<Run, String> {
    let (sink, _) = counting();
    let begin = Instant::now();
    let running = stage::start_without(giving(size, frames), sink)?;
    end(running, begin, frames, true)
}

/// The graph with the module.
pub fn with(subject: &Subject, size: u32, frames: u64) -> Result<Run, String> {
    let card = subject.card();
    let (sink, seen) = counting();
    let begin = Instant::now();
    let running = stage::start(subject, giving(size, frames), sink)?;
    if card.shape == Shape::Source {
        let run = end(running, begin, 0, false)?;
        return Ok(Run { frames: seen.load(Ordering::Relaxed), ..run });
    }
    end(running, begin, frames, card.give != Some(Give::Bridge))
}

/// Waits for the end of a run; one that does not end by itself is stopped after [`WINDOW`].
fn end(mut running: Running, begin: Instant, frames: u64, ends: bool) -> Result<Run, String> {
    if !ends {
        attend(&mut running, WINDOW, Running::is_over);
        running.stop();
    }
    let over = attend(&mut running, PATIENCE, Running::is_over);
    let lasted = begin.elapsed();
    let ending = running.end();
    if let Some((node, text)) = ending.faults.first() {
        return Err(format!("node `{node}` fails: {text}"));
    }
    if !over {
        return Err(format!(
            "the graph has not come to its end after {} s. Measure fewer frames with --frames",
            PATIENCE.as_secs()
        ));
    }
    balanced(&ending)?;
    Ok(Run { frames, lasted })
}

/// Requests a frame, writes a number, sends it.
fn giving(size: u32, frames: u64) -> StandIn {
    StandIn::source("gives", move |node| {
        let mut given = 0u64;
        Box::new(move |call| {
            let Some(account) = Account::of(node) else { return Status::Fault };
            while given < frames && call.out.items.len() < call.out.limit {
                let Some(mut frame) = pool::request(account, 0, size) else { return Status::Fault };
                let mut bytes = [0; WRITTEN];
                bytes[..8].copy_from_slice(&given.to_le_bytes());
                let written = bytes.get(..WRITTEN.min(size as usize)).unwrap_or_default();
                if frame.write(0, written).and_then(|()| frame.set_payload(size)).is_err() {
                    return Status::Fault;
                }
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                given += 1;
            }
            if given == frames { Status::Ended } else { Status::More }
        })
    })
}

/// Takes everything; the number says how much that was.
fn counting() -> (StandIn, Arc<AtomicU64>) {
    let seen: Arc<AtomicU64> = Arc::default();
    let count = seen.clone();
    let sink = StandIn::sink("takes", move |_| {
        let count = count.clone();
        Box::new(move |call| {
            while call.taken < call.frames.len() {
                drop(call.frames[call.taken].take());
                call.taken += 1;
            }
            count.fetch_add(call.taken as u64, Ordering::Relaxed);
            Status::Idle
        })
    });
    (sink, seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_without_the_module_runs_all_its_frames() {
        for size in [0, 1, 64, 70_000] {
            let run = without(size, 500).expect("it runs");
            assert_eq!(run.frames, 500);
            assert!(run.ns_per_frame().is_some_and(|ns| ns > 0.0));
        }
    }
}
