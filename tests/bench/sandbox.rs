//! What a stage costs native and as a component, from one source: `tests/plugins/bench`, whose component is kept in
//! `wasm-modules/dist/bench.wasm`; and what loading and remaking a component takes.

use crate::run::cost;
use rogue_runtime::{
    graph::{Catalog, Sandbox, Wanted},
    host,
    load::{FileCatalog, Loader, Search},
    module::Module,
    pool::Account,
};
use std::{
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm-modules/dist/bench.wasm");

/// A stage between source and sink, or none.
fn graph(size: u32, stage: Option<(&str, u32)>) -> String {
    let (node, link) = match stage {
        Some((module, batch)) => (format!("  x: {{ module: {module}, batch: {batch} }}\n"), "x >> "),
        None => (String::new(), ""),
    };
    format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: COUNT }} }}\n{node}  e: {{ module: bench-sink }}\nlinks: [s >> {link}e]\n"
    )
}

/// Prints what each stage adds to a frame, and what instances cost.
pub fn report(divide: u64) {
    println!(
        "\n| stage, what it adds to a frame | size | native | component, one by one | component, in batches | bar |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | --- |");
    let lines = [
        ("bench-read", 1024, "≤ 500 / ≤ 200 ns"),
        ("bench-read", 65536, "≤ 1.3 copies + 500 ns"),
        ("bench-replace", 1024, "≤ 1 us"),
        ("bench-replace", 65536, ""),
        ("bench-meta", 1024, "≤ 80 ns in batches"),
        ("bench-meta", 65536, ""),
        ("bench-pass", 64, ""),
        ("bench-pass", 65536, "≤ 1.3 copies + 500 ns"),
    ];
    for (module, size, bar) in lines {
        let frames = (if size > 4096 { 100_000 } else { 1_000_000 } / divide).max(1);
        let base = cost(&graph(size, None), frames).cpu_ns;
        let component = format!("\"{COMPONENT}#{module}\"");
        let adds = |module: &str, batch| cost(&graph(size, Some((module, batch))), frames).cpu_ns - base;
        println!(
            "| {module} | {size} | {:.0} ns | {:.0} ns | {:.0} ns | {bar} |",
            adds(module, 64),
            adds(&component, 1),
            adds(&component, 64)
        );
    }
    life();
}

/// Components whose loading is timed: a small module, a large one with a state, and the six of this bench.
const LOADED: [&str; 3] = ["filter.wasm#filter", "pulses.wasm#pulses", "bench.wasm#bench-pass"];

fn load(module: &str) -> Arc<dyn Module> {
    let dist = Path::new(COMPONENT).parent().expect("a folder");
    let catalog = FileCatalog::new(dist, Arc::new(Search::new(&[], None, None)));
    let found = catalog.find(&Wanted { module: &format!("./{module}"), entry: None });
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    let loaded = Loader::new(host::table()).load(&found, &Sandbox::default());
    loaded.unwrap_or_else(|error| panic!("{error}"))
}

/// Loads a component in this process, which has been given a cache folder, and says how long that took: for
/// [`first_and_next`].
pub fn load_once(module: &str) {
    let begun = Instant::now();
    drop(load(module));
    println!("{}", begun.elapsed().as_nanos());
}

/// What a process of its own takes to load a component with a cache that is empty, and with the one that it left: the best
/// of some.
fn first_and_next(module: &str) -> (Duration, Duration) {
    const TIMES: usize = 5;
    let once = |cache: &Path| {
        let exe = std::env::current_exe().expect("this program has a path");
        let done = Command::new(exe).args(["load-once", module]).env("XDG_CACHE_HOME", cache).output();
        let text = String::from_utf8_lossy(&done.expect("it runs").stdout).into_owned();
        Duration::from_nanos(text.trim().parse().unwrap_or_else(|_| panic!("{text}")))
    };
    let timed = (0..TIMES).map(|_| {
        let cache = tempfile::tempdir().expect("a folder");
        (once(cache.path()), once(cache.path()))
    });
    timed.fold((Duration::MAX, Duration::MAX), |best, (first, next)| (best.0.min(first), best.1.min(next)))
}

fn life() {
    const INSTANCES: u32 = 200;
    let module = load("bench.wasm#bench-pass");
    let account = Account::open().expect("room for an account");
    rogue_runtime::host::nodes::register(
        account,
        Arc::new(rogue_runtime::host::NodeShared::new("bench", 0, false, 64)),
    );
    let make = || module.create(account.node_ref(), "{}").unwrap_or_else(|error| panic!("{error}"));
    drop((make(), make()));
    let memory = resident();
    let begun = Instant::now();
    let made: Vec<_> = (0..INSTANCES).map(|_| make()).collect();
    let each = begun.elapsed() / INSTANCES;
    let grown = (resident() - memory) / u64::from(INSTANCES);
    drop(made);
    println!("\n| a component | its file | loaded for the first time (≤ 100 ms) | from the cache (≤ 2 ms) |");
    println!("| --- | ---: | ---: | ---: |");
    for module in LOADED {
        let (first, next) = first_and_next(module);
        let file = Path::new(COMPONENT).with_file_name(module.split('#').next().unwrap_or_default());
        let (first, next) = (first.as_secs_f64() * 1e3, next.as_secs_f64() * 1e3);
        let size = file.metadata().map_or(0, |meta| meta.len() >> 10);
        println!("| {module} | {size} KiB | {first:.1} ms | {next:.2} ms |");
    }
    println!("\n| a further instance | | bar |\n| --- | ---: | --- |");
    println!("| made and created | {:.1} us | ≤ 100 us |", each.as_secs_f64() * 1e6);
    println!("| its memory | {} KiB | ≤ 100 KiB |", grown >> 10);
    rogue_runtime::host::nodes::forget(account);
    account.close();
}

/// Bytes of this process that are in memory.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4096
}
