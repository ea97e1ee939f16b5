//! `check`: the verdict, its forms, and what cannot be checked.

use crate::desk::{Desk, plugin};
use serde_json::Value;

#[test]
fn a_sound_module_passes_line_by_line() {
    let desk = Desk::new("sound");
    let done = desk.rogue(&["check", &plugin("threshold"), "--set", "level=7"]).ended(0);
    assert!(done.out.starts_with("threshold 0.1.0, a transform, of "), "{}", done.out);
    for check in cargo_rogue::check::CHECKS {
        let line = format!("  ok      {:<11} {}", check.name, check.about);
        assert!(done.out.contains(&line), "{line:?} is not in:\n{}", done.out);
    }
    assert!(done.out.ends_with("\nPASSED: 14 checks\n"), "{}", done.out);
    assert_eq!(done.err, "");
}

#[test]
fn the_same_for_programs() {
    let desk = Desk::new("json");
    let read = |done: rogue_tests::child::Done| serde_json::from_str::<Value>(&done.out).unwrap();
    let fifo = plugin("fifo");
    let sets = ["--set", "max_depth=4", "--set", "overflow=block"];
    let args = [&["check", fifo.as_str(), "--format", "json"], &sets[..]].concat();
    let passed = read(desk.rogue(&args).ended(0));
    assert_eq!(passed["passed"], true);
    assert_eq!(passed["module"], "fifo");
    assert_eq!(passed["params"], serde_json::json!({ "max_depth": 4, "overflow": "block" }));
    assert_eq!(passed["checks"].as_array().unwrap().len(), 14);
    assert!(passed["checks"].as_array().unwrap().iter().all(|check| check["passed"] == true));

    let card = plugin("test-liar-card");
    let failed = read(desk.rogue(&["check", &card, "--format", "json"]).ended(1));
    assert_eq!(failed["passed"], false);
    let checks = failed["checks"].as_array().unwrap();
    assert_eq!((&checks[0]["name"], &checks[0]["passed"]), (&"opens".into(), &false.into()));
    assert!(checks[0]["wrong"][0].as_str().unwrap().contains("lies in its card"), "{failed:#}");
    assert!(checks[1..].iter().all(|check| check["passed"].is_null()), "what does not open is not checked");
}

#[test]
fn one_of_several_modules_is_picked_by_name() {
    let desk = Desk::new("several");
    let several = plugin("test-several");
    desk.rogue(&["check", &several])
        .ended(2)
        .says("has several modules: `doubler`, `numbers`, `pair`. Say which, as in");
    desk.rogue(&["check", &format!("{several}#double")]).ended(2).says("has no module `double`");
    desk.rogue(&["check", &format!("{several}#doubler")]).ended(0).shows("doubler 0.1.0, a transform");
}

#[test]
fn what_is_no_module_is_wrong_usage() {
    let desk = Desk::new("no-files");
    std::fs::write(desk.dir.join("text.so"), "no library").unwrap();
    for (file, why) in [
        ("graph.yaml", "`graph.yaml` is no module's file. Say FILE.so or FILE.wasm"),
        ("nowhere.so", "nowhere.so"),
        ("text.so", "text.so"),
        (".so", ".so"),
    ] {
        for verb in ["check", "bench"] {
            let done = desk.rogue(&[verb, file]).ended(2).says("error: ").says(why);
            assert_eq!(done.out, "", "{verb} {file}");
        }
    }
}

#[test]
fn parameters_are_read_as_in_a_graph() {
    let desk = Desk::new("params");
    let fifo = plugin("fifo");
    desk.rogue(&["check", &fifo, "--set", "max_dept=1"]).ended(2).says("max_depth");
    desk.rogue(&["check", &fifo, "--set", "max_depth=many"]).ended(2).says("many");
    desk.rogue(&["check", &fifo, "--set", "max_depth"]).ended(2).says("there is no `=`");
    desk.rogue(&["check", &plugin("file"), "--set", "path=x"]).ended(2).says("has several modules");
    desk.rogue(&["bench", &plugin("test-panics")])
        .ended(2)
        .says("module `panics` needs its parameter `at`")
        .says("Say it with --set at=VALUE.");
}

#[test]
fn a_folder_stands_ready_for_files() {
    let desk = Desk::new("folder");
    let writer = format!("{}#file-writer", plugin("file"));
    let path = ["--set", "path={dir}/out.dat", "--set", "if_exists=replace"];
    desk.rogue(&[&["check", writer.as_str()], &path[..]].concat()).ended(0);
    assert!(desk.names().is_empty(), "{:?}", desk.names());
}
