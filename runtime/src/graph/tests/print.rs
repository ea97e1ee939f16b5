//! Pictures, and the schema for editors.

use super::super::print::{dot, mermaid, svg};
use super::*;

const TEXT: &str = "name: acquire\nnodes:\n  src: { module: prbs-source }\n  q: { module: fifo }\n  check: { module: prbs-check }\n  thin: { module: ratedrop, params: { keep_every: 10 } }\n  cmp: { module: compare }\n  view: { module: debug }\nlinks:\n  - src >> q >> check\n  - q >> thin >> view\n  - src >> cmp.a\n  - src >> cmp.b\n";

#[test]
fn dot_shows_segments_halves_and_secondaries() {
    let text = dot(&plan(TEXT));
    assert!(text.starts_with("digraph \"acquire\" {\n"));
    assert!(text.contains("subgraph cluster_1 {"));
    assert!(text.contains("h1 [label=\"q/take\\nfifo\"];"));
    assert!(text.contains("h0 -> h1 [style=solid];"));
    assert!(text.contains("h0 -> h5 [style=dashed, label=\"b\"];"));
    assert!(text.contains("h1 -> h2 [style=dotted, arrowhead=none];"));
    assert_eq!(text.matches('{').count(), text.matches('}').count());
}

#[test]
fn mermaid_shows_the_same() {
    let text = mermaid(&plan(TEXT));
    assert!(text.starts_with("flowchart LR\n  subgraph s0 [\"segment 1\"]\n"));
    assert!(text.contains("h2(\"q/give<br/>fifo\")"));
    assert!(text.contains("h2 --> h3\n"));
    assert!(text.contains("h2 -.-> h4\n"));
    assert!(text.contains("h0 -.->|\"a\"| h5\n"));
    assert!(text.contains("h1 -.- h2\n"));
    assert_eq!(text.matches("subgraph").count(), text.matches("  end\n").count());
}

/// What stands in `name="…"` of each element.
fn attributes<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    text.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn svg_has_every_half_every_link_and_no_overlap() {
    let plan = plan(TEXT);
    let text = svg(&plan);
    for half in &plan.halves {
        assert!(text.contains(&format!(">{}</text>", half.name)), "{}", half.name);
    }
    assert_eq!(text.matches("marker-end").count(), plan.links.len());
    assert_eq!(text.matches("class=\"link second\"").count(), 3 + 1, "three secondaries and the legend");
    assert_eq!(text.matches("class=\"joint\"").count(), 1 + 1, "one endpoint and the legend");
    assert_eq!(text.matches("class=\"loose\"").count(), 0, "every output is linked");
    assert!(!text.contains("NaN") && !text.contains("inf"));
    assert!(!attributes(&text, "x").is_empty());
}

#[test]
fn svg_shows_what_is_dropped_for_want_of_a_link_and_what_leads_back() {
    let nodes = "nodes:\n  src: { module: pattern }\n  q: { module: fifo }\n  end: { module: debug }\n";
    let plan = plan(&format!("{nodes}links:\n  - src >> q\n  - src >> end\n"));
    assert_eq!(svg(&plan).matches("class=\"loose\"").count(), 1 + 1, "one output and the legend");
    let plan = super::plan(&format!("{nodes}links:\n  - src >> q\n  - src >> end\n  - q >> end\n"));
    let text = svg(&plan);
    assert_eq!(text.matches("class=\"loose\"").count(), 0);
    // Both halves are in one segment: the line between them goes round below it.
    let picture = super::super::print::layout_of(&plan);
    let joint = text.lines().find(|line| line.contains("class=\"joint\"")).expect("a joint");
    let lowest = joint.split('V').nth(1).and_then(|rest| rest.split('a').next()).expect("a height");
    assert!(lowest.parse::<f64>().expect("a number") + 12.0 > picture.height, "{joint}");
}

#[test]
fn lines_arrive_at_a_node_in_the_order_in_which_they_come() {
    let text = "nodes:\n  a: { module: pattern }\n  b: { module: pattern }\n  c: { module: pattern }\n  \
                cmp: { module: compare }\n  view: { module: debug }\nlinks:\n  - a >> cmp.b\n  - b >> cmp.a\n  \
                - c >> view\n  - a >> view\n  - b >> view\n";
    let plan = plan(text);
    let picture = super::super::print::layout_of(&plan);
    for (index, node) in plan.nodes.iter().enumerate().filter(|(_, node)| node.found.card.output_count() == 0)
    {
        let mut own: Vec<(f64, f64)> = (0..plan.links.len())
            .filter(|link| plan.links[*link].to.node == index)
            .map(|link| {
                let from = plan.giving_half(plan.links[link].from.node).expect("it gives");
                (picture.halves[from].y, picture.arrivals[link])
            })
            .collect();
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(own.len() > 1 && own.windows(2).all(|two| two[0].1 < two[1].1), "{}: {own:?}", node.name);
        assert!(own.iter().all(|(_, at)| at.abs() < picture.halves[0].h / 2.0), "{own:?}");
    }
}

