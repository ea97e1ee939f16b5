//! `swap --shadow` and `swap --rehearse` from the command line and over the socket.

use crate::desk::Desk;
use serde_json::json;
use std::{fs, path::Path};

fn runs(desk: &Desk) -> String {
    desk.json(&["show", "--format", "json"])["nodes"][2]["module"].as_str().expect("a module").to_owned()
}

/// The folder that an answer names; it is removed.
fn folder(text: &str) -> Vec<String> {
    let at = text.find("/rogue-runtime-pick-").expect("a folder is named");
    let from = text[..at].rfind(|c: char| c.is_whitespace()).map_or(0, |from| from + 1);
    let to = text[at..].find([';', ':', '\n', ' ']).map_or(text.len(), |to| at + to);
    let folder = Path::new(&text[from..to]);
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    fs::remove_dir_all(folder).expect("removed");
    names
}

const FILES: [&str; 4] = ["differences.txt", "input.dat", "new.dat", "old.dat"];

#[test]
fn a_module_that_gives_the_same_takes_the_place() {
    let desk = Desk::new();
    let run = desk.live();
    let done = desk.verb(&["swap", "pick", "tag", "--set", "channel=0", "--shadow", "50"]).ended(0);
    for part in ["node pick: filter ", " -> tag ", "shadow", " given to both: ", " 0 different"] {
        assert!(done.out.contains(part), "{part} is not in\n{}", done.out);
    }
    assert_eq!(runs(&desk), "tag");
    let answer = desk.client("live").ask(json!({
        "command": "swap", "node": "pick", "module": "filter", "set": ["channel=0"], "shadow": 10
    }));
    let compared = &answer["ok"]["swapped"]["compared"][0];
    assert_eq!((&compared["how"], &compared["different"]), (&json!("shadow"), &json!(0)), "{answer}");
    desk.stop(run);
}

#[test]
fn a_module_that_gives_something_else_is_refused_or_accepted() {
    let desk = Desk::new();
    let run = desk.live();
    let other = ["swap", "pick", "tag", "--set", "channel=3", "--shadow", "50"];
    let with = |more: &str| desk.verb(&[&other[..], &[more]].concat());
    let refused = desk.verb(&other).ended(5);
    for part in ["tag ", " differs from filter ", "in channel", "nothing was changed"] {
        assert!(refused.err.contains(part), "{part} is not in\n{}", refused.err);
    }
    assert_eq!(folder(&refused.err), FILES);
    assert_eq!(runs(&desk), "filter");
    let dry = with("--dry-run").ended(0);
    for part in
        ["filter ", " runs; tag ", "nothing was changed", " 0 equal, ", "first       frame 1: in channel"]
    {
        assert!(dry.out.contains(part), "{part} is not in\n{}", dry.out);
    }
    assert_eq!(folder(&dry.out), FILES);
    assert_eq!(runs(&desk), "filter");
    let accepted = with("--accept").ended(0);
    assert!(accepted.out.contains(" -> tag ") && accepted.out.contains(" 0 equal, "), "{}", accepted.out);
    assert_eq!(folder(&accepted.out), FILES);
    assert_eq!(runs(&desk), "tag");
    desk.stop(run);
}

#[test]
fn what_the_card_of_the_module_that_runs_lets_pass_is_alike() {
    let desk = Desk::new();
    let run = desk.live();
    desk.verb(&["swap", "pick", "nearly"]).ended(0);
    let with = |add: &str, more: &[&str]| {
        let set = format!("add={add}");
        desk.verb(&[&["swap", "pick", "nearly", "--set", &set, "--shadow", "20"], more].concat())
    };
    let exact = with("2", &["--tolerance", "u8:0"]).ended(5);
    assert!(exact.err.contains("differs from nearly"), "{}", exact.err);
    folder(&exact.err);
    let near = with("2", &[]).ended(0);
    assert!(near.out.contains(" 0 different") && near.out.contains("within      u8:2"), "{}", near.out);
    let far = with("9", &[]).ended(5);
    assert!(far.err.contains("differs from nearly"), "{}", far.err);
    folder(&far.err);
    desk.verb(&["inspect", "nearly"]).ended(0).shows("u8:2");
    desk.stop(run);
}

