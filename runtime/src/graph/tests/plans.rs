//! Plans: links in order, endpoints cut, segments ordered for the loop.

use super::*;
use crate::graph::Sandbox;

fn graph(nodes: &[(&str, &str)], links: &[&str]) -> Plan {
    let nodes: String =
        nodes.iter().map(|(name, module)| format!("  {name}: {{ module: {module} }}\n")).collect();
    let links: String = links.iter().map(|link| format!("  - {link}\n")).collect();
    plan(&format!("nodes:\n{nodes}links:\n{links}"))
}

/// Segments as the names of their halves, in order.
fn segments(plan: &Plan) -> Vec<Vec<&str>> {
    let name = |half: &usize| plan.halves[*half].name.as_str();
    plan.segments.iter().map(|segment| segment.halves.iter().map(name).collect()).collect()
}

#[test]
fn operators_and_chains_become_links_in_listed_order() {
    let nodes = [("s", "pattern"), ("a", "fifo"), ("b", "fifo"), ("f", "filter"), ("v", "debug")];
    let plan = graph(&nodes, &["s >> f >> a", "b << f", "a == b", "v<<b"]);
    let name = |port: Port| plan.nodes[port.node].name.clone();
    let links: Vec<String> =
        plan.links.iter().map(|link| format!("{}>{}", name(link.from), name(link.to))).collect();
    assert_eq!(links, ["s>f", "f>a", "f>b", "a>b", "b>a", "b>v"]);
    let primary: Vec<bool> = (0..plan.links.len()).map(|link| plan.is_primary(link)).collect();
    assert_eq!(primary, [true, true, false, true, true, false]);
}

#[test]
fn secondaries_run_before_the_primary_which_is_last() {
    let nodes = [("s", "pattern"), ("p", "debug"), ("x", "debug"), ("y", "debug"), ("z", "debug")];
    let plan = graph(&nodes, &["s >> p", "s >> x", "s >> y", "s >> z"]);
    // The highest runs first: x, y, z as listed, then the primary.
    assert_eq!(segments(&plan), [["s", "p", "z", "y", "x"]]);
}

#[test]
fn a_branch_runs_whole_before_the_primary() {
    let nodes = [("s", "pattern"), ("p", "debug"), ("f", "filter"), ("g", "tag"), ("x", "debug")];
    let plan = graph(&nodes, &["s >> p", "s >> f >> g >> x"]);
    assert_eq!(segments(&plan), [["s", "p", "f", "g", "x"]]);
}

#[test]
fn links_point_forward_in_a_diamond() {
    let nodes = [("s", "pattern"), ("a", "filter"), ("b", "filter"), ("cmp", "compare")];
    let plan = graph(&nodes, &["s >> a >> cmp.a", "s >> b >> cmp.b"]);
    assert_eq!(segments(&plan), [["s", "a", "b", "cmp"]]);
    let ports: Vec<u32> =
        plan.links.iter().filter(|link| link.to.node == 3).map(|link| link.to.port).collect();
    assert_eq!(ports, [0, 1]);
}

#[test]
fn endpoints_are_cut_and_segments_are_components() {
    let nodes = [("s", "pattern"), ("q", "fifo"), ("v", "debug"), ("t", "pattern"), ("w", "debug")];
    let plan = graph(&nodes, &["s >> q >> v", "t >> w"]);
    assert_eq!(segments(&plan), [vec!["s", "q/take"], vec!["q/give", "v"], vec!["t", "w"]]);
    assert_eq!(plan.halves[1], PlanHalf { node: 1, side: Side::Take, name: "q/take".to_owned() });
    assert_eq!(plan.giving_half(1), Some(2));
    assert_eq!(plan.taking_half(1), Some(1));
}

#[test]
fn a_queue_gives_even_if_unlinked_and_a_bridge_does_not() {
    let text = "nodes:\n  s: { module: pattern }\n  q: { module: fifo }\n  t: { module: tcp-server, params: { addr: \"*\", port: 8000 } }\n  u: { module: udp-server, params: { port: 1 } }\n  v: { module: debug }\nlinks: [s >> q, s >> t, u >> v]\n";
    let plan = plan(text);
    assert_eq!(segments(&plan), [vec!["s", "q/take", "t/take"], vec!["q/give"], vec!["u/give", "v"]]);
}

#[test]
fn a_node_that_nothing_links_has_no_half() {
    let plan = graph(&[("s", "pattern"), ("v", "debug"), ("q", "fifo")], &["s >> v"]);
    assert_eq!(plan.halves.len(), 2);
    assert_eq!(plan.nodes.len(), 3);
}

