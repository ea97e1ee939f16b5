//! What holds of every run whatever its timing: the sums of the table and the ledger, link by link, and the
//! verdict that follows from them.

use crate::{place, report::Report};
use rogue_runtime::{
    card::Give,
    graph::{self, Options, Plan},
    load::{FileCatalog, Search},
};
use rogue_tests::child::{Done, plugins};
use std::{collections::BTreeSet, sync::Arc};

/// The plan of a graph.
pub fn plan(name: &str) -> Plan {
    let catalog = FileCatalog::new(place::graphs(), Arc::new(Search::new(&[plugins()], None, None)));
    let text = place::text(name);
    match graph::load(&text, name, &Options::default(), &catalog) {
        Ok(checked) => checked.plan,
        Err(errors) => panic!("{}", graph::render(&errors, &text, false)),
    }
}

/// Fails unless everything adds up.
pub fn are_right(name: &str, report: &Report, done: &Done) {
    let plan = plan(name);
    let names: Vec<&str> = plan.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(report.graph, plan.name);
    assert_eq!(report.rows.iter().map(|(row, _)| row.as_str()).collect::<Vec<_>>(), names, "{name}");
    links(name, &plan, report);
    let (asked, lost) = ledger(name, &plan, report);
    verdict(name, asked, lost, report, done);
    printed(name, &plan, report, done);
    let out = |node| report.count(node, "out");
    match name {
        "ring" => assert_eq!((lost, report.count("src", "out")), (10, 10)),
        "vendor" => assert_eq!((out("driver"), out("device") + report.lost_outside("device")), (50, 50)),
        "slow-sink" => assert!(out("queue") < out("src"), "the queue drops nothing:\n{}", done.out),
        "monitor" => assert!(out("thin") <= 5 && out("store") == 5000, "{}", done.out),
        _ => assert_eq!((lost, report.outside.as_str()), (0, ""), "{name}"),
    }
}

/// What a node takes is what was put into the links that lead to it.
fn links(name: &str, plan: &Plan, report: &Report) {
    let mut shared = 0;
    for (index, node) in plan.nodes.iter().enumerate() {
        let from = plan.links.iter().filter(|link| link.to.node == index);
        let given: u64 = from.map(|link| report.count(&plan.nodes[link.from.node].name, "out")).sum();
        assert_eq!(report.count(&node.name, "in"), given, "{name}: frames into {}", node.name);
        let ways = plan.links.iter().filter(|link| link.from.node == index).count() as u64;
        let ports: BTreeSet<u32> =
            plan.links.iter().filter(|link| link.from.node == index).map(|link| link.from.port).collect();
        assert!(ports.len() <= 1, "{name}: the report does not say what left {} by each output", node.name);
        shared += report.count(&node.name, "out") * ways.saturating_sub(1);
    }
    assert_eq!(report.sum("shared"), shared, "{name}");
}

/// The ledger's line is the sum of the table; gives what was dropped as asked, and what was lost.
fn ledger(name: &str, plan: &Plan, report: &Report) -> (u64, u64) {
    let (mut made, mut asked, mut lost) = (0, 0, 0);
    for node in &plan.nodes {
        assert_eq!(report.count(&node.name, "held"), 0, "{name}: {} holds frames", node.name);
        // A source makes its frames, and so does a bridge; `pulses` gives none that it took where only its first output
        // is linked.
        let bridge = node.found.card.give == Some(Give::Bridge);
        if node.found.card.input_count() == 0 || bridge || node.found.card.name == "pulses" {
            made += report.count(&node.name, "out");
        }
        for (_, frames, loss) in report.drops(&node.name) {
            *if loss { &mut lost } else { &mut asked } += frames;
        }
    }
    let sum = |what| report.sum(what);
    assert_eq!(sum("created"), made, "{name}");
    assert_eq!(sum("dropped"), asked + lost, "{name}");
    assert_eq!((sum("held"), sum("queued")), (0, 0), "{name}");
    assert_eq!(sum("created") + sum("shared"), sum("consumed") + sum("dropped"), "{name}");
    assert_eq!(report.balance, "balances", "{name}");
    (asked, lost)
}

fn verdict(name: &str, asked: u64, lost: u64, report: &Report, done: &Done) {
    let frames = report.verdict.replace(',', "");
    let (begins, code) = match (asked, lost) {
        (0, 0) => ("COMPLETE: nothing was lost".to_owned(), 0),
        (_, 0) => (format!("COMPLETE: nothing was lost {asked} dropped as the graph says"), 0),
        (_, 1) => ("INCOMPLETE(1 frame ".to_owned(), 3),
        _ => (format!("INCOMPLETE({lost} frames "), 3),
    };
    assert!(frames.starts_with(&begins), "{name}: {}", report.verdict);
    assert_eq!(done.code, Some(code), "{name}: {}\n{}", report.verdict, done.err);
}

/// A `debug` shows each frame it takes, in a line under its name.
fn printed(name: &str, plan: &Plan, report: &Report, done: &Done) {
    for node in plan.nodes.iter().filter(|node| node.module == "debug") {
        let silent = node.params.get("max_bytes").is_some_and(|most| *most == 0);
        let wanted = if silent { 0 } else { report.count(&node.name, "in") };
        let line = format!(" pyrogue.{}: size=", node.name);
        let shown = done.err.lines().filter(|said| said.contains(&line)).count() as u64;
        assert_eq!(shown, wanted, "{name}: frames shown by {}\n{}", node.name, done.err);
    }
}
