//! The filter of README and `writing-a-module.md` is one that runs, and Rust examples are compiled.

use super::page::{Page, root};
use rogue_sdk::bench::{Bench, json};

#[path = "../plugins/threshold/src/lib.rs"]
pub mod threshold;

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

#[test]
fn the_filter_in_the_documents_filters() -> rogue_sdk::Result<()> {
    let mut bench = Bench::transform::<threshold::Threshold>(json!({ "level": 100 }))?;
    for first in [99, 100, 255] {
        bench.push(Bench::frame_of(&[first, 0])?)?;
    }
    bench.push(Bench::frame(0)?)?;
    let passed: Vec<Vec<u8>> = bench.out().iter().map(rogue_sdk::Frame::to_vec).collect();
    assert_eq!(passed, [[100, 0], [255, 0]]);
    assert_eq!(bench.dropped("below"), 2);
    bench.end()
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
            let known = ["rust", "yaml", "toml", "sh", "text"].contains(&block.language.as_str());
            assert!(known, "{}:{}: `{}`", page.name, block.line, block.language);
        }
    }
}
