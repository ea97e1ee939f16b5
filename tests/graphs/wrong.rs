//! Graphs with mistakes: `check` and `run` say exactly the text beside each, and start nothing.

use crate::place::{self, Place};
use std::fs;

#[test]
fn every_wrong_graph_is_refused_with_its_text() {
    let folder = place::graphs().join("wrong");
    let graphs = place::names(&folder, ".yaml");
    assert!(graphs.len() > 15, "the graphs are not where they were: {graphs:?}");
    let place = Place::new();
    let mut wrong = Vec::new();
    for name in &graphs {
        let [check, run] = ["check", "run"].map(|verb| {
            let done = place.run(&format!("rogue-runtime {verb} graphs/wrong/{name}.yaml")).ended(78);
            assert_eq!(done.out, "", "{verb} {name}");
            masked(&done.err)
        });
        assert_eq!(check, run, "{name}: check and run say different things");
        let file = folder.join(format!("{name}.expected"));
        if place::blessing() {
            fs::write(&file, &check).expect("it can be written");
        }
        match fs::read_to_string(&file) {
            Ok(expected) if expected == check => {}
            Ok(expected) => wrong.push(format!("{name}: expected\n{expected}\nis\n{check}")),
            Err(error) => wrong.push(format!("{}: {error}; ROGUE_BLESS=1 makes it", file.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(fs::read_dir(place.written("")).expect("a folder").count(), 0, "something was started");
}

/// The folders where modules were looked for are those of the machine: `*` stands for them.
fn masked(text: &str) -> String {
    let (begin, end) = ("Looked in ", ". Build it");
    let parts = text.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    parts.map_or_else(|| text.to_owned(), |(before, after)| format!("{before}{begin}*{end}{after}"))
}

#[test]
fn every_expected_error_has_its_graph() {
    let folder = place::graphs().join("wrong");
    assert_eq!(place::names(&folder, ".expected"), place::names(&folder, ".yaml"));
}

#[test]
fn every_wrong_graph_says_what_is_wrong_with_it() {
    for name in place::names(&place::graphs().join("wrong"), ".yaml") {
        let text = place::text(&format!("wrong/{name}"));
        assert!(text.starts_with("# Wrong: "), "graphs/wrong/{name}.yaml");
    }
}
