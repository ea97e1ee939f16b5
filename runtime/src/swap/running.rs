//! A running graph: what drives it, what became of its nodes, and how it ends.

use super::{
    Ending, NodeStatus, Pauses, StartError, Watched, gone::Gone, node::RunningNode, proof::shadow::Shadow,
    taps::OpenTap, watchdog::Watchdog,
};
use crate::{
    engine::{Clock, Driver, Event, Exchange, Health, OnFault, Segment, Stepper},
    graph::Plan,
    host::nodes,
    metrics::{Ledger, NodeBook},
    module::Module,
    pool::{self, field},
};
use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use std::{
    sync::{Arc, Weak, atomic::Ordering},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How long a module may take to stop, or a segment to come out of a module, once the drain is over.
pub(super) const LAST_CALL: Duration = Duration::from_secs(2);

/// An instance that was replaced or given up, and comes to its end on a thread of its own.
pub(super) struct Leaving {
    pub(super) node: String,
    pub(super) thread: JoinHandle<()>,
}

/// A graph that runs.
pub struct Running {
    /// What runs.
    pub plan: Plan,
    /// The time of the modules and of restarts.
    pub(super) clock: Clock,
    pub(super) nodes: Vec<RunningNode>,
    pub(super) drivers: Vec<Option<Driver>>,
    pub(super) exchanges: Vec<Arc<Exchange>>,
    /// Nodes that were removed.
    pub(super) gone: Gone,
    /// How often the graph has been changed.
    pub(super) changes: u64,
    pub(super) leaving: Vec<Leaving>,
    /// Modules that run in the shadow of others.
    pub(super) shadows: Vec<Shadow>,
    /// Taps that are open, as far as somebody still reads them.
    pub(super) taps: Vec<Weak<OpenTap>>,
    /// Calls that last.
    pub(super) watchdog: Watchdog,
    pub(super) pauses: Pauses,
    /// Times that the whole graph was changed.
    pub(super) reloads: u64,
    pub(super) segments: Vec<Option<Segment>>,
    heard: Receiver<Event>,
    events: Sender<Event>,
    /// The number of the next node.
    number: usize,
    /// Whether nothing runs but what the caller steps.
    stepped: bool,
    faults: Vec<(String, String)>,
    faulted: bool,
    /// Which of `faults` ended the run.
    fatal: Option<usize>,
    stopping: Option<Instant>,
    /// Whether what was left was thrown away.
    forced: bool,
    started: Instant,
}

impl Running {
    pub(super) fn new(plan: Plan, clock: Clock, stepped: bool) -> Running {
        let (events, heard) = unbounded();
        let segments = plan.segments.iter().map(|_| None).collect();
        Running {
            plan,
            clock,
            nodes: Vec::new(),
            drivers: Vec::new(),
            exchanges: Vec::new(),
            gone: Gone::default(),
            changes: 0,
            leaving: Vec::new(),
            shadows: Vec::new(),
            taps: Vec::new(),
            watchdog: Watchdog::new(),
            pauses: Pauses::default(),
            reloads: 0,
            segments,
            heard,
            events,
            number: 0,
            stepped,
            faults: Vec::new(),
            faulted: false,
            fatal: None,
            stopping: None,
            forced: false,
            started: Instant::now(),
        }
    }

    /// The number of a node that is new, and where it says what happens to it.
    pub(super) fn next_number(&mut self) -> (usize, Sender<Event>) {
        self.number += 1;
        (self.number - 1, self.events.clone())
    }

    /// Has a segment driven.
    pub(super) fn drive(&mut self, number: usize, segment: Segment) -> Result<Driver, StartError> {
        let events = self.events.clone();
        if self.stepped {
            return Ok(Driver::stepped(number, segment, events));
        }
        Driver::start(number, segment, events).map_err(|error| no_thread(number, error))
    }

    /// A driver that waits for a segment.
    pub(super) fn waiting_driver(&mut self, number: usize) -> Result<Driver, StartError> {
        let events = self.events.clone();
        if self.stepped {
            return Ok(Driver::waiting_stepped(number, events));
        }
        Driver::waiting(number, events).map_err(|error| no_thread(number, error))
    }

    /// What drives the segments of a run that is stepped, in their order; another after each reload.
    pub fn steppers(&self) -> Vec<Option<Stepper>> {
        self.drivers.iter().map(|driver| driver.as_ref().and_then(Driver::stepper).cloned()).collect()
    }

    /// Undoes a start that failed.
    pub(super) fn abandon(&mut self) {
        for driver in self.drivers.iter().flatten() {
            driver.pause();
        }
        for driver in self.drivers.drain(..).flatten() {
            drop(driver.join());
        }
        let stuck = self.close(field::CONSUMED);
        self.forget(&stuck);
    }

    /// Gives the accounts up, but for those of modules that did not return: what they count in must stay their own.
    fn forget(&mut self, stuck: &[String]) {
        for node in self.nodes.drain(..).filter(|node| !stuck.contains(&node.spec.name)) {
            nodes::forget(node.account);
            node.account.close();
        }
        self.gone.forget();
    }

    /// Ends all halves, then all instances, and books what they still hold in `charge`; names the nodes that
    /// did not return.
    fn close(&mut self, charge: usize) -> Vec<String> {
        // Frames of these may lie in memory of instances.
        self.close_taps();
        self.wait_for_shadows(Instant::now() + LAST_CALL);
        self.segments.drain(..).flatten().for_each(|segment| segment.end_halves(charge));
        self.end_restarts();
        let mut stuck = Vec::new();
        // Memory of a module's own may be in frames that other nodes still hold: such a module ends last.
        let (last, first): (Vec<_>, Vec<_>) =
            self.nodes.iter_mut().partition(|node| node.account.wrapped() > 0);
        for node in first.into_iter().chain(last) {
            if let Some(pump) = node.pump.take()
                && !pump.join(Instant::now() + LAST_CALL)
            {
                stuck.push(node.spec.name.clone());
                // The thread is inside of the module: its instance must live as long as the process.
                std::mem::forget(node.instance.take());
            }
            if !node.end(node.ctl.charge(charge)) {
                stuck.push(node.spec.name.clone());
            }
        }
        stuck
    }

    /// Whether all segments have come to their end.
    pub fn is_over(&self) -> bool {
        self.drivers.iter().all(|driver| driver.as_ref().is_none_or(Driver::is_finished))
    }

    /// Whether the node of that name has come to its end.
    pub fn has_ended(&self, node: &str) -> bool {
        self.nodes.iter().any(|n| n.spec.name == node && n.ctl.ended.load(Ordering::Acquire))
    }

    /// Waits for something to happen, at most `longest`, and does what follows from it: faults are noted,
    /// instances restarted, the run stopped where the graph says so. Returns the faults that were new.
    pub fn attend(&mut self, longest: Duration) -> Vec<(String, String)> {
        self.attend_or(longest, &never::<()>()).0
    }

    /// The same, and hears what comes from elsewhere meanwhile: at most one thing, at once when it is there.
    pub fn attend_or<T>(
        &mut self,
        longest: Duration,
        other: &Receiver<T>,
    ) -> (Vec<(String, String)>, Option<T>) {
        let before = self.faults.len();
        let now_ns = self.clock.now_ns();
        let until = self
            .next_restart_ns()
            .map_or(longest, |at| longest.min(Duration::from_nanos(at.saturating_sub(now_ns))));
        let (mut event, mut thing, mut closed) = (None, None, false);
        select! {
            recv(self.heard) -> heard => heard.map_or_else(|_| closed = true, |heard| event = Some(heard)),
            recv(other) -> heard => heard.map_or_else(|_| closed = true, |heard| thing = Some(heard)),
            default(until) => {}
        }
        if let Some(event) = event {
            self.hear(event);
        }
        // No sender is left once every segment has been given back.
        if closed {
            std::thread::park_timeout(until.min(Duration::from_millis(1)));
        }
        while let Ok(event) = self.heard.try_recv() {
            self.hear(event);
        }
        self.restart_due();
        self.end_trials();
        self.tend_shadows();
        self.look_inside();
        (self.faults[before..].to_vec(), thing)
    }

    /// What drives the graph: the halves of each segment in their order, and its thread, if it has one.
    pub fn drivers(&self) -> Vec<(Vec<String>, Option<std::thread::ThreadId>)> {
        let name =
            |half: &usize| self.plan.halves.get(*half).map(|half| half.name.clone()).unwrap_or_default();
        let names = self.plan.segments.iter().map(|segment| segment.halves.iter().map(name).collect());
        let threads = self.drivers.iter().map(|driver| Some(driver.as_ref()?.thread()?.id()));
        names.zip(threads).collect()
    }

    /// How often the graph has been changed since its start: by a swap, by parameters that were set, by a reload.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Node and text of each fault so far, in order.
    pub fn faults(&self) -> &[(String, String)] {
        &self.faults
    }

    /// The module that runs in a node.
    pub fn module(&self, node: &str) -> Option<Arc<dyn Module>> {
        self.nodes.iter().find(|n| n.spec.name == node).map(|n| n.module.clone())
    }

    fn hear(&mut self, event: Event) {
        let Event::Fault { node: number, text } = event else { return };
        let Some(node) = self.nodes.iter().position(|node| node.ctl.node == number) else {
            let gone = self.gone.name_of(number).unwrap_or_default();
            self.faults.push((gone, text));
            return;
        };
        let Some(failed) = self.nodes.get(node) else { return };
        self.faults.push((failed.spec.name.clone(), text));
        failed.wake();
        // One that waits, and not for a restart, failed on a trial that may be over by now.
        let waits = failed.ctl.health() == Health::Waiting;
        let tried = failed.ctl.on_trial.load(Ordering::Acquire) || failed.ctl.on_fault() != OnFault::Restart;
        self.end_shadows(Some(node), "the module that runs failed meanwhile");
        if waits && tried && self.trial_failed(node) {
            return;
        }
        let Some(failed) = self.nodes.get(node) else { return };
        match failed.ctl.on_fault() {
            OnFault::Stop => self.fault_ends_run(),
            OnFault::Restart if failed.ctl.health() == Health::Waiting => self.plan_restart(node),
            OnFault::Restart | OnFault::Drop | OnFault::Bypass => {}
        }
    }

    pub(super) fn fault_ends_run(&mut self) {
        self.faulted = true;
        self.fatal.get_or_insert(self.faults.len().saturating_sub(1));
        self.stop();
    }

    /// Has all sources count as ended; the graph runs out.
    pub fn stop(&mut self) {
        if self.stopping.is_some() {
            return;
        }
        self.stopping = Some(Instant::now());
        self.end_shadows(None, "the run is stopping");
        for node in &self.nodes {
            if let Some(pump) = &node.pump {
                pump.interrupt();
            }
        }
        for driver in self.drivers.iter().flatten() {
            driver.stop();
        }
    }

    /// When [`Running::stop`] was called.
    pub fn stopping_since(&self) -> Option<Instant> {
        self.stopping
    }

    /// Ends the waiting: has what has not drained thrown away, and all segments given back.
    pub fn force(&mut self) {
        self.forced = true;
        self.stop();
        self.drivers.iter().flatten().for_each(|driver| {
            driver.discard();
            driver.pause();
        });
    }

    /// Ends the run: what has not drained by now is thrown away and counted.
    pub fn end(mut self) -> Ending {
        let mut ending = Ending { lasted: self.started.elapsed(), ..Ending::default() };
        if !self.is_over() {
            self.force();
        }
        let deadline = Instant::now() + LAST_CALL;
        while !self.is_over() && Instant::now() < deadline {
            self.attend(Duration::from_millis(5));
        }
        // Instances that were replaced end before the books are closed.
        self.settle(deadline.saturating_duration_since(Instant::now()));
        for (number, place) in self.drivers.iter_mut().enumerate() {
            let Some(driver) = place.take() else { continue };
            let inside = driver.inside();
            if driver.is_finished() {
                self.segments[number] = driver.join();
            }
            if self.segments[number].is_none() {
                let halves =
                    self.plan.segments[number].halves.iter().map(|&half| self.plan.halves[half].node);
                for (index, node) in halves.enumerate() {
                    let node = &mut self.nodes[node];
                    let name = node.spec.name.clone();
                    // The others are only behind it; where nobody is inside, the thread itself is lost.
                    match inside {
                        Some(inside) if inside.index != index => ending.left_behind.push(name),
                        _ => ending.stuck.push(name),
                    }
                    // The thread has its halves, which may be called when the module inside returns after all.
                    std::mem::forget(node.instance.take());
                }
            }
        }
        for segment in self.segments.iter_mut().flatten() {
            ending.discarded += segment.discard();
        }
        while let Ok(event) = self.heard.try_recv() {
            self.hear(event);
        }
        let charge = if self.forced { field::DROP_STOPPED } else { field::CONSUMED };
        ending.stuck.extend(self.close(charge));
        ending.stuck.extend(self.gone.end_rest());
        ending.stuck.dedup();
        ending.left_behind.dedup();
        ending.ledger = self.ledger(true);
        // What such an instance still has nobody else can give back.
        let leaving = std::mem::take(&mut self.leaving);
        let holds = |name: &str| ending.ledger.nodes.iter().any(|book| book.name == name && book.held != 0);
        ending.stuck.extend(leaving.into_iter().map(|leaving| leaving.node).filter(|node| holds(node)));
        let Ending { stuck, left_behind, .. } = &mut ending;
        left_behind.retain(|node| !stuck.contains(node));
        let lost = [stuck.as_slice(), left_behind.as_slice()].concat();
        ending.ledger.count_left_behind(&lost);
        for node in &self.nodes {
            if let Some(text) = node.ctl.shared.take_fault() {
                self.faults.push((node.spec.name.clone(), format!("failed as it was ended: {text}")));
            }
        }
        ending.faults = std::mem::take(&mut self.faults);
        ending.faulted = self.faulted;
        ending.fatal = self.fatal;
        ending.status = self.status();
        self.forget(&lost);
        ending
    }

    /// The books as they stand. `exact` counts living headers too, which is right only while nothing runs.
    pub fn ledger(&self, exact: bool) -> Ledger {
        let live = exact.then(pool::live_by_holder);
        let books = self.nodes.iter().map(|node| node.book(live.as_ref()));
        Ledger { nodes: books.chain(self.gone.books(live.as_ref())).collect() }
    }

    /// All nodes, with their counters and readings.
    pub fn status(&self) -> Vec<NodeStatus> {
        let books = self.ledger(false).nodes;
        self.nodes
            .iter()
            .enumerate()
            .zip(books)
            .map(|((index, node), book)| NodeStatus {
                book,
                health: node.ctl.health(),
                pool: node.account.pool(),
                counters: node.ctl.shared.counters(),
                readings: node.ctl.shared.readings().into_iter().collect(),
                watched: Watched {
                    waiting: node.ctl.waiting.load(Ordering::Relaxed),
                    calls: node.ctl.times.classes().to_vec(),
                    inside: self.inside_of(index),
                    tally: node.tally,
                    reasons: NodeBook::reasons(&node.spec.reasons).collect(),
                },
            })
            .collect()
    }

    /// How long segments were paused so far, for swaps and parameters.
    pub fn pauses(&self) -> Pauses {
        self.pauses
    }

    /// How often the whole graph was changed.
    pub fn reloads(&self) -> u64 {
        self.reloads
    }

    /// Time since the start.
    pub fn lasted(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn restart_failed(&mut self, node: usize, error: &StartError) {
        self.faults.push((self.nodes[node].spec.name.clone(), format!("could not be restarted: {error}")));
    }
}

fn no_thread(number: usize, error: std::io::Error) -> StartError {
    StartError::Thread { what: format!("segment {number}"), error }
}
