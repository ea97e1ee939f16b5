//! A turn of one segment, and what must have come of it.

use crate::{
    graph::number,
    point::Point,
    run::Run,
    watch::{Id, Note, id},
};
use rogue_runtime::{
    card::Shape,
    engine::{Progress, Stepper},
    graph::{OnFault, Plan, PlanSegment, Side},
    module::Status,
};

/// Port and frame of what waits for a node, oldest first.
type Inbox = Vec<(u32, Id)>;

/// A segment and where it is.
pub struct Actor {
    pub stepper: Stepper,
    /// The number of each half's node, and whether it takes.
    pub halves: Vec<(usize, bool)>,
    /// It sleeps, until that time if there is one.
    pub asleep: Option<Option<u64>>,
    pub over: bool,
}

impl Actor {
    /// A segment that has not been stepped yet.
    pub fn new(stepper: Stepper, segment: &PlanSegment, plan: &Plan) -> Actor {
        let half = |&half: &usize| {
            let half = &plan.halves[half];
            let source = plan.nodes[half.node].found.card.shape == Shape::Source;
            (number(&plan.nodes[half.node].name), half.side != Side::Give && !source)
        };
        Actor { stepper, halves: segment.halves.iter().map(half).collect(), asleep: None, over: false }
    }

    /// Whether its thread would not sleep now.
    pub fn is_awake(&self, now_ns: u64) -> bool {
        match self.asleep {
            None => true,
            Some(until) => self.stepper.is_called() || until.is_some_and(|until| until <= now_ns),
        }
    }

    /// What waits in its inboxes, by node; `None` after its end.
    fn waiting(&self) -> Option<Vec<(usize, Inbox)>> {
        let takes = || self.halves.iter().enumerate().filter(|(_, (_, takes))| *takes);
        self.stepper.look(|segment| {
            let inbox = |half| segment.waiting(half).map(|(port, frame)| (port, id(frame))).collect();
            takes().map(|(half, (node, _))| (*node, inbox(half))).collect()
        })
    }

    /// Its nodes that take.
    fn takers(&self) -> impl Iterator<Item = usize> + '_ {
        self.halves.iter().filter(|(_, takes)| *takes).map(|(node, _)| *node)
    }
}

impl Run<'_> {
    /// Steps segment `n`, and checks every call that was made and every inbox.
    pub fn turn(&mut self, n: usize, now_ns: u64) -> Result<(), String> {
        self.last = Some(n);
        if !self.actors[n].is_awake(now_ns) {
            self.note(Point::EarlyReturn, &format!("segment {n} looks around"));
        }
        let progress = self.actors[n].stepper.step();
        let actor = &mut self.actors[n];
        actor.over = matches!(progress, None | Some(Progress::Ended));
        actor.asleep = match progress {
            Some(Progress::Idle(longest)) => {
                Some(longest.map(|time| self.world.now_ns() + time.as_nanos() as u64))
            }
            _ => None,
        };
        self.trace.add(format_args!("{}: segment {n}: {progress:?}", self.step));
        let scarce = self.starved_until != 0;
        let notes = std::mem::take(&mut self.world.lock().notes);
        for note in &notes {
            self.called(note)?;
            self.model.called(note, scarce)?;
        }
        self.compare(n, notes.is_empty(), scarce)
    }

    /// Follows the calls that were made in a change of the whole graph. True: a node that fails lets frames pass by, somewhere
    /// between the results of these calls, so that what waits where is not known.
    pub fn heed_many(&mut self) -> Result<bool, String> {
        let notes = std::mem::take(&mut self.world.lock().notes);
        notes.iter().try_for_each(|note| self.called(note))?;
        let failed = |node: &usize| self.failures[*node] > 0;
        if (0..self.failures.len()).filter(failed).any(|node| self.model.bypasses(node)) {
            return Ok(true);
        }
        notes.iter().try_for_each(|note| self.model.called(note, false))?;
        Ok(false)
    }

    fn called(&mut self, note: &Note) -> Result<(), String> {
        self.trace.add(format_args!("{}:   {note:x?}", self.step));
        if self.dead[note.node] {
            return Err(format!("node n{} was called though it had failed: {note:x?}", note.node));
        }
        if matches!(note.status, Status::Fault | Status::Panicked) {
            self.failures[note.node] += 1;
            self.dead[note.node] = !self.restarts[note.node];
        }
        self.order.called(note)
    }

    /// Every inbox of a segment against the model.
    fn compare(&mut self, n: usize, nobody_called: bool, scarce: bool) -> Result<(), String> {
        let Some(real) = self.actors[n].waiting() else { return self.ended(n) };
        // A node that is not called any more: at most one in a turn, the first that misses something.
        let gone = |(node, real): &&(usize, Inbox)| {
            nobody_called && real.is_empty() && self.failures[*node] > 0 && !self.model.is_empty(*node)
        };
        if let Some((node, _)) = real.iter().find(gone) {
            self.model.passed(*node, scarce);
        }
        for (node, real) in &real {
            self.missing += self.model.settle(*node, real)?;
            self.waiting[*node] = real.len() as u64;
        }
        Ok(())
    }

    /// A segment that has ended has left nothing.
    fn ended(&self, n: usize) -> Result<(), String> {
        match self.actors[n].takers().find(|node| !self.forced && !self.model.is_empty(*node)) {
            Some(node) => Err(format!("the segment ended while frames wait for node n{node}")),
            None => Ok(()),
        }
    }

    /// The plan is another from now on, whose segments have other steppers.
    pub fn take_plan(&mut self, plan: &Plan) {
        let segments = self.running.steppers().into_iter().zip(&plan.segments);
        self.actors =
            segments.filter_map(|(stepper, segment)| Some(Actor::new(stepper?, segment, plan))).collect();
        self.last = None;
        self.know_nodes(plan);
        self.waiting.fill(0);
        self.model.take_plan(plan);
    }

    /// Nodes of a plan that may come to run: some are called before it does.
    pub fn know_nodes(&mut self, plan: &Plan) {
        self.waiting.resize(self.next, 0);
        self.failures.resize(self.next, 0);
        self.dead.resize(self.next, false);
        self.restarts.resize(self.next, false);
        for node in &plan.nodes {
            self.restarts[number(&node.name)] = matches!(node.on_fault, OnFault::Restart { .. });
        }
        self.model.know(self.next);
        self.order.know_nodes(plan);
    }

    /// Every inbox after a change of the whole graph; those of nodes that failed, or all, are believed.
    pub fn look_at_all(&mut self, believed: bool) -> Result<(), String> {
        for n in 0..self.actors.len() {
            let real = match self.actors[n].waiting() {
                Some(real) => real,
                // What was thrown away by force waits until the end of the run.
                None if self.forced => continue,
                None => self.actors[n].takers().map(|node| (node, Inbox::new())).collect(),
            };
            for (node, real) in real {
                self.waiting[node] = real.len() as u64;
                if believed || self.failures[node] > 0 {
                    self.model.believe(node, &real);
                } else {
                    self.missing += self.model.settle(node, &real)?;
                }
            }
        }
        Ok(())
    }
}