#[test]
fn nodes_stand_apart_and_inside_their_segment() {
    use super::super::print::layout_of;
    let mut long = String::from("nodes:\n  s: { module: pattern }\n  z: { module: compare }\n");
    let mut links = String::from("links:\n  - s >> z.a\n  - s >> f0\n");
    for n in 0..30 {
        long.push_str(&format!("  f{n}: {{ module: filter }}\n  d{n}: {{ module: debug }}\n"));
        links.push_str(&format!("  - f{n} >> d{n}\n"));
        let next = if n < 29 { format!("f{}", n + 1) } else { "z.b".to_owned() };
        links.push_str(&format!("  - f{n} >> {next}\n"));
    }
    for text in [TEXT.to_owned(), long + &links] {
        let plan = plan(&text);
        let picture = layout_of(&plan);
        for (a, first) in picture.halves.iter().enumerate() {
            for second in &picture.halves[a + 1..] {
                let apart_x = first.x + first.w <= second.x || second.x + second.w <= first.x;
                let apart_y = first.y + first.h <= second.y || second.y + second.h <= first.y;
                assert!(apart_x || apart_y, "{first:?} {second:?}");
            }
        }
        for (segment, area) in plan.segments.iter().zip(&picture.segments) {
            for half in &segment.halves {
                let node = picture.halves[*half];
                assert!(node.x >= area.x && node.x + node.w <= area.x + area.w, "{node:?} {area:?}");
                assert!(node.y >= area.y && node.y + node.h <= area.y + area.h, "{node:?} {area:?}");
            }
        }
    }
}

#[test]
fn user_text_cannot_leave_its_place() {
    let mut plan = plan(TEXT);
    plan.name = "\"]<script>&\\\n#".to_owned();
    plan.halves[0].name = "\"]<b>&\u{1b}".to_owned();
    assert!(svg(&plan).contains("<title>&quot;]&lt;script&gt;&amp;\\ #</title>"));
    assert!(svg(&plan).contains(">&quot;]&lt;b&gt;&amp; </text>"));
    assert!(dot(&plan).starts_with("digraph \"\\\"]<script>&\\\\ #\" {"));
    assert!(mermaid(&plan).contains("h0(\"#quot;]#lt;b#gt;#amp; <br/>prbs-source\")"));
}

#[test]
fn a_plan_of_nothing_has_pictures_too() {
    let empty = Plan::empty();
    assert!(svg(&empty).ends_with("</svg>\n"));
    assert_eq!(mermaid(&empty), "flowchart LR\n");
    assert!(dot(&empty).ends_with("}\n"));
}

#[test]
fn the_schema_has_the_modules_parameters() {
    let cards = fake::cards();
    let schema = schema(&cards);
    let node = &schema["properties"]["nodes"]["additionalProperties"];
    assert_eq!(node["required"][0], "module");
    let rules = node["allOf"].as_array().expect("a rule for each module");
    assert_eq!(rules.len(), cards.len());
    let fifo = &rules[0];
    let named = |rule: &serde_json::Value, name: &str| rule["if"]["properties"]["module"]["enum"][0] == name;
    assert!(named(fifo, "fifo"));
    assert_eq!(fifo["if"]["properties"]["module"]["enum"][1], "fifo.wasm");
    let params = &fifo["then"]["properties"]["params"];
    assert_eq!(params["properties"]["max_depth"]["maximum"], u32::MAX);
    assert!(params["properties"]["max_held"]["pattern"].is_string());
    let writer = rules.iter().find(|rule| named(rule, "file-writer"));
    assert_eq!(writer.expect("there")["then"]["required"][0], "params");
    let memory = &node["properties"]["limits"]["properties"]["memory"];
    assert_eq!((&memory["minimum"], &memory["maximum"]), (&(1u64 << 20).into(), &(4u64 << 30).into()));
    assert_eq!(memory["description"], "Most memory of the module: 1MiB to 4GiB. Default: 64MiB.");
    assert_eq!(node["properties"]["grant"]["additionalProperties"], false);
}
