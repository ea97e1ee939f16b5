//! A component can hurt nobody: each module of `wasm-modules/attacks` misbehaves in its way, in the middle of a stream
//! that a neighbour takes too. What must hold: the neighbour gets every frame, only the bad frame is lost, the books
//! balance, and the fault says what it was.

use crate::desk::{found, run, start};
use rogue_runtime::{graph::Sandbox, host, load::Loader, swap::Ending};
use rogue_tests::fake::{Fake, Seen};

const FRAMES: u32 = 300;
const BAD: u32 = 130;

/// Runs an attack beside a neighbour; gives the ending and what came through it.
fn attack(module: &str, params: &str, rest: &str) -> (Ending, Vec<u32>) {
    let seen = Seen::default();
    let yaml = format!(
        "nodes: {{s: {{module: src}}, x: {{module: ./attacks.wasm#{module}, params: {{{params}}}, {rest}}}, \
         e: {{module: through}}, n: {{module: neighbour}}}}\nlinks: [s >> x >> e, s >> n]"
    );
    let fakes = [Fake::source("src", FRAMES), seen.sink("through"), seen.sink("neighbour")];
    let ending = run(&yaml, &fakes);
    assert_eq!(seen.of("neighbour"), (0..FRAMES).collect::<Vec<_>>());
    (ending, seen.of("through"))
}

fn all_but(bad: u32) -> Vec<u32> {
    (0..FRAMES).filter(|&n| n != bad).collect()
}

/// With `bypass`, what the module did before and what passes it by afterwards arrives: all but the bad frame.
fn only_the_bad_frame_is_lost(module: &str, params: &str, limits: &str, says: &str) {
    let rest = format!("on_fault: bypass, limits: {{{limits}}}");
    let (ending, through) = attack(module, params, &rest);
    assert_eq!(through, all_but(BAD), "{module}");
    let [(node, text)] = ending.faults.as_slice() else { panic!("{module}: {:?}", ending.faults) };
    assert!(node == "x" && text.contains(says), "{module}: {text}");
    let x = &ending.ledger.nodes[1];
    assert_eq!(x.lost(), 1, "{module}: {x:#?}");
}

#[test]
fn an_endless_loop_is_stopped() {
    let says = "used more than 20 ms of processor time";
    only_the_bad_frame_is_lost("loops", &format!("at: {BAD}"), "call: 20ms", says);
}

#[test]
fn a_memory_bomb_is_stopped() {
    let says = "denied memory beyond its limit of 8MiB";
    only_the_bad_frame_is_lost("memory", &format!("at: {BAD}"), "memory: 8MiB", says);
}

#[test]
fn deep_recursion_is_stopped() {
    only_the_bad_frame_is_lost(
        "deep",
        &format!("at: {BAD}"),
        "",
        "went deeper than the 512 KiB of its stack",
    );
}

#[test]
fn a_giant_frame_is_stopped() {
    let params = format!("at: {BAD}, size: 2000000");
    only_the_bad_frame_is_lost("giant", &params, "output: 1MiB", "left more than 1048576 bytes");
}

#[test]
fn a_limit_of_memory_that_a_module_cannot_begin_in_is_named() {
    let sandbox = Sandbox { memory: 1 << 20, ..Sandbox::default() };
    let module = Loader::new(host::table()).load(&found("./attacks.wasm#deep"), &sandbox).expect("it loads");
    let says = "needs more memory than it may have; it was denied memory beyond its limit of 1MiB (`limits: { memory: … }`)";
    let faults = module.check("{}");
    assert!(
        matches!(faults.as_slice(), [(path, text)] if path.is_empty() && text.ends_with(says)),
        "{faults:?}"
    );
}

#[test]
fn a_frame_larger_than_its_memory_is_refused_to_the_module_itself() {
    let params = format!("at: {BAD}, size: 4000000000");
    only_the_bad_frame_is_lost("giant", &params, "", "no memory");
}

#[test]
fn a_storm_of_frames_is_stopped() {
    let params = format!("at: {BAD}, size: 4000");
    only_the_bad_frame_is_lost("storm", &params, "memory: 16MiB", "");
}

#[test]
fn a_storm_of_pieces_is_stopped() {
    only_the_bad_frame_is_lost("pieces", &format!("at: {BAD}"), "call: 50ms, memory: 16MiB", "");
}

