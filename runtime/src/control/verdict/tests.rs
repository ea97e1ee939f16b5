//! Each kind of ending and its verdict.

use super::*;
use crate::metrics::{Dropped, NodeBook};

/// A node whose own account is right.
fn node(name: &str, taken: u64, created: u64, out: u64, dropped: &[(&str, Intent, u64)]) -> NodeBook {
    let dropped: Vec<Dropped> = dropped
        .iter()
        .map(|(reason, intent, frames)| Dropped {
            reason: (*reason).to_owned(),
            intent: *intent,
            frames: *frames,
        })
        .collect();
    let gone = out + dropped.iter().map(|drop| drop.frames).sum::<u64>();
    let consumed = (taken + created).saturating_sub(gone);
    NodeBook {
        name: name.to_owned(),
        taken,
        created,
        out,
        dropped,
        consumed,
        live: Some(0),
        ..NodeBook::default()
    }
}

fn ending(nodes: Vec<NodeBook>) -> Ending {
    Ending { ledger: Ledger { nodes }, ..Ending::default() }
}

fn judged(ending: &Ending) -> (u8, String) {
    let verdict = verdict(ending);
    (verdict.code(), verdict.to_string())
}

#[test]
fn nothing_lost_is_complete() {
    let end = ending(vec![node("src", 0, 1500, 1500, &[]), node("sink", 1500, 0, 0, &[])]);
    assert_eq!(judged(&end), (0, "COMPLETE: nothing was lost".to_owned()));
    assert_eq!(judged(&ending(vec![])).0, 0);
}

#[test]
fn what_the_graph_says_to_drop_is_no_loss() {
    let thin = node("thin", 1500, 0, 200, &[("rate", Intent::Asked, 1300)]);
    let mut end = ending(vec![node("src", 0, 1500, 1500, &[]), thin, node("sink", 200, 0, 0, &[])]);
    assert_eq!(judged(&end), (0, "COMPLETE: nothing was lost, 1,300 dropped as the graph says".to_owned()));
    end.faults.push(("thin".to_owned(), "x".to_owned()));
    assert!(judged(&end).1.ends_with("graph says, 1 fault on the way"));
}

#[test]
fn losses_are_named_with_their_place() {
    let fifo = node("fifo", 10, 0, 7, &[("full", Intent::Loss, 3)]);
    let disk = node("disk", 7, 0, 0, &[("closed", Intent::Asked, 1), ("stopped", Intent::Loss, 1)]);
    let end = ending(vec![node("src", 0, 10, 10, &[]), fifo, disk]);
    let text = "INCOMPLETE(4 frames, fifo, disk): fifo lost 3 (full); disk lost 1 (stopped)";
    assert_eq!(judged(&end), (3, text.to_owned()));
}

#[test]
fn a_leak_is_incomplete_and_a_wrong_count_is_a_bug() {
    let mut leaky = node("leaky", 10, 0, 0, &[]);
    (leaky.consumed, leaky.held, leaky.live) = (8, 2, Some(2));
    let nodes = vec![node("src", 0, 10, 10, &[]), leaky];
    let mut end = ending(nodes);
    assert_eq!(judged(&end), (3, "INCOMPLETE(2 frames, leaky): leaky leaked 2".to_owned()));
    end.ledger.nodes[1].live = Some(1);
    let (code, text) = judged(&end);
    assert_eq!(code, 70);
    assert!(text.contains("node leaky has 1 fewer frames alive"), "{text}");
    end.stuck.push("leaky".to_owned());
    let text = "INCOMPLETE(2 frames, leaky): leaky did not return from its module, with 2 frames";
    assert_eq!(judged(&end), (3, text.to_owned()));
}

#[test]
fn frames_that_appear_from_nowhere_are_a_bug() {
    let end = ending(vec![node("src", 0, 10, 10, &[]), node("sink", 11, 0, 0, &[])]);
    let (code, text) = judged(&end);
    assert_eq!((code, text.contains("the graph's account is off by -1")), (70, true), "{text}");
}

#[test]
fn a_count_below_nothing_is_a_bug() {
    let mut end =
        ending(vec![node("src", 0, 10, 10, &[]), node("bad", 10, 0, 0, &[("fault", Intent::Loss, 11)])]);
    end.ledger.nodes[1].consumed = u64::MAX;
    let (code, text) = judged(&end);
    assert_eq!((code, text.contains("node bad has -1 frames consumed")), (70, true), "{text}");
}

#[test]
fn the_fault_that_ended_the_run_is_named() {
    let bad = node("bad", 10, 0, 0, &[("fault", Intent::Loss, 1)]);
    let mut end = ending(vec![node("src", 0, 10, 10, &[]), bad]);
    end.faults = [("other", "earlier"), ("bad", "panicked:\nat line 3"), ("src", "later")]
        .map(|(node, text)| (node.to_owned(), text.to_owned()))
        .into();
    (end.faulted, end.fatal) = (true, Some(1));
    assert_eq!(judged(&end), (4, "FAULT: node bad: panicked:; bad lost 1 (fault)".to_owned()));
}

#[test]
fn many_places_are_cut() {
    let lossy = |n: usize| node(&format!("n{n}"), 1, 0, 0, &[("full", Intent::Loss, 1)]);
    let mut nodes: Vec<NodeBook> = (0..9).map(lossy).collect();
    nodes.push(node("src", 0, 9, 9, &[]));
    let (_, text) = judged(&ending(nodes));
    assert!(text.starts_with("INCOMPLETE(9 frames, n0, n1, n2, n3, n4, n5, …): n0 lost 1 (full);"), "{text}");
    assert!(text.ends_with("; and 3 more, see the table"), "{text}");
}
