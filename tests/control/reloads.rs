//! The graph file is read again: over the socket, by SIGHUP, by `--watch`.

use crate::desk::{Desk, LIVE};
use rogue_tests::child::{Child, Done};
use serde_json::{Value, json};
use std::fs;

/// The live graph with a stage more, which is given the same name each time.
pub fn longer() -> String {
    let with = LIVE.replace("links:", "  cut: { module: filter }\nlinks:");
    with.replace("src >> q >> pick", "src >> q >> cut >> pick")
}

impl Desk {
    pub fn writes(&self, text: &str) {
        // As editors do: another file takes the name.
        fs::write(self.path("new"), text).expect("written");
        fs::rename(self.path("new"), self.path("live.yaml")).expect("renamed");
    }

    pub fn nodes(&self) -> Vec<String> {
        let shown = self.json(&["show", "--format", "json"]);
        let nodes = shown["nodes"].as_array().expect("nodes").clone();
        nodes.iter().map(|node| node["node"].as_str().expect("a name").to_owned()).collect()
    }
}

fn says(done: &Done, text: &str) {
    assert!(done.err.contains(text), "{text} is not in\n{}", done.err);
}

fn waits_for_nodes(desk: &Desk, count: usize) {
    let until = std::time::Instant::now() + rogue_tests::fake::PATIENCE;
    while desk.nodes().len() != count {
        assert!(std::time::Instant::now() < until, "{:?}", desk.nodes());
    }
}

#[test]
fn a_stage_is_added_and_removed_by_the_file() {
    let desk = Desk::new();
    let run = desk.live();
    desk.client("live").flows_beyond(100);
    let same = desk.verb(&["reload"]).ended(0);
    assert!(same.out.contains("the file says what runs; nothing was changed"), "{}", same.out);
    desk.writes(&longer());
    let done = desk.verb(&["reload"]).ended(0);
    for part in [
        "live: reloaded, 1 of 2 segments untouched",
        "added       cut",
        "relinked    q, pick",
        "kept        4 nodes",
    ] {
        assert!(done.out.contains(part), "{part} is not in\n{}", done.out);
    }
    let mut client = desk.client("live");
    let seen = client.taken();
    client.flows_beyond(seen + 100);
    desk.writes(LIVE);
    let answer = client.ask(json!({ "command": "reload" }));
    let done = &answer["ok"]["reloaded"];
    assert_eq!((&done["removed"], &done["dropped"]), (&json!(["cut"]), &json!(0)), "{answer}");
    assert_eq!((&done["segments"], &done["segments_untouched"]), (&json!(2), &json!(1)), "{answer}");
    let seen = client.taken();
    client.flows_beyond(seen + 100);
    desk.stop(run).shows("cut (removed)");
}

#[test]
fn a_file_with_mistakes_changes_nothing_and_is_shown_as_check_shows_it() {
    let desk = Desk::new();
    let run = desk.live();
    desk.writes(&LIVE.replace("max_depth: 100", "max_dept: 100"));
    let check = desk.verb(&["check", "live.yaml"]).ended(78);
    let refused = desk.verb(&["reload"]).ended(5);
    for part in ["live.yaml:4:", "did you mean `max_depth`?", "^", "nothing was changed"] {
        assert!(refused.err.contains(part), "{part} is not in\n{}\n{}", refused.err, check.err);
    }
    assert!(refused.err.starts_with("error: node `q`: "), "{}", refused.err);
    // What only the module itself finds has its place too; so has a file that is gone.
    desk.writes(&LIVE.replace("rate: 2000", "rate: -1"));
    says(&desk.verb(&["reload"]).ended(5), "live.yaml:3:");
    fs::remove_file(desk.path("live.yaml")).expect("removed");
    says(&desk.verb(&["reload"]).ended(5), "there is no such file");
    assert_eq!(desk.nodes(), ["src", "q", "pick", "view"]);
    desk.stop(run);
}

