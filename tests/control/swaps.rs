//! `swap` and `rollback` from the command line.

use crate::desk::Desk;
use rogue_tests::child::plugins;
use serde_json::json;
use std::path::Path;

#[test]
fn a_stage_is_swapped_and_comes_back() {
    let desk = Desk::new();
    let run = desk.live();
    let mut client = desk.client("live");
    client.flows_beyond(10);
    let threshold = plugins().join("libtag.so");
    let file = threshold.to_str().expect("UTF-8");
    let done = desk.verb(&["swap", "pick", file, "--set", "channel=3"]).ended(0);
    for part in ["node pick: filter ", " -> tag ", "paused for ", "channel=3", "before ", "after ", " 0 lost"]
    {
        assert!(done.out.contains(part), "{part} is not in\n{}", done.out);
    }
    assert_eq!(desk.json(&["show", "--format", "json"])["nodes"][2]["module"], "tag");
    assert_eq!(desk.verb(&["get", "pick.channel"]).ended(0).out, "3\n");
    // The graph as it runs now is a graph.
    let yaml = desk.verb(&["show", "--format", "yaml"]).ended(0).out;
    assert!(yaml.contains("libtag.so#tag"), "{yaml}");
    std::fs::write(desk.path("now.yaml"), yaml).expect("written");
    desk.verb(&["check", "now.yaml"]).ended(0);
    let taken = client.taken();
    client.flows_beyond(taken + 10);
    desk.verb(&["rollback", "pick"]).ended(0).shows(" -> filter ");
    assert_eq!(desk.verb(&["get", "pick.channel"]).ended(0).out, "0\n");
    client.flows_beyond(taken + 20);
    desk.stop(run);
}

#[test]
fn a_component_takes_the_place_of_a_plugin() {
    let desk = Desk::new();
    let run = desk.live();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    let file = root.join("wasm-modules/dist/filter.wasm");
    let done = desk.verb(&["swap", "pick", file.to_str().expect("UTF-8"), "--patience", "50s"]).ended(0);
    assert!(done.out.contains("filter.wasm"), "{}", done.out);
    let nodes = &desk.json(&["show", "--format", "json"])["nodes"];
    assert_eq!(nodes[2]["packaging"], "component");
    assert_eq!(nodes[2]["limits"]["memory"], 64 << 20);
    assert_eq!(nodes[1].get("limits"), None, "a native module has none");
    desk.verb(&["show"]).ended(0).shows("pick  memory 64MiB, call 100ms, output 64MiB\n");
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 10);
    desk.stop(run);
}

#[test]
fn a_module_that_was_built_after_the_start_is_found_by_its_name() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("late")).expect("made");
    let run = desk.start(&["live.yaml", "--plugin-path", "late"]);
    desk.verb(&["swap", "pick", "decimate"]).ended(5).says("`decimate` was not found");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm-modules/dist/decimate.wasm");
    std::fs::copy(file, desk.path("late/decimate.wasm")).expect("copied");
    desk.verb(&["swap", "pick", "decimate", "--patience", "50s"]).ended(0).shows(" -> decimate ");
    desk.verb(&["rollback", "pick"]).ended(0).shows(" -> filter ");
    desk.stop(run);
}

#[test]
fn what_is_refused_changes_nothing() {
    let desk = Desk::new();
    std::fs::write(desk.path("broken.so"), "not a library").expect("written");
    let run = desk.live();
    let before = desk.json(&["show", "--format", "json"]);
    for (args, error) in [
        (&["pick", "./none.so"][..], "none.so"),
        (&["pick", "./broken.so"], "broken.so"),
        (&["pick", "filtre"], "Did you mean `filter`?"),
        (&["pick", "fifo"], "it is a queue, the node is a transform; nothing was changed"),
        (&["pick", "filter", "--rehearse", "none.dat"], "no frame was compared; nothing was changed"),
        (&["pick", "filter", "--set", "channel=x"], "`channel` must be"),
        (&["pick", "filter", "--set", "chanel=1"], "did you mean `channel`?"),
        (&["pick", "panics", "--set", "at=new"], "asked to panic in new"),
        (&["pick", "panics", "--set", "at=check"], "asked to panic in check"),
    ] {
        let mut all = vec!["swap"];
        all.extend(args);
        let done = desk.verb(&all);
        assert_eq!((done.code, done.out.as_str()), (Some(5), ""), "{args:?}: {}", done.err);
        done.says(error);
    }
    desk.verb(&["swap", "none", "filter"]).ended(2).says("no node `none`");
    desk.verb(&["rollback", "pick"]).ended(5).says("has not been swapped, so there is nothing to go back to");
    desk.verb(&["swap", "pick", "filter", "--patience", "1h"]).ended(2).says("at most");
    let after = desk.json(&["show", "--format", "json"]);
    assert_eq!(before["yaml"], after["yaml"]);
    desk.stop(run);
}

#[test]
fn a_module_that_fails_on_trial_is_taken_back() {
    let desk = Desk::new();
    let mut run = desk.live();
    desk.verb(&["swap", "pick", "panics", "--set", "at=accept", "--grace", "100s"]).ended(0);
    run.wait_for("failed on trial; filter ");
    assert_eq!(desk.json(&["show", "--format", "json"])["nodes"][2]["module"], "filter");
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 10);
    desk.verb(&["stop"]).ended(0);
    // The frame that was inside is lost to the fault.
    run.end().ended(3).shows("INCOMPLETE(1 frame, pick)");
}

#[test]
fn two_changes_of_one_node_do_not_undo_each_other() {
    let desk = Desk::new();
    let run = desk.live();
    std::thread::scope(|scope| {
        for change in ["q.max_depth=11", "q.trim_size=32", "q.no_copy=false"] {
            let desk = &desk;
            scope.spawn(move || {
                let answer = desk.client("live").ask(json!({ "command": "set", "changes": [change] }));
                assert_eq!(answer["ok"]["set"]["node"], "q", "{answer}");
            });
        }
    });
    let all = desk.client("live").ask(json!({ "command": "show" }));
    let params = &all["ok"]["show"]["nodes"][1]["params"];
    let want = json!({ "max_depth": 11, "overflow": "block", "trim_size": 32, "no_copy": false });
    assert_eq!(*params, want);
    desk.stop(run);
}
