//! Changes that meet: of one node and of several by two clients at a time, while the run stops, while a node waits for its
//! restart.

use crate::desk::{Desk, LIVE};
use serde_json::{Value, json};

/// The answer of a change that is not alone: done, or refused with a reason.
fn sound(answer: &Value) -> bool {
    let refused = answer["error"]["kind"] == "refused" && answer["error"]["text"].is_string();
    assert!(refused || answer["ok"].is_object(), "{answer}");
    !refused
}

#[test]
fn two_clients_swap_one_node_and_others_at_a_time() {
    let desk = Desk::new();
    let run = desk.live();
    let swaps = |node: &'static str, modules: [&'static str; 2], set: &'static str| {
        let mut client = desk.client("live");
        let turn = |turn: usize| {
            let module = modules[turn % 2];
            json!({ "command": "swap", "node": node, "module": module, "set": [set], "grace_ms": 0 })
        };
        (0..25).filter(|at| sound(&client.ask(turn(*at)))).count()
    };
    std::thread::scope(|scope| {
        let all = [
            scope.spawn(|| swaps("pick", ["tag", "filter"], "channel=0")),
            scope.spawn(|| swaps("pick", ["filter", "tag"], "channel=0")),
            scope.spawn(|| swaps("q", ["fifo", "fifo"], "max_depth=60")),
            scope.spawn(|| swaps("view", ["debug", "debug"], "max_bytes=0")),
        ];
        let done: Vec<usize> =
            all.into_iter().map(|one| one.join().expect("every answer is sound")).collect();
        // Nobody else changes these two.
        assert_eq!(done[2..], [25, 25]);
        assert!(done[0] > 0 && done[1] > 0, "{done:?}");
    });
    let module = desk.json(&["show", "--format", "json"])["nodes"][2]["module"].clone();
    assert!(module == "tag" || module == "filter", "{module}");
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 100);
    desk.stop(run);
}

#[test]
fn changes_during_a_stop_are_done_or_refused_and_the_run_ends_whole() {
    for _ in 0..4 {
        let desk = Desk::new();
        let run = desk.live();
        desk.client("live").flows_beyond(10);
        std::thread::scope(|scope| {
            for command in [
                json!({ "command": "swap", "node": "pick", "module": "tag", "set": ["channel=0"] }),
                json!({ "command": "swap", "node": "q", "module": "fifo" }),
                json!({ "command": "set", "changes": ["q.max_depth=80"] }),
                json!({ "command": "reload", "force": true }),
                json!({ "command": "rollback", "node": "pick" }),
            ] {
                let mut client = desk.client("live");
                scope.spawn(move || {
                    // Until the run hangs up.
                    let line = command.to_string() + "\n";
                    loop {
                        use std::io::Write;
                        if client.lines.get_mut().write_all(line.as_bytes()).is_err() {
                            break;
                        }
                        let Some(answer) = client.read() else { break };
                        let kind = answer["error"]["kind"].as_str();
                        assert!(kind.is_none_or(|kind| kind == "refused" || kind == "gone"), "{answer}");
                    }
                });
            }
            let mut other = desk.client("live");
            let taken = other.taken();
            other.flows_beyond(taken + 20);
            desk.stop(run);
        });
    }
}

#[test]
fn a_node_that_waits_for_its_restart_is_mended_by_a_swap_or_by_a_parameter() {
    let failing = "pick: { module: stubborn, params: { how: refuses, at: accept, after: 20 }, \
                   on_fault: { restart: { backoff: 1h, backoff_max: 1h } } }";
    for mend in [&["swap", "pick", "filter"][..], &["set", "pick.at=never"]] {
        let desk = Desk::new();
        desk.writes(&LIVE.replace("pick: { module: filter, params: { channel: 0 } }", failing));
        let mut run = desk.live();
        run.wait_for("asked to refuse in accept");
        assert_eq!(desk.json(&["top", "--once", "--format", "json"])["nodes"][2]["health"], "waiting");
        desk.verb(mend).ended(0);
        assert_eq!(desk.json(&["top", "--once", "--format", "json"])["nodes"][2]["health"], "running");
        let mut client = desk.client("live");
        let taken = client.taken();
        client.flows_beyond(taken + 100);
        desk.verb(&["stop"]).ended(0);
        // What waited has come through; the frame inside of the call that failed is lost to it.
        run.end().ended(3).shows("INCOMPLETE(1 frame, pick)");
    }
}
