//! A command done to a running graph: the one place for the socket, the command line and the tests.
//!
//! [`apply`] is called on the thread that attends to the run. What can take long (opening a module, its own check of
//! its parameters) is handed back as [`Applied::Prepare`] for another thread, and what comes of that is given to
//! [`finish`]. What holds: nothing here waits but for what a swap itself waits for; a refused command changes nothing;
//! of two changes of one node at a time neither undoes the other.

use std::{collections::HashMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use super::{
    answer::{Answer, Books, Changed, ComparedOnly, Comparison, Exchanged, StateHandedOver},
    candidate::{self, Change, Ready},
    cli::GraphArgs,
    command::{Command, GRACE_LIMIT_MS, PATIENCE_LIMIT_MS, Refusal, SAMPLE_LIMIT},
    logger::{Directive, Logger, TARGET},
    numbers::time,
    proof::{self, Proof},
    rates::Rates,
    reloading,
    sampling::Sampling,
    shown, work,
};
use crate::{
    graph::{Plan, PlanNode, Spec, live},
    load::{Search, Stamp},
    metrics::Ledger,
    swap::{OpenTap, Running, Swapped, TapError, TapWanted, proof::Ticket},
};

/// What commands are applied with, beside the run itself.
pub struct Desk<'a> {
    /// The graph as it was written.
    pub spec: Spec,
    /// The plan that was made of it.
    pub start: Plan,
    /// How the graph was named and changed on the command line.
    pub args: GraphArgs,
    /// Where paths of modules begin.
    pub base: PathBuf,
    /// Where modules are looked for.
    pub search: Arc<Search>,
    /// Of each node the file of its module, as it was when it was opened.
    pub stamps: HashMap<String, Stamp>,
    /// Who logs.
    pub logger: &'a Logger,
    /// What the last second brought.
    pub rates: Rates,
    /// How long a stop may take to deliver what is held.
    pub drain: Duration,
    /// Where metrics are read, if they are.
    pub metrics: Option<SocketAddr>,
}

/// What is to be done on another thread.
pub type Preparation = Box<dyn FnOnce() -> Result<work::Ready, Refusal> + Send>;

/// What became of a command.
pub enum Applied {
    /// It is done, or refused.
    Done(Result<Answer, Refusal>),
    /// First this, elsewhere; then [`finish`].
    Prepare(Preparation),
    /// A module runs in the shadow of another; then [`finish`] with what was compared.
    Shadow(Ticket, Box<Ready>),
    /// A tap is open; what it samples is shown elsewhere.
    Tap(Arc<OpenTap>, Sampling),
}

/// Does a command.
pub fn apply(command: Command, running: &mut Running, desk: &mut Desk<'_>) -> Applied {
    Applied::Done(match command {
        Command::Show {} => shown::show(running, desk).map(Answer::Show),
        Command::Top {} => Ok(Answer::Top(shown::top(running, desk))),
        Command::Get { node, name } => shown::get(running, &node, name.as_deref()).map(Answer::Values),
        Command::Log { filters } => log(filters, desk),
        Command::Stop {} => Ok(stop(running, desk)),
        Command::Reload { force, patience_ms } => match within_limits(patience_ms, 0) {
            Ok(()) => return reloading::begin(force, patience_ms, running, desk),
            Err(refusal) => Err(refusal),
        },
        Command::Rollback { node } => rollback(&node, running, desk),
        Command::Tap { node, port, limit, max_bytes, whole, every_ms } => {
            let wanted = TapWanted {
                node,
                port,
                every: Duration::from_millis(every_ms),
                limit: limit.unwrap_or(u64::MAX),
            };
            match tap(&wanted, Sampling { max_bytes, whole, limit: wanted.limit }, running) {
                Ok(applied) => return applied,
                Err(refusal) => Err(refusal),
            }
        }
        Command::Set { changes } => match change_of(changes, running, desk) {
            Ok(change) => return prepare(change),
            Err(refusal) => Err(refusal),
        },
        Command::Swap {
            node,
            module,
            set,
            keep_state,
            patience_ms,
            grace_ms,
            shadow,
            shadow_for_ms,
            rehearse,
            dry_run,
            accept,
            tolerance,
        } => {
            let proof = Proof::read(shadow, shadow_for_ms, rehearse, dry_run, accept, tolerance.as_deref());
            let runs = running.plan.nodes.iter().find(|planned| planned.name == node);
            let proof = match (proof, runs) {
                (Ok(proof), Some(runs)) => proof.of_module(&runs.found.card),
                (Ok(proof), None) => proof,
                (Err(refusal), _) => return Applied::Done(Err(refusal)),
            };
            let kind = candidate::Kind::Swap { module, keep_state, patience_ms, grace_ms, proof };
            let change = within_limits(patience_ms, grace_ms);
            // In the spelling of a graph: a swap names its node once.
            let set = set.into_iter().map(|set| format!("nodes.{node}.params.{set}")).collect();
            match change.and_then(|()| change_to(&node, set, kind, running, desk)) {
                Ok(change) => return prepare(change),
                Err(refusal) => Err(refusal),
            }
        }
    })
}

