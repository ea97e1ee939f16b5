//! Swaps at full rate: `s >> x >> e`, in which `x` is replaced again and again while its count is carried on, natively, as a
//! component, and from one to the other. Every frame is checked (`tests/plugins/carry`), so this is a soak as well:
//! `SWAPS=100000 cargo bench -p rogue-tests -- swaps`.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Catalog, Options, Sandbox, Wanted as Named},
    host,
    load::{FileCatalog, Loader, Search},
    swap::{self, Ending, Running, Wanted},
};
use serde_json::Map;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm-modules/dist/carry.wasm#carry");

/// Swaps of each line, if `SWAPS` does not say.
const SWAPS: usize = 2000;

/// Modules are beside the bench.
pub fn catalog() -> FileCatalog {
    let deps = std::env::current_exe().ok().and_then(|exe| exe.parent().map(ToOwned::to_owned));
    FileCatalog::new(".", Arc::new(Search::new(&deps.into_iter().collect::<Vec<_>>(), None, None)))
}

fn wanted(module: &str) -> Wanted {
    let found = catalog().find(&Named { module, entry: None }).unwrap_or_else(|error| panic!("{error}"));
    let sandbox = Sandbox::default();
    let module = Loader::new(host::table()).load(&found, &sandbox).unwrap_or_else(|error| panic!("{error}"));
    let (patience, grace) = (Duration::from_secs(10), Duration::ZERO);
    Wanted {
        node: "x".to_owned(),
        found,
        module,
        params: Map::new(),
        sandbox,
        keep_state: true,
        patience,
        grace,
    }
}

/// A graph whose stage `x` is this module, running without end.
pub fn start(module: &str) -> Running {
    let yaml = format!(
        "nodes: {{s: {{module: bench-source, params: {{size: 64, count: {}}}}}, x: {{module: \"{module}\"}}, \
         e: {{module: carry-check}}}}\nlinks: [s >> x >> e]",
        u64::MAX
    );
    let checked = graph::load(&yaml, "swaps.yaml", &Options::default(), &catalog())
        .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, &yaml, false)));
    let loader = Loader::new(host::table());
    let open = |node: &graph::PlanNode| loader.load(&node.found, &node.sandbox).expect("the module loads");
    let modules = checked.plan.nodes.iter().map(open).collect();
    swap::start(checked.plan, modules, Clock::Real).expect("the graph starts")
}

fn arrived(running: &Running) -> u64 {
    running.ledger(false).nodes.last().map_or(0, |e| e.taken)
}

/// Frames a second over a while.
pub fn rate(running: &mut Running, lasts: Duration, mut each: impl FnMut(&mut Running)) -> f64 {
    let (begun, before) = (Instant::now(), arrived(running));
    while begun.elapsed() < lasts {
        each(running);
    }
    (arrived(running) - before) as f64 / begun.elapsed().as_secs_f64()
}

/// Stops the run; nothing may be lost.
pub fn end(mut running: Running) -> Ending {
    running.stop();
    while !running.is_over() {
        running.attend(Duration::from_millis(10));
    }
    let ending = running.end();
    assert_eq!(
        (ending.ledger.imbalance(), ending.ledger.lost(), ending.ledger.unbalanced().len()),
        (0, 0, 0)
    );
    ending
}

/// Microseconds that so large a part of these, sorted, is not above.
pub fn us(sorted: &[Duration], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e6
}

/// Prints one line for each way.
pub fn report() {
    let swaps = std::env::var("SWAPS").ok().and_then(|text| text.parse().ok()).unwrap_or(SWAPS);
    println!(
        "\n| {swaps} swaps at full rate, state carried on | pause p50 | p99 | longest | memory | 100 a second |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, first, second) in [
        ("native → native", "carry", "carry"),
        ("component → component", COMPONENT, COMPONENT),
        ("native → component → native", "carry", COMPONENT),
    ] {
        let mut running = start(first);
        let both = [wanted(second), wanted(first)];
        let mut pauses: Vec<Duration> = Vec::with_capacity(swaps);
        let mut memory = 0;
        for turn in 0..swaps {
            let seen = arrived(&running);
            let done = running.swap(both[turn % 2].clone()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((done.dropped, done.after.imbalance().abs() < 1 << 20), (0, true));
            pauses.push(done.pause);
            running.attend(Duration::ZERO);
            while arrived(&running) == seen {
                std::hint::spin_loop();
            }
            if turn == swaps / 10 {
                memory = super::sandbox::resident();
            }
        }
        let grown = super::sandbox::resident().saturating_sub(memory);
        // Each of the two runs half of the time, with swaps and without.
        let mut quiet = 0.0;
        for module in &both {
            quiet += rate(&mut running, Duration::from_secs(1), |running| {
                drop(running.attend(Duration::from_millis(10)))
            }) / 2.0;
            running.swap(module.clone()).unwrap_or_else(|error| panic!("{error}"));
        }
        let mut turn = 0;
        let busy = rate(&mut running, Duration::from_secs(2), |running| {
            turn += 1;
            running.swap(both[turn % 2].clone()).unwrap_or_else(|error| panic!("{error}"));
            running.attend(Duration::from_millis(10));
        });
        let ending = end(running);
        let check = ending.status.iter().find(|status| status.book.name == "e").expect("the check");
        let bad = check.counters.iter().find(|(name, ..)| name == "bad").map(|(.., bad)| *bad);
        assert_eq!(bad, Some(0), "a frame or a count is missing");
        pauses.sort();
        let us = |part: f64| us(&pauses, part);
        println!(
            "| {name} | {:.1} us | {:.1} us | {:.0} us | {:+} KiB | {:.0} % |",
            us(0.5),
            us(0.99),
            us(1.0),
            grown >> 10,
            100.0 * busy / quiet
        );
    }
}
