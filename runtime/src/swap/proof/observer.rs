//! The thread of a shadow: gives a subject what the node was given, and compares what both make of it.
//!
//! Started by [`shadow`](super::shadow). What holds: it asks for a feed when an instance is ready for one, and gets with it
//! the state that the module that runs had when the feed began; when the feed ends because it was too slow, it makes a
//! fresh instance and asks again; it looks up from its work at least every [`LOOK`].

use super::{
    Verdict,
    comparison::{Comparison, Result as Made},
    saved::save,
    subject::{Given, Role, Stage, Subject},
    watched::Watched,
};
use crate::{
    engine::{Calls, Seen},
    module::State,
};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rogue_sdk::Frame;
use std::time::Duration;

/// How long being told to end may wait to be seen.
const LOOK: Duration = Duration::from_millis(20);
/// Frames that are compared beyond those asked for, until both have given the same number of results.
const BEYOND: u64 = 4096;

/// A feed that has begun.
pub(super) struct Begun {
    pub(super) calls: Calls,
    /// The state at its beginning.
    pub(super) state: Option<State>,
    /// Copies of the frames that the module that runs held then.
    pub(super) held: Vec<(u32, Frame)>,
    /// How long the segment was paused for it.
    pub(super) pause: Duration,
}

/// What the thread works with.
pub(super) struct Observer {
    pub(super) node: String,
    pub(super) role: Role,
    pub(super) stage: Stage,
    pub(super) watched: Watched,
    /// Reasons to drop of the node and of the candidate.
    pub(super) reasons: [Vec<String>; 2],
    /// Frames to compare.
    pub(super) frames: u64,
    pub(super) comparison: Comparison,
    /// The subject has given what was left after the last input.
    pub(super) finished: bool,
    /// Asks for a feed.
    pub(super) wanted: Sender<()>,
    pub(super) begun: Receiver<Begun>,
}

/// Why an instance is done with.
enum Stop {
    /// There is a verdict.
    Verdict,
    /// The feed ended: a fresh instance goes on.
    Behind,
    /// It cannot go on.
    Failed(String),
}

impl Observer {
    /// Observes until there is a verdict.
    pub(super) fn run(mut self) -> Verdict {
        let stop = loop {
            let stop = match Subject::new(&self.role, &self.stage, &self.watched) {
                Ok(mut subject) => {
                    let stop = self.with(&mut subject);
                    subject.end();
                    stop
                }
                Err(why) => Stop::Failed(why),
            };
            match stop {
                Stop::Behind => {
                    self.comparison.begin_anew();
                    self.comparison.compared.resynchronised += 1;
                    if !self.comparison.goes_on() {
                        break Stop::Verdict;
                    }
                }
                stop => break stop,
            }
        };
        let failed = match stop {
            Stop::Failed(why) => Some(why),
            _ => None,
        };
        judged(&self.node, self.comparison, failed)
    }

    fn with(&mut self, subject: &mut Subject) -> Stop {
        let begun = match self.next_feed() {
            Ok(begun) => begun,
            Err(stop) => return stop,
        };
        self.comparison.compared.paused += begun.pause;
        if let Err(why) = subject.take_over(begun.state.as_ref(), begun.held) {
            return Stop::Failed(why);
        }
        let calls = begun.calls;
        loop {
            if let Some(why) = self.watched.told_to_end() {
                return Stop::Failed(why);
            }
            match calls.receiver().recv_timeout(LOOK) {
                Ok(seen) => {
                    calls.received(&seen);
                    match self.compare(seen, subject) {
                        Ok(true) => {}
                        Ok(false) => return Stop::Verdict,
                        Err(why) => return Stop::Failed(why),
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if calls.fell_behind() => return Stop::Behind,
                Err(RecvTimeoutError::Disconnected) => {
                    let why = "the node has come to its end, or was given another place";
                    return Stop::Failed(self.watched.told_to_end().unwrap_or_else(|| why.to_owned()));
                }
            }
        }
    }

    fn next_feed(&mut self) -> Result<Begun, Stop> {
        let gone = || Stop::Failed("the run has ended".to_owned());
        self.wanted.send(()).map_err(|_| gone())?;
        loop {
            if let Some(why) = self.watched.told_to_end() {
                return Err(Stop::Failed(why));
            }
            match self.begun.recv_timeout(LOOK) {
                Ok(begun) => return Ok(begun),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    /// Has the subject do what the node did; false: there is a verdict.
    fn compare(&mut self, seen: Seen, subject: &mut Subject) -> Result<bool, String> {
        let Seen { now_ns, port, frames, out, drops, finishing } = seen;
        self.comparison.old_gave(made(Given { out, drops }, &self.reasons[0]), &frames);
        if finishing && self.finished {
            // It was asked for all that is left already.
        } else if finishing {
            self.finished = true;
            let given = subject.finish(now_ns)?;
            self.comparison.new_gave(0, made(given, &self.reasons[1]), None);
        } else if frames.is_empty() {
            let given = subject.accept(now_ns, port, None)?;
            self.comparison.new_gave(0, made(given, &self.reasons[1]), None);
        }
        for (nth, frame) in (0..).zip(&frames) {
            let share =
                frame.share().map_err(|error| format!("no memory for the frames of a shadow: {error}"))?;
            let given = subject.accept(now_ns, port, Some(share))?;
            self.comparison.new_gave(nth, made(given, &self.reasons[1]), Some(frame));
        }
        if !self.comparison.settle(&frames) {
            return Ok(false);
        }
        let done = self.comparison.compared.frames;
        let over = done >= self.frames && self.comparison.is_level();
        if !over && done < self.frames.saturating_add(BEYOND) {
            return Ok(true);
        }
        self.comparison.end(&frames);
        Ok(false)
    }
}

/// What a comparison means, if it did not fail; what differs is saved.
pub(super) fn judged(node: &str, comparison: Comparison, failed: Option<String>) -> Verdict {
    let Comparison { mut compared, kept, .. } = comparison;
    if !kept.is_empty() {
        match save(node, &kept) {
            Ok(folder) => compared.saved = Some(folder),
            Err(error) => compared.not_saved = Some(error.to_string()),
        }
    }
    match failed {
        Some(why) => Verdict::Failed(why, compared),
        None if compared.different > 0 => Verdict::Differs(compared),
        None => Verdict::Done(compared),
    }
}

/// What a call left, with its drops by name.
pub(super) fn made(given: Given, reasons: &[String]) -> Made {
    let drops = reasons.iter().zip(given.drops).filter(|(_, frames)| *frames > 0);
    Made { out: given.out, drops: drops.map(|(reason, frames)| (reason.clone(), frames)).collect() }
}
