//! Modules that panic, hang, linger or refuse in each call of a swap: the swap is refused or done, the graph goes on, and the
//! books say where every frame is.

use crate::desk::{Desk, NATIVE, none, nothing_is_missing, params, wanted};
use rogue_runtime::{
    host::nodes,
    swap::{Running, SwapError, Wanted},
};
use rogue_tests::fake::{PATIENCE, attend_until};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::NamedTempFile;

/// How long a call may take that does not return. On a busy machine one that does may take longer: then it is asked again.
const SHORT: Duration = Duration::from_millis(100);
/// What the module that runs keeps back.
const KEPT: u64 = 6;

fn stubborn(how: &str, at: &str, more: Value) -> Value {
    let mut all = params(json!({ "how": how, "at": at }));
    all.extend(params(more));
    Value::Object(all)
}

/// As it is, and with something only one may have, so that it is started after the old one has stopped.
fn with_and_without_seat(test: &str) -> [Value; 2] {
    [json!({ "depth": KEPT }), json!({ "depth": KEPT, "seat": test })]
}

/// A swap to `stubborn`, and the file whose end what lingers waits for.
struct Case {
    want: Wanted,
    door: NamedTempFile,
}

/// A swap to one that goes wrong in a call of its life.
fn to(how: &str, at: &str, more: Value) -> Case {
    let (more, door) = with_door(more);
    Case { want: wanted("stubborn", stubborn(how, at, more)), door }
}

/// Parameters by which what lingers does so until the file is gone.
fn with_door(more: Value) -> (Value, NamedTempFile) {
    let door = NamedTempFile::new().expect("a file");
    let mut all = params(more);
    all.insert("door".to_owned(), json!(door.path()));
    (Value::Object(all), door)
}

/// The same in a swap; one that does not return is given up soon.
fn soon(how: &str, at: &str, more: Value) -> Case {
    let mut case = to(how, at, more);
    if matches!(how, "hangs" | "lingers") {
        case.want.patience = SHORT;
    }
    case
}

/// `carry`, or one that goes wrong, in full flow.
fn flowing(module: &str, with: &Value, on_fault: &str) -> Desk {
    let mut desk = Desk::start(u64::MAX, &format!("module: {module}, params: {with}, on_fault: {on_fault}"));
    desk.flows_on();
    desk
}

/// Has a swap refused in these words, whatever else of it takes too long on a busy machine: that changes nothing.
fn refusal(desk: &mut Desk, want: &Wanted, says: &str) {
    let case = &want.params;
    loop {
        let error = desk.swap(want.clone()).err().unwrap_or_else(|| panic!("{case:?} was taken"));
        let text = error.to_string();
        if text.contains(says) {
            return;
        }
        let too_late = matches!(error, SwapError::Busy { .. } | SwapError::Late { .. });
        assert!(too_late && want.patience == SHORT, "{case:?}: {text}");
    }
}

fn refused(desk: &mut Desk, Case { want, door }: Case, says: &str) {
    refusal(desk, &want, says);
    drop(door);
    desk.audit();
    desk.flows_on();
}

#[test]
fn a_candidate_that_goes_wrong_in_a_call_changes_nothing() {
    for (how, says) in [
        ("panics", "asked to panic"),
        ("refuses", "asked to refuse"),
        ("hangs", "did not return from"),
        ("lingers", "did not return from"),
    ] {
        let mut desk = flowing("carry", &json!({ "depth": KEPT }), "stop");
        for at in ["check", "new", "start", "restore"] {
            for more in with_and_without_seat("calls") {
                refused(&mut desk, soon(how, at, more), says);
                assert!(nodes::is_unclaimed("calls"));
            }
        }
        nothing_is_missing(&desk.end());
    }
    let mut desk = flowing("carry", &json!({ "depth": KEPT }), "stop");
    for at in ["new", "start"] {
        refused(&mut desk, to("complains", at, json!({})), "asked to complain");
    }
    nothing_is_missing(&desk.end());
}

#[test]
fn a_candidate_that_does_not_adopt_gives_back_what_it_had_taken() {
    for more in with_and_without_seat("gives") {
        let mut desk = flowing("carry", &json!({ "depth": KEPT }), "stop");
        refused(&mut desk, to("refuses", "adopt", more), "asked to refuse in adopt");
        nothing_is_missing(&desk.end());
    }
}

