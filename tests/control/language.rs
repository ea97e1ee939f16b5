//! The client in Python that the documents show is run as it stands there.

use crate::desk::Desk;
use rogue_tests::child;
use std::{fs, path::Path, process::Command};

#[test]
fn the_client_in_the_documents_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    let page = fs::read_to_string(root.join("docs/control.md")).expect("the page");
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