#[test]
fn a_recording_of_the_tap_is_rehearsed() {
    let desk = Desk::new();
    let run = desk.live();
    desk.verb(&["tap", "q", "--to", "capture.dat", "--limit", "40"]).ended(0);
    let done =
        desk.verb(&["swap", "pick", "tag", "--set", "channel=0", "--rehearse", "capture.dat"]).ended(0);
    assert!(done.out.contains("rehearsal   40 frames given to both: 40 equal, 0 different"), "{}", done.out);
    let both =
        ["swap", "pick", "filter", "--set", "channel=0", "--rehearse", "capture.dat", "--shadow", "10"];
    let done = desk.verb(&both).ended(0);
    assert!(done.out.contains("rehearsal ") && done.out.contains("shadow "), "{}", done.out);
    let other = ["swap", "pick", "tag", "--set", "channel=9", "--rehearse", "capture.dat"];
    let refused = desk.verb(&other).ended(5).says("differs from filter");
    assert_eq!(folder(&refused.err), FILES);
    let dry = desk.verb(&[&other[..], &["--dry-run"]].concat()).ended(0);
    assert!(dry.out.contains("40 frames given to both: 0 equal, 40 different"), "{}", dry.out);
    folder(&dry.out);
    desk.verb(&["set", "pick.channel=7"]).ended(0);
    desk.verb(&["swap", "pick", "filter", "--rehearse", "capture.dat"])
        .ended(0)
        .shows("neither gave a frame");
    desk.verb(&["set", "pick.channel=0"]).ended(0);
    desk.verb(&["swap", "pick", "tag", "--set", "channel=9", "--rehearse", "none.dat"])
        .ended(5)
        .says("none.dat");
    assert_eq!(runs(&desk), "filter");
    desk.stop(run);
}

#[test]
fn what_does_not_go_together_or_comes_to_no_end_is_said() {
    let desk = Desk::new();
    let run = desk.live();
    for (args, code, says) in [
        (&["--dry-run"][..], 2, "add --shadow N or --rehearse FILE"),
        (&["--tolerance", "f32:1"], 2, "add --shadow N or --rehearse FILE"),
        (&["--shadow", "5", "--dry-run", "--accept"], 2, "leave one of them out"),
        (&["--shadow", "0"], 2, "at least one frame"),
        (&["--shadow", "5", "--tolerance", "much"], 2, "TYPE:DIFFERENCE"),
        (&["--shadow", "5", "--shadow-for", "1000h"], 2, "at most"),
        (
            &["--shadow", "1000000000", "--shadow-for", "100ms"],
            5,
            "not as many frames came within 0.1 s; only ",
        ),
    ] {
        let all = [&["swap", "pick", "tag", "--set", "channel=0"], args].concat();
        desk.verb(&all).ended(code).says(says);
    }
    desk.verb(&["swap", "view", "debug", "--shadow", "5"]).ended(5).says("a sink gives no frames");
    desk.verb(&["swap", "q", "fifo", "--shadow", "5"]).ended(5).says("depends on who takes it");
    desk.verb(&["swap", "pick", "panics", "--set", "at=accept", "--shadow", "5"]).ended(5).says("panicked");
    let late = ["swap", "pick", "late", "--set", "at=accept", "--shadow", "5", "--patience", "100ms"];
    desk.verb(&late).ended(5).says("did not return from accept within 100 ms");
    // Who asks goes: the next may.
    let endless = json!({ "command": "swap", "node": "pick", "module": "tag", "shadow": 1_000_000_000u64 });
    let mut client = desk.client("live");
    client.send((endless.to_string() + "\n").as_bytes());
    let same = ["swap", "pick", "tag", "--set", "channel=0", "--shadow", "5", "--dry-run"];
    let busy = desk.verb(&same);
    drop(client);
    if busy.code == Some(5) {
        busy.says("another module runs in its shadow");
        while desk.verb(&same).code != Some(0) {}
    }
    // A stop ends it, and who waits hears it.
    let mut client = desk.client("live");
    client.send((endless.to_string() + "\n").as_bytes());
    let mut other = desk.client("live");
    let taken = other.taken();
    other.flows_beyond(taken + 200);
    desk.stop(run);
    let answer = client.read().expect("an answer");
    assert!(answer["error"]["text"].is_string(), "{answer}");
}
