//! What a step from one plan to another changes: the first phase of a swap, and of `reload`.
//!
//! Pure: nodes are compared by name. What holds: every node of the old plan is kept, replaced or removed, every
//! node of the new one kept, replaced or added.

use std::collections::HashMap;

use super::plan::{Plan, PlanNode, Port};

/// Pairs are (index in the old plan, index in the new plan), in the new plan's order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Diff {
    /// Nodes that go on as they are.
    pub keep: Vec<(usize, usize)>,
    /// Nodes of the same name with another module, parameters or settings.
    pub replace: Vec<(usize, usize)>,
    /// New nodes, by index in the new plan.
    pub add: Vec<usize>,
    /// Nodes that go, by index in the old plan.
    pub remove: Vec<usize>,
    /// Kept or replaced nodes with other links, or with the same in another order.
    pub relink: Vec<(usize, usize)>,
}

impl Diff {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.replace.is_empty() && self.add.is_empty() && self.remove.is_empty() && self.relink.is_empty()
    }
}

/// Compares two plans.
pub fn diff(old: &Plan, new: &Plan) -> Diff {
    let by_name: HashMap<&str, usize> =
        old.nodes.iter().enumerate().map(|(n, node)| (&*node.name, n)).collect();
    let (old_links, new_links) = (links_of(old), links_of(new));
    let mut diff = Diff::default();
    let mut stays = vec![false; old.nodes.len()];
    for (index, node) in new.nodes.iter().enumerate() {
        let Some(before) = by_name.get(node.name.as_str()).copied() else {
            diff.add.push(index);
            continue;
        };
        stays[before] = true;
        let pairs = if same(&old.nodes[before], node) { &mut diff.keep } else { &mut diff.replace };
        pairs.push((before, index));
        if old_links[before] != new_links[index] {
            diff.relink.push((before, index));
        }
    }
    diff.remove = (0..stays.len()).filter(|index| !stays[*index]).collect();
    diff
}

/// Whether a running node need not be made anew.
fn same(old: &PlanNode, new: &PlanNode) -> bool {
    same_module(old, new)
        && old.params == new.params
        && old.pool == new.pool
        && old.on_fault == new.on_fault
        && old.batch == new.batch
}

/// Whether the module that runs in a node is the one that a new plan wants there, with what it may use and reach. The
/// file's content decides if both digests are known, since a rebuilt module has the same path.
pub fn same_module(old: &PlanNode, new: &PlanNode) -> bool {
    let same_file = match (&old.found.sha256, &new.found.sha256) {
        (Some(old), Some(new)) => old == new,
        _ => old.found.file == new.found.file,
    };
    same_file
        && old.found.index == new.found.index
        && old.found.card == new.found.card
        && old.sandbox == new.sandbox
}

/// One end of a link as seen from a node: its own port, and the other node's name and port.
type Ends<'a> = Vec<(u32, &'a str, u32)>;

/// Of each node, what its links lead to, and in no order of meaning what leads to it.
fn links_of(plan: &Plan) -> Vec<(Ends<'_>, Ends<'_>)> {
    let mut all: Vec<(Ends<'_>, Ends<'_>)> = vec![(vec![], vec![]); plan.nodes.len()];
    let name = |port: Port| plan.nodes[port.node].name.as_str();
    for link in &plan.links {
        all[link.from.node].0.push((link.from.port, name(link.to), link.to.port));
        all[link.to.node].1.push((link.to.port, name(link.from), link.from.port));
    }
    for (out, into) in &mut all {
        // Stable: the order of an output's links says which is the primary; that between outputs says nothing.
        out.sort_by_key(|(own, ..)| *own);
        into.sort();
    }
    all
}
