//! A graph of 200 nodes is reloaded with one of them changed, while frames flow: what that takes in all, and how long the one
//! segment that is touched is paused. `RELOADS=1000 cargo bench -p rogue-tests -- reloads`.

use super::swaps::{catalog, end, us};
use rogue_runtime::{
    engine::Clock,
    graph::{self, Checked, Options, diff},
    host,
    load::Loader,
    swap::{self, NewGraph, Running},
};
use std::time::{Duration, Instant};

/// Chains of four nodes.
const CHAINS: usize = 50;
/// Reloads, if `RELOADS` does not say.
const RELOADS: usize = 200;

/// The graph; of one node the parameters are others each time.
fn text(turn: usize) -> String {
    let (mut nodes, mut links) = (Vec::new(), Vec::new());
    for chain in 0..CHAINS {
        let depth = if chain == CHAINS / 2 { turn % 7 } else { 0 };
        nodes.push(format!("s{chain}: {{module: prbs-source, params: {{size: 64, rate: 200}}}}"));
        nodes.push(format!("x{chain}: {{module: carry, params: {{depth: {depth}}}}}"));
        nodes.push(format!("f{chain}: {{module: filter}}"));
        nodes.push(format!("v{chain}: {{module: debug, params: {{max_bytes: 0}}}}"));
        links.push(format!("s{chain} >> x{chain} >> f{chain} >> v{chain}"));
    }
    format!("nodes: {{{}}}\nlinks: [{}]\n", nodes.join(", "), links.join(", "))
}

fn read(text: &str) -> Checked {
    graph::load(text, "reloads.yaml", &Options::default(), &catalog())
        .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, text, false)))
}

fn start() -> Running {
    let checked = read(&text(0));
    let loader = Loader::new(host::table());
    let open = |node: &graph::PlanNode| loader.load(&node.found, &node.sandbox).expect("the module loads");
    let modules = checked.plan.nodes.iter().map(open).collect();
    swap::start(checked.plan, modules, Clock::Real).expect("the graph starts")
}

/// Reads the text as a reload does, opens what has changed, and has the graph be it.
fn reload(running: &mut Running, text: &str) -> swap::Reloaded {
    let plan = read(text).plan;
    let changed = diff(&running.plan, &plan);
    let loader = Loader::new(host::table());
    let modules = (0..plan.nodes.len()).map(|index| {
        let kept = changed.keep.iter().any(|(_, new)| *new == index);
        let node = &plan.nodes[index];
        (!kept).then(|| loader.load(&node.found, &node.sandbox).expect("the module loads"))
    });
    let modules = modules.collect();
    let patience = Duration::from_secs(10);
    running
        .reload(NewGraph { plan, modules, rebuilt: Vec::new(), lose_state: false, patience })
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Prints one line.
pub fn report() {
    let reloads = std::env::var("RELOADS").ok().and_then(|text| text.parse().ok()).unwrap_or(RELOADS);
    let mut running = start();
    let (mut whole, mut pauses) = (Vec::with_capacity(reloads), Vec::with_capacity(reloads));
    for turn in 1..=reloads {
        let text = text(turn);
        let begun = Instant::now();
        let done = reload(&mut running, &text);
        whole.push(begun.elapsed());
        assert_eq!(
            (done.kept.len(), done.untouched, done.dropped),
            (4 * CHAINS - 1, (CHAINS - 1, CHAINS), 0)
        );
        pauses.push(done.pause);
        running.attend(Duration::from_millis(1));
    }
    end(running);
    whole.sort();
    pauses.sort();
    println!("\n| {reloads} reloads of 200 nodes, one changed | p50 | p99 | longest | bar |");
    println!("| --- | ---: | ---: | ---: | --- |");
    for (name, of, bar) in [
        ("text to running graph", &whole, "≤ 50 ms"),
        ("pause of the one segment of 50 that is touched", &pauses, ""),
    ] {
        println!(
            "| {name} | {:.1} us | {:.1} us | {:.0} us | {bar} |",
            us(of, 0.5),
            us(of, 0.99),
            us(of, 1.0)
        );
    }
}
