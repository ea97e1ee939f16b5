//! The filter of README and `writing-a-module.md` is one that runs, and Rust examples are compiled.

use super::{
    graphs::plugins,
    page::{Page, root},
};
use rogue_runtime::{
    engine::Clock,
    graph::{self, Options},
    host,
    load::{FileCatalog, Loader},
    swap,
};
use std::{sync::Arc, time::Duration};

const SOURCE: &str = include_str!("../plugins/threshold/src/lib.rs");

#[test]
fn the_filter_in_the_documents_is_the_one_that_is_built() {
    for name in ["README.md", "docs/writing-a-module.md"] {
        let blocks = Page::read(name).blocks();
        let first = blocks.iter().find(|block| block.language == "rust").expect("a Rust block");
        assert_eq!(first.text, SOURCE, "{name}:{}", first.line);
    }
    let lines = SOURCE.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 30, "the filter in 30 lines has {lines}");
}

/// Built, found by its name, and run in a graph. Byte 0 of frame i of `pattern` is i mod 256.
#[test]
fn the_filter_in_the_documents_filters() {
    let graph = "nodes:
  src: { module: pattern, params: { size: 8, count: 256 } }
  big: { module: threshold, params: { level: 100 } }
  all: { module: threshold, params: { level: 0 } }
  end: { module: debug, params: { max_bytes: 0 } }
links:
  - src >> big >> all >> end
";
    let catalog = FileCatalog::new(root(), Arc::new(plugins()));
    let checked = graph::load(graph, "threshold.yaml", &Options::default(), &catalog);
    let checked = checked.unwrap_or_else(|errors| panic!("{}", graph::render(&errors, graph, false)));
    let loader = Loader::new(host::table());
    let modules =
        checked.plan.nodes.iter().map(|node| loader.load(&node.found, &node.sandbox).unwrap()).collect();
    let mut running = swap::start(checked.plan, modules, Clock::Real).unwrap();
    while !running.is_over() {
        running.attend(Duration::from_millis(100));
    }
    let ending = running.end();
    assert!(ending.faults.is_empty(), "{:?}", ending.faults);
    let counts: Vec<(u64, u64)> =
        ending.ledger.nodes.iter().map(|node| (node.taken, node.dropped_all())).collect();
    assert_eq!(counts, [(0, 0), (256, 100), (156, 0), (156, 0)]);
    assert_eq!(ending.ledger.nodes[1].dropped[0].reason, "below");
    assert_eq!(ending.ledger.lost(), 0);
}

/// `tests/src/docs.rs` names every document that has Rust in it.
#[test]
fn every_rust_example_is_compiled() {
    let compiled = std::fs::read_to_string(root().join("tests/src/docs.rs")).unwrap();
    for page in Page::all() {
        let has_rust = page.blocks().iter().any(|block| block.language == "rust");
        let named = compiled.contains(&format!("\"../../{}\"", page.name));
        assert_eq!(has_rust, named, "{}: Rust in it, and named in tests/src/docs.rs", page.name);
    }
}

/// A block without a language, or with one that no test knows, would be checked by nobody.
#[test]
fn every_block_says_what_it_is() {
    for page in Page::all() {
        for block in page.blocks() {
            // Python is read by `tests/wasm/python.rs`.
            let known = ["python", "rust", "yaml", "toml", "sh", "text"].contains(&block.language.as_str());
            assert!(known, "{}:{}: `{}`", page.name, block.line, block.language);
        }
    }
}
