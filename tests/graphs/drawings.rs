//! Every graph is right without a warning, and can be drawn in every format.

use crate::{
    books,
    place::{self, Place},
    xml,
};
use std::collections::BTreeSet;

#[test]
fn every_graph_is_right_without_a_warning() {
    let place = Place::new();
    for name in place::all() {
        let plan = books::plan(&name);
        let done = place.run(&format!("rogue-runtime check graphs/{name}.yaml")).ended(0);
        assert_eq!(done.err, "", "{name}");
        let count =
            |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let (nodes, links) = (count(plan.nodes.len(), "node"), count(plan.links.len(), "link"));
        assert_eq!(done.out, format!("ok: {nodes}, {links}, {}\n", count(plan.segments.len(), "segment")));
    }
}

#[test]
fn every_graph_can_be_drawn() {
    let place = Place::new();
    for name in place::all() {
        let plan = books::plan(&name);
        let draw = |format: &str| {
            let command = format!("rogue-runtime graph graphs/{name}.yaml --format {format}");
            let done = place.run(&command).ended(0);
            assert_eq!(done.err, "", "{command}");
            for half in &plan.halves {
                assert!(done.out.contains(&half.name), "{command}: {} is not there\n{}", half.name, done.out);
            }
            done.out
        };
        let (text, dot, mermaid, svg) = (draw("text"), draw("dot"), draw("mermaid"), draw("svg"));
        let segments = plan.segments.len();
        assert_eq!(text.matches("\nsegment ").count(), segments, "{text}");
        assert_eq!(dot.matches("subgraph cluster_").count(), segments, "{dot}");
        assert_eq!(mermaid.matches("subgraph s").count(), segments, "{mermaid}");
        assert_eq!(svg.matches(">segment ").count(), segments, "{svg}");
        is_dot(&dot);
        is_mermaid(&mermaid);
        xml::is_well_formed(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{svg}");
        assert_eq!(svg.matches(" marker-end=").count(), plan.links.len(), "{name}");
    }
}

/// Braces, quotes and brackets are closed, and edges lead between nodes that are there.
fn is_dot(text: &str) {
    assert!(text.starts_with("digraph \"") && text.ends_with("}\n"), "{text}");
    let mut depth = 0;
    for line in text.lines().map(str::trim) {
        assert_eq!(line.replace("\\\"", "").matches('"').count() % 2, 0, "{line}");
        assert_eq!(line.matches('[').count(), line.matches(']').count(), "{line}");
        depth += line.matches('{').count();
        depth -= line.matches('}').count();
        assert!(line.ends_with(['{', '}', ';']), "{line}");
    }
    assert_eq!(depth, 0, "{text}");
    let nodes: BTreeSet<&str> =
        text.lines().filter_map(|line| line.trim().split_once(" [label=")).map(|(node, _)| node).collect();
    for (from, to) in text.lines().filter_map(|line| line.trim().split_once(" -> ")) {
        let to = to.split(' ').next().unwrap_or_default();
        assert!(nodes.contains(from) && nodes.contains(to), "{from} -> {to} of {nodes:?}");
    }
}

/// Every subgraph ends, and edges lead between nodes that are there.
fn is_mermaid(text: &str) {
    let mut lines = text.lines().map(str::trim);
    assert_eq!(lines.next(), Some("flowchart LR"));
    let lines: Vec<&str> = lines.collect();
    let begins = lines.iter().filter(|line| line.starts_with("subgraph ")).count();
    assert_eq!(begins, lines.iter().filter(|line| **line == "end").count(), "{text}");
    let node = |line: &&str| line.find(['(', '[', '{']).map(|end| line[..end].trim().to_owned());
    let nodes: BTreeSet<String> =
        lines.iter().filter(|line| line.starts_with('h')).filter_map(node).collect();
    for line in lines.iter().filter(|line| line.starts_with('h') && !line.contains("(\"")) {
        let ends: Vec<&str> = line.split(' ').filter(|word| word.starts_with('h')).collect();
        assert!(ends.len() == 2 && ends.iter().all(|end| nodes.contains(*end)), "{line} of {nodes:?}");
    }
}
