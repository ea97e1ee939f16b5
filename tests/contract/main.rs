//! One contract for every module, whatever its packaging: each standard module has its line in [`CASES`], and a
//! module without one fails `every_module_has_its_line`.
//!
//! Modules are loaded as the runtime loads them, from the files that the build made.

mod cold;
mod flow;

use rogue_runtime::{
    card::{Card, Shape},
    graph::{Catalog, Found, Wanted},
    host,
    load::{FileCatalog, Loader, Search},
    module::Module,
};
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// What the contract needs to know of a module to try it.
pub struct Case {
    /// Its name.
    pub module: &'static str,
    /// Parameters with which it can run here, a JSON object; `{dir}` is a folder of the test's own.
    pub params: &'static str,
}

const fn case(module: &'static str, params: &'static str) -> Case {
    Case { module, params }
}

/// Every standard module.
pub const CASES: &[Case] = &[
    case("compare", "{}"),
    case("debug", r#"{"max_bytes": 0}"#),
    case("example-blocking", r#"{"count": 20}"#),
    case("example-callback", r#"{"count": 20, "period": "100us"}"#),
    case("fifo", r#"{"max_depth": 16, "overflow": "block"}"#),
    case("file-reader", r#"{"path": "{dir}/some.dat"}"#),
    case("file-writer", r#"{"path": "{dir}/out.dat", "if_exists": "replace"}"#),
    case("filter", r#"{"drop_errors": true}"#),
    case("pattern", r#"{"size": 100, "count": 50}"#),
    case("prbs-check", "{}"),
    case("prbs-source", r#"{"size": 64, "count": 50}"#),
    case("ratedrop", r#"{"keep_every": 3}"#),
    case("tag", r#"{"channel": 7}"#),
];

/// A case with its module, loaded.
pub struct Loaded {
    pub case: &'static Case,
    pub found: Found,
    pub module: Arc<dyn Module>,
    pub params: String,
    /// Keeps the folder that `{dir}` stands for.
    pub dir: tempfile::TempDir,
}

impl Loaded {
    pub fn card(&self) -> &Card {
        &self.found.card
    }
}

/// The folder that `cargo test` builds plugins into.
fn deps() -> PathBuf {
    let exe = std::env::current_exe().expect("a test has a path");
    exe.parent().expect("in a folder").to_owned()
}

pub fn catalog() -> FileCatalog {
    FileCatalog::new(".", Arc::new(Search::new(&[deps()], None, None)))
}

/// A recording of Rogue's with records of 1 to 1500 bytes, three channels, flags and errors.
pub const RECORDING: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../graphs/data/rogue-6.15-multichannel.dat");

/// Every case, with its module loaded.
pub fn each(mut body: impl FnMut(&Loaded)) {
    let (catalog, loader) = (catalog(), Loader::new(host::table()));
    for case in CASES {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::copy(RECORDING, dir.path().join("some.dat")).expect("the recording is there");
        let found =
            catalog.find(&Wanted { module: case.module, entry: None }).unwrap_or_else(|e| panic!("{e}"));
        let module = loader.load(&found).unwrap_or_else(|e| panic!("{}: {e}", case.module));
        let params = case.params.replace("{dir}", &dir.path().display().to_string());
        body(&Loaded { case, found, module, params, dir });
    }
}

#[test]
fn every_module_has_its_line() {
    let plugins = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let files: BTreeSet<String> = std::fs::read_dir(plugins)
        .expect("the folder of the plugins")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().replace('-', "_"))
        .map(|name| format!("lib{name}.so"))
        .collect();
    let (found, broken) = rogue_runtime::load::list(&Search::new(&[deps()], None, None));
    assert!(broken.is_empty(), "{broken:?}");
    let standard =
        |file: &PathBuf| file.file_name().is_some_and(|name| files.contains(&*name.to_string_lossy()));
    let built: BTreeSet<&str> = found
        .iter()
        .filter(|listed| standard(&listed.file))
        .map(|listed| listed.card.name.as_str())
        .collect();
    let lines: BTreeSet<&str> = CASES.iter().map(|case| case.module).collect();
    assert_eq!(built, lines, "a module without a line in CASES, or a line without a module");
    assert_eq!(files.len(), 11, "a plugin folder that the tests crate does not depend on: {files:?}");
}

#[test]
fn every_card_says_what_an_operator_needs() {
    each(|loaded| {
        let card = loaded.card();
        let name = loaded.case.module;
        assert_eq!(card.name, name);
        assert!(!card.about.is_empty(), "{name} says nothing about itself");
        let schema = card.param_schema().unwrap_or_else(|e| panic!("{name}: {e}"));
        let rogue_runtime::card::schema::Kind::Object(params) = schema.kind else {
            panic!("{name}: no object")
        };
        for (param, schema) in &params.properties {
            assert!(!schema.about.is_empty(), "{name}: parameter {param} is not described");
        }
        let readings = card.readings.iter().chain(&card.counters);
        readings
            .for_each(|named| assert!(!named.about.is_empty(), "{name}: {} is not described", named.name));
        card.drops
            .iter()
            .for_each(|drop| assert!(!drop.about.is_empty(), "{name}: {} is not described", drop.name));
        match card.shape {
            Shape::Source => assert_eq!(card.input_count(), 0, "{name}"),
            Shape::Sink => assert_eq!(card.output_count(), 0, "{name}"),
            Shape::Transform | Shape::Endpoint => {
                assert!(card.input_count() > 0 && card.output_count() > 0, "{name}")
            }
        }
    });
}
