//! `show`, `top`, `get`, `set`, `log` and `stop` on a graph that runs.

use crate::desk::{Desk, LIVE};
use serde_json::{Value, json};

fn named<'a>(top: &'a Value, node: &str) -> &'a Value {
    let nodes = top["nodes"].as_array().expect("nodes");
    nodes.iter().find(|of| of["node"] == node).unwrap_or_else(|| panic!("no {node} in {top}"))
}

#[test]
fn show_is_the_plan_as_it_runs() {
    let desk = Desk::new();
    let run = desk.live();
    let text = desk.verb(&["show"]).ended(0);
    for part in
        ["live (pid ", "running for ", "live.sock", "filter", "channel=0", "src >> q\n", "pick >> view\n"]
    {
        assert!(text.out.contains(part), "{part} is not in\n{}", text.out);
    }
    let shown = desk.json(&["show", "--format", "json"]);
    assert_eq!((&shown["graph"], &shown["stopping"]), (&json!("live"), &json!(false)));
    assert_eq!(named(&shown, "q")["segments"], json!([0, 1]));
    assert_eq!(named(&shown, "pick")["health"], "running");
    // The graph as it runs is a graph, and the same one.
    desk.verb(&["set", "q.max_depth=77"]).ended(0);
    let yaml = desk.verb(&["show", "--format", "yaml"]).ended(0).out;
    let value = |text: &str| serde_yaml::from_str::<Value>(text).expect("YAML");
    let mut before = value(LIVE);
    before["nodes"]["q"]["params"]["max_depth"] = json!(77);
    before["links"] = json!(["src >> q", "q >> pick", "pick >> view"]);
    assert_eq!(value(&yaml), before);
    std::fs::write(desk.path("again.yaml"), &yaml).expect("written");
    desk.verb(&["check", "again.yaml"]).ended(0);
    desk.stop(run);
}

#[test]
fn top_counts_what_every_node_does() {
    let desk = Desk::new();
    let run = desk.live();
    desk.client("live").flows_beyond(100);
    let top = desk.json(&["top", "--once", "--format", "json"]);
    let (src, view, q) = (named(&top, "src"), named(&top, "view"), named(&top, "q"));
    assert!(src["out"].as_u64() >= view["in"].as_u64() && view["in"].as_u64() > Some(100), "{top}");
    assert_eq!(view["bytes_in"].as_u64(), view["in"].as_u64().map(|frames| frames * 64), "{top}");
    assert!(src["frames_per_s"].as_f64() > Some(0.0) && src["bytes_per_s"].as_f64() > Some(0.0), "{top}");
    assert_eq!((&q["queue"]["depth"], &src["queue"]), (&json!(100), &Value::Null), "{top}");
    assert_eq!(top["nodes"].as_array().map(Vec::len), Some(4));
    let table = desk.verb(&["top", "--once"]).ended(0);
    for part in ["live running for ", "rates of the last ", "frames/s", "busy %", "last fault", "\nview "] {
        assert!(table.out.contains(part), "{part} is not in\n{}", table.out);
    }
    // Without `--once` it goes on until the run has ended, and then ends at once.
    let mut again = rogue_tests::child::Child::spawn(&mut desk.command(&["top", "--every", "100ms"]), b"");
    again.wait_for_output("live running for ");
    desk.stop(run);
    again.end().ended(0);
}

#[test]
fn a_fault_is_seen_in_top() {
    let desk = Desk::new();
    let graph = LIVE.replace(
        "pick: { module: filter, params: { channel: 0 } }",
        "pick: { module: panics, params: { at: accept }, on_fault: drop }",
    );
    std::fs::write(desk.path("live.yaml"), graph).expect("written");
    let mut run = desk.live();
    run.wait_for("asked to panic in accept");
    let top = desk.json(&["top", "--once", "--format", "json"]);
    let pick = named(&top, "pick");
    assert_eq!((&pick["health"], &pick["faults"]), (&json!("failed"), &json!(1)), "{top}");
    assert!(
        pick["last_fault"].as_str().is_some_and(|text| text.contains("asked to panic in accept")),
        "{top}"
    );
    assert_eq!(
        (&pick["dropped"][0]["reason"], &pick["dropped"][0]["asked"]),
        (&json!("fault"), &json!(false))
    );
    desk.verb(&["stop"]).ended(0);
    run.end().ended(3);
}

