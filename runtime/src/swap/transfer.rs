//! One stage of a running graph is replaced by another: beside the old one as long as anything can be refused, and in its
//! place, with its state and its frames, between two calls of its segment.
//!
//! In phases: what can be seen from outside is checked; a candidate is made beside the old instance; the segments of the
//! node are paused, which takes them from their threads with all that is in them; the state and what is held are handed
//! over; the halves are put in; the segments go on; the old instance ends on a thread of its own.
//!
//! What holds: until the halves are put in, whatever fails leaves the old instance as it was, and says why. No frame is
//! lost uncounted: what waits stays in the segment, what the old one held the new one takes or it is counted as
//! *swapped*. Reasons to drop are counted by name, whichever module gives them. Other segments are not paused.

use super::{
    SwapError, Swapped, Wanted,
    awake::await_briefly,
    candidate::Candidate,
    hand::Hand,
    hand_over::{HandedOver, Terms, hand_over, said_elsewhere},
    node::Place,
    running::{LAST_CALL, Leaving, Running},
    wanted::Previous,
};
use crate::{
    engine::{Health, OnFault, Segment},
    host::claims,
    metrics::Ledger,
    module::{ColdError, Half, Held, Instance, NoColdSide, State},
    pool::{self, field},
};
use serde_json::{Map, Value};
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

/// Segments that were taken from their threads.
pub(super) type Taken = Vec<(usize, Segment)>;

impl Running {
    /// Replaces the module of a node; the graph goes on.
    ///
    /// # Errors
    /// [`SwapError`]; the old module goes on.
    pub fn swap(&mut self, wanted: Wanted) -> Result<Swapped, SwapError> {
        self.swap_with(wanted, None)
    }

    /// Goes back to the module and parameters that a node had before its last swap.
    ///
    /// # Errors
    /// As [`Running::swap`].
    pub fn rollback(&mut self, node: &str) -> Result<Swapped, SwapError> {
        let index = self.index_of(node)?;
        let Some(Previous { wanted, .. }) = self.nodes[index].previous.clone() else {
            let why = "it has not been swapped, so there is nothing to go back to";
            return Err(SwapError::NotNow { node: node.to_owned(), why });
        };
        let known = self.accepts_state_of(index, &wanted.found.card);
        self.swap_with(Wanted { keep_state: known, grace: Duration::ZERO, ..wanted }, None)
    }

    /// New parameters for the module that runs: it takes them, or is swapped with itself.
    ///
    /// # Errors
    /// As [`Running::swap`].
    pub fn set_params(&mut self, node: &str, params: Map<String, Value>) -> Result<Swapped, SwapError> {
        const PATIENCE: Duration = Duration::from_secs(2);
        let index = self.index_of(node)?;
        let wanted = Wanted { params, keep_state: true, patience: PATIENCE, ..self.as_it_runs(index) };
        self.may_swap(index, &wanted)?;
        if self.is_restarted(index) {
            // Nobody runs who could take them: a new instance does, and now.
            return self.swap_with(wanted, None);
        }
        let before = self.ledger(false);
        let hand = self.hand(&wanted.node)?;
        hand.rouse();
        let mut taken = self.take_segments(index, wanted.patience)?;
        let since = paused_since(&taken);
        let text = Value::Object(wanted.params.clone()).to_string();
        let done =
            self.call_old(index, hand, "reconfigure", wanted.patience, move |old| old.reconfigure(&text));
        self.renew_and_put(index, &mut taken);
        let pause = self.passed_since(since);
        match done {
            Ok(()) => {
                self.pauses.note(pause);
                self.nodes[index].tally.reconfigured += 1;
                self.runs_now(index, &wanted);
                Ok(self.swapped(&wanted, pause, HandedOver::default(), before))
            }
            Err(SwapError::Refused { error: ColdError::Unsupported, .. }) => self.swap_with(wanted, None),
            Err(error) => Err(error),
        }
    }

