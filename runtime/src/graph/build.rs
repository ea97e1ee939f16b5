//! Resolved nodes and links to a [`Plan`]: endpoints cut into halves, halves grouped into segments, ordered.
//!
//! [`load`](super::load) calls this last; it needs no text and no places. What holds: inside a segment every link
//! points from a lower position to a higher one, and running the highest ready position first serves an output's
//! secondaries in listed order and its primary last.

use crate::card::{Give, Shape};

use super::plan::{Plan, PlanHalf, PlanLink, PlanNode, PlanSegment, Port, Side};

/// Most cycles reported of one graph; the rest shows after these are cut.
const CYCLE_LIMIT: usize = 8;

/// Links that lead from a node back to it without crossing an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The nodes on it, in the order frames would go.
    pub nodes: Vec<usize>,
    /// The links between them: the first leaves the first node.
    pub links: Vec<usize>,
}

/// Makes the plan, or names the cycles that keep it from being one.
pub fn build(name: String, nodes: Vec<PlanNode>, links: Vec<PlanLink>) -> Result<Plan, Vec<Cycle>> {
    let halves = halves(&nodes, &links);
    let flow = Flow::new(&nodes, &links, &halves);
    let cycles = flow.cycles(&halves);
    if !cycles.is_empty() {
        return Err(cycles);
    }
    let order = flow.reverse_postorder();
    let segments = flow.segments(&order);
    Ok(Plan { name, nodes, links, halves, segments })
}

/// A taking half exists if a link enters it. A giving half exists if a link leaves it, and for a queue also if
/// the taking half does: what it gives is then dropped as `unlinked`.
fn halves(nodes: &[PlanNode], links: &[PlanLink]) -> Vec<PlanHalf> {
    let mut entered = vec![false; nodes.len()];
    let mut left = vec![false; nodes.len()];
    for link in links {
        left[link.from.node] = true;
        entered[link.to.node] = true;
    }
    let mut halves = vec![];
    for (node, PlanNode { name, found, .. }) in nodes.iter().enumerate() {
        if found.card.shape != Shape::Endpoint {
            halves.push(PlanHalf { node, side: Side::Whole, name: name.clone() });
            continue;
        }
        if entered[node] {
            halves.push(PlanHalf { node, side: Side::Take, name: format!("{name}/take") });
        }
        if left[node] || (entered[node] && found.card.give == Some(Give::Queue)) {
            halves.push(PlanHalf { node, side: Side::Give, name: format!("{name}/give") });
        }
    }
    halves
}

/// The links between halves.
struct Flow {
    /// Of each half: the half each link leads to and the link, in the order the depth-first walk takes them.
    out: Vec<Vec<(usize, usize)>>,
    entered: Vec<usize>,
}

impl Flow {
    fn new(nodes: &[PlanNode], links: &[PlanLink], halves: &[PlanHalf]) -> Flow {
        let (mut giving, mut taking) = (vec![None; nodes.len()], vec![None; nodes.len()]);
        for (index, half) in halves.iter().enumerate() {
            if half.side != Side::Take {
                giving[half.node] = Some(index);
            }
            if half.side != Side::Give {
                taking[half.node] = Some(index);
            }
        }
        let mut flow = Flow { out: vec![vec![]; halves.len()], entered: vec![0; halves.len()] };
        for index in walk_order(links) {
            let link = links[index];
            if let (Some(from), Some(to)) = (giving[link.from.node], taking[link.to.node]) {
                flow.out[from].push((to, index));
                flow.entered[to] += 1;
            }
        }
        flow
    }

