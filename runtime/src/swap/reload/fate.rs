//! What a new plan makes of each node and each segment of the one that runs.
//!
//! Pure. What holds: a segment goes on untouched if it is made of the same halves with the same links, and none of its
//! nodes is changed; then it keeps the order of its halves.

use crate::{
    card::Card,
    graph::{Plan, PlanHalf, PlanNode, PlanSegment, Port, Side, diff},
};
use std::collections::HashMap;

/// What becomes of a node of the new plan; the numbers are indices in the plan that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on as it is.
    Keep(usize),
    /// Its module goes on; the graph says something else of it.
    Settings(usize),
    /// Its module goes on with other parameters.
    Set(usize),
    /// Another module, or the same made anew, takes its place, with state and frames.
    Replace(usize),
    /// It has the name of one whose place it cannot take: that one leaves, this one is added.
    Anew(usize),
    /// It was not there.
    Add,
}

impl Fate {
    /// The node that goes on, whatever drives it.
    pub fn stays(self) -> Option<usize> {
        match self {
            Fate::Keep(old) | Fate::Settings(old) | Fate::Set(old) | Fate::Replace(old) => Some(old),
            Fate::Anew(_) | Fate::Add => None,
        }
    }
}

/// The step from one plan to another.
#[derive(Debug)]
pub struct Change {
    /// Of each node of the new plan.
    pub fates: Vec<Fate>,
    /// Nodes of the old plan that leave.
    pub leave: Vec<usize>,
    /// Of each segment of the new plan: the one of the old plan that it is, untouched.
    pub untouched: Vec<Option<usize>>,
    /// Segments of the old plan that are taken apart.
    pub touched: Vec<usize>,
    /// Nodes of the new plan that stay, with other links.
    pub relinked: Vec<usize>,
}

/// Compares; `rebuilt` are nodes whose module is another under the same name; `takes_place` says whether a module with that
/// card can be put where the old node's is. The new plan gets a segment more for each half of a queue that no link leads to
/// any more, so that what is in it is delivered, and its untouched segments get the order that they have.
pub fn change(
    old: &Plan,
    new: &mut Plan,
    takes_place: impl Fn(usize, &Card) -> bool,
    live: bool,
    rebuilt: &[usize],
) -> Change {
    let diff = diff(old, new);
    let mut fates = vec![Fate::Add; new.nodes.len()];
    let (again, kept): (Vec<_>, Vec<_>) = diff.keep.iter().partition(|(_, node)| rebuilt.contains(node));
    for (before, node) in kept {
        fates[node] = Fate::Keep(before);
    }
    for &(before, node) in diff.replace.iter().chain(&again) {
        let (was, is) = (&old.nodes[before], &new.nodes[node]);
        fates[node] = match diff::same_module(was, is) && !rebuilt.contains(&node) {
            true if was.params == is.params => Fate::Settings(before),
            true if live && all_live(was, is) => Fate::Set(before),
            _ if takes_place(before, &is.found.card) => Fate::Replace(before),
            _ => Fate::Anew(before),
        };
    }
    let mut stays: Vec<Option<usize>> = vec![None; old.nodes.len()];
    for (node, before) in fates.iter().enumerate().filter_map(|(node, fate)| Some((node, fate.stays()?))) {
        stays[before] = Some(node);
    }
    let leave: Vec<usize> = (0..stays.len()).filter(|before| stays[*before].is_none()).collect();
    keep_queues(old, new, &stays);
    let untouched = untouched(old, new, &fates, &stays);
    let touched = (0..old.segments.len()).filter(|number| !untouched.contains(&Some(*number))).collect();
    let relinked = diff.relink.iter().map(|(_, node)| *node).filter(|node| fates[*node].stays().is_some());
    Change { relinked: relinked.collect(), fates, leave, untouched, touched }
}