    /// A node on trial failed: the one before comes back, with its state. False = it does not.
    pub(super) fn trial_failed(&mut self, index: usize) -> bool {
        let Some(Previous { wanted, state }) = self.nodes[index].previous.clone() else { return false };
        let name = wanted.node.clone();
        let wanted = Wanted { keep_state: false, grace: Duration::ZERO, ..wanted };
        // Until then frames wait, as for a restart.
        match self.swap_with(wanted, state) {
            Ok(back) => {
                self.nodes[index].tally.trials_failed += 1;
                log::error!("{name}: failed on trial; {} {} runs again", back.module, back.version);
                true
            }
            Err(error) => {
                log::error!("{name}: failed on trial, and the module before does not come back: {error}");
                let ctl = &self.nodes[index].ctl;
                ctl.on_trial.store(false, Ordering::Release);
                if ctl.on_fault() != OnFault::Restart {
                    ctl.set_health(Health::Dead);
                }
                self.nodes[index].wake();
                false
            }
        }
    }

    /// Ends trials whose time is over.
    pub(super) fn end_trials(&mut self) {
        let now_ns = self.clock.now_ns();
        for node in self.nodes.iter_mut().filter(|node| node.trial_ends_ns.is_some_and(|end| end <= now_ns)) {
            node.trial_ends_ns = None;
            node.ctl.on_trial.store(false, Ordering::Release);
        }
        self.leaving.retain(|leaving| !leaving.thread.is_finished());
        self.gone.tidy();
    }

    /// Waits until the modules that were replaced or given up have come to their end, at most so long; false: not all.
    pub fn settle(&mut self, longest: Duration) -> bool {
        const LOOK: Duration = Duration::from_micros(100);
        let deadline = Instant::now() + longest;
        loop {
            self.leaving.retain(|leaving| !leaving.thread.is_finished());
            if self.leaving.is_empty() || Instant::now() >= deadline {
                return self.leaving.is_empty();
            }
            std::thread::park_timeout(LOOK);
        }
    }

    fn swap_with(&mut self, wanted: Wanted, state: Option<State>) -> Result<Swapped, SwapError> {
        let index = self.index_of(&wanted.node)?;
        let done = self.swap_node(index, wanted, state);
        if done.is_err() {
            // What only the candidate announced is free again.
            let node = &self.nodes[index];
            for name in node.ctl.shared.end_staging().fresh_claims {
                claims::unclaim_of(node.account.id(), &name);
            }
        }
        done
    }