/// Does what was prepared, unless what it is for has changed since: then it is to be prepared anew.
pub fn finish(ready: work::Ready, running: &mut Running, desk: &mut Desk<'_>) -> Applied {
    match ready {
        work::Ready::Node(ready) => {
            let stamp = ready.stamp;
            let done = finish_node(*ready, running);
            if let (Applied::Done(Ok(Answer::Swapped(done))), Some(stamp)) = (&done, stamp) {
                desk.stamps.insert(done.node.clone(), stamp);
            }
            done
        }
        work::Ready::Graph(ready) => reloading::finish(*ready, running, desk),
    }
}

fn finish_node(ready: Ready, running: &mut Running) -> Applied {
    let change = &ready.change;
    let node = match node_named(running, &change.node.name) {
        Ok(node) => node,
        Err(refusal) => return Applied::Done(Err(refusal)),
    };
    let same = |now: &PlanNode, then: &PlanNode| {
        now.params == then.params && now.found.file == then.found.file && now.found.card == then.found.card
    };
    if !same(node, &change.node) {
        let node = node.clone();
        return match running.module(&node.name) {
            Some(runs) => prepare(Change { node, runs, ..ready.change }),
            None => Applied::Done(Err(Refusal::gone("the run has ended"))),
        };
    }
    let was = said(node);
    let name = node.name.clone();
    let wanted = proof::wanted(&ready);
    if let candidate::Kind::Swap { proof, .. } = &ready.change.kind {
        if let Some(trial) = proof.trial().filter(|_| !proof::was_shadowed(&ready)) {
            return match running.shadow(wanted, trial) {
                Ok(ticket) => Applied::Shadow(ticket, Box::new(ready)),
                Err(error) => Applied::Done(Err(Refusal::refused(error.to_string()))),
            };
        }
        if proof.dry_run {
            let card = &ready.found.card;
            let (module, version) = (card.name.clone(), card.version.clone());
            let compared = ready.compared;
            let only = ComparedOnly { node: name, runs: was, module, version, compared };
            return Applied::Done(Ok(Answer::Compared(only)));
        }
    }
    let Ready { change, params, left_out, compared, .. } = ready;
    Applied::Done(note(match change.kind {
        candidate::Kind::Set => running
            .set_params(&name, params)
            .map_err(|error| Refusal::refused(error.to_string()))
            .map(|done| Answer::Set(changed(running, done))),
        candidate::Kind::Swap { .. } => match running.swap(wanted) {
            Ok(done) => Ok(swapped(running, done, was, left_out, compared)),
            Err(error) => Err(Refusal::refused(error.to_string())),
        },
    }))
}

/// Says in the log what was changed.
fn note(done: Result<Answer, Refusal>) -> Result<Answer, Refusal> {
    match &done {
        Ok(Answer::Set(set)) => {
            log::info!(target: TARGET, "node {}: parameters were set over the control socket", set.node);
        }
        Ok(Answer::Swapped(done)) => {
            let Exchanged { node, was, module, version, packaging, .. } = &**done;
            log::info!(target: TARGET, "node {node}: {was} was swapped for {module} {version} ({packaging})");
        }
        _ => {}
    }
    done
}

fn prepare(change: Change) -> Applied {
    Applied::Prepare(Box::new(move || {
        candidate::prepare(change).map(|ready| work::Ready::Node(Box::new(ready)))
    }))
}

fn change_of(changes: Vec<String>, running: &Running, desk: &Desk<'_>) -> Result<Change, Refusal> {
    let Some(first) = changes.first() else {
        return Err(Refusal::usage("nothing is to be set; write NODE.PARAMETER=VALUE"));
    };
    let named = live::node_of(first).ok_or_else(|| {
        Refusal::usage(format!(
            "`{first}` is no NODE.PARAMETER=VALUE (without a VALUE the parameter has its default again); other keys are \
             changed in the graph file"
        ))
    })?;
    let node = named.to_owned();
    change_to(&node, changes, candidate::Kind::Set, running, desk)
}

fn change_to(
    node: &str,
    set: Vec<String>,
    kind: candidate::Kind,
    running: &Running,
    desk: &Desk<'_>,
) -> Result<Change, Refusal> {
    let node = node_named(running, node)?.clone();
    let runs = running.module(&node.name).ok_or_else(|| Refusal::gone("the run has ended"))?;
    let (base, search) = (desk.base.clone(), desk.search.clone());
    Ok(Change { node, runs, set, kind, base, search })
}

