//! What a stage costs native and as a component, from one source: `tests/plugins/bench`, whose component is kept in
//! `wasm-modules/dist/bench.wasm`; and what loading and remaking a component takes.

use crate::run::cost;
use rogue_runtime::{
    graph::{Catalog, Found, Sandbox, Wanted},
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

fn found(module: &str) -> Found {
    let catalog = FileCatalog::new(".", Arc::new(Search::new(&[], None, None)));
    let text = format!("{COMPONENT}#{module}");
    catalog.find(&Wanted { module: &text, entry: None }).unwrap_or_else(|error| panic!("{error}"))
}

fn load(module: &str) -> Arc<dyn Module> {
    let loaded = Loader::new(host::table()).load(&found(module), &Sandbox::default());
    loaded.unwrap_or_else(|error| panic!("{error}"))
}

/// Loads the component in this process, which has been given a cache folder, and says how long that took: for
/// [`first_and_next`].
pub fn load_once() {
    let begun = Instant::now();
    drop(load("bench-pass"));
    println!("{}", begun.elapsed().as_nanos());
}

/// What a process of its own takes to load the component with a cache that is empty, and with the one that it left.
fn first_and_next() -> (Duration, Duration) {
    let cache = tempfile::tempdir().expect("a folder");
    let once = || {
        let exe = std::env::current_exe().expect("this program has a path");
        let done =
            Command::new(exe).arg("load-once").env("XDG_CACHE_HOME", cache.path()).output().expect("it runs");
        let text = String::from_utf8_lossy(&done.stdout);
        Duration::from_nanos(text.trim().parse().unwrap_or_else(|_| panic!("{text}")))
    };
    (once(), (0..5).map(|_| once()).min().unwrap_or_default())
}

fn life() {
    const INSTANCES: u32 = 200;
    let (first, next) = first_and_next();
    let module = load("bench-pass");
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
    println!("\n| a component | | bar |\n| --- | ---: | --- |");
    println!("| its file | {} KiB | |", Path::new(COMPONENT).metadata().map_or(0, |meta| meta.len() >> 10));
    println!("| loaded for the first time | {:.1} ms | ≤ 100 ms |", first.as_secs_f64() * 1e3);
    println!("| loaded from the cache | {:.2} ms | ≤ 2 ms |", next.as_secs_f64() * 1e3);
    println!("| a further instance, made and created | {:.1} us | ≤ 100 us |", each.as_secs_f64() * 1e6);
    println!("| memory of a further instance | {} KiB | ≤ 100 KiB |", grown >> 10);
    rogue_runtime::host::nodes::forget(account);
    account.close();
}

/// Bytes of this process that are in memory.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4096
}
