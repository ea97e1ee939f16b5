//! What happens next: the seed's choice of which segment runs, when time passes, when memory is missing, when
//! somebody wakes a half for nothing, when a stage is changed, when the run is attended to, stopped, ended by force.

use crate::{point::Point, run::Run};
use rogue_runtime::{host::Wake, pool};
use std::{sync::atomic::Ordering, time::Duration};

impl Run<'_> {
    /// One step: what the world does, or one segment, or who attends to the run.
    pub fn act(&mut self) -> Result<(), String> {
        self.mind_memory();
        if self.stopping_since.is_none() && self.running.stopping_since().is_some() {
            self.stopping_since = Some(self.step);
        }
        if self.profile.stop_at.is_some_and(|at| at <= self.step) && self.stopping_since.is_none() {
            self.note(Point::Stop, "the run is stopped");
            self.running.stop();
            return Ok(());
        }
        if let (Some(after), Some(since), false) =
            (self.profile.force_after, self.stopping_since, self.forced)
            && self.step >= since + after
        {
            self.note(Point::Discard, "the drain takes too long");
            self.forced = true;
            self.running.force();
            return Ok(());
        }
        if self.says(self.profile.time_passes) {
            self.time_passes();
        }
        if self.says(self.profile.interrupt) {
            self.interrupt();
        }
        if self.says(self.profile.attend) {
            self.attend()?;
        }
        if self.says(self.profile.change) {
            return self.change();
        }
        let now_ns = self.world.now_ns();
        let early = self.says(self.profile.early_return);
        let awake: Vec<usize> = (0..self.actors.len())
            .filter(|&n| !self.actors[n].over && (early || self.actors[n].is_awake(now_ns)))
            .collect();
        match self.choose(&awake) {
            Some(n) => self.turn(n, now_ns),
            None => self.nobody(),
        }
    }

    fn says(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.dice.u32(0..1000) < per_mille
    }

    /// Notes that a point was reached.
    pub fn note(&mut self, point: Point, what: &str) {
        self.world.lock().hits.hit(point);
        self.trace.add(format_args!("{}: {what}", self.step));
    }

    fn mind_memory(&mut self) {
        if self.starved_until == 0 && self.says(self.profile.starved_steps) {
            self.starved_until = self.step + self.dice.u64(1..30);
            self.note(Point::Allocation, "no memory");
            self.starve(true);
        } else if self.starved_until != 0 && self.starved_until <= self.step {
            self.starved_until = 0;
            self.trace.add(format_args!("{}: memory again", self.step));
            self.starve(false);
        }
    }

    fn starve(&mut self, starved: bool) {
        pool::starve(starved);
        self.world.lock().starved = starved;
    }

    fn time_passes(&mut self) {
        let ns = self.dice.u64(1..200_000);
        self.world.pass(ns);
        self.trace.add(format_args!("{}: {ns} ns pass", self.step));
    }

    fn interrupt(&mut self) {
        let n = self.dice.usize(0..self.actors.len());
        let half = self.dice.usize(0..self.actors[n].halves.len());
        if self.actors[n].stepper.look(|segment| segment.waker().wake(half as u32)).is_some() {
            self.note(Point::Interrupt, &format!("half {half} of segment {n} is woken for nothing"));
        }
    }

    fn attend(&mut self) -> Result<(), String> {
        for (node, text) in self.running.attend(Duration::ZERO) {
            let text = text.replace(&self.dir.display().to_string(), "{dir}");
            self.trace.add(format_args!("{}: node {node} failed: {text}", self.step));
        }
        if self.changes == 0 { Ok(()) } else { self.look_at_trials() }
    }

    fn choose(&mut self, awake: &[usize]) -> Option<usize> {
        if awake.is_empty() {
            return None;
        }
        match self.last {
            Some(last) if self.profile.sticky && awake.contains(&last) && self.dice.u32(0..20) > 0 => {
                Some(last)
            }
            _ => Some(awake[self.dice.usize(0..awake.len())]),
        }
    }

    /// Nobody has anything to do: time goes on to when somebody has.
    fn nobody(&mut self) -> Result<(), String> {
        self.attend()?;
        let now_ns = self.world.now_ns();
        if self.running.is_over() || self.actors.iter().any(|actor| !actor.over && actor.is_awake(now_ns)) {
            return Ok(());
        }
        let sleepers = self.actors.iter().filter(|actor| !actor.over);
        let next =
            sleepers.filter_map(|actor| actor.asleep.flatten()).chain(self.running.next_restart_ns()).min();
        let Some(next) = next else {
            return Err(format!("all sleep, and nobody will wake them; held: {:?}", self.held));
        };
        self.world.clock.fetch_max(next, Ordering::Relaxed);
        self.trace.add(format_args!("{}: all sleep until {next}", self.step));
        Ok(())
    }
}
