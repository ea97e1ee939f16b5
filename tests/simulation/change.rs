//! Stages are changed in mid-run: swapped for themselves with other parameters, for another module, for one that refuses, does
//! not fit or fails on trial; set; rolled back.

use crate::{graph::number, point::Point, run::Run, shop::SHOP, watch::Refusal};
use rogue_runtime::{
    engine::Health,
    graph::{Catalog, Sandbox, Wanted as Named},
    swap::{SwapError, Swapped, Wanted},
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Longest time that a call may take that returns at once.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Changes of one run: each may begin a source anew.
const MOST_CHANGES: u32 = 12;

/// Modules that can take each other's place.
const GROUPS: [&[&str]; 3] =
    [&["wild-stage", "filter", "tag", "ratedrop"], &["fifo", "wild-queue"], &["wild-source", "pattern"]];

impl Run<'_> {
    /// Changes some node, and sees that what was refused changed nothing.
    pub fn change(&mut self) -> Result<(), String> {
        if self.changes == MOST_CHANGES {
            return Ok(());
        }
        self.changes += 1;
        if self.dice.u32(0..4) == 0 {
            return self.reload();
        }
        let planned = &self.running.plan.nodes[self.dice.usize(0..self.running.plan.nodes.len())];
        let (node, module) = (number(&planned.name), planned.found.card.name.clone());
        // What they wrote is compared with what they took, to the end.
        if matches!(module.as_str(), "file-writer" | "compare") {
            return Ok(());
        }
        let name = format!("n{node}");
        let (point, done) = match self.dice.u32(0..10) {
            0 => (Point::Rollback, self.running.rollback(&name)),
            1..3 => {
                let params = self.params(&module, node);
                self.trace.add(format_args!("{}: {name} is set to {params:?}", self.step));
                (Point::Set, self.running.set_params(&name, params))
            }
            _ => {
                let wanted = self.wanted(node, &module);
                self.trace.add(format_args!(
                    "{}: {name}, {module}, is swapped for {} {:?}, state {}, on trial for {:?}",
                    self.step, wanted.found.card.name, wanted.params, wanted.keep_state, wanted.grace
                ));
                let on_trial = !wanted.grace.is_zero();
                (if on_trial { Point::Trial } else { Point::Swap }, self.running.swap(wanted))
            }
        };
        self.settle()?;
        match done {
            Ok(done) => self.changed(node, point, &done),
            Err(error) => self.refused(&error),
        }
    }

    fn changed(&mut self, node: usize, point: Point, done: &Swapped) -> Result<(), String> {
        let Swapped { module, state, moved, dropped, .. } = done;
        self.note(
            point,
            &format!("{module} runs in n{node}, {moved} frames handed over, {dropped} not, {state:?}"),
        );
        let name = format!("n{node}");
        let now = self.running.status().into_iter().find(|status| status.book.name == name);
        if now.is_some_and(|status| status.health == Health::Running) {
            self.dead[node] = false;
        }
        self.order.swapped(node, module);
        Ok(())
    }

    fn refused(&mut self, error: &SwapError) -> Result<(), String> {
        self.note(Point::Refused, &error.to_string());
        match error {
            SwapError::NotNow { .. } | SwapError::DoesNotFit { .. } | SwapError::Refused { .. } => Ok(()),
            // Nothing hangs here, and every module takes back what it gave up.
            _ => Err(error.to_string()),
        }
    }

    /// What was replaced comes to its end before the next step: its end is not the seed's to choose.
    pub fn settle(&mut self) -> Result<(), String> {
        if !self.running.settle(PATIENCE) {
            return Err("a module that was replaced does not end".to_owned());
        }
        match self.world.lock().wrong.take() {
            Some(wrong) => Err(wrong),
            None => Ok(()),
        }
    }

    /// A node that failed on trial may have its module of before again.
    pub fn look_at_trials(&mut self) -> Result<(), String> {
        self.settle()?;
        for status in self.running.status() {
            let node = number(&status.book.name);
            let Some(planned) = self.planned(node) else { continue };
            let module = planned.found.card.name.clone();
            if self.dead[node] && status.health == Health::Running {
                self.world.lock().hits.hit(Point::TakenBack);
                self.trace.add(format_args!("{}: {module} is back in n{node}", self.step));
                self.dead[node] = false;
                self.order.swapped(node, &module);
            }
        }
        Ok(())
    }

    fn wanted(&mut self, node: usize, module: &str) -> Wanted {
        let group = GROUPS.iter().find(|group| group.contains(&module));
        let name = match (group, self.dice.u32(0..20)) {
            (_, 0) => ["wild-fork", "wild-sink", "fifo", "compare", "tag"][self.dice.usize(0..5)],
            (Some(group), _) => group[self.dice.usize(0..group.len())],
            (None, _) => module,
        };
        let found = SHOP.find(&Named { module: name, entry: None }).unwrap_or_else(|error| panic!("{error}"));
        let refuses = self.refusal();
        let module = self.watched(node, name, refuses);
        let params = self.params(&found.card.name, node);
        let grace = if self.dice.u32(0..3) == 0 { self.dice.u64(1..200_000) } else { 0 };
        Wanted {
            node: format!("n{node}"),
            found,
            module,
            params,
            sandbox: Sandbox::default(),
            keep_state: self.dice.u32(0..3) > 0,
            patience: PATIENCE,
            grace: Duration::from_nanos(grace),
        }
    }

    /// What a new instance refuses, if it does.
    pub fn refusal(&mut self) -> Option<Refusal> {
        match self.dice.u32(0..20) {
            0 => Some(Refusal::Create),
            1 => Some(Refusal::Start),
            2 => Some(Refusal::Restore),
            3 => Some(Refusal::Adopt),
            _ => None,
        }
    }

    /// Some parameters for the node with that number.
    pub fn params(&mut self, module: &str, node: usize) -> Map<String, Value> {
        let count = self.planned(node).and_then(|planned| planned.params.get("count")).cloned();
        let dice = &mut self.dice;
        let value = match module {
            "filter" => json!({ "channel": [0, 1, dice.u32(2..4)] }),
            "tag" => json!({ "channel": dice.u32(0..4) }),
            "ratedrop" => json!({ "keep_every": dice.u32(1..4) }),
            "fifo" => {
                let overflow = ["block", "drop_newest", "drop_oldest"][dice.usize(0..3)];
                json!({ "max_depth": dice.u32(1..12), "overflow": overflow })
            }
            "pattern" => json!({ "size": dice.u32(8..80), "count": dice.u32(1..20) }),
            _ => {
                let mut all = json!({
                    "seed": dice.u32(..), "size": dice.u32(8..100), "panics": self.profile.panics,
                    "errors": self.profile.errors, "naps": self.profile.naps, "maker": node + 1,
                });
                // One that ends still ends.
                if module == "wild-source" || module == "wild-bridge" {
                    all["count"] = count.unwrap_or_else(|| json!(30));
                }
                all
            }
        };
        match value {
            Value::Object(params) => params,
            _ => Map::new(),
        }
    }
}