#[test]
fn get_reads_parameters_and_readings() {
    let desk = Desk::new();
    let run = desk.live();
    assert_eq!(desk.verb(&["get", "q.max_depth"]).ended(0).out, "100\n");
    assert_eq!(desk.verb(&["get", "q.overflow"]).ended(0).out, "block\n");
    // Not written: the default is in force.
    assert_eq!(desk.verb(&["get", "q.trim_size"]).ended(0).out, "0\n");
    let all = desk.verb(&["get", "q"]).ended(0);
    for part in ["q.max_depth", "parameter, live", "q.frame_count", "q.size", "q.drop_count", "q.pool_size"] {
        assert!(all.out.contains(part), "{part} is not in\n{}", all.out);
    }
    let all = desk.json(&["get", "src", "--format", "json"]);
    let size =
        all.as_array().expect("a list").iter().find(|value| value["name"] == "src.size").expect("a size");
    assert_eq!(size["value"], 64);
    desk.verb(&["get", "q.max_dept"]).ended(2).says("no parameter or reading `max_dept`").says("max_depth");
    desk.verb(&["get", "r"]).ended(2).says("no node `r`; it has src, q, pick, view");
    desk.stop(run);
}

#[test]
fn set_changes_parameters_and_a_refused_value_changes_nothing() {
    let desk = Desk::new();
    let run = desk.live();
    desk.verb(&["set", "q.max_depth=50"])
        .ended(0)
        .shows("node q runs with max_depth=50, overflow=block, paused for ");
    assert_eq!(desk.verb(&["get", "q.max_depth"]).ended(0).out, "50\n");
    for (changes, error) in [
        (&["q.max_depth=many"][..], "`max_depth` must be a whole number"),
        (&["q.max_dept=5"], "did you mean `max_depth`?"),
        (&["q.max_depth=5", "q.overflow=burn"], "`overflow` must be one of"),
        (&["q.max_depth=5", "pick.channel=1"], "one `set` changes parameters of one node"),
        (&["q.max_depth=["], "set 1:1:"),
    ] {
        let mut args = vec!["set"];
        args.extend(changes);
        desk.verb(&args).ended(5).says(error).says("nothing was changed");
        assert_eq!(desk.verb(&["get", "q.max_depth"]).ended(0).out, "50\n", "{changes:?}");
    }
    for (change, error) in [
        ("q.max_depth", "no NODE.PARAMETER=VALUE (without a VALUE the parameter has its default again)"),
        ("r.x=1", "no node `r`"),
        ("nodes.q.pool.fixed_size=9", "in the graph file"),
    ] {
        desk.verb(&["set", change]).ended(2).says(error);
    }
    // What the frames do follows: channel 7 lets none pass.
    let mut client = desk.client("live");
    desk.verb(&["set", "pick.channel=7"]).ended(0);
    let before = desk.json(&["top", "--once", "--format", "json"]);
    let frames = |top: &Value| named(top, "pick")["in"].as_u64().expect("a number");
    loop {
        let top = client.ask(json!({ "command": "top" }))["ok"]["top"].clone();
        if frames(&top) > frames(&before) + 100 {
            assert_eq!(named(&top, "view")["in"], named(&before, "view")["in"]);
            break;
        }
    }
    // Set to nothing: it has its default again, which lets all pass.
    desk.verb(&["set", "pick.channel="]).ended(0).shows("no parameters written");
    let taken = client.taken();
    client.flows_beyond(taken + 10);
    desk.stop(run);
}

#[test]
fn log_changes_what_is_said() {
    let desk = Desk::new();
    let run = desk.start(&["live.yaml", "-q", "--log", "info"]);
    desk.verb(&["log", "rogue_runtime=error", "pyrogue=debug"])
        .ended(0)
        .shows("logs rogue_runtime=error, pyrogue=debug from now on");
    desk.verb(&["set", "q.max_depth=50"]).ended(0);
    desk.verb(&["log", "rogue_runtime=info"]).ended(0);
    desk.verb(&["set", "pick.drop_errors=true"]).ended(0);
    desk.verb(&["log", "loud"]).ended(2).says("off, error, warn, info, debug, trace");
    let done = desk.stop(run);
    assert!(done.err.contains("node pick: parameters were set"), "{}", done.err);
    assert!(!done.err.contains("node q: parameters were set"), "{}", done.err);
}

#[test]
fn stop_ends_a_run_in_order() {
    let desk = Desk::new();
    let run = desk.live();
    desk.verb(&["stop"]).ended(0).shows("live stops; what is held has 5.0 s to be delivered");
    run.end().ended(0).says("stopping, asked over the control socket").shows("COMPLETE: nothing was lost");
    desk.verb(&["stop"]).ended(2).says("no graph runs");
}
