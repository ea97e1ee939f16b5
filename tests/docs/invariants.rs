//! The Invariant lines of ARCHITECTURE.md that words in the sources can show.

use super::page::root;
use std::path::{Path, PathBuf};

/// The Rust files below a folder, tests left out.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["tests", "target"].contains(&&*name) {
                walk(&path, into);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                into.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join(folder), &mut files);
    assert!(files.len() > 1, "{folder} is not where it was");
    files
}

/// No line of code below `folder` has one of these words, comments left out.
fn absent(folder: &str, words: &[&str], except: &[&str]) {
    for (path, text) in sources(folder) {
        if except.iter().any(|except| path.starts_with(except)) {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.split("//").next().unwrap_or_default();
            for word in words {
                assert!(!code.contains(word), "{}:{number}: `{word}`", path.display());
            }
        }
    }
}

#[test]
fn pure_floors_do_no_input_or_output() {
    let words = [
        "std::fs",
        "std::io",
        "std::env",
        "std::net",
        "std::thread",
        "std::process",
        "Instant",
        "SystemTime",
    ];
    absent("runtime/src/graph", &words, &[]);
    for folder in ["plugins/tcf/wire/src", "plugins/tcf/service/src"] {
        absent(folder, &words, &[]);
        absent(folder, &["rogue_sdk", "rogue_runtime", "rogue_abi"], &[]);
    }
}

#[test]
fn engine_knows_no_yaml_no_card_and_no_file() {
    let words =
        ["crate::graph", "crate::load", "crate::card", "crate::swap", "crate::control", "serde", "std::fs"];
    absent("runtime/src/engine", &words, &[]);
}

#[test]
fn only_load_opens_libraries() {
    absent("runtime/src", &["libloading::", "rogue_abi::Module"], &["runtime/src/load"]);
}

#[test]
fn only_load_knows_webassembly() {
    absent("runtime/src", &["wasmtime::", "wasmparser::"], &["runtime/src/load"]);
    absent("runtime/src/load", &["wasmtime::"], &["runtime/src/load/wasm", "runtime/src/load/wasm.rs"]);
}

#[test]
fn only_graph_reads_yaml() {
    absent("runtime/src", &["serde_yaml", "saphyr_parser"], &["runtime/src/graph"]);
}

#[test]
fn nothing_sleeps() {
    for folder in ["runtime/src", "sdk/src", "plugins"] {
        absent(folder, &["thread::sleep"], &[]);
    }
}

#[test]
fn plugins_know_the_sdk_only() {
    absent("plugins", &["rogue_runtime", "rogue_abi"], &[]);
    for entry in std::fs::read_dir(root().join("plugins")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(!text.contains("rogue-runtime") && !text.contains("rogue-abi"), "{}", manifest.display());
    }
}

/// Lower floors do not name higher ones.
#[test]
fn floors_point_down() {
    let order: [&[&str]; 6] =
        [&["pool"], &["metrics"], &["card", "module", "host"], &["graph"], &["load", "engine"], &["swap"]];
    let above = |floor: usize| -> Vec<String> {
        let higher = order.iter().skip(floor + 1).flat_map(|names| names.iter());
        higher.chain(&["control"]).map(|name| format!("crate::{name}")).collect()
    };
    for (floor, names) in order.iter().enumerate() {
        let words = above(floor);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for name in names.iter().filter(|name| root().join("runtime/src").join(name).is_dir()) {
            absent(&format!("runtime/src/{name}"), &words, &[]);
        }
    }
    // The author's tool stands above the runtime; nothing in the SDK knows of it.
    absent("sdk", &["rogue_runtime", "cargo_rogue"], &["sdk/cargo-rogue"]);
}