#[test]
fn of_a_candidate_that_dies_in_adopt_every_frame_is_counted() {
    for more in with_and_without_seat("dies") {
        let mut desk = flowing("carry", &json!({ "depth": KEPT }), "stop");
        refused(&mut desk, to("panics", "adopt", more), "asked to panic in adopt");
        let ending = desk.end();
        let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
        // Half of them it had taken and gives back; the others went with the panic.
        assert_eq!((x.taken, x.lost(), e.taken), (s.out, KEPT / 2, s.out - KEPT / 2), "{x:#?}");
    }
}

#[test]
fn a_candidate_that_returns_late_from_adopt_ends_with_what_it_was_given() {
    for more in with_and_without_seat("late") {
        let mut desk = flowing("carry", &json!({ "depth": KEPT }), "stop");
        refused(
            &mut desk,
            soon("lingers", "adopt", more),
            "it was given up with the frames that it was being given",
        );
        assert!(desk.running.settle(PATIENCE));
        let ending = desk.end();
        let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
        assert_eq!((x.taken, x.lost(), e.taken), (s.out, KEPT, s.out - KEPT), "{x:#?}");
        assert!(x.dropped.iter().all(|dropped| dropped.reason == "swapped"), "{x:#?}");
    }
}

#[test]
fn what_a_candidate_takes_along_that_never_returns_is_named_at_the_end() {
    let mut desk = flowing("carry", &json!({ "depth": KEPT }), "stop");
    refused(&mut desk, soon("hangs", "adopt", json!({})), "the node goes on without them");
    desk.running.stop();
    attend_until(&mut desk.running, Running::is_over);
    let ending = desk.running.end();
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((ending.stuck.as_slice(), ending.ledger.imbalance()), (["x".to_owned()].as_slice(), 0));
    assert_eq!((x.taken, x.held, x.lost(), e.taken), (s.out, KEPT as i64, 0, s.out - KEPT), "{x:#?}");
}

