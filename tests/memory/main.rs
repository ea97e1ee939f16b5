//! Memory over many starts: a process that starts and stops graphs does not grow.
//!
//! A program of its own with one test, so that nothing else in the process takes memory meanwhile.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Options},
    host,
    load::{FileCatalog, Loader, Search},
    swap,
};
use std::{sync::Arc, time::Duration};

/// Two threads, a queue, real plugins, a module that drops.
const GRAPH: &str = "\
nodes:
  source: { module: prbs-source, params: { size: 1024, count: 100 } }
  queue: { module: fifo, params: { overflow: block } }
  filter: { module: filter, params: { channel: 0 } }
  check: { module: prbs-check }
links: [source >> queue >> filter >> check]
";

/// Most bytes that a thousand starts and stops may add (the limit of the measurement: a page for each start would be
/// four times as much).
const MOST_GROWTH: u64 = 1 << 20;

struct Starter {
    catalog: FileCatalog,
    loader: Loader,
}

impl Starter {
    fn new() -> Starter {
        let deps = std::env::current_exe().ok().and_then(|exe| exe.parent().map(ToOwned::to_owned));
        let search = Arc::new(Search::new(&deps.into_iter().collect::<Vec<_>>(), None, None));
        Starter { catalog: FileCatalog::new(".", search), loader: Loader::new(host::table()) }
    }

    fn run(&self) {
        let checked = graph::load(GRAPH, "memory.yaml", &Options::default(), &self.catalog)
            .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, GRAPH, false)));
        let modules = checked
            .plan
            .nodes
            .iter()
            .map(|node| self.loader.load(&node.found, &node.sandbox).expect("it loads"));
        let modules = modules.collect();
        let mut running = swap::start(checked.plan, modules, Clock::Real).expect("the graph starts");
        while !running.is_over() {
            running.attend(Duration::from_millis(100));
        }
        let ending = running.end();
        assert_eq!((ending.ledger.imbalance(), ending.ledger.lost()), (0, 0), "{:#?}", ending.ledger);
    }
}

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the system tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line for it");
    let kib: u64 = line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number");
    kib << 10
}

#[test]
fn a_thousand_starts_and_stops_in_one_process_add_less_than_a_megabyte() {
    let starter = Starter::new();
    // Libraries are opened, pools and thread stacks are made once.
    (0..100).for_each(|_| starter.run());
    let before = resident();
    (0..1000).for_each(|_| starter.run());
    let growth = resident().saturating_sub(before);
    assert!(growth < MOST_GROWTH, "{growth} bytes more after a thousand starts");
}