#[test]
fn what_was_changed_live_is_not_undone_unless_it_is_asked_for() {
    let desk = Desk::new();
    let run = desk.live();
    desk.verb(&["set", "q.max_depth=77"]).ended(0);
    desk.verb(&["swap", "pick", "tag", "--set", "channel=3"]).ended(0);
    desk.writes(&longer());
    let refused = desk.verb(&["reload"]).ended(5);
    for part in
        ["q.max_depth was set to 77, the file has 100", "node `pick` was swapped and runs with", "force"]
    {
        assert!(refused.err.contains(part), "{part} is not in\n{}", refused.err);
    }
    assert_eq!(desk.nodes().len(), 4);
    // What the file says too is not undone.
    let agrees = longer()
        .replace("max_depth: 100", "max_depth: 77")
        .replace("module: filter, params: { channel: 0 }", "module: tag, params: { channel: 3 }");
    desk.writes(&agrees);
    let done = desk.verb(&["reload"]).ended(0);
    assert!(done.out.contains("added       cut"), "{}", done.out);
    desk.verb(&["set", "q.max_depth=55"]).ended(0);
    desk.verb(&["reload"]).ended(5);
    let done = desk.verb(&["reload", "--force"]).ended(0);
    assert!(done.out.contains("set         q"), "{}", done.out);
    assert_eq!(desk.verb(&["get", "q.max_depth"]).ended(0).out, "77\n");
    desk.stop(run);
}

#[test]
fn a_watched_file_is_read_when_it_has_become_another() {
    let desk = Desk::new();
    let mut run = desk.start(&["live.yaml", "--watch"]);
    desk.writes(&longer());
    waits_for_nodes(&desk, 5);
    // Half of a file, written in place.
    let half = longer();
    fs::write(desk.path("live.yaml"), &half[..half.len() / 2]).expect("written");
    run.wait_for("the graph file has changed, and the graph was not reloaded");
    assert_eq!(desk.nodes().len(), 5);
    fs::write(desk.path("live.yaml"), LIVE).expect("written");
    waits_for_nodes(&desk, 4);
    desk.stop(run);
}

#[test]
fn a_storm_of_hang_ups_is_a_few_reloads() {
    let desk = Desk::new();
    let mut run = desk.live();
    for turn in 0..40 {
        desk.writes(&if turn % 2 == 0 { longer() } else { LIVE.to_owned() });
        for _ in 0..5 {
            run.signal("HUP");
        }
    }
    desk.writes(&longer());
    run.signal("HUP");
    waits_for_nodes(&desk, 5);
    run.wait_for("the graph was reloaded: ");
    desk.stop(run);
}

#[test]
fn reloads_and_swaps_at_once_leave_a_graph_that_is_one_of_them() {
    let desk = Desk::new();
    let run = desk.live();
    std::thread::scope(|scope| {
        for of in 0..3 {
            let desk = &desk;
            scope.spawn(move || {
                let mut client = desk.client("live");
                for turn in 0..15 {
                    let command = match of {
                        0 => json!({ "command": "swap", "node": "pick", "module": "filter", "set": ["channel=0"] }),
                        _ => {
                            if of == 1 {
                                desk.writes(&if turn % 2 == 0 { longer() } else { LIVE.to_owned() });
                            }
                            json!({ "command": "reload", "force": true })
                        }
                    };
                    let answer = client.ask(command);
                    let refused = answer["error"]["kind"] == "refused";
                    assert!(refused || answer["ok"] != Value::Null, "{answer}");
                }
            });
        }
    });
    desk.writes(LIVE);
    desk.verb(&["reload", "--force"]).ended(0);
    assert_eq!(desk.nodes(), ["src", "q", "pick", "view"]);
    let mut client = desk.client("live");
    let seen = client.taken();
    client.flows_beyond(seen + 100);
    desk.stop(run);
}

#[test]
fn a_graph_from_the_standard_input_cannot_be_read_again() {
    let desk = Desk::new();
    let mut run = Child::spawn(desk.command(&["-"]).arg("-v"), LIVE.as_bytes());
    run.wait_for(" segments\n");
    says(&desk.verb(&["reload"]).ended(5), "standard input");
    desk.verb(&["run", "-", "--watch"]).ended(2).says("--watch: the graph is read from the standard input");
    desk.stop(run);
}
