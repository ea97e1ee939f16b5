//! Pictures of a plan, and a spec as YAML again.
//!
//! `rogue-runtime graph` prints DOT, Mermaid or SVG; all show the same: nodes in the segments that drive them,
//! endpoints as two halves joined by a dotted line, primary links solid, secondaries dashed. Every text of a user
//! is escaped for its language.

mod dot;
mod layout;
mod mermaid;
mod svg;
mod yaml;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
pub use yaml::yaml;

use super::plan::{Plan, Side};

/// A line between two halves.
struct Line {
    from: usize,
    to: usize,
    primary: bool,
    /// Port names at the ends, where a node has more than one: `a`, or `out → 3`.
    label: String,
}

/// The links as lines between halves.
fn lines(plan: &Plan) -> Vec<Line> {
    let mut seen = std::collections::HashSet::new();
    let mut lines = vec![];
    for link in &plan.links {
        let primary = seen.insert(link.from);
        let ends = (plan.giving_half(link.from.node), plan.taking_half(link.to.node));
        let (Some(from), Some(to)) = ends else { continue };
        let (giver, taker) = (&plan.nodes[link.from.node].found.card, &plan.nodes[link.to.node].found.card);
        let out = (giver.output_count() > 1).then(|| giver.output_name(link.from.port));
        let into = (taker.input_count() > 1).then(|| taker.input_name(link.to.port));
        let label = match (out, into) {
            (Some(out), Some(into)) => format!("{out} → {into}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => String::new(),
        };
        lines.push(Line { from, to, primary, label });
    }
    lines
}

/// The two halves of each endpoint that has both.
fn joints(plan: &Plan) -> Vec<(usize, usize)> {
    let takes = plan.halves.iter().enumerate().filter(|(_, half)| half.side == Side::Take);
    takes.filter_map(|(take, half)| Some((take, plan.giving_half(half.node)?))).collect()
}

/// Where the halves and segments of a plan stand in its picture.
#[cfg(test)]
pub(super) fn layout_of(plan: &Plan) -> layout::Layout {
    layout::layout(plan, &lines(plan))
}

/// What stands below a half's name.
fn subtitle(plan: &Plan, half: usize) -> String {
    let half = &plan.halves[half];
    let module = &plan.nodes[half.node].found.card.name;
    if *module == half.name { String::new() } else { module.clone() }
}

/// A segment's title.
fn segment_title(index: usize) -> String {
    format!("segment {}", index + 1)
}
