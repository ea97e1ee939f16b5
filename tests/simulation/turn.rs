//! A turn of one segment, and what must have come of it.

use crate::{
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

/// A segment and where it is.
pub struct Actor {
    pub stepper: Stepper,
    /// Node of each half, and whether it takes.
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
            (half.node, half.side != Side::Give && !source)
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
        let notes = std::mem::take(&mut self.world.lock().notes);
        let scarce = self.starved_until != 0;
        for note in &notes {
            self.trace.add(format_args!("{}:   {note:x?}", self.step));
            self.called(note, scarce)?;
        }
        self.compare(n, notes.is_empty(), scarce)
    }

    fn called(&mut self, note: &Note, scarce: bool) -> Result<(), String> {
        if self.dead[note.node] {
            return Err(format!("node n{} was called though it had failed: {note:x?}", note.node));
        }
        if matches!(note.status, Status::Fault | Status::Panicked) {
            self.failures[note.node] += 1;
            self.dead[note.node] =
                !matches!(self.running.plan.nodes[note.node].on_fault, OnFault::Restart { .. });
        }
        self.model.called(note, scarce)?;
        self.order.called(note)
    }

    /// Every inbox of a segment against the model.
    fn compare(&mut self, n: usize, nobody_called: bool, scarce: bool) -> Result<(), String> {
        let halves = &self.actors[n].halves;
        let takes = || halves.iter().enumerate().filter(|(_, (_, takes))| *takes);
        let waiting = self.actors[n].stepper.look(|segment| {
            let inbox = |half| segment.waiting(half).map(|(port, frame)| (port, id(frame))).collect();
            takes().map(|(half, (node, _))| (*node, inbox(half))).collect::<Vec<(usize, Vec<(u32, Id)>)>>()
        });
        let Some(real) = waiting else {
            let left = |(node, takes): &&(usize, bool)| *takes && !self.forced && !self.model.is_empty(*node);
            return match halves.iter().find(left) {
                Some((node, _)) => Err(format!("the segment ended while frames wait for node n{node}")),
                None => Ok(()),
            };
        };
        // A node that is not called any more: at most one in a turn, the first that misses something.
        let gone = |(node, real): &&(usize, Vec<(u32, Id)>)| {
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
}
