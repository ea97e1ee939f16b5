//! Swaps that come at a bad time: while the node is restarted, after it has ended, while a module of its segment hangs, one
//! right after the other.

use crate::desk::{Desk, NATIVE, none, nothing_is_missing, wanted};
use rogue_runtime::{
    engine::Health,
    swap::{Running, SwapError, Wanted},
};
use rogue_tests::fake::{PATIENCE, attend_until};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_node_that_is_being_restarted() {
    let mut desk = Desk::start(
        u64::MAX,
        "module: stubborn, params: {how: refuses, at: accept, after: 1000}, on_fault: {restart: {backoff: 100s}}",
    );
    attend_until(&mut desk.running, |running| !running.faults().is_empty());
    // One that is refused leaves it waiting.
    let refused = desk.swap(wanted("stubborn", json!({ "how": "refuses", "at": "start" })));
    assert!(refused.is_err_and(|error| error.to_string().contains("asked to refuse in start")));
    assert_eq!(desk.running.status()[1].health, Health::Waiting);
    desk.swap(wanted(NATIVE, none())).expect("nobody runs there");
    desk.flows_on();
    assert_eq!((desk.running.status()[1].health, desk.running.next_restart_ns()), (Health::Running, None));
    let ending = desk.end();
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((ending.ledger.imbalance(), ending.faults.len()), (0, 1));
    // What waited for the node went through the new module; what the old one had inside is lost to the fault.
    assert_eq!((x.taken, e.taken), (s.out, s.out - x.lost()), "{x:#?}");
    assert!(x.dropped.iter().all(|dropped| dropped.reason == "fault"), "{x:#?}");
}

#[test]
fn a_node_that_fails_and_is_restarted_again_and_again() {
    let failing = json!({ "how": "refuses", "at": "accept", "after": 50 });
    let mut desk = Desk::start(
        u64::MAX,
        &format!(
            "module: stubborn, params: {failing}, on_fault: {{restart: {{backoff: 1ms, backoff_max: 1ms}}}}"
        ),
    );
    for _ in 0..50 {
        let faults = desk.running.faults().len();
        attend_until(&mut desk.running, |running: &Running| running.faults().len() > faults);
        // Whether it waits, is taken out of its segment, or runs again just now.
        desk.swap(wanted(NATIVE, none())).expect("it fits");
        desk.flows_on();
        desk.swap(Wanted { keep_state: false, ..wanted("stubborn", failing.clone()) }).expect("it fits");
    }
    desk.swap(Wanted { keep_state: false, ..wanted(NATIVE, none()) }).expect("it fits");
    desk.flows_on();
    desk.audit();
    let ending = desk.end();
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((x.taken, e.taken, ending.ledger.imbalance()), (s.out, s.out - x.lost(), 0), "{x:#?}");
}

#[test]
fn a_node_that_has_ended() {
    let yaml = "nodes: {s: {module: bench-source, params: {size: 64, count: 100}}, x: {module: carry}, \
                e: {module: carry-check}, t: {module: bench-source, params: {size: 64, count: 18446744073709551615}}, \
                u: {module: carry-check}}\nlinks: [s >> x >> e, t >> u]";
    let mut desk = Desk::of(yaml);
    attend_until(&mut desk.running, |running| running.has_ended("x"));
    let error = desk.swap(wanted(NATIVE, none())).expect_err("too late").to_string();
    assert!(error.contains("it has come to its end"), "{error}");
    let books = desk.audit();
    assert_eq!(books.nodes[2].taken, 100);
    drop(desk.end());
}