#[test]
fn a_loop_through_an_endpoint_is_one_segment() {
    let plan = graph(&[("f", "filter"), ("q", "fifo")], &["f >> q >> f"]);
    assert_eq!(segments(&plan), [["q/give", "f", "q/take"]]);
}

#[test]
fn everything_written_is_in_the_plan() {
    let text = "name: full.1\nnodes:\n  s: { module: pattern, pool: { fixed_size: 2048, pool_size: 16 }, batch: 1 }\n  f: { module: filter, on_fault: { restart: { backoff: 1s, max_restarts: 5 } }, limits: { memory: 16MiB }, grant: { wall: true } }\n  v: { module: debug, on_fault: drop, params: { name: \"012\" } }\nlinks: [s >> f, f >> v]\n";
    let plan = plan(text);
    assert_eq!(plan.name, "full.1");
    assert_eq!(plan.nodes[0].pool, Some(PoolSpec { fixed_size: 2048, pool_size: 16 }));
    assert_eq!(plan.nodes[0].batch, Some(1));
    let seconds = std::time::Duration::from_secs;
    let restart = OnFault::Restart { backoff: seconds(1), backoff_max: seconds(10), max_restarts: Some(5) };
    assert_eq!(plan.nodes[1].on_fault, restart);
    let sandbox = Sandbox { memory: 16 << 20, wall: true, ..Sandbox::default() };
    assert_eq!(plan.nodes[1].sandbox, sandbox);
    assert!(plan.nodes[1].limits_written && plan.nodes[1].grant_written);
    assert_eq!(plan.nodes[0].sandbox, Sandbox::default());
    assert!(!plan.nodes[0].limits_written && !plan.nodes[0].grant_written);
    assert_eq!(plan.nodes[2].on_fault, OnFault::Drop);
    assert_eq!(plan.nodes[2].params["name"], "012");
}

#[test]
fn a_graph_without_a_name_has_its_files() {
    let text = "nodes:\n  s: { module: pattern }\n  v: { module: debug }\nlinks: [s >> v]\n";
    let checked = load(text, "some/where/quick.yaml", &Options::default(), &fake::Modules).expect("sound");
    assert_eq!(checked.plan.name, "quick");
}

#[test]
fn aliases_stand_for_values() {
    let text = "nodes:\n  s: { module: pattern }\n  a: { module: debug, params: &p { max_bytes: 5 } }\n  b: { module: debug, params: *p }\nlinks: [s >> a, s >> b]\n";
    let plan = plan(text);
    assert_eq!(plan.nodes[1].params, plan.nodes[2].params);
}

#[test]
fn a_written_spec_reads_as_the_same_plan() {
    let text = "name: x\nnodes:\n  s: { module: pattern, params: { rate: 1e3, taps: [1, 2] }, pool: { fixed_size: 8 } }\n  q: { module: fifo, params: { max_held: 1MiB }, on_fault: { restart: { backoff: 1500us } } }\n  w: { module: file-writer, params: { path: \"01\" }, on_fault: restart, batch: 3, limits: { call: 1s, output: 4096 }, grant: { wall: true, random: false } }\nlinks: [s >> q >> w.3, q >> w]\n";
    let first = check(text).expect("sound");
    let written = super::super::print::yaml(&first.spec).expect("writable");
    let second = check(&written).unwrap_or_else(|errors| panic!("{}", render(&errors, &written, false)));
    assert!(diff(&first.plan, &second.plan).is_empty(), "{written}");
    assert_eq!(first.plan.nodes[0].params, second.plan.nodes[0].params);
}

/// Characters that end a line for some readers of YAML and not for others.
#[test]
fn texts_that_readers_of_yaml_differ_on_are_printed_as_escapes() {
    let odd = "a\u{2028}b \u{85}\u{2029}\u{feff}\t\n\"\\ ü: #\r";
    let json = serde_json::json!({
        "nodes": {
            "src": { "module": "file-reader", "params": { "path": [odd, "x"] } },
            "view": { "module": "debug", "params": { "name": odd } },
        },
        "links": ["src >> view"],
    });
    let first = check(&json.to_string()).expect("sound");
    let written = super::super::print::yaml(&first.spec).expect("writable");
    assert!(
        written.contains(
            "      - \"a\\u2028b \\u0085\\u2029\\ufeff\\u0009\\u000a\\\"\\\\ ü: #\\u000d\"\n      - x\n"
        ),
        "{written}"
    );
    let again = check(&written).expect("still sound");
    assert!(super::super::diff(&first.plan, &again.plan).is_empty(), "{written}");
    assert_eq!(serde_yaml::from_str::<serde_json::Value>(&written).expect("YAML"), json);
}
