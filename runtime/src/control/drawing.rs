//! `graph`: the plan of a graph as text or as a picture.

use std::{fmt::Write, io};

use super::{
    cli::{Drawing, Globals, GraphVerbArgs},
    columns::Columns,
    exit,
    io::Io,
    prepare,
};
use crate::graph::{Packaging, Plan, PlanNode, Port, Side, print};

/// Draws a graph; runs no code of its modules.
pub fn graph(args: &GraphVerbArgs, globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let plan = match prepare::graph(&args.graph, globals, false, io) {
        Ok(prepared) => prepared.checked.plan,
        Err(code) => return Ok(code),
    };
    let drawn = match args.format {
        Drawing::Text => text(&plan, (io.widths)().out),
        Drawing::Dot => print::dot(&plan),
        Drawing::Mermaid => print::mermaid(&plan),
        Drawing::Svg => print::svg(&plan),
    };
    io.out.write_all(drawn.as_bytes())?;
    if !drawn.ends_with('\n') {
        io.out.write_all(b"\n")?;
    }
    Ok(exit::OK)
}

/// Each segment with what its thread runs: name, module, and where the results go, the primary first.
fn text(plan: &Plan, width: Option<usize>) -> String {
    let mut text = format!("graph {}\n", plan.name);
    for (number, segment) in plan.segments.iter().enumerate() {
        let _ = writeln!(text, "\nsegment {}", number + 1);
        let mut columns = Columns::plain(&["half", "module", "links"]).breaking_after(", ");
        for half in segment.halves.iter().filter_map(|half| plan.halves.get(*half)) {
            let Some(node) = plan.nodes.get(half.node) else { continue };
            let links = if half.side == Side::Take { String::new() } else { links(plan, half.node) };
            columns.row([half.name.clone(), node.found.card.name.clone(), links]);
        }
        text.push_str(&columns.text("  ", width.unwrap_or(usize::MAX)));
    }
    text.push_str(&sandboxes(plan));
    text
}

/// The nodes whose modules are sandboxed, with what each may use and reach; nothing if there are none.
fn sandboxes(plan: &Plan) -> String {
    let mut columns = Columns::plain(&["node", "sandbox"]);
    let sandboxed = |node: &&PlanNode| node.found.packaging == Packaging::Component;
    for node in plan.nodes.iter().filter(sandboxed) {
        columns.row([node.name.clone(), node.sandbox.to_string()]);
    }
    match columns.text("  ", usize::MAX) {
        rows if rows.is_empty() => rows,
        rows => format!("\nsandboxed\n{rows}"),
    }
}

/// `>> a, b.3`; with its name in front where a node has several outputs.
fn links(plan: &Plan, node: usize) -> String {
    let Some(card) = plan.nodes.get(node).map(|node| &node.found.card) else { return String::new() };
    let mut all = Vec::new();
    for port in 0..card.output_count() {
        let ends: Vec<String> = plan
            .links_from(Port { node, port })
            .filter_map(|link| {
                let to = plan.nodes.get(link.to.node)?;
                let port = || format!(".{}", to.found.card.input_name(link.to.port));
                let port = if to.found.card.input_count() > 1 { port() } else { String::new() };
                Some(format!("{}{port}", to.name))
            })
            .collect();
        if !ends.is_empty() {
            let name =
                if card.output_count() > 1 { format!("{} ", card.output_name(port)) } else { String::new() };
            all.push(format!("{name}>> {}", ends.join(", ")));
        }
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        card::Card,
        graph::{Found, PlanHalf, PlanLink, PlanSegment},
    };
    use serde_json::json;
    use std::sync::Arc;

    fn node(name: &str, shape: &str, inputs: u32, outputs: u32) -> PlanNode {
        let ports = |count: u32, name: &str| match count {
            0 => json!([]),
            count => json!([{ "name": name, "count": count }]),
        };
        let card = json!({ "card": 1, "name": format!("{name}-module"), "shape": shape,
            "inputs": ports(inputs, "in"), "outputs": ports(outputs, "out") });
        let card: Card = serde_json::from_value(card).expect("a card");
        PlanNode {
            name: name.to_owned(),
            module: card.name.clone(),
            found: Found {
                card: Arc::new(card),
                file: "f".into(),
                index: 0,
                sha256: None,
                packaging: Packaging::Native,
            },
            params: serde_json::Map::new(),
            pool: None,
            on_fault: Default::default(),
            batch: None,
            sandbox: Default::default(),
            limits_written: false,
            grant_written: false,
        }
    }

    #[test]
    fn segments_list_halves_and_links_in_order() {
        let half = |node, side, name: &str| PlanHalf { node, side, name: name.to_owned() };
        let link = |from: usize, to: usize, port| PlanLink {
            from: Port { node: from, port: 0 },
            to: Port { node: to, port },
        };
        let plan = Plan {
            name: "g".to_owned(),
            nodes: vec![
                node("src", "source", 0, 1),
                node("q", "endpoint", 1, 1),
                node("disk", "sink", 4, 0),
                node("view", "sink", 1, 0),
            ],
            links: vec![link(0, 1, 0), link(1, 2, 3), link(1, 3, 0)],
            halves: vec![
                half(0, Side::Whole, "src"),
                half(1, Side::Take, "q/take"),
                half(1, Side::Give, "q/give"),
                half(2, Side::Whole, "disk"),
                half(3, Side::Whole, "view"),
            ],
            segments: vec![PlanSegment { halves: vec![0, 1] }, PlanSegment { halves: vec![2, 3, 4] }],
        };
        let expected = "graph g

segment 1
  src     src-module  >> q
  q/take  q-module

segment 2
  q/give  q-module     >> disk.3, view
  disk    disk-module
  view    view-module
";
        assert_eq!(text(&plan, None), expected);
        let mut safe = plan.clone();
        safe.nodes[3].found.packaging = Packaging::Component;
        safe.nodes[3].sandbox.wall = true;
        let sandboxed = "\nsandboxed\n  view  memory 64MiB, call 100ms, output 64MiB, wall granted\n";
        assert_eq!(text(&safe, None), format!("{expected}{sandboxed}"));
        let narrow = text(&plan, Some(37));
        assert!(
            narrow.contains("  q/give  q-module     >> disk.3,\n                       view\n"),
            "{narrow}"
        );
    }
}
