//! Modules that panic, lie, hang or crash: the tool lives, and names the check and the call.

use crate::desk::{Desk, plugin, tool};
use rogue_tests::child::Done;
use std::{
    collections::BTreeSet,
    process::Stdio,
    time::{Duration, Instant},
};

/// The names behind `FAILED` in the verdict.
fn failed(done: &Done) -> BTreeSet<String> {
    let verdict = done.out.lines().last().unwrap_or_default();
    let names = verdict.strip_prefix("FAILED: ").and_then(|rest| rest.split_once("checks: "));
    let (_, names) = names.unwrap_or_else(|| panic!("no verdict:\n{}{}", done.out, done.err));
    let names = names.split(';').next().unwrap_or_default();
    names.split(", ").map(str::to_owned).collect()
}

#[test]
fn a_panic_in_any_call_fails_the_check_that_makes_it() {
    let desk = Desk::new("panics");
    let panics = plugin("test-panics");
    // In all of them, since the module takes over any state.
    let always = ["state"];
    let calm = desk.rogue(&["check", &panics, "--set", "at=nowhere"]).ended(1);
    assert_eq!(failed(&calm), always.map(str::to_owned).into(), "{}", calm.out);
    for (at, check) in [
        ("check", "parameters"),
        ("new", "life"),
        ("start", "life"),
        ("accept", "frames"),
        ("wake", "finish"),
        ("finish", "finish"),
        ("snapshot", "state"),
        ("restore", "state"),
        ("reconfigure", "live"),
        ("release_held", "hand-over"),
        ("adopt", "hand-over"),
        ("stop", "life"),
        ("drop", "life"),
    ] {
        let done = desk.rogue(&["check", &panics, "--set", &format!("at={at}")]).ended(1);
        assert!(failed(&done).contains(check), "{at}: {check} does not fail:\n{}", done.out);
        assert!(done.out.contains(&format!("asked to panic in {at}")), "{at} is not told:\n{}", done.out);
    }
}

#[test]
fn broken_rules_of_a_call_fail_the_check_of_frames() {
    let desk = Desk::new("liars");
    let liars = plugin("test-liar-calls");
    for (liar, check, what) in [
        ("takes-too-many", "hand-over", "`start` fails"),
        ("odd-status", "life", "`start` fails: it did not say why"),
        ("without-half", "halves", "the module made no taking half"),
        ("with-both-halves", "halves", "the module made a giving half"),
        ("without-instance", "life", "the module made no instance"),
        ("odd-answer", "life", "the module answered 77"),
    ] {
        let done = desk.rogue(&["check", &format!("{liars}#{liar}")]).ended(1);
        assert!(failed(&done).contains(check), "{liar}: {check} does not fail:\n{}", done.out);
        assert!(done.out.contains(what), "{liar}: {what:?} is not in:\n{}", done.out);
    }
}

/// One of the two modules of `tests/plugins/hostile`.
fn module(name: &str) -> String {
    format!("{}#{name}", plugin("test-hostile"))
}

#[test]
fn promises_of_a_card_must_be_kept() {
    let done = Desk::new("promises").rogue(&["check", &module("promises")]).ended(1);
    let expected = ["card", "state", "live", "hand-over", "frames", "stop", "force"].map(str::to_owned);
    assert_eq!(failed(&done), expected.into(), "{}", done.out);
    for what in [
        "it says nothing about itself",
        "parameter `level` is not described",
        "drop reason `low` is not described",
        "its card promises state promises, and it gives none",
        "its card says that `level` is live, and `reconfigure` supports nothing",
        "`accept` fails: a frame without payload",
        "A frame that a module cannot use is dropped under a reason of its card",
    ] {
        assert!(done.out.contains(what), "{what:?} is not in:\n{}", done.out);
    }
}

fn hostile(desk: &Desk, how: &str, at: &str) -> Done {
    let (how, at) = (format!("how={how}"), format!("at={at}"));
    // Long enough for a sound check on a busy machine, short enough to wait for the end of one that is not.
    desk.rogue(&["check", &module("hostile"), "--set", &how, "--set", &at, "--limit", "10s"])
}

