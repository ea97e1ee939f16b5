//! Losses that the graph does not ask for, each told once, when its first frame is lost.
//!
//! Asked by `watch` a few times a second.

use std::collections::{HashMap, HashSet};

use crate::{
    card,
    graph::{Plan, PlanNode},
    metrics::{Intent, Ledger},
};

/// Reasons that are told in other ways: a fault as an error, a stop by the verdict.
const TOLD: [&str; 2] = ["fault", "stopped"];

/// What has been told.
#[derive(Debug, Default)]
pub struct Losses {
    /// For each node by name, the reasons that are no loss if a parameter is written, with that parameter.
    policies: HashMap<String, Vec<(String, String)>>,
    told: HashSet<(String, String)>,
}

impl Losses {
    /// For the nodes of this plan.
    pub fn new(plan: &Plan) -> Losses {
        Losses { policies: policies(plan), told: HashSet::new() }
    }

    /// For the modules that run now.
    pub fn renew(&mut self, plan: &Plan) {
        self.policies = policies(plan);
    }

    /// What there is to say that has not been said.
    pub fn news(&mut self, ledger: &Ledger) -> Vec<String> {
        let mut news = Vec::new();
        for node in &ledger.nodes {
            let losses = node.dropped.iter().filter(|drop| drop.intent == Intent::Loss && drop.frames > 0);
            for drop in losses.filter(|drop| !TOLD.contains(&drop.reason.as_str())) {
                if !self.told.insert((node.name.clone(), drop.reason.clone())) {
                    continue;
                }
                let reason = &drop.reason;
                let policy = self.policies.get(&node.name).into_iter().flatten().find(|(of, _)| of == reason);
                let what_to_do = policy.map_or(String::new(), |(_, param)| {
                    format!("; if this is meant, write `{param}` into its `params`")
                });
                let node = &node.name;
                news.push(format!(
                    "node {node} drops frames ({reason}), which the graph does not ask for: the run is \
                     INCOMPLETE{what_to_do}"
                ));
            }
        }
        news
    }
}

fn policies(plan: &Plan) -> HashMap<String, Vec<(String, String)>> {
    let of = |node: &PlanNode| {
        let drops = node.found.card.drops.iter();
        let param = |drop: &card::DropCard| match &drop.intent {
            card::Intent::Param(param) => Some((drop.name.clone(), param.clone())),
            card::Intent::Asked | card::Intent::Loss => None,
        };
        (node.name.clone(), drops.filter_map(param).collect())
    };
    plan.nodes.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Dropped, NodeBook};

    #[test]
    fn each_loss_is_told_once() {
        let drop = |reason: &str, intent| Dropped { reason: reason.to_owned(), intent, frames: 1 };
        let dropped = vec![
            drop("channel", Intent::Asked),
            drop("full", Intent::Loss),
            drop("fault", Intent::Loss),
            drop("stopped", Intent::Loss),
        ];
        let book =
            |name: &str| NodeBook { name: name.to_owned(), dropped: dropped.clone(), ..NodeBook::default() };
        let mut ledger = Ledger { nodes: vec![book("a")] };
        let policies = [("a".to_owned(), vec![("full".to_owned(), "overflow".to_owned())])].into();
        let mut losses = Losses { policies, ..Losses::default() };
        let news = losses.news(&ledger);
        assert_eq!(news.len(), 1);
        let (start, end) =
            ("node a drops frames (full), which the", "if this is meant, write `overflow` into its `params`");
        assert!(news[0].starts_with(start) && news[0].ends_with(end), "{news:?}");
        assert_eq!(losses.news(&ledger), Vec::<String>::new());
        ledger.nodes.push(book("b"));
        let news = losses.news(&ledger);
        assert!(news.len() == 1 && news[0].ends_with("the run is INCOMPLETE"), "{news:?}");
    }
}