    fn swap_node(
        &mut self,
        index: usize,
        wanted: Wanted,
        state: Option<State>,
    ) -> Result<Swapped, SwapError> {
        self.may_swap(index, &wanted)?;
        // One that failed gives up what only one may have before another wants it, and the last state that was good.
        let was_restarted = self.is_restarted(index);
        self.collect_halves(index);
        let wants_good =
            was_restarted && wanted.keep_state && self.accepts_state_of(index, &wanted.found.card);
        let state = state.or_else(|| self.nodes[index].good.clone().filter(|_| wants_good));
        let before = self.ledger(false);
        let previous = self.as_it_runs(index);
        let hand = self.hand(&wanted.node)?;
        let (mut candidate, hand) = self.candidate(index, &wanted, hand)?;
        let exclusive = candidate.exclusive;
        hand.rouse();
        let mut taken = match self.take_segments(index, wanted.patience) {
            Ok(taken) => taken,
            Err(error) => {
                self.leave(index, hand, candidate.instance, candidate.halves, !exclusive, field::CONSUMED);
                return Err(error);
            }
        };
        let since = paused_since(&taken);
        let node = &mut self.nodes[index];
        if let Some(said) = node.ctl.shared.staged().fault {
            self.put_segments(&mut taken);
            self.leave(index, hand, candidate.instance, candidate.halves, !exclusive, field::CONSUMED);
            let error = ColdError::Refused(format!("it failed before it took over: {said}"));
            return Err(SwapError::Refused { node: wanted.node, call: "start", error });
        }
        let old_lives = node.ctl.health() == Health::Running && node.instance.is_some();
        let (keep_state, left) = (wanted.keep_state, Held::default());
        let terms = Terms { old_lives, keep_state, state, exclusive, left };
        let handed = hand_over(node, &mut candidate, terms, &hand, wanted.patience);
        let handed = match handed {
            Ok(handed) => handed,
            Err(error) => {
                self.put_segments(&mut taken);
                // What it had adopted and did not give back is lost.
                let adopted =
                    matches!(error, SwapError::Refused { call: "adopt", .. } | SwapError::Broken { .. });
                let charge = if adopted { field::DROP_SWAPPED } else { field::CONSUMED };
                self.leave(index, hand, candidate.instance, candidate.halves, !exclusive, charge);
                return Err(error);
            }
        };
        self.fetch_halves(index);
        let halves = self.put_in(index, candidate, &mut taken, &wanted);
        self.put_segments(&mut taken);
        let failed = self.nodes[index].restart.drain();
        pool::charge_as(field::DROP_FAULT, || drop(failed));
        let pause = self.passed_since(since);
        self.pauses.note(pause);
        let node = &mut self.nodes[index];
        node.tally.swaps += 1;
        let old = node.replaced.take();
        node.previous = Some(Previous { wanted: previous, state: handed.state.clone() });
        let charge = if old_lives { field::DROP_SWAPPED } else { field::DROP_FAULT };
        match old {
            Some(old) => self.retire_replaced(index, hand, old, halves, charge),
            // It did not return from a call; what it has is in its halves too.
            None => self.leave(index, hand, Box::new(NoColdSide), halves, false, charge),
        }
        Ok(self.swapped(&wanted, pause, handed, before))
    }

    /// Time since then, by the run's clock.
    pub(super) fn passed_since(&self, since_ns: u64) -> Duration {
        Duration::from_nanos(self.clock.now_ns().saturating_sub(since_ns))
    }

    fn swapped(&self, wanted: &Wanted, pause: Duration, mut handed: HandedOver, before: Ledger) -> Swapped {
        let dropped = handed.give_up();
        let HandedOver { state, moved, .. } = handed;
        let card = &wanted.found.card;
        Swapped {
            node: wanted.node.clone(),
            module: card.name.clone(),
            version: card.version.clone(),
            pause,
            state: state.map(|state| (state.schema, state.version, state.bytes.len())),
            moved,
            dropped,
            before,
            after: self.ledger(false),
        }
    }

    pub(super) fn index_of(&self, node: &str) -> Result<usize, SwapError> {
        self.nodes.iter().position(|n| n.spec.name == node).ok_or_else(|| {
            let have: Vec<&str> = self.nodes.iter().map(|n| n.spec.name.as_str()).collect();
            SwapError::NoNode { node: node.to_owned(), have: have.join(", ") }
        })
    }

    /// What runs in a node now, as something that could be wanted.
    pub(super) fn as_it_runs(&self, index: usize) -> Wanted {
        let (node, plan) = (&self.nodes[index], &self.plan.nodes[index]);
        Wanted {
            node: plan.name.clone(),
            found: plan.found.clone(),
            module: node.module.clone(),
            params: plan.params.clone(),
            sandbox: plan.sandbox,
            keep_state: true,
            patience: LAST_CALL,
            grace: Duration::ZERO,
        }
    }

    pub(super) fn hand(&self, node: &str) -> Result<Hand, SwapError> {
        Hand::start(node).map_err(|error| SwapError::Thread { node: node.to_owned(), error })
    }

    /// Takes the node's segments from their threads.
    pub(super) fn take_segments(&self, index: usize, patience: Duration) -> Result<Taken, SwapError> {
        let node = &self.nodes[index];
        let mut numbers: Vec<usize> = node.places.iter().flatten().map(|place| place.segment).collect();
        numbers.dedup();
        self.take(&numbers, &node.spec.name, patience, false)
    }

