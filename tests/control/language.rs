//! The protocol as the documents tell it: the client in Python is run as it stands there, and the table of answers has the
//! keys that answers have.

use crate::desk::Desk;
use rogue_tests::child;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path, process::Command};

fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    fs::read_to_string(root.join("docs/control.md")).expect("the page")
}

/// The keys of an answer and of the nodes in it.
fn keys(answer: &Value) -> BTreeSet<String> {
    let of =
        |value: &Value| value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default();
    let mut all: BTreeSet<String> = of(answer);
    for list in [answer, &answer["nodes"], &answer["compared"], &answer["replaced"]] {
        all.extend(list.as_array().into_iter().flatten().flat_map(of));
    }
    all
}

#[test]
fn answers_have_the_keys_of_the_table() {
    let page = page();
    let desk = Desk::new();
    let run = desk.live();
    let mut client = desk.client("live");
    desk.writes(&crate::desk::LIVE.replace("module: debug", "module: debug, batch: 8"));
    for (command, kind) in [
        (json!({ "command": "show" }), "show"),
        (json!({ "command": "top" }), "top"),
        (json!({ "command": "get", "node": "q" }), "values"),
        (json!({ "command": "reload" }), "reloaded"),
        (json!({ "command": "set", "changes": ["q.max_depth=50"] }), "set"),
        (
            json!({ "command": "swap", "node": "pick", "module": "tag", "set": ["channel=0"], "shadow": 3 }),
            "swapped",
        ),
        (
            json!({ "command": "swap", "node": "pick", "module": "tag", "shadow": 3, "dry_run": true }),
            "compared",
        ),
        (json!({ "command": "log", "filters": ["info"] }), "log"),
        (json!({ "command": "stop" }), "stopping"),
    ] {
        let name = command["command"].as_str().expect("a name").to_owned();
        let row = format!("| `{name}` |");
        let row =
            page.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("no row of {name}"));
        let listed: BTreeSet<String> = row.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let answer = client.ask(command);
        let answer = &answer["ok"][kind];
        assert!(listed.contains(kind) && !answer.is_null(), "{name}: {answer}");
        let unlisted: Vec<String> = keys(answer).difference(&listed).cloned().collect();
        assert_eq!(unlisted, [""; 0], "not in the row of {name}");
    }
    run.end().ended(0);
}

#[test]
fn the_client_in_the_documents_works() {
    let page = page();
    let (_, rest) = page.split_once("```python\n").expect("a block of Python");
    let (code, _) = rest.split_once("```").expect("its end");
    assert!(
        code.lines().filter(|line| !line.trim().is_empty()).count() <= 20,
        "more than twenty lines:\n{code}"
    );
    if Command::new("python3").arg("--version").output().is_err() {
        // Nothing to run it with; that it is there was seen.
        return;
    }
    let desk = Desk::new();
    let run = desk.live();
    desk.client("live").flows_beyond(10);
    fs::write(desk.path("client.py"), code).expect("written");
    let mut python = Command::new("python3");
    python.arg(desk.path("client.py")).arg(desk.folder().join("live.sock"));
    let done = child::run(&mut python).ended(0);
    for part in ["src ", "view ", "tag "] {
        assert!(done.out.contains(part), "{part} is not in\n{}", done.out);
    }
    assert_eq!(desk.verb(&["get", "q.max_depth"]).ended(0).out, "50\n");
    assert_eq!(desk.json(&["show", "--format", "json"])["nodes"][2]["module"], "tag");
    desk.stop(run);
}
