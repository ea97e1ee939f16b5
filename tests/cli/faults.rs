//! Modules that fail in a run: what each fault policy makes of it, and that every frame stays counted.

use crate::place::Place;
use rogue_tests::child::Done;

const RESTART: &str = "{ restart: { backoff: 1ms, backoff_max: 1ms, max_restarts: 3 } }";

/// A hundred frames through the module that panics in this call.
fn panicking(at: &str, on_fault: &str) -> Done {
    Place::new().graph(&format!(
        "name: panicking
nodes:
  src: {{ module: pattern, params: {{ size: 8, count: 100 }} }}
  bad: {{ module: panics, params: {{ at: {at} }}, on_fault: {on_fault} }}
  view: {{ module: debug, params: {{ max_bytes: 0 }} }}
links: [ src >> bad >> view ]
"
    ))
}

/// The exit codes for `stop`, `drop`, `bypass` and a bounded `restart`.
fn codes(at: &str, codes: [i32; 4]) -> [Done; 4] {
    let mut codes = codes.into_iter();
    ["stop", "drop", "bypass", RESTART].map(|on_fault| {
        let done = panicking(at, on_fault).ended(codes.next().expect("four"));
        let done = done.says(&format!("asked to panic in {at}"));
        if done.code == Some(78) || at == "start" {
            assert_eq!(done.out, "", "{at}, {on_fault}: something was started");
            return done.says("node `bad`");
        }
        done.shows(": balances\n").shows(" + 0 held + 0 queued: ")
    })
}

#[test]
fn panics_before_the_start_keep_it_from_starting() {
    codes("check", [78; 4]);
    codes("new", [78; 4]);
    for done in codes("start", [4; 4]) {
        done.says("could not start");
    }
}

#[test]
fn a_panic_with_a_frame_is_what_the_policy_says() {
    let [stop, drop, bypass, restart] = codes("accept", [4, 3, 3, 4]);
    stop.shows("\nFAULT: node bad: panicked: ").says("ERROR rogue_runtime: node bad: panicked: ");
    drop.shows("fault 100 (loss)").shows("\nINCOMPLETE(100 frames, bad): bad lost 100 (fault)\n");
    // The frame that was inside is lost, those after it pass.
    bypass
        .shows("fault 1 (loss)")
        .shows("\nINCOMPLETE(1 frame, bad): bad lost 1 (fault)\n")
        .shows("= 99 consumed");
    let faults = restart.err.matches("ERROR rogue_runtime: node bad: panicked: ").count();
    assert_eq!(faults, 4, "the first and three restarts:\n{}", restart.err);
    restart.shows("\nFAULT: node bad: panicked: ");
}

#[test]
fn a_restarted_node_goes_on() {
    let unbounded = "{ restart: { backoff: 1ms, backoff_max: 1ms } }";
    let place = Place::new();
    let done = place.graph(&format!(
        "name: restarted
nodes:
  src: {{ module: pattern, params: {{ size: 8, count: 8 }} }}
  bad: {{ module: panics, params: {{ at: accept }}, on_fault: {unbounded} }}
  view: {{ module: debug, params: {{ max_bytes: 0 }} }}
  other: {{ module: pattern, params: {{ size: 8, count: 500 }} }}
  good: {{ module: debug, params: {{ max_bytes: 0 }} }}
links: [ src >> bad >> view, other >> good ]
"
    ));
    // Every instance takes one frame with it; the run goes on to its end.
    let done = done.ended(3).shows("\nINCOMPLETE(8 frames, bad): bad lost 8 (fault)\n").shows(": balances\n");
    assert_eq!(done.err.matches("ERROR rogue_runtime: node bad: panicked: ").count(), 8, "{}", done.err);
    done.shows("= 500 consumed");
}

#[test]
fn a_panic_between_frames_or_at_the_end_is_what_the_policy_says() {
    let [stop, drop, bypass, restart] = codes("wake", [4, 3, 0, 4]);
    stop.shows("\nFAULT: node bad: ");
    drop.shows("(fault)");
    bypass.shows("1 fault on the way").shows("= 100 consumed");
    restart.shows("\nFAULT: node bad: ");
    // With nothing left to take there is nothing to restart for.
    let [stop, drop, bypass, restart] = codes("finish", [4, 0, 0, 0]);
    for done in [drop, bypass, restart] {
        done.shows("COMPLETE: nothing was lost, 1 fault on the way");
    }
    stop.shows("\nFAULT: node bad: ").shows("= 100 consumed");
}

#[test]
fn a_panic_at_the_end_of_an_instance_loses_nothing() {
    for at in ["stop", "drop"] {
        for done in codes(at, [0; 4]) {
            let done = done.shows("COMPLETE: nothing was lost, 1 fault on the way\n");
            done.says("ERROR rogue_runtime: node bad: failed as it was ended: ");
        }
    }
}

#[test]
fn calls_that_a_run_does_not_make_do_no_harm() {
    for at in ["snapshot", "restore", "reconfigure", "release_held", "adopt", "none"] {
        for on_fault in ["stop", RESTART] {
            panicking(at, on_fault).ended(0).shows("COMPLETE: nothing was lost\n");
        }
    }
}

#[test]
fn streams_that_differ_are_3_with_both_frames_shown() {
    let place = Place::new();
    let done = place.graph(
        "name: different
nodes:
  left: { module: pattern, params: { size: 10, count: 5 } }
  right: { module: pattern, params: { size: [10, 10, 10, 12], count: 5 } }
  same: { module: compare }
links: [ left >> same.a, right >> same.b ]
",
    );
    let done = done.ended(3).says("same: frame 3 differs from byte 10 on");
    let done = done.says("a has size=10, error=0x00, flags=0x0000, channel=0");
    let done = done.says("b has size=12, error=0x00, flags=0x0000, channel=0");
    done.shows("different 2 (loss)").shows("\nINCOMPLETE(4 frames, same): ").shows(": balances\n");
    let done = place.run(&["g.yaml", "--set", "right.size=10", "--set", "right.count=4"]).ended(3);
    done.shows("INCOMPLETE(1 frame, same)");
    place.run(&["g.yaml", "--set", "right.size=10"]).ended(0);
}

#[test]
fn frames_that_are_not_what_was_made_are_3() {
    let done = Place::new().graph(
        "nodes:
  src: { module: pattern, params: { size: 64, count: 7 } }
  check: { module: prbs-check }
links: [ src >> check ]
",
    );
    done.ended(3).shows("bad 7 (loss)").shows("INCOMPLETE(7 frames, check)");
}

/// Frames in a module's own memory outlive the instance that made them, whether it ends or fails first.
#[test]
fn memory_of_a_module_lives_as_long_as_its_frames() {
    let graph = |more: &str, on_fault: &str| {
        format!(
            "name: wrapping
nodes:
  src: {{ module: wraps, params: {{ count: 100{more} }}, on_fault: {on_fault} }}
  again: {{ module: prbs-source, params: {{ size: 16, count: 100 }} }}
  q: {{ module: fifo, params: {{ max_depth: 1000, overflow: block }} }}
  thin: {{ module: ratedrop, params: {{ keep_every: 10 }} }}
  held: {{ module: compare }}
links: [ src >> q >> held.a, q >> thin >> held.b, again >> held.b ]
"
        )
    };
    // `compare` keeps frames of one side until it ends.
    let ended = Place::new().graph(&graph("", "stop")).ended(3);
    ended.shows(": balances\n").shows("after_difference");
    let failing = Place::new().graph(&graph(", fail_after: 40", RESTART));
    failing.ended(4).shows("failed as it was told").shows(": balances\n");
}