    /// Takes these segments from their threads, on behalf of that node.
    pub(super) fn take(
        &self,
        numbers: &[usize],
        node: &str,
        patience: Duration,
        quietly: bool,
    ) -> Result<Taken, SwapError> {
        let drivers =
            || numbers.iter().filter_map(|&number| Some((number, self.drivers.get(number)?.as_ref()?)));
        let asked = Instant::now();
        drivers().for_each(|(_, driver)| if quietly { driver.pause_quietly() } else { driver.pause() });
        let deadline = asked + patience;
        let mut taken = Taken::new();
        for (number, driver) in drivers() {
            await_briefly(|| driver.is_finished());
            match driver.take(deadline.saturating_duration_since(Instant::now())) {
                Some(mut segment) => {
                    // A restart that has not been heard of yet comes first.
                    segment.take_fresh();
                    taken.push((number, segment));
                }
                None => {
                    let held_up = self.held_up_by(number);
                    self.put_segments(&mut taken);
                    drivers().for_each(|(_, driver)| driver.go_on());
                    // A segment that is asked to pause begins no further call.
                    let waited = asked.elapsed();
                    let (inside, call, lasted) =
                        held_up.unwrap_or_else(|| ("its segment".to_owned(), "a turn", waited));
                    return Err(SwapError::Busy {
                        node: node.to_owned(),
                        inside,
                        call,
                        lasted: lasted.max(waited),
                    });
                }
            }
        }
        Ok(taken)
    }

    /// The node of which a half is at this place.
    pub(super) fn node_at(&self, at: Place) -> Option<String> {
        let half = *self.plan.segments.get(at.segment)?.halves.get(at.index)?;
        Some(self.plan.nodes.get(self.plan.halves.get(half)?.node)?.name.clone())
    }

    pub(super) fn put_segments(&self, taken: &mut Taken) {
        for (number, segment) in taken.drain(..) {
            if let Some(driver) = &self.drivers[number] {
                driver.put(segment);
            }
        }
    }

    fn renew_and_put(&self, index: usize, taken: &mut Taken) {
        for place in self.nodes[index].places.iter().flatten() {
            if let Some((_, segment)) = taken.iter_mut().find(|(number, _)| *number == place.segment) {
                segment.renew(place.index);
            }
        }
        self.put_segments(taken);
    }

