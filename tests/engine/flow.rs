//! Delivery: order, fan-out, fan-in, blocking, bounds, end of stream, stop.

use rogue_runtime::swap::Running;
use rogue_tests::fake::{Fake, Seen, assert_balanced, attend_until, run, send_on, start, taking};
use std::time::Duration;

#[test]
fn a_chain_delivers_everything_in_order() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 1000), Fake::pass("pass"), seen.sink("sink")];
    let ending = run(
        "nodes: {s: {module: src}, a: {module: pass}, b: {module: pass}, e: {module: sink}}\nlinks: [s >> a >> b >> e]",
        &fakes,
    );
    assert_eq!(seen.of("sink"), (0..1000).collect::<Vec<_>>());
    let books: Vec<_> = ending.ledger.nodes.iter().map(|n| (n.taken, n.created, n.out, n.consumed)).collect();
    assert_eq!(books, [(0, 1000, 1000, 0), (1000, 0, 1000, 0), (1000, 0, 1000, 0), (1000, 0, 0, 1000)]);
    assert_eq!(ending.ledger.lost(), 0);
}

/// Spec section 7: the first link is the primary and is served last; we serve the others in listed order.
#[test]
fn an_output_serves_its_secondaries_in_listed_order_and_its_primary_last() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 3), seen.sink("a"), seen.sink("b"), seen.sink("c")];
    let yaml = "nodes: {s: {module: src, batch: 1}, a: {module: a}, b: {module: b}, c: {module: c}}\nlinks: [s >> a, s >> b, s >> c]";
    let ending = run(yaml, &fakes);
    let order: Vec<String> = seen.all().into_iter().map(|(name, _)| name).collect();
    assert_eq!(order, ["b", "c", "a", "b", "c", "a", "b", "c", "a"]);
    assert_eq!(ending.ledger.nodes[0].shared, 6);
}

#[test]
fn a_diamond_keeps_the_order_of_each_link() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 500), Fake::pass("pass"), seen.sink("sink")];
    let yaml = "nodes: {s: {module: src}, a: {module: pass}, b: {module: pass}, e: {module: sink}}\nlinks: [s >> a >> e, s >> b >> e]";
    run(yaml, &fakes);
    let mut counts = vec![0; 500];
    seen.of("sink").iter().for_each(|&n| counts[n as usize] += 1);
    assert!(counts.iter().all(|&count| count == 2));
}

#[test]
fn frames_for_an_unlinked_queue_output_are_dropped_as_unlinked() {
    let fakes = [Fake::source("src", 40), Fake::queue("queue", 8)];
    let ending = run("nodes: {s: {module: src}, q: {module: queue}}\nlinks: [s >> q]", &fakes);
    let q = &ending.ledger.nodes[1];
    assert_eq!((q.taken, q.out, q.dropped[0].reason.as_str(), q.dropped[0].frames), (40, 0, "unlinked", 40));
    assert_eq!(ending.ledger.lost(), 0);
}

#[test]
fn two_segments_hand_over_through_a_queue_without_losing_any() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 20_000), Fake::queue("queue", 16), seen.sink("sink")];
    let yaml = "nodes: {s: {module: src}, q: {module: queue}, r: {module: queue}, e: {module: sink}}\nlinks: [s >> q >> r >> e]";
    run(yaml, &fakes);
    assert_eq!(seen.of("sink"), (0..20_000).collect::<Vec<_>>());
}

#[test]
fn several_sources_in_several_threads_enter_one_sink() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 5000), Fake::queue("queue", 16), seen.sink("sink")];
    let yaml = "nodes: {s: {module: src}, t: {module: src}, u: {module: src}, q: {module: queue}, r: {module: queue}, e: {module: sink}}\nlinks: [s >> q >> e, t >> r >> e, u >> e]";
    let ending = run(yaml, &fakes);
    assert_eq!(seen.of("sink").len(), 15_000);
    assert_eq!(ending.ledger.nodes[5].consumed, 15_000);
}

/// A node that cannot take holds up what leads to it, and nothing else; inboxes stay bounded.
#[test]
fn a_blocked_node_masks_its_sources_only_and_keeps_what_it_was_offered() {
    let seen = Seen::default();
    let (gated, gate) = seen.gated("gated");
    let many = Fake::new("many", "transform", "", |_| (Some(taking(|call| send_on(call, |_| 50))), None));
    let fakes = [Fake::source("src", 1000), many, gated, Fake::source("free", 300), seen.sink("other")];
    let yaml = "nodes: {s: {module: src}, m: {module: many}, g: {module: gated}, f: {module: free}, o: {module: other}}\nlinks: [s >> m >> g, f >> o, s >> o]";
    let mut running = start(yaml, &fakes).expect("starts");
    attend_until(&mut running, |_| seen.of("other").len() >= 300);
    let books = running.ledger(false).nodes;
    assert!(books[0].created < 1000, "the source was held up: {books:#?}");
    assert!(books[1].out <= 64 + 50 + 64, "the unbatcher went on while its target was blocked: {books:#?}");
    gate.permit(50_000);
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    assert_balanced(&ending);
    assert_eq!(seen.of("gated").len(), 50_000);
    assert_eq!(seen.of("other").len(), 1300);
}

#[test]
fn stop_ends_sources_and_delivers_what_is_on_its_way() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", u32::MAX), Fake::queue("queue", 16), seen.sink("sink")];
    let yaml = "nodes: {s: {module: src}, q: {module: queue}, e: {module: sink}}\nlinks: [s >> q >> e]";
    let mut running = start(yaml, &fakes).expect("starts");
    attend_until(&mut running, |_| seen.of("sink").len() > 100);
    running.stop();
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    assert_balanced(&ending);
    assert_eq!(ending.ledger.lost(), 0);
    assert_eq!(ending.ledger.nodes[0].created, seen.of("sink").len() as u64);
}

#[test]
fn a_forced_end_counts_what_it_throws_away() {
    let seen = Seen::default();
    let (gated, gate) = seen.gated("gated");
    let fakes = [Fake::source("src", 1000), Fake::queue("queue", 16), gated];
    let yaml = "nodes: {s: {module: src}, q: {module: queue}, g: {module: gated}}\nlinks: [s >> q >> g]";
    let mut running = start(yaml, &fakes).expect("starts");
    gate.permit(10);
    attend_until(&mut running, |_| seen.of("gated").len() == 10);
    running.stop();
    running.attend(Duration::from_millis(1));
    let ending = running.end();
    assert_balanced(&ending);
    let created = ending.ledger.nodes[0].created;
    assert_eq!(ending.ledger.lost(), created - 10, "{:#?}", ending.ledger);
}

#[test]
fn starting_and_stopping_again_and_again_reuses_accounts() {
    for _ in 0..200 {
        let seen = Seen::default();
        let fakes = [Fake::source("src", 10), seen.sink("sink")];
        run("nodes: {s: {module: src}, e: {module: sink}}\nlinks: [s >> e]", &fakes);
    }
}
