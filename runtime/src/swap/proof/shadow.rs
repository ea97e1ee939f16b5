//! A shadow: a module that is given shares of the live frames of a node, beside the module that runs.
//!
//! Part of [`Running`], whose thread begins feeds, hears of ends, and judges who is late. What holds: nobody waits for a
//! shadow but who holds its [`Ticket`]; the segment of the node is paused to begin a feed, for as long as a snapshot takes,
//! and not more often than every [`APART`]; whatever changes the node or ends the run ends the shadow, with the reason.

use super::{
    Compared, Tolerance, Verdict,
    comparison::Comparison,
    observer::{Begun, Observer},
    subject::{Role, Stage},
    watched::Watched,
};
use crate::{
    card::{Card, Shape},
    engine::{Feed, Health},
    graph::{PlanNode, Port},
    metrics::NodeBook,
    module::{ColdError, Held, Instance, State},
    pool,
    swap::{SwapError, Wanted, hand_over::give_up, running::Running, transfer::paused_since},
};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use rogue_sdk::Frame;
use std::{
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The shortest time between two pauses for one shadow.
const APART: Duration = Duration::from_millis(100);
/// Shadows of one run at a time: each is a thread and keeps frames.
pub const MOST_SHADOWS: usize = 4;

/// What a shadow is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Frames to compare.
    pub frames: u64,
    /// How long they may take to come.
    pub within: Duration,
    /// How near payloads must be; equal if there is none.
    pub tolerance: Option<Tolerance>,
    /// Goes on after a difference, and counts.
    pub counts: bool,
}

/// A shadow as its observer and the run know it.
pub(in crate::swap) struct Shadow {
    node: String,
    wanted: Wanted,
    name: String,
    account: u32,
    until: Instant,
    within: Duration,
    watched: Watched,
    feeds: Receiver<()>,
    begin: Sender<Begun>,
    /// A feed is wanted and none has begun.
    waits: bool,
    last: Option<Instant>,
    thread: JoinHandle<()>,
    ticket: Sender<Verdict>,
}

/// Where the verdict comes. Dropping it ends the shadow.
pub struct Ticket {
    verdict: Receiver<Verdict>,
    watched: Watched,
}

impl Ticket {
    /// The verdict, once there is one, within a time.
    pub fn wait(&self, longest: Duration) -> Option<Verdict> {
        match self.verdict.recv_timeout(longest) {
            Ok(verdict) => Some(verdict),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let why = self.watched.told_to_end().unwrap_or_else(|| "it broke off".to_owned());
                Some(Verdict::Failed(why, Compared::default()))
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.watched.end("nobody waits for it any more");
    }
}

/// Why a module that is like this cannot be given copies of frames, if so.
///
/// # Errors
/// What it would take.
pub(super) fn may_be_tried(card: &Card) -> Result<(), String> {
    let why = match card.shape {
        Shape::Transform if card.has("pure") => return Ok(()),
        Shape::Transform => {
            "its card does not say that it is pure, so it may have an effect beside the frames it gives; swap without, \
             or have its author write `.pure()` into the card"
        }
        Shape::Source => "a source is given no frames, so there is nothing to compare; swap without",
        Shape::Sink => "a sink gives no frames, so there is nothing to compare; swap without",
        Shape::Endpoint => "what an endpoint gives depends on who takes it and when; swap without",
    };
    Err(why.to_owned())
}

impl Running {
    /// Has a module that is wanted for a node run in its shadow; nothing is swapped. The run must be attended to.
    ///
    /// # Errors
    /// As [`Running::swap`], before anything is begun.
    pub fn shadow(&mut self, wanted: Wanted, trial: Trial) -> Result<Ticket, SwapError> {
        self.shadows.retain(|shadow| !shadow.watched.is_done());
        let index = self.index_of(&wanted.node)?;
        self.may_swap(index, &wanted)?;
        if self.is_restarted(index) {
            let why = "it failed and is being restarted, so there is nothing to compare with; swap without";
            return Err(SwapError::NotNow { node: wanted.node, why });
        }
        let (node, plan) = (&self.nodes[index], &self.plan.nodes[index]);
        may_be_tried(&wanted.found.card).map_err(|what| SwapError::DoesNotFit {
            node: wanted.node.clone(),
            module: wanted.found.card.name.clone(),
            what: format!("it cannot be tried in its shadow: {what}"),
        })?;
        let not_now = |why| SwapError::NotNow { node: wanted.node.clone(), why };
        if node.ctl.health() != Health::Running {
            return Err(not_now("it has failed, so there is nothing to compare with"));
        }
        if self.shadows.iter().any(|shadow| shadow.node == wanted.node) {
            return Err(not_now("another module runs in its shadow; end that, or wait for it"));
        }
        if self.shadows.len() >= MOST_SHADOWS {
            return Err(not_now("as many modules run in the shadow of others as may at once"));
        }
        let stage = Stage::open(&wanted.node, self.links_of(index, plan))
            .ok_or_else(|| not_now("no account is left"))?;
        let (watched, account) = (Watched::default(), stage.account.id());
        let (ask, feeds) = unbounded();
        let (begin, begun) = bounded(1);
        let (ticket, verdict) = bounded(1);
        let role = Role::of(0, &wanted);
        let name = role.name.clone();
        let observer = Observer {
            node: wanted.node.clone(),
            stage,
            watched: watched.clone(),
            reasons: [node.spec.reasons.iter().map(|(reason, _)| reason.clone()).collect(), role.reasons()],
            role,
            frames: trial.frames,
            comparison: Comparison::new(trial.tolerance, trial.counts),
            finished: false,
            wanted: ask,
            begun,
        };
        let (give, inside) = (ticket.clone(), watched.clone());
        let spawned = std::thread::Builder::new().name(format!("shadow-{}", wanted.node)).spawn(move || {
            let verdict = observer.run();
            inside.leave();
            // Who waits may be gone, or has heard that it is late.
            drop(give.try_send(verdict));
        });
        let thread = spawned.map_err(|error| SwapError::Thread { node: wanted.node.clone(), error })?;
        self.shadows.push(Shadow {
            node: wanted.node.clone(),
            name,
            account,
            until: Instant::now() + trial.within,
            within: trial.within,
            wanted,
            watched: watched.clone(),
            feeds,
            begin,
            waits: false,
            last: None,
            thread,
            ticket,
        });
        Ok(Ticket { verdict, watched })
    }

