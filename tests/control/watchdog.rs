//! Modules that do not return from a call, and bridges that cannot pass on: what is said of them, and what can be done
//! to their neighbours meanwhile.

use crate::desk::{Desk, LIVE};
use rogue_tests::child::Child;
use serde_json::{Value, json};

/// `slow` never returns from `accept`.
const HANGS: &str = "name: live
nodes:
  src: { module: pattern, params: { size: 8, rate: 2000 } }
  slow: { module: late, params: { at: accept } }
  view: { module: debug, params: { max_bytes: 0 } }
  other: { module: pattern, params: { size: 8, rate: 2000 } }
  count: { module: debug, params: { max_bytes: 0 } }
links: [ src >> slow >> view, other >> count ]
";

fn started(desk: &Desk, graph: &str, args: &[&str]) -> Child {
    std::fs::write(desk.path("live.yaml"), graph).expect("written");
    desk.start(&[&["live.yaml"], args].concat())
}

fn named<'a>(of: &'a Value, node: &str) -> &'a Value {
    let nodes = of["nodes"].as_array().expect("nodes");
    nodes.iter().find(|of| of["node"] == node).unwrap_or_else(|| panic!("no {node} in {of}"))
}

fn number(top: &Value, node: &str, key: &str) -> u64 {
    named(top, node)[key].as_u64().unwrap_or_else(|| panic!("no {key} of {node} in {top}"))
}

#[test]
fn a_module_that_does_not_return_is_named_and_keeps_nobody_else() {
    let desk = Desk::new();
    let mut run = started(&desk, HANGS, &["--watchdog", "200ms", "--drain", "50ms"]);
    run.wait_for("node slow: has been inside accept for ");
    let top = desk.json(&["top", "--once", "--format", "json"]);
    assert_eq!(named(&top, "slow")["inside"], "accept", "{top}");
    assert!(number(&top, "slow", "inside_ms") >= 200, "{top}");
    assert_eq!(named(&top, "src")["inside"], Value::Null, "{top}");
    desk.verb(&["top", "--once"]).ended(0).shows("inside accept for ");
    desk.verb(&["show"]).ended(0).shows("inside accept for ");
    // A neighbour cannot be paused, and it is said why; what is elsewhere can.
    let refused = desk.verb(&["swap", "view", "debug", "--patience", "100ms"]).ended(5);
    refused
        .says("node view cannot be paused: slow has been inside accept for ")
        .says("nothing was changed. Wait, allow it more time, or stop the run");
    desk.verb(&["swap", "count", "debug"]).ended(0);
    let before = number(&desk.json(&["top", "--once", "--format", "json"]), "count", "in");
    while number(&desk.json(&["top", "--once", "--format", "json"]), "count", "in") <= before {}
    desk.verb(&["stop"]).ended(0);
    let done = run.end().ended(3).says("node slow: its module did not return; it was left behind");
    let done = done.says("behind it in the same segment, and left with it: src, view");
    let done = done.shows("slow did not return from its module");
    assert_eq!(done.err.matches("has been inside").count(), 1, "a call is told once:\n{}", done.err);
    for innocent in ["src", "view"] {
        assert!(!done.err.contains(&format!("node {innocent}: its module")), "{}", done.err);
        assert!(!done.out.contains(&format!("{innocent} did not return")), "{}", done.out);
    }
}

/// Asks until the frames of a node stand still at its door: nothing goes in, and something waits or leads there.
fn stands_still(desk: &Desk, node: &str) -> Value {
    let mut client = desk.client("live");
    loop {
        let top =
            |client: &mut crate::desk::Client| client.ask(json!({ "command": "top" }))["ok"]["top"].clone();
        let now = top(&mut client);
        if number(&now, node, "waiting") > 0 {
            return now;
        }
    }
}

#[test]
fn the_neighbour_of_a_bridge_that_cannot_pass_on_is_swapped() {
    // Nobody answers there: the port is taken, and what connects is left waiting.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let desk = Desk::new();
    let bridge = format!("view: {{ module: tcp-client, params: {{ addr: 127.0.0.1, port: {port} }} }}");
    let graph = LIVE.replace("view: { module: debug, params: { max_bytes: 0 } }", &bridge);
    let run = started(&desk, &graph, &["--drain", "100ms"]);
    let before = stands_still(&desk, "view");
    desk.verb(&["swap", "pick", "tag", "--set", "channel=3"]).ended(0).shows(" -> tag ");
    desk.verb(&["swap", "pick", "filter"]).ended(0).shows(" -> filter ");
    desk.verb(&["set", "q.max_depth=90"]).ended(0);
    let after = stands_still(&desk, "view");
    assert_eq!(named(&after, "view")["inside"], Value::Null, "it waits outside of its module: {after}");
    assert_eq!(number(&before, "view", "in"), number(&after, "view", "in"));
    desk.verb(&["stop"]).ended(0);
    // What could not be passed on is counted.
    run.end().ended(3).shows("(stopped)").shows("balances");
}

#[test]
fn the_neighbour_of_a_full_queue_is_swapped() {
    let desk = Desk::new();
    let graph = HANGS.replace("slow >> view", "pick >> q >> slow >> view").replace(
        "  other:",
        "  pick: { module: filter, params: { channel: 0 } }\n  \
         q: { module: fifo, params: { max_depth: 10, overflow: block } }\n  other:",
    );
    let run = started(&desk, &graph, &["--drain", "50ms"]);
    stands_still(&desk, "q");
    desk.verb(&["swap", "pick", "tag", "--set", "channel=3"]).ended(0).shows(" -> tag ");
    let top = stands_still(&desk, "q");
    assert_eq!(named(&top, "q")["queue"], json!({ "size": 10, "depth": 10 }), "{top}");
    // The queue itself has a half in the segment of the module that hangs.
    desk.verb(&["swap", "q", "fifo", "--patience", "100ms"])
        .ended(5)
        .says("slow has been inside accept for ");
    desk.verb(&["swap", "pick", "filter"]).ended(0).shows(" -> filter ");
    desk.verb(&["stop"]).ended(0);
    run.end().ended(3).says("node slow: its module did not return");
}