fn within_limits(patience_ms: u64, grace_ms: u64) -> Result<(), Refusal> {
    for (what, ms, limit) in
        [("patience", patience_ms, PATIENCE_LIMIT_MS), ("grace", grace_ms, GRACE_LIMIT_MS)]
    {
        if ms > limit {
            let longest = time(Duration::from_millis(limit));
            return Err(Refusal::usage(format!("the {what} of a swap is at most {longest}")));
        }
    }
    Ok(())
}

/// The node of a name, as it runs.
pub(super) fn node_named<'a>(running: &'a Running, name: &str) -> Result<&'a PlanNode, Refusal> {
    let nodes = &running.plan.nodes;
    nodes.iter().find(|node| node.name == name).ok_or_else(|| {
        let have: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        Refusal::usage(format!("the graph has no node `{name}`; it has {}", have.join(", ")))
    })
}

fn log(filters: Vec<String>, desk: &Desk<'_>) -> Result<Answer, Refusal> {
    let directives: Result<Vec<Directive>, String> = filters.iter().map(|filter| filter.parse()).collect();
    let done =
        directives.map_err(|why| format!("{why}; write LEVEL or TARGET=LEVEL")).and_then(|directives| {
            if directives.is_empty() {
                return Err("nothing is to be changed; write LEVEL or TARGET=LEVEL".to_owned());
            }
            desk.logger.change(&directives)
        });
    done.map_err(Refusal::usage)?;
    Ok(Answer::Log { filters })
}

fn tap(wanted: &TapWanted, sampling: Sampling, running: &mut Running) -> Result<Applied, Refusal> {
    if wanted.limit == 0 {
        return Err(Refusal::usage("a tap shows at least one frame"));
    }
    if sampling.max_bytes > SAMPLE_LIMIT {
        return Err(Refusal::usage(format!("a sample has at most {SAMPLE_LIMIT} bytes")));
    }
    match running.open_tap(wanted) {
        Ok(open) => Ok(Applied::Tap(open, sampling)),
        Err(error @ (TapError::TooMany | TapError::NoAccount)) => Err(Refusal::refused(error.to_string())),
        Err(error) => Err(Refusal::usage(error.to_string())),
    }
}

fn stop(running: &mut Running, desk: &Desk<'_>) -> Answer {
    if running.stopping_since().is_none() {
        let drain = time(desk.drain);
        log::info!(target: TARGET, "stopping, asked over the control socket; what is held has {drain} to be delivered");
        running.stop();
    }
    Answer::Stopping { drain_ms: u64::try_from(desk.drain.as_millis()).unwrap_or(u64::MAX) }
}

fn rollback(name: &str, running: &mut Running, desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let was = said(node_named(running, name)?);
    let done = running.rollback(name).map_err(|error| Refusal::refused(error.to_string()))?;
    // What is in the file now was not wanted: a reload leaves it alone until the file is another again.
    let file = running.plan.nodes.iter().find(|node| node.name == name).map(|node| &node.found.file);
    if let Some(stamp) = file.and_then(|file| Stamp::at(file)) {
        desk.stamps.insert(name.to_owned(), stamp);
    }
    note(Ok(swapped(running, done, was, Vec::new(), Vec::new())))
}

/// A node's module, its version and packaging.
fn said(node: &PlanNode) -> String {
    format!("{} {} ({})", node.found.card.name, node.found.card.version, node.found.packaging)
}

fn changed(running: &Running, done: Swapped) -> Changed {
    let node = running.plan.nodes.iter().find(|node| node.name == done.node);
    let params = node.map(|node| node.params.clone()).unwrap_or_default();
    Changed { node: done.node, params, pause_us: micros(done.pause) }
}

fn swapped(
    running: &Running,
    done: Swapped,
    was: String,
    left_out: Vec<String>,
    compared: Vec<Comparison>,
) -> Answer {
    let node = running.plan.nodes.iter().find(|node| node.name == done.node);
    Answer::Swapped(Box::new(Exchanged {
        was,
        packaging: node.map(|node| node.found.packaging.to_string()).unwrap_or_default(),
        file: node.map(|node| node.found.file.display().to_string()).unwrap_or_default(),
        params: node.map(|node| node.params.clone()).unwrap_or_default(),
        node: done.node,
        module: done.module,
        version: done.version,
        left_out,
        compared,
        pause_us: micros(done.pause),
        state: done.state.map(|(schema, version, bytes)| StateHandedOver { schema, version, bytes }),
        moved: done.moved,
        dropped: done.dropped,
        before: books(&done.before),
        after: books(&done.after),
    }))
}

pub(super) fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

pub(super) fn books(ledger: &Ledger) -> Books {
    ledger.nodes.iter().fold(Books::default(), |sum, node| Books {
        created: sum.created + node.created,
        shared: sum.shared + node.shared,
        consumed: sum.consumed + node.consumed,
        dropped: sum.dropped + node.dropped_all(),
        lost: sum.lost + node.lost(),
        held: sum.held + node.held,
    })
}
