//! Swaps that are refused: everything is as it was, and the reason says what to do.

use crate::desk::{COMPONENT, Desk, NATIVE, none, nothing_is_missing, wanted};
use rogue_runtime::swap::Wanted;
use serde_json::json;

/// Tries a swap that must be refused in full flow; afterwards nothing may be missing.
fn refused(want: Wanted, says: &str) {
    let mut desk = Desk::start(u64::MAX, "module: carry, params: {depth: 5}");
    desk.flows_on();
    let error = desk.swap(want).expect_err(says).to_string();
    assert!(error.contains(says), "{error}");
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn a_module_that_does_not_take_the_state() {
    refused(wanted(NATIVE, json!({ "refuses": true })), "does not like it; nothing was changed");
    refused(wanted(COMPONENT, json!({ "refuses": true })), "does not like it; nothing was changed");
}

#[test]
fn parameters_that_are_wrong() {
    refused(wanted(NATIVE, json!({ "depth": "deep" })), "depth");
}

#[test]
fn a_module_of_another_shape() {
    refused(wanted("carry-check", none()), "it is a sink, the node is a transform");
}

/// Tries swaps of a graph's nodes that must be refused for the ports of the module.
fn ports_refused(yaml: &str, swaps: &[(&str, &str, &str)]) {
    let mut desk = Desk::of(yaml);
    for (node, module, says) in swaps {
        let want = Wanted { node: (*node).to_owned(), ..wanted(module, none()) };
        let error = desk.swap(want).expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
        desk.flows_on();
    }
    desk.audit();
    desk.end();
}

#[test]
fn a_module_with_other_ports() {
    ports_refused(
        "nodes: {s: {module: bench-source, params: {size: 64, count: 18446744073709551615}}, \
         x: {module: doubler}, y: {module: bench-pass}, e: {module: bench-sink}, f: {module: bench-sink}}\n\
         links: [s >> x, x.out >> e, x.copies >> y, y >> f]",
        &[
            ("x", NATIVE, "the node's output `copies` is linked, and it has none at that place"),
            ("y", "doubler", "its output `copies` would not be linked; link it in the graph file and reload"),
            ("e", "compare", "the node's input `in` is linked, and it has none at that place"),
        ],
    );
}

#[test]
fn a_port_that_may_stay_unlinked_is_no_reason() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    desk.flows_on();
    let more =
        Wanted { node: "e".to_owned(), keep_state: false, ..wanted("wild-sink", json!({ "seed": 1 })) };
    desk.swap(more).unwrap_or_else(|error| panic!("{error}"));
    desk.flows_on();
    assert_eq!(desk.audit().imbalance(), 0);
    desk.end();
}

#[test]
fn a_node_that_is_not_there() {
    let nowhere = Wanted { node: "y".to_owned(), ..wanted(NATIVE, none()) };
    refused(nowhere, "there is no node `y`; the graph has s, x, e");
}

#[test]
fn a_component_that_never_returns() {
    let endless = || Wanted {
        patience: rogue_tests::fake::PATIENCE,
        ..wanted("./attacks.wasm#loops", json!({ "when": "create" }))
    };
    refused(endless(), "used more than 500 ms of processor time");
    let restore = wanted("./attacks.wasm#loops", json!({ "when": "restore" }));
    refused(restore, "used more than 500 ms of processor time");
}

#[test]
fn a_run_that_stops() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    desk.flows_on();
    desk.running.stop();
    let error = desk.swap(wanted(NATIVE, none())).expect_err("too late").to_string();
    assert!(error.contains("the run is stopping"), "{error}");
    nothing_is_missing(&desk.end());
}