    fn links_of(&self, index: usize, plan: &PlanNode) -> Vec<u32> {
        let links = |port| self.plan.links_from(Port { node: index, port }).count() as u32;
        (0..plan.found.card.output_count()).map(links).collect()
    }

    /// Begins feeds that are wanted, ends shadows whose time is over, and gives those up that do not return.
    pub(in crate::swap) fn tend_shadows(&mut self) {
        let mut shadows = std::mem::take(&mut self.shadows);
        shadows.retain_mut(|shadow| !shadow.watched.is_done() && self.tend(shadow));
        // None was added meanwhile.
        self.shadows = shadows;
    }

    /// False: the shadow was given up.
    fn tend(&mut self, shadow: &mut Shadow) -> bool {
        if let Some((_, call)) = shadow.watched.stuck(shadow.wanted.patience) {
            let longest = shadow.wanted.patience.as_millis();
            let why =
                format!("{} did not return from {call} within {longest} ms; it was given up", shadow.name);
            shadow.watched.end(&why);
            drop(shadow.ticket.try_send(Verdict::Failed(why, Compared::default())));
            return false;
        }
        if Instant::now() >= shadow.until {
            let within = shadow.within.as_secs_f64();
            shadow.watched.end(&format!("not as many frames came within {within} s"));
        }
        shadow.waits |= shadow.feeds.try_recv().is_ok();
        let soon = shadow.last.is_some_and(|last| last.elapsed() < APART);
        if shadow.waits && !soon && shadow.watched.told_to_end().is_none() {
            match self.begin_feed(shadow) {
                Ok(begun) => {
                    shadow.waits = false;
                    drop(shadow.begin.try_send(begun));
                }
                Err(error) => shadow.watched.end(&error.to_string()),
            }
            shadow.last = Some(Instant::now());
        }
        true
    }

    /// Pauses the node, takes its state, and has what follows shown.
    fn begin_feed(&mut self, shadow: &Shadow) -> Result<Begun, SwapError> {
        let (index, patience) = (self.index_of(&shadow.node)?, shadow.wanted.patience);
        let hand = self.hand(&shadow.node)?;
        let keep = shadow.wanted.keep_state;
        // What can be made before is no part of the pause.
        let (feed, calls) = Feed::new(shadow.account);
        let mut taken = self.take_segments(index, patience)?;
        let since = paused_since(&taken);
        let node = &self.nodes[index];
        let holds = NodeBook::read(&shadow.node, node.account.id(), &node.spec.reasons).held > 0;
        let account = shadow.account;
        let copied =
            self.call_old(index, hand, "snapshot", patience, move |old| copy_of(old, keep, holds, account));
        let copied = copied.map(|(state, held)| {
            if let Some(place) = self.nodes[index].places[0]
                && let Some((_, segment)) = taken.iter_mut().find(|(number, _)| *number == place.segment)
            {
                segment.feed(place.index, feed);
            }
            (calls, state, held)
        });
        self.put_segments(&mut taken);
        let pause = self.passed_since(since);
        copied.map(|(calls, state, held)| Begun { calls, state, held, pause })
    }

    /// Ends the shadow of a node, or all, with the reason.
    pub(in crate::swap) fn end_shadows(&self, node: Option<usize>, why: &str) {
        let name = node.and_then(|index| self.nodes.get(index)).map(|node| node.spec.name.clone());
        let meant = |shadow: &&Shadow| node.is_none() || name.as_ref() == Some(&shadow.node);
        self.shadows.iter().filter(meant).for_each(|shadow| shadow.watched.end(why));
    }

    /// Waits until no shadow has frames any more, at most until then: instances whose memory they lie in end next.
    pub(in crate::swap) fn wait_for_shadows(&mut self, until: Instant) {
        self.end_shadows(None, "the run has ended");
        for shadow in self.shadows.drain(..) {
            while !shadow.thread.is_finished() && Instant::now() < until {
                std::thread::park_timeout(Duration::from_millis(1));
            }
        }
    }
}

/// A state, and frames with the output they would have left by.
type Copied = (Option<State>, Vec<(u32, Frame)>);

/// The state of an instance and copies of the frames it holds, which it gets back.
fn copy_of(old: &mut dyn Instance, keep: bool, holds: bool, account: u32) -> Result<Copied, ColdError> {
    let state = match keep.then(|| old.snapshot()) {
        Some(Err(ColdError::Unsupported)) | None => None,
        Some(state) => Some(state?),
    };
    let mut copies = Vec::new();
    if keep && holds {
        let mut held = Held::default();
        old.release_held(&mut held)?;
        let copy = |(port, frame): &(u32, Frame)| Some((*port, pool::share_for(frame, account)?));
        copies = held.frames.iter().filter_map(copy).collect();
        let back = old.adopt(&mut held);
        give_up(held);
        back?;
    }
    Ok((state, copies))
}