    /// Halves in topological order. The walk visits an output's secondaries first and its primary last, so in
    /// the reversed postorder the primary's side has the lowest positions.
    fn reverse_postorder(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.out.len());
        let mut seen = vec![false; self.out.len()];
        // Roots in reverse, so that of two sources the one written first comes first.
        for root in (0..self.out.len()).rev().filter(|half| self.entered[*half] == 0) {
            let mut path = vec![(root, 0)];
            seen[root] = true;
            while let Some((half, next)) = path.last_mut() {
                match self.out[*half].get(*next) {
                    None => {
                        order.push(*half);
                        path.pop();
                    }
                    Some((to, _)) => {
                        *next += 1;
                        if !std::mem::replace(&mut seen[*to], true) {
                            path.push((*to, 0));
                        }
                    }
                }
            }
        }
        order.reverse();
        order
    }

    /// Connected components, by the first half in each; inside, the given order.
    fn segments(&self, order: &[usize]) -> Vec<PlanSegment> {
        let mut parent: Vec<usize> = (0..self.out.len()).collect();
        for (from, links) in self.out.iter().enumerate() {
            for (to, _) in links {
                let (a, b) = (root(&mut parent, from), root(&mut parent, *to));
                parent[a.max(b)] = a.min(b);
            }
        }
        let roots: Vec<usize> = (0..self.out.len()).map(|half| root(&mut parent, half)).collect();
        let mut segment_of = vec![usize::MAX; self.out.len()];
        let mut segments = vec![];
        for (half, root) in roots.iter().enumerate() {
            if half == *root {
                segment_of[half] = segments.len();
                segments.push(PlanSegment { halves: vec![] });
            }
        }
        for half in order {
            segments[segment_of[roots[*half]]].halves.push(*half);
        }
        segments
    }

    /// Cycles, each with other nodes than those before. What is not on one, nor behind one, is taken away first.
    fn cycles(&self, halves: &[PlanHalf]) -> Vec<Cycle> {
        let mut waiting = self.entered.clone();
        let mut free: Vec<usize> = (0..waiting.len()).filter(|half| waiting[*half] == 0).collect();
        let mut gone = vec![false; waiting.len()];
        let mut cycles = vec![];
        loop {
            while let Some(half) = free.pop() {
                if std::mem::replace(&mut gone[half], true) {
                    continue;
                }
                for (to, _) in &self.out[half] {
                    waiting[*to] -= 1;
                    if waiting[*to] == 0 {
                        free.push(*to);
                    }
                }
            }
            let Some(start) = gone.iter().position(|gone| !gone) else { return cycles };
            let cycle = self.cycle_before(start, &gone);
            free.extend(cycle.iter().map(|(half, _)| *half));
            cycles.push(Cycle {
                nodes: cycle.iter().map(|(half, _)| halves[*half].node).collect(),
                links: cycle.iter().map(|(_, link)| *link).collect(),
            });
            if cycles.len() == CYCLE_LIMIT {
                return cycles;
            }
        }
    }

    /// A cycle among halves that still wait: each of them is entered from another of them, so going backwards
    /// comes around. As (half, the link that leaves it), from the lowest half.
    fn cycle_before(&self, start: usize, gone: &[bool]) -> Vec<(usize, usize)> {
        let mut before: Vec<Option<(usize, usize)>> = vec![None; self.out.len()];
        for (from, links) in self.out.iter().enumerate().filter(|(from, _)| !gone[*from]) {
            for (to, link) in links {
                before[*to].get_or_insert((from, *link));
            }
        }
        let mut at = start;
        let mut steps = vec![];
        let mut position = vec![None; self.out.len()];
        while position[at].is_none() {
            position[at] = Some(steps.len());
            let Some((from, link)) = before[at] else { break };
            steps.push((from, link));
            at = from;
        }
        let mut cycle = steps.split_off(position[at].unwrap_or(0));
        cycle.reverse();
        let lowest =
            cycle.iter().enumerate().min_by_key(|(_, (half, _))| *half).map_or(0, |(index, _)| index);
        cycle.rotate_left(lowest);
        cycle
    }
}

/// Links by output in port order, each output's second link first and its first link last.
fn walk_order(links: &[PlanLink]) -> Vec<usize> {
    let mut primary = std::collections::HashMap::<Port, usize>::new();
    for (index, link) in links.iter().enumerate() {
        primary.entry(link.from).or_insert(index);
    }
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by_key(|index| (links[*index].from, primary.get(&links[*index].from) == Some(index), *index));
    order
}

fn root(parent: &mut [usize], mut half: usize) -> usize {
    while parent[half] != half {
        parent[half] = parent[parent[half]];
        half = parent[half];
    }
    half
}