#[test]
fn a_module_that_is_told_to_do_nothing_passes() {
    hostile(&Desk::new("calm"), "not", "start").ended(0);
}

#[test]
fn an_endless_loop_is_ended_and_the_rest_left_out() {
    let desk = Desk::new("loops");
    for (at, check, call) in [
        ("check", "parameters", "checking its parameters (`check`)"),
        ("accept", "hand-over", "giving it frames"),
    ] {
        let done = hostile(&desk, "loops", at).ended(1);
        assert_eq!(failed(&done), [check.to_owned()].into(), "{}", done.out);
        assert!(done.out.contains(&format!("it did not come back within 10s from {call}")), "{}", done.out);
        assert!(done.out.contains(" left out\n") && done.out.contains("  ok      opens"), "{}", done.out);
    }
}

#[test]
fn a_crash_takes_only_its_check_with_it() {
    let desk = Desk::new("crashes");
    for (how, at, check, what) in [
        ("aborts", "start", "life", "was ended by signal 6 (abort), while starting it (`start`)"),
        (
            "aborts",
            "accept",
            "frames",
            "was ended by signal 6 (abort), while running a graph with odd frames",
        ),
        ("exits", "stop", "life", "ended by itself with exit code 0, while stopping it (`stop`)"),
        ("exits", "drop", "halves", "ended by itself with exit code 0, while ending it (`drop`)"),
        ("overflows", "finish", "finish", "while asking it to finish (`finish`)"),
    ] {
        let done = hostile(&desk, how, at).ended(1);
        assert!(failed(&done).contains(check), "{how} in {at}: {check} does not fail:\n{}", done.out);
        assert!(done.out.contains(what), "{how} in {at}: {what:?} is not in:\n{}", done.out);
        assert!(done.out.contains("  ok      opens") && !done.out.contains("left out"), "{}", done.out);
    }
}

#[test]
fn what_is_left_behind_is_found() {
    let desk = Desk::new("leaves");
    for (how, what) in [
        ("thread", "threads; join them in `stop`"),
        ("descriptor", "open descriptors; close them in `stop`"),
        ("memory", "KiB of memory"),
    ] {
        let done = hostile(&desk, how, "start").ended(1);
        assert_eq!(failed(&done), ["leaks".to_owned()].into(), "{how}:\n{}", done.out);
        assert!(done.out.contains(what), "{how}: {what:?} is not in:\n{}", done.out);
    }
    let done = hostile(&desk, "frame", "accept").ended(1);
    assert!(
        failed(&done).is_superset(&["hand-over", "frames", "stop"].map(str::to_owned).into()),
        "{}",
        done.out
    );
    assert!(
        done.out.contains("node `module` still has 240 frames after its end: it leaks them"),
        "{}",
        done.out
    );
}

/// The processes that were started by this one and make a check.
fn children(of: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let parent = |process: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        status
            .lines()
            .any(|line| line.strip_prefix("PPid:").is_some_and(|parent| parent.trim() == of.to_string()))
    };
    let alone = |process: &u32| {
        let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == b"alone")
    };
    processes.filter(parent).filter(alone).collect()
}

/// Looks again and again until it sees something.
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + rogue_tests::child::LIMIT;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "it does not happen");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn a_check_does_not_outlive_the_tool() {
    let desk = Desk::new("outlives");
    let mut command = desk.command(tool().to_str().unwrap());
    command.args(["check", &module("hostile"), "--set", "how=loops", "--set", "at=check", "--limit", "1h"]);
    let mut tool = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // The one of the check `parameters`, which does not come back.
    let looping = until(|| {
        assert_eq!(tool.try_wait().unwrap(), None, "it ends before it comes to that");
        let of_parameters = |process: &u32| {
            let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|word| word == b"parameters")
        };
        children(tool.id()).into_iter().find(of_parameters)
    });
    tool.kill().unwrap();
    tool.wait().unwrap();
    until(|| {
        let status = std::fs::read_to_string(format!("/proc/{looping}/status")).unwrap_or_default();
        let dead = |line: &str| {
            line.strip_prefix("State:").is_some_and(|state| state.trim().starts_with(['Z', 'X']))
        };
        (status.is_empty() || status.lines().any(dead)).then_some(())
    });
}