#[test]
fn a_module_of_its_segment_that_hangs_is_named() {
    let yaml = "nodes: {s: {module: bench-source, params: {size: 64, count: 18446744073709551615}}, x: {module: carry}, \
                h: {module: stubborn, params: {how: hangs, at: accept, after: 1000}}, e: {module: carry-check}, \
                t: {module: bench-source, params: {size: 64, count: 18446744073709551615}}, y: {module: carry}, \
                u: {module: carry-check}}\nlinks: [s >> x >> h >> e, t >> y >> u]";
    let mut desk = Desk::of(yaml);
    attend_until(&mut desk.running, |running| running.ledger(false).nodes[2].taken >= 960);
    let hasty = Wanted { patience: Duration::from_millis(50), ..wanted(NATIVE, none()) };
    // It may take a moment until it hangs.
    let error = loop {
        if let Err(error) = desk.swap(hasty.clone()) {
            break error;
        }
    };
    let SwapError::Busy { node, inside, .. } = &error else { panic!("{error}") };
    assert_eq!((node.as_str(), inside.as_str()), ("x", "h"), "{error}");
    // The other segment is not concerned.
    desk.flows_on();
    desk.swap(Wanted { node: "y".to_owned(), ..wanted(NATIVE, none()) }).expect("it fits");
    desk.flows_on();
    desk.running.stop();
    attend_until(&mut desk.running, |running| running.has_ended("u"));
    let ending = desk.running.end();
    assert!(ending.stuck.contains(&"h".to_owned()), "{:?}", ending.stuck);
    let [.., t, y, u] = ending.ledger.nodes.as_slice() else { panic!("seven nodes") };
    assert_eq!((y.taken, u.taken), (t.out, t.out));
}

#[test]
fn a_segment_that_comes_back_just_as_it_is_given_up_goes_on() {
    let mut desk = Desk::start(u64::MAX, "module: carry");
    let hasty = Wanted { patience: Duration::ZERO, ..wanted(NATIVE, none()) };
    // The candidate has no time either; what counts is that a segment asked for and not waited for goes on.
    for _ in 0..300 {
        if desk.running.audit(Duration::ZERO).is_ok() {
            desk.flows_on();
        }
        drop(desk.swap(hasty.clone()));
        desk.running.attend(Duration::ZERO);
    }
    desk.running.settle(PATIENCE);
    desk.flows_on();
    nothing_is_missing(&desk.end());
}

#[test]
fn one_swap_after_another_without_a_turn_between_them() {
    let yaml = "nodes: {s: {module: bench-source, params: {size: 64, count: 18446744073709551615}}, x: {module: carry}, \
                y: {module: carry}, q: {module: fifo, params: {max_depth: 64, overflow: block}}, z: {module: carry}, \
                e: {module: carry-check}}\nlinks: [s >> x >> y >> q >> z >> e]";
    let mut desk = Desk::of(yaml);
    for round in 0..8 {
        desk.flows_on();
        for node in ["x", "x", "y", "z", "y", "q", "q"] {
            let want = match node {
                "q" => wanted("fifo", json!({ "max_depth": 64 + round, "overflow": "block" })),
                _ => wanted(NATIVE, json!({ "depth": round % 4 })),
            };
            let done =
                desk.swap(Wanted { node: node.to_owned(), ..want }).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(done.dropped, 0);
        }
        desk.audit();
    }
    desk.flows_on();
    let ending = desk.end();
    let [s, .., e] = ending.ledger.nodes.as_slice() else { panic!("six nodes") };
    assert_eq!((ending.ledger.lost(), e.taken), (0, s.out));
    let bad = |name: &str| {
        let check = ending.status.iter().find(|status| status.book.name == "e").expect("the check");
        check.counters.iter().find(|(n, ..)| n == name).map(|(.., value)| *value)
    };
    assert_eq!(bad("bad"), Some(0));
}

#[test]
fn a_trial_that_ends_as_the_module_fails() {
    // The failure is heard of when the trial is over: the module before comes back all the same.
    let mut desk = Desk::start(u64::MAX, "module: carry, on_fault: drop");
    for _ in 0..20 {
        desk.flows_on();
        let grace = Duration::from_nanos(1);
        desk.swap(Wanted { grace, ..wanted("stubborn", json!({ "how": "refuses", "at": "accept" })) })
            .expect("it fits");
        let faults = desk.running.faults().len();
        attend_until(&mut desk.running, |running: &Running| running.faults().len() > faults);
        // Either it is back, or what comes is dropped, as the graph says; never does it wait for ever.
        desk.swap(wanted(NATIVE, none())).expect("it fits");
        desk.flows_on();
    }
    drop(desk.end());
}