    /// A cold call into the instance that runs, while its segments are paused. One that does not return has the node
    /// fail: its half cannot be called while somebody is inside.
    pub(super) fn call_old<T: Send + 'static>(
        &mut self,
        index: usize,
        hand: Hand,
        call: &'static str,
        patience: Duration,
        body: impl FnOnce(&mut dyn Instance) -> Result<T, ColdError> + Send + 'static,
    ) -> Result<T, SwapError> {
        let node = &mut self.nodes[index];
        let name = node.spec.name.clone();
        let Some(mut old) = node.instance.take() else {
            return Err(SwapError::NotNow { node: name, why: "it has no instance" });
        };
        let called = hand.call(patience, move || {
            let done = body(&mut *old);
            (old, done)
        });
        match called {
            Some((old, done)) => {
                node.instance = Some(old);
                let said = |error| said_elsewhere(call, error, &node.ctl.shared);
                done.map_err(|error| SwapError::Refused { node: name, call, error: said(error) })
            }
            None => {
                node.fail(&format!("did not return from {call}"));
                self.give_up(&name, hand);
                let then = "the node has failed with it";
                Err(SwapError::Late { node: name, call, longest: patience, then })
            }
        }
    }

    /// The point of no return: the new instance runs. Gives the old halves.
    pub(super) fn put_in(
        &mut self,
        index: usize,
        candidate: Candidate,
        taken: &mut Taken,
        wanted: &Wanted,
    ) -> [Option<Box<dyn Half>>; 2] {
        let Candidate { instance, halves, reference, spec, .. } = candidate;
        let node = &mut self.nodes[index];
        let staged = node.ctl.shared.end_staging();
        node.account.run_as(reference);
        node.ctl.shared.reset_batch();
        if let Some(frames) = staged.batch_max {
            node.ctl.shared.want_batch(frames);
        }
        node.account.set_forward(staged.forward.unwrap_or(false));
        if !node.ctl.shared.pool_is_set() {
            node.account.set_pool(staged.pool.unwrap_or_default());
        }
        let mut old = [None, None];
        for (side, half) in halves.into_iter().enumerate() {
            let Some(half) = half else { continue };
            let place = node.places[side];
            let segment =
                place.and_then(|place| taken.iter_mut().find(|(number, _)| *number == place.segment));
            match (place, segment) {
                (Some(place), Some((_, segment))) => {
                    old[side] = segment.half(place.index).map(|there| std::mem::replace(there, half));
                    segment.renew(place.index);
                }
                _ => old[side] = node.unplaced[side].replace(half),
            }
        }
        node.ctl.shared.take_fault();
        node.ctl.set_health(Health::Running);
        node.replaced = node.instance.replace(instance);
        node.good = None;
        node.spec = spec;
        node.started = true;
        node.ctl.on_trial.store(!wanted.grace.is_zero(), Ordering::Release);
        let grace_ns = u64::try_from(wanted.grace.as_nanos()).unwrap_or(u64::MAX);
        node.trial_ends_ns = (grace_ns > 0).then(|| self.clock.now_ns().saturating_add(grace_ns));
        self.runs_now(index, wanted);
        old
    }

    /// The plan says what runs.
    pub(super) fn runs_now(&mut self, index: usize, wanted: &Wanted) {
        self.changes += 1;
        self.end_shadows(Some(index), "the node was changed meanwhile");
        let (node, plan) = (&mut self.nodes[index], &mut self.plan.nodes[index]);
        node.module = wanted.module.clone();
        node.spec.params = Value::Object(wanted.params.clone()).to_string();
        plan.module = wanted.found.file.display().to_string();
        plan.found = wanted.found.clone();
        plan.params = wanted.params.clone();
        plan.sandbox = wanted.sandbox;
    }

    /// Ends the instance that was replaced. While frames elsewhere lie in memory of its own it is only stopped.
    pub(super) fn retire_replaced(
        &mut self,
        index: usize,
        hand: Hand,
        old: Box<dyn Instance>,
        halves: [Option<Box<dyn Half>>; 2],
        charge: usize,
    ) {
        let node = &mut self.nodes[index];
        if node.account.wrapped() > 0 {
            node.retired.push(old);
            pool::charge_as(charge, || drop(halves));
            return;
        }
        self.leave(index, hand, old, halves, true, charge);
    }

    /// Ends an instance on a thread of its own; what it still holds is counted in `charge`.
    pub(super) fn leave(
        &mut self,
        index: usize,
        hand: Hand,
        mut instance: Box<dyn Instance>,
        halves: [Option<Box<dyn Half>>; 2],
        started: bool,
        charge: usize,
    ) {
        let node = self.nodes[index].spec.name.clone();
        let thread = hand.last(move || {
            pool::charge_as(charge, || {
                if started {
                    instance.stop();
                }
                drop(halves);
                drop(instance);
            });
        });
        self.leaving.push(Leaving { node, thread });
    }

    /// Leaves a module alone that does not return from a call.
    pub(super) fn give_up(&mut self, node: &str, hand: Hand) {
        self.leaving.push(Leaving { node: node.to_owned(), thread: hand.give_up() });
    }
}

/// When the first of these was given back, by the run's clock.
pub(super) fn paused_since(taken: &Taken) -> u64 {
    taken.iter().map(|(_, segment)| segment.given_back_ns()).min().unwrap_or(u64::MAX)
}