#[test]
fn a_storm_of_log_lines_is_stopped() {
    let params = format!("at: {BAD}, size: 100000");
    only_the_bad_frame_is_lost("shouts", &params, "call: 20ms", "used more than 20 ms");
}

#[test]
fn a_panic_loses_the_frame_inside_and_says_where() {
    let params = format!("at: {BAD}");
    only_the_bad_frame_is_lost("panics", &params, "", "panicked: does not like Some(130)");
    only_the_bad_frame_is_lost("panics", &params, "", "attacks/src/panics.rs:");
    only_the_bad_frame_is_lost(
        "panics",
        &params,
        "",
        "a frame of 4 bytes, channel 0, error 0x00, flags 0x0000: 82 00 00 00",
    );
}

#[test]
fn hoarded_frames_have_a_limit_and_are_counted() {
    let (ending, through) = attack("hoard", "", "on_fault: drop, limits: {memory: 2MiB}");
    assert!(through.is_empty());
    let x = &ending.ledger.nodes[1];
    assert_eq!((x.taken, x.out, x.held), (u64::from(FRAMES), 0, 0), "{x:#?}");
}

#[test]
fn a_module_that_traps_in_every_call_is_restarted_until_the_graph_says_enough() {
    let rest = "on_fault: {restart: {backoff: 1ms, backoff_max: 2ms, max_restarts: 5}}";
    let seen = Seen::default();
    let yaml = format!(
        "nodes: {{s: {{module: src}}, x: {{module: ./attacks.wasm#panics, {rest}}}, e: {{module: through}}}}\n\
         links: [s >> x >> e]"
    );
    let ending = run(&yaml, &[Fake::source("src", FRAMES), seen.sink("through")]);
    assert!(ending.faulted);
    assert_eq!(ending.faults.len(), 6, "{:?}", ending.faults);
    assert!(seen.of("through").is_empty());
}

#[test]
fn a_restart_goes_on_with_the_last_good_state() {
    let rest = "on_fault: {restart: {backoff: 1ms}}, batch: 1";
    let (ending, through) = attack("panics", &format!("at: {BAD}"), rest);
    assert_eq!(through, all_but(BAD));
    let x = ending.status.iter().find(|node| node.book.name == "x").expect("the node");
    let value = |name: &str| x.counters.iter().find(|(n, _, _)| n == name).map(|(_, _, value)| *value);
    // The counter belongs to the node; the count in the state began from one that was good, not from nothing.
    assert_eq!(value("seen"), Some(u64::from(FRAMES) - 1));
    let total = value("total").expect("a gauge");
    assert!(total >= u64::from(FRAMES - BAD) && total < u64::from(FRAMES), "{total}");
}

#[test]
fn a_state_that_is_not_taken_is_given_up() {
    only_the_bad_frame_is_lost("bad-state", &format!("at: {BAD}"), "", "does not like it");
    let rest = "on_fault: {restart: {backoff: 1ms}}";
    let (ending, through) = attack("bad-state", &format!("at: {BAD}"), rest);
    assert_eq!((through, ending.faults.len()), (all_but(BAD), 1));
}

#[test]
fn frames_held_by_an_instance_that_dies_go_to_the_next_or_are_counted() {
    let rest = "on_fault: {restart: {backoff: 1ms}}";
    let (ending, through) = attack("keeps", &format!("depth: 10, at: {BAD}"), rest);
    let x = &ending.ledger.nodes[1];
    assert_eq!(through.len() as u64 + x.lost(), u64::from(FRAMES), "{x:#?}");
    assert!(through.is_sorted() && !through.contains(&BAD));
}

#[test]
fn endless_cold_calls_are_stopped() {
    for when in ["check", "create", "start"] {
        let seen = Seen::default();
        let yaml = format!(
            "nodes: {{s: {{module: src}}, x: {{module: ./attacks.wasm#loops, params: {{when: {when}}}, \
             limits: {{call: 5ms}}}}, e: {{module: through}}}}\nlinks: [s >> x >> e]"
        );
        let error =
            start(&yaml, &[Fake::source("src", FRAMES), seen.sink("through")]).map(|_| ()).expect_err(when);
        assert!(error.to_string().contains("used more than 25 ms of processor time"), "{when}: {error}");
    }
    for when in ["finish", "snapshot", "stop"] {
        let (_, through) = attack("loops", &format!("when: {when}"), "on_fault: bypass, limits: {call: 5ms}");
        assert_eq!(through, all_but(u32::MAX), "{when}");
    }
}