/// Whether each parameter that differs can be changed while the module runs.
fn all_live(was: &PlanNode, is: &PlanNode) -> bool {
    let Ok(schema) = is.found.card.param_schema() else { return false };
    let Some(object) = schema.object() else { return false };
    let names = was.params.keys().chain(is.params.keys());
    let mut differ = names.filter(|name| was.params.get(*name) != is.params.get(*name));
    differ.all(|name| object.get(name).is_some_and(|param| param.live))
}

/// A queue that stays keeps its halves, whatever leads to them: what is in it comes out, and its end is known.
fn keep_queues(old: &Plan, new: &mut Plan, stays: &[Option<usize>]) {
    for half in &old.halves {
        let Some(node) = stays[half.node] else { continue };
        let there = new.halves.iter().any(|other| other.node == node && other.side == half.side);
        if !there && old.nodes[half.node].found.card.give == Some(crate::card::Give::Queue) {
            new.halves.push(PlanHalf { node, side: half.side, name: half.name.clone() });
            new.segments.push(PlanSegment { halves: vec![new.halves.len() - 1] });
        }
    }
}

/// A half by its node in the old plan.
type Half = (usize, Side);
/// Own port, the other node in the old plan, its port.
type End = (u32, usize, u32);

fn untouched(old: &Plan, new: &mut Plan, fates: &[Fate], stays: &[Option<usize>]) -> Vec<Option<usize>> {
    let at: HashMap<Half, usize> = old
        .segments
        .iter()
        .enumerate()
        .flat_map(|(number, segment)| segment.halves.iter().map(move |half| (*half, number)))
        .map(|(half, number)| ((old.halves[half].node, old.halves[half].side), number))
        .collect();
    let same = |node: usize| Some(node);
    let kept = |node: usize| match fates[node] {
        Fate::Keep(before) => Some(before),
        _ => None,
    };
    let (old_ends, new_ends) = (ends(old, same), ends(new, kept));
    let halves: HashMap<(usize, Side), usize> =
        new.halves.iter().enumerate().map(|(index, half)| ((half.node, half.side), index)).collect();
    let mut all = Vec::with_capacity(new.segments.len());
    for segment in &mut new.segments {
        let was: Option<Vec<Half>> = segment
            .halves
            .iter()
            .map(|half| Some((kept(new.halves[*half].node)?, new.halves[*half].side)))
            .collect();
        let number = was.as_ref().and_then(|was| at.get(was.first()?)).copied();
        let number = number.filter(|number| {
            let was = was.as_deref().unwrap_or_default();
            was.len() == old.segments[*number].halves.len()
                && was.iter().zip(&segment.halves).all(|(half, index)| {
                    let node = new.halves[*index].node;
                    at.get(half) == Some(number) && same_links(*half, &old_ends[half.0], &new_ends[node])
                })
        });
        if let Some(number) = number {
            let order = old.segments[number].halves.iter().filter_map(|half| {
                let PlanHalf { node, side, .. } = &old.halves[*half];
                halves.get(&(stays[*node]?, *side)).copied()
            });
            segment.halves = order.collect();
        }
        all.push(number);
    }
    all
}

/// What leads to each node and what its outputs lead to, these in listed order. A node that is not in the old plan is
/// nobody.
fn ends(plan: &Plan, before: impl Fn(usize) -> Option<usize>) -> Vec<(Vec<End>, Vec<End>)> {
    let mut all = vec![(vec![], vec![]); plan.nodes.len()];
    let known = |port: Port| before(port.node).unwrap_or(usize::MAX);
    for link in &plan.links {
        all[link.from.node].1.push((link.from.port, known(link.to), link.to.port));
        all[link.to.node].0.push((link.to.port, known(link.from), link.from.port));
    }
    for (into, out) in &mut all {
        into.sort_unstable();
        out.sort_by_key(|(own, ..)| *own);
    }
    all
}

fn same_links((_, side): Half, old: &(Vec<End>, Vec<End>), new: &(Vec<End>, Vec<End>)) -> bool {
    (side == Side::Give || old.0 == new.0) && (side == Side::Take || old.1 == new.1)
}
