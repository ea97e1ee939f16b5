//! What a frame costs, through the real engine, `.so` modules and full accounting: `cargo bench -p rogue-tests`.
//!
//! Each line is the best of several rounds of a whole graph run, in nanoseconds a frame and millions of frames
//! a second; `x memcpy` is the ratio to copying 64 KiB once in the same run, so that records of different
//! machines can be compared.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Options},
    host,
    load::{FileCatalog, Loader, Search},
    swap,
};
use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

const ROUNDS: usize = 5;

/// Divides the frames of each run: `ROGUE_BENCH_DIVIDE=200` keeps a run under an instruction counter short.
fn divide() -> u64 {
    std::env::var("ROGUE_BENCH_DIVIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Runs a graph file to its end; gives the time from start to end.
fn run(yaml: &str) -> Duration {
    let deps = std::env::current_exe().ok().and_then(|exe| exe.parent().map(ToOwned::to_owned));
    let search = Arc::new(Search::new(&deps.into_iter().collect::<Vec<_>>(), None, None));
    let catalog = FileCatalog::new(".", search);
    let checked = graph::load(yaml, "bench.yaml", &Options::default(), &catalog)
        .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, yaml, false)));
    let loader = Loader::new(host::table());
    let modules = checked.plan.nodes.iter().map(|node| loader.load(&node.found).expect("the module loads"));
    let modules = modules.collect();
    let start = Instant::now();
    let mut running = swap::start(checked.plan, modules, Clock::Real).expect("the graph starts");
    while !running.is_over() {
        running.attend(Duration::from_millis(100));
    }
    let lasted = start.elapsed();
    let ending = running.end();
    assert_eq!(ending.ledger.imbalance(), 0);
    assert_eq!(ending.ledger.lost(), 0, "{:#?}", ending.ledger);
    lasted
}

/// A chain of `hops` transforms.
fn chain(size: u32, hops: usize, count: u64) -> String {
    let passes: String = (0..hops).map(|n| format!("  p{n}: {{ module: bench-pass }}\n")).collect();
    let links: String = (0..hops).map(|n| format!("p{n} >> ")).collect();
    format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: {count} }} }}\n{passes}  e: {{ module: bench-sink }}\nlinks: [s >> {links}e]\n"
    )
}

/// A queue between source and sink.
fn queue(size: u32, depth: u32, no_copy: bool, count: u64) -> String {
    format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: {count} }} }}\n  q: {{ module: fifo, params: {{ max_depth: {depth}, overflow: block, no_copy: {no_copy} }} }}\n  e: {{ module: bench-sink }}\nlinks: [s >> q >> e]\n"
    )
}

fn best(yaml: &str, count: u64) -> f64 {
    let times = (0..ROUNDS).map(|_| run(yaml).as_nanos() as f64 / count as f64);
    times.fold(f64::INFINITY, f64::min)
}

fn memcpy_64k() -> f64 {
    let (from, mut to) = (vec![1u8; 65536], vec![0u8; 65536]);
    let round = || {
        let start = Instant::now();
        for _ in 0..2000 {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        }
        start.elapsed().as_nanos() as f64 / 2000.0
    };
    std::iter::repeat_with(round).take(ROUNDS).fold(f64::INFINITY, f64::min)
}

fn main() {
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let reference = memcpy_64k();
    println!("memcpy of 64 KiB: {reference:.0} ns");
    println!("{:<46} {:>10} {:>12} {:>10}", "graph", "ns/frame", "M frames/s", "x memcpy");
    let chain = |size, hops, count: u64| chain(size, hops, count / divide());
    let queue = |size, depth, no_copy, count: u64| queue(size, depth, no_copy, count / divide());
    let cases: Vec<(String, String, u64)> = vec![
        ("request + write 16 B + send + drop".into(), chain(16, 0, 20_000_000), 20_000_000),
        ("the same, 4 hops more".into(), chain(16, 4, 20_000_000), 20_000_000),
        ("the same, 8 hops more".into(), chain(16, 8, 20_000_000), 20_000_000),
        ("fifo, no copy, 64 B, depth 1000".into(), queue(64, 1000, true, 10_000_000), 10_000_000),
        ("fifo, no copy, 64 KiB, depth 1000".into(), queue(65536, 1000, true, 5_000_000), 5_000_000),
        ("fifo, copy, 64 B".into(), queue(64, 1000, false, 5_000_000), 5_000_000),
        ("fifo, copy, 1 KiB".into(), queue(1024, 1000, false, 5_000_000), 5_000_000),
        ("fifo, copy, 64 KiB".into(), queue(65536, 1000, false, 200_000), 200_000),
    ];
    for (name, yaml, count) in cases {
        if name.contains(&only) {
            let ns = best(&yaml, count / divide());
            println!("{name:<46} {ns:>10.1} {:>12.2} {:>10.3}", 1e3 / ns, ns / reference);
        }
    }
}
