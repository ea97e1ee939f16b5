//! Swaps that succeed, between packagings, with state and with frames that are held.

use crate::desk::{COMPONENT, Desk, NATIVE, none, nothing_is_missing, params, wanted};
use serde_json::json;

const FOR_EVER: u64 = u64::MAX;

/// Swaps in full flow, back and forth.
fn swaps(first: &str, second: &str, start: &str, with: serde_json::Value, count: usize) {
    let mut desk = Desk::start(FOR_EVER, &format!("module: \"{first}\", params: {start}"));
    for turn in 0..count {
        desk.flows_on();
        let module = if turn % 2 == 0 { second } else { first };
        let done = desk.swap(wanted(module, with.clone())).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((done.dropped, done.state.as_ref().map(|s| s.0.as_str())), (0, Some("test-carry")));
        assert!(done.after.nodes[1].taken >= done.before.nodes[1].taken);
    }
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn native_to_native_carries_the_state_on() {
    swaps(NATIVE, NATIVE, "{}", none(), 50);
}

#[test]
fn component_to_component_carries_the_state_on() {
    swaps(COMPONENT, COMPONENT, "{}", none(), 50);
}

#[test]
fn native_to_component_and_back_carries_the_state_on() {
    swaps(NATIVE, COMPONENT, "{}", none(), 50);
}

#[test]
fn frames_that_are_held_are_handed_over_in_order() {
    swaps(NATIVE, NATIVE, "{depth: 100}", json!({ "depth": 100 }), 20);
    swaps(NATIVE, COMPONENT, "{depth: 10}", json!({ "depth": 10 }), 20);
    swaps(COMPONENT, COMPONENT, "{depth: 10}", json!({ "depth": 10 }), 20);
}

#[test]
fn without_its_state_a_module_begins_anew() {
    let mut desk = Desk::start(FOR_EVER, "module: carry");
    desk.flows_on();
    let fresh = rogue_runtime::swap::Wanted { keep_state: false, ..wanted(NATIVE, none()) };
    let done = desk.swap(fresh).expect("it fits");
    assert!(done.state.is_none());
    desk.flows_on();
    let ending = desk.end();
    let [s, _, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!(s.out, e.taken);
}

#[test]
fn a_queue_is_swapped_with_what_is_in_it() {
    let yaml = "nodes: {s: {module: bench-source, params: {size: 64, count: 18446744073709551615}}, x: {module: carry}, \
                q: {module: fifo, params: {max_depth: 64, overflow: block}}, e: {module: carry-check}}\n\
                links: [s >> x >> q >> e]";
    let mut desk = Desk::of(yaml);
    for depth in [16, 200, 64] {
        desk.flows_on();
        let queue = wanted("fifo", json!({ "max_depth": depth, "overflow": "block" }));
        let queue = rogue_runtime::swap::Wanted { node: "q".to_owned(), ..queue };
        desk.swap(queue).unwrap_or_else(|error| panic!("{error}"));
    }
    desk.flows_on();
    let ending = desk.end();
    let [s, .., e] = ending.ledger.nodes.as_slice() else { panic!("four nodes") };
    assert_eq!((ending.ledger.lost(), e.taken), (0, s.out), "{:#?}", ending.ledger);
}

#[test]
fn parameters_are_set_live_or_by_a_swap_with_itself() {
    let mut desk = Desk::start(FOR_EVER, "module: carry");
    desk.flows_on();
    // `offset` is live, `depth` is not.
    desk.running.set_params("x", params(json!({ "offset": 0 }))).expect("it takes them");
    desk.flows_on();
    let done = desk.running.set_params("x", params(json!({ "depth": 7 }))).expect("it is swapped");
    assert!(done.state.is_some());
    desk.flows_on();
    let refused = desk.running.set_params("x", params(json!({ "depth": 7, "refuses": true })));
    assert!(refused.is_err_and(|error| error.to_string().contains("does not like to refuse")));
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn rollback_returns_to_the_module_before_with_the_state_of_now() {
    let mut desk = Desk::start(FOR_EVER, "module: carry");
    desk.flows_on();
    assert!(
        desk.running.rollback("x").is_err_and(|error| error.to_string().contains("has not been swapped"))
    );
    desk.swap(wanted(COMPONENT, json!({ "depth": 3 }))).expect("it fits");
    desk.flows_on();
    let back = desk.running.rollback("x").expect("it fits");
    assert!(back.state.is_some());
    desk.flows_on();
    nothing_is_missing(&desk.end());
}