#[test]
fn a_module_that_refuses_or_panics_as_it_is_replaced_goes_on() {
    for (how, says) in [("refuses", "asked to refuse in snapshot"), ("panics", "asked to panic in snapshot")]
    {
        let mut desk = flowing("stubborn", &stubborn(how, "snapshot", json!({ "depth": KEPT })), "stop");
        refusal(&mut desk, &wanted(NATIVE, none()), says);
        desk.audit();
        desk.flows_on();
        // Without its state it need not be asked.
        desk.swap(Wanted { keep_state: false, ..wanted(NATIVE, json!({ "depth": 2 })) }).expect("it fits");
        desk.flows_on();
        let ending = desk.end();
        let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
        assert_eq!((x.lost(), e.taken), (0, s.out), "{x:#?}");
    }
    let mut desk = flowing("stubborn", &stubborn("panics", "release_held", json!({ "depth": KEPT })), "stop");
    refusal(&mut desk, &wanted(NATIVE, none()), "asked to panic in release_held");
    desk.audit();
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn a_module_that_does_not_return_as_it_is_replaced_fails() {
    for (how, at) in [("hangs", "snapshot"), ("hangs", "release_held"), ("lingers", "snapshot")] {
        let (more, door) = with_door(json!({ "depth": KEPT }));
        let mut desk = flowing("stubborn", &stubborn(how, at, more), "drop");
        let hasty = Wanted { patience: SHORT, ..wanted(NATIVE, none()) };
        refusal(&mut desk, &hasty, "the node has failed with it");
        drop(door);
        attend_until(&mut desk.running, |running| !running.faults().is_empty());
        // A node that failed gets a new module all the same.
        desk.swap(wanted(NATIVE, none())).expect("it fits");
        desk.flows_on();
        if how == "lingers" {
            assert!(desk.running.settle(PATIENCE));
        }
        desk.running.stop();
        attend_until(&mut desk.running, Running::is_over);
        let ending = desk.running.end();
        assert_eq!((ending.faulted, ending.ledger.imbalance(), ending.faults.len()), (false, 0, 1));
        let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
        assert_eq!(x.taken, s.out);
        let kept = if how == "lingers" { x.lost() } else { x.held as u64 + x.lost() };
        assert_eq!(e.taken + kept, s.out, "{x:#?}");
    }
}

#[test]
fn a_module_that_does_not_return_stops_the_run_where_the_graph_says_so() {
    let mut desk = flowing("stubborn", &stubborn("hangs", "snapshot", json!({})), "stop");
    let hasty = Wanted { patience: SHORT, ..wanted(NATIVE, none()) };
    refusal(&mut desk, &hasty, "did not return from snapshot");
    attend_until(&mut desk.running, Running::is_over);
    let ending = desk.running.end();
    assert!(ending.faulted);
    assert_eq!((ending.faults.len(), ending.ledger.imbalance()), (1, 0));
    assert!(ending.faults[0].1.contains("did not return from snapshot"), "{:?}", ending.faults);
}

#[test]
fn a_module_that_was_replaced_may_end_as_it_likes() {
    for how in ["panics", "refuses", "hangs", "lingers", "complains"] {
        for at in ["stop", "drop"] {
            let mut desk = flowing("carry", &none(), "stop");
            let Case { want, door } = to(how, at, json!({ "depth": 3 }));
            desk.swap(want).unwrap_or_else(|error| panic!("{how} {at}: {error}"));
            desk.flows_on();
            desk.swap(wanted(NATIVE, none())).unwrap_or_else(|error| panic!("{how} {at}: {error}"));
            desk.flows_on();
            drop(door);
            if how != "hangs" {
                assert!(desk.running.settle(PATIENCE), "{how} {at}");
            }
            let ending = desk.end();
            nothing_is_missing(&ending);
            assert_eq!(ending.faults, [], "{how} {at}");
        }
    }
}

#[test]
fn a_candidate_that_is_given_up_may_end_as_it_likes() {
    // It refuses what it is given, and then goes wrong as it ends: both need a module of two minds.
    for how in ["panics", "hangs"] {
        for at in ["stop", "drop"] {
            let mut desk = flowing("carry", &json!({ "depth": 2 }), "stop");
            let Case { want, .. } = to(how, at, json!({}));
            // No room for its place in the segment: the node is busy, so it is given up as it is.
            let error = desk.swap(Wanted { node: "s".to_owned(), ..want }).expect_err("it is no source");
            assert!(matches!(error, SwapError::DoesNotFit { .. }), "{error}");
            desk.flows_on();
            nothing_is_missing(&desk.end());
        }
    }
}

#[test]
fn new_parameters_that_go_wrong() {
    for (how, says) in [("panics", "asked to panic"), ("refuses", "asked to refuse")] {
        let mut desk = flowing("stubborn", &stubborn(how, "reconfigure", json!({})), "stop");
        let error = desk.running.set_params("x", params(json!({ "depth": 4 }))).expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
        desk.audit();
        desk.flows_on();
        nothing_is_missing(&desk.end());
    }
}

#[test]
fn reasons_stay_those_of_the_module_that_runs_however_many_were_refused() {
    let mut desk = flowing("sheds", &none(), "stop");
    for _ in 0..40 {
        refused(&mut desk, to("refuses", "start", json!({})), "asked to refuse in start");
    }
    let book = desk.book("x");
    assert!(book.dropped.iter().any(|dropped| dropped.reason == "piece"), "{book:#?}");
    assert!(book.dropped.iter().all(|dropped| dropped.reason != "other"), "{book:#?}");
    // It keeps frames until it is stopped.
    desk.end();
}

#[test]
fn swaps_that_never_return_have_an_end() {
    let mut desk = flowing("carry", &none(), "stop");
    let hasty = || Wanted { patience: Duration::from_millis(1), ..to("hangs", "start", none()).want };
    let error = (0..40).find_map(|_| match desk.swap(hasty()) {
        Err(error @ SwapError::NotNow { .. }) => Some(error.to_string()),
        _ => None,
    });
    assert!(error.is_some_and(|error| error.contains("have not returned from their last calls")));
    desk.flows_on();
    nothing_is_missing(&desk.end());
}
