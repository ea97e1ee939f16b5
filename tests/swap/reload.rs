//! The whole graph is changed while frames flow. `prbs-check` sees any that is lost, doubled or out of order.

use crate::desk::Desk;
use rogue_runtime::swap::{Ending, ReloadError, Reloaded, Running};
use rogue_tests::fake::attend_until;

const SOURCE: &str = "s: {module: prbs-source, params: {size: 64}}";
const CHECK: &str = "c: {module: prbs-check, params: {check_payload: false}}";

/// A graph of these nodes and links.
fn graph(nodes: &[&str], links: &str) -> String {
    format!("nodes: {{{}}}\nlinks: [{links}]", nodes.join(", "))
}

impl Desk {
    /// Waits until the check has seen more frames.
    fn checks_on(&mut self, check: &str) {
        let before = self.book(check).taken;
        attend_until(&mut self.running, |running: &Running| {
            let ledger = running.ledger(false);
            ledger.nodes.iter().any(|book| book.name == check && !book.removed && book.taken > before + 200)
        });
    }

    fn becomes(&mut self, yaml: &str) -> Reloaded {
        self.reload(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
    }
}

/// Nothing was lost, doubled or out of order on the way to the checks.
fn all_is_well(ending: &Ending) {
    assert_eq!(ending.ledger.lost(), 0, "{:#?}", ending.ledger);
    assert_eq!(ending.faults, []);
    let sum =
        |of: fn(&rogue_runtime::metrics::NodeBook) -> u64| ending.ledger.nodes.iter().map(of).sum::<u64>();
    assert_eq!(
        sum(|book| book.created) + sum(|book| book.shared),
        sum(|book| book.consumed) + sum(|b| b.dropped_all())
    );
}

fn frames(ending: &Ending, name: &str) -> (u64, u64) {
    let books = ending.ledger.nodes.iter().filter(|book| book.name == name);
    books.fold((0, 0), |(taken, out), book| (taken + book.taken, out + book.out))
}

#[test]
fn a_queue_is_put_in_and_taken_out_of_a_running_chain() {
    let plain = graph(&[SOURCE, "f: {module: filter}", CHECK], "s >> f >> c");
    let queue = "q: {module: fifo, params: {max_depth: 50, overflow: block}}";
    let queued = graph(&[SOURCE, "f: {module: filter}", queue, CHECK], "s >> f >> q >> c");
    let mut desk = Desk::of(&plain);
    for _ in 0..20 {
        desk.checks_on("c");
        let done = desk.becomes(&queued);
        assert_eq!(
            (done.added, done.relinked, done.untouched),
            (vec!["q".into()], vec!["f".into(), "c".into()], (0, 2))
        );
        desk.checks_on("c");
        let done = desk.becomes(&plain);
        assert_eq!((done.removed, done.dropped, done.untouched), (vec!["q".to_owned()], 0, (0, 1)));
    }
    desk.checks_on("c");
    let ending = desk.end();
    all_is_well(&ending);
    assert_eq!(frames(&ending, "c").0, frames(&ending, "s").1);
    let removed: Vec<_> =
        ending.ledger.nodes.iter().filter(|book| book.removed).map(|book| book.title()).collect();
    assert!(removed.iter().all(|name| name == "q (removed)") && !removed.is_empty(), "{removed:?}");
}

#[test]
fn stages_come_and_go_and_links_change() {
    let f = "f: {module: filter}";
    let g = "g: {module: tag, params: {channel: 3}}";
    let d = "d: {module: prbs-check, params: {check_payload: false}}";
    let q = "q: {module: fifo, params: {max_depth: 20, overflow: block}}";
    let p = "p: {module: fifo, params: {max_depth: 20, overflow: block}}";
    let graphs = [
        graph(&[SOURCE, CHECK], "s >> c"),
        graph(&[SOURCE, f, CHECK], "s >> f >> c"),
        graph(&[SOURCE, f, g, CHECK], "s >> f >> g >> c"),
        graph(&[CHECK, g, f, SOURCE], "s >> g >> f >> c"),
        graph(&[q, CHECK, g, f, SOURCE], "s >> g >> q >> f >> c"),
        graph(&[CHECK, g, f, SOURCE, q], "s >> q >> f >> g >> c"),
        graph(&[SOURCE, CHECK, q], "s >> q >> c"),
        graph(&[SOURCE, CHECK, d], "s >> c, s >> d"),
        graph(&[SOURCE, d, CHECK], "s >> d, s >> c"),
        graph(&[SOURCE, d, p, CHECK], "s >> p >> d, s >> c"),
    ];
    let mut desk = Desk::of(&graphs[0]);
    for turn in 0..3 * graphs.len() {
        desk.checks_on("c");
        let next = &graphs[(turn * 7 + 1) % graphs.len()];
        let done = desk.becomes(next);
        assert_eq!(done.dropped, 0, "{next}");
    }
    desk.checks_on("c");
    let ending = desk.end();
    let counter = |status: &rogue_runtime::swap::NodeStatus, name: &str| {
        status.counters.iter().find(|(known, ..)| known == name).map_or(0, |(.., value)| *value)
    };
    let check = ending.status.iter().find(|status| status.book.name == "c").expect("the check");
    // `d` sees gaps, as it comes and goes; `c` never does.
    assert_eq!(counter(check, "rx_errors"), 0, "{:#?}", ending.ledger);
    assert_eq!(frames(&ending, "c").0, frames(&ending, "s").1);
}

#[test]
fn a_segment_that_is_not_touched_goes_on_in_its_thread() {
    let nodes =
        [SOURCE, "q: {module: fifo, params: {max_depth: 50, overflow: block}}", "f: {module: filter}", CHECK];
    let other = ["t: {module: prbs-source, params: {size: 64}}", "e: {module: prbs-check}"];
    let all: Vec<&str> = nodes.iter().chain(&other).copied().collect();
    let mut desk = Desk::of(&graph(&all, "s >> q >> f >> c, t >> e"));
    desk.checks_on("e");
    let before = desk.running.drivers();
    // Nodes in another order, another stage in the middle: what `t >> e` and `s >> q` are made of stays.
    let moved: Vec<&str> = other.iter().rev().chain(nodes.iter().rev()).copied().collect();
    let with: Vec<&str> = moved.iter().copied().chain(["g: {module: tag}"]).collect();
    let done = desk.becomes(&graph(&with, "t >> e, s >> q >> f >> g >> c"));
    assert_eq!((done.untouched, done.added), ((2, 3), vec!["g".to_owned()]));
    let after = desk.running.drivers();
    for (halves, thread) in &before {
        let same = after.iter().find(|(other, _)| other == halves).map(|(_, thread)| thread);
        if !halves.contains(&"f".to_owned()) {
            assert_eq!(same, Some(thread), "{halves:?}");
        }
    }
    desk.checks_on("e");
    desk.checks_on("c");
    // Nothing but the order of the nodes: nobody is paused.
    let done = desk.becomes(&graph(
        &all.iter().copied().chain(["g: {module: tag}"]).collect::<Vec<_>>(),
        "s >> q >> f >> g >> c, t >> e",
    ));
    assert_eq!((done.untouched, done.pause.as_nanos(), done.is_empty()), ((3, 3), 0, true));
    desk.checks_on("c");
    all_is_well(&desk.end());
}

#[test]
fn parameters_that_are_live_are_set_and_others_replace_the_module() {
    let with = |params: &str| {
        let x = format!("x: {{module: carry, params: {{{params}}}}}");
        let s = "s: {module: bench-source, params: {size: 64, count: 18446744073709551615}}";
        graph(&[s, &x, "e: {module: carry-check}"], "s >> x >> e")
    };
    let mut desk = Desk::of(&with("depth: 3"));
    desk.flows_on();
    let done = desk.becomes(&with("depth: 3, offset: 0"));
    assert_eq!((done.set, done.replaced.len()), (vec!["x".to_owned()], 0));
    desk.flows_on();
    let done = desk.becomes(&with("depth: 9"));
    // `offset` is gone, which is live, `depth` is another, which is not.
    assert_eq!((done.set.len(), done.replaced.len(), done.dropped), (0, 1, 0));
    assert_eq!(done.replaced[0].state.as_ref().map(|state| state.0.as_str()), Some("test-carry"));
    desk.flows_on();
    let refused = desk.reload(&with("depth: 2, refuses: true")).expect_err("refused");
    assert!(refused.to_string().contains("does not like it"), "{refused}");
    desk.flows_on();
    crate::desk::nothing_is_missing(&desk.end());
}

#[test]
fn what_is_refused_in_the_middle_is_undone() {
    let with = |depth: u32, refuses: bool| {
        let s = "s: {module: bench-source, params: {size: 64, count: 18446744073709551615}}";
        let x = format!("x: {{module: carry, params: {{depth: {depth}}}}}");
        let y = format!("y: {{module: carry, params: {{depth: {depth}, refuses: {refuses}}}}}");
        let q = if refuses { "q: {module: fifo}" } else { "f: {module: filter}" };
        let links = if refuses { "s >> x >> q >> y >> e" } else { "s >> x >> f >> y >> e" };
        graph(&[s, &x, q, &y, "e: {module: carry-check}"], links)
    };
    let mut desk = Desk::of(&with(100, false));
    for _ in 0..20 {
        desk.flows_on();
        // `x` has handed over by the time that `y` refuses.
        let refused = desk.reload(&with(10, true)).expect_err("refused");
        assert!(refused.to_string().contains("node y: restore was refused"), "{refused}");
    }
    desk.flows_on();
    let ending = desk.end();
    all_is_well(&ending);
    assert_eq!(frames(&ending, "e").0, frames(&ending, "s").1);
    let check = ending.status.iter().find(|status| status.book.name == "e").expect("the check");
    let bad = check.counters.iter().find(|(name, ..)| name == "bad").map_or(0, |(.., value)| *value);
    assert_eq!(bad, 0);
}

#[test]
fn a_node_of_another_shape_leaves_and_its_name_is_taken() {
    let queue = graph(&[SOURCE, "x: {module: fifo, params: {overflow: block}}", CHECK], "s >> x >> c");
    let filter = graph(&[SOURCE, "x: {module: filter}", CHECK], "s >> x >> c");
    let mut desk = Desk::of(&queue);
    for turn in 0..6 {
        desk.checks_on("c");
        let done = desk.becomes(if turn % 2 == 0 { &filter } else { &queue });
        assert_eq!((done.added, done.removed), (vec!["x".to_owned()], vec!["x".to_owned()]));
    }
    desk.checks_on("c");
    let ending = desk.end();
    all_is_well(&ending);
    assert_eq!(frames(&ending, "c").0, frames(&ending, "s").1);
}

#[test]
fn the_end_of_a_stream_is_known_after_a_reload() {
    // Of two sources one has ended when the graph is changed.
    let first = "a: {module: prbs-source, params: {size: 64, count: 100}}";
    let f = "f: {module: filter}";
    let two = graph(
        &[SOURCE, first, f, "e: {module: debug, params: {max_bytes: 0}}", CHECK],
        "s >> c, a >> f >> e",
    );
    let mut desk = Desk::of(&two);
    attend_until(&mut desk.running, |running| running.has_ended("e"));
    desk.checks_on("c");
    // What has ended cannot be fed again, nor be made another.
    let fed = graph(
        &[SOURCE, first, f, "e: {module: debug, params: {max_bytes: 0}}", CHECK],
        "s >> c, s >> f, a >> f >> e",
    );
    let refused = desk.reload(&fed).expect_err("refused");
    assert!(matches!(&refused, ReloadError::Ended { node, .. } if node == "f"), "{refused}");
    let other = two.replace("max_bytes: 0", "max_bytes: 0, name: x");
    let refused = desk.reload(&other);
    assert!(matches!(&refused, Err(ReloadError::Ended { node, .. }) if node == "e") || refused.is_ok());
    // It can be left out, and a source that ended counts as ended where it is linked anew.
    let done = desk.becomes(&graph(
        &[SOURCE, first, "g: {module: filter}", "h: {module: debug, params: {max_bytes: 0}}", CHECK],
        "s >> c, a >> g >> h",
    ));
    assert_eq!(done.removed, ["f", "e"]);
    attend_until(&mut desk.running, |running| running.has_ended("h"));
    desk.checks_on("c");
    all_is_well(&desk.end());
}

#[test]
fn a_reload_of_a_run_that_stops_is_refused() {
    let plain = graph(&[SOURCE, CHECK], "s >> c");
    let mut desk = Desk::of(&plain);
    desk.checks_on("c");
    desk.running.stop();
    let refused =
        desk.reload(&graph(&[SOURCE, "f: {module: filter}", CHECK], "s >> f >> c")).expect_err("refused");
    assert!(refused.to_string().contains("the run is at its end"), "{refused}");
    all_is_well(&desk.end());
}
