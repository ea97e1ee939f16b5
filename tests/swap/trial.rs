//! A module that fails soon after it was swapped in: the one before comes back by itself, and only the frame that could not
//! be handled is lost.

use crate::desk::{COMPONENT, Desk, NATIVE, wanted};
use rogue_runtime::swap::{Running, Wanted};
use rogue_tests::fake::{PATIENCE, attend_until};
use serde_json::json;

fn comes_back(module: &str, on_fault: &str) {
    let mut desk = Desk::start(u64::MAX, &format!("module: carry, on_fault: {on_fault}"));
    desk.flows_on();
    let bad = Wanted { grace: PATIENCE, ..wanted(module, json!({ "fails_after": 20_000 })) };
    desk.swap(bad).expect("it fits");
    attend_until(&mut desk.running, |running: &Running| running.ledger(false).nodes[1].faults > 0);
    desk.flows_on();
    desk.flows_on();
    let ending = desk.end();
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((ending.faulted, ending.faults.len()), (false, 1), "{:?}", ending.faults);
    assert_eq!((x.taken, x.lost(), e.taken), (s.out, 1, s.out - 1), "{x:#?}");
}

#[test]
fn the_module_before_comes_back_whatever_on_fault_says() {
    comes_back(NATIVE, "stop");
    comes_back(NATIVE, "drop");
    comes_back(COMPONENT, "stop");
}

#[test]
fn after_its_trial_a_failure_is_what_on_fault_says() {
    let mut desk = Desk::start(u64::MAX, "module: carry, on_fault: bypass");
    desk.flows_on();
    desk.swap(wanted(NATIVE, json!({ "fails_after": 20_000 }))).expect("it fits");
    attend_until(&mut desk.running, |running: &Running| running.ledger(false).nodes[1].faults > 0);
    desk.flows_on();
    let ending = desk.end();
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((x.lost(), e.taken), (1, s.out - 1));
}
