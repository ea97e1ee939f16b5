//! The contract of modules, kept by components: the very suite that plugins pass in `tests/contract`.

use cargo_rogue::{
    check::{self, CHECKS},
    module::Chosen,
};
use rogue_runtime::load::{FileCatalog, Search, cards};
use rogue_tests::dist::{folder, kept};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// Parameters with which a module can run here, for those that need some.
const PARAMS: &[(&str, &str)] = &[
    ("debug", r#"{"max_bytes": 0}"#),
    ("filter", r#"{"drop_errors": true}"#),
    ("pattern", r#"{"size": 100, "count": 50}"#),
    ("prbs-source", r#"{"size": 64, "count": 50}"#),
    ("pulses", r#"{"threshold": 100, "baseline": 4, "empty": "record"}"#),
    ("ratedrop", r#"{"keep_every": 3}"#),
    ("tag", r#"{"channel": 7}"#),
    ("waveform", r#"{"samples": 128, "count": 50}"#),
];

/// Made for other tests: to break the contract, and to be measured.
const OF_TESTS: [&str; 4] = ["attacks", "bench", "carry", "liar"];

/// How long a check in a process of its own may take, on a machine that does much else.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn every_component_keeps_the_contract() {
    let mut names = Vec::new();
    for kept in kept().unwrap().into_iter().filter(|kept| !OF_TESTS.contains(&&*kept.name)) {
        let file = folder().join(format!("{}.wasm", kept.name));
        let cards = cards::read(&file).unwrap();
        names.extend(cards.cards.iter().map(|card| format!("{}#{}", file.display(), card.name)));
    }
    assert!(names.len() >= 8, "{names:?}");
    let wrong: Vec<String> = thread::scope(|scope| {
        let all: Vec<_> = names.iter().map(|name| scope.spawn(|| every_check(name))).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with one module.
fn every_check(name: &str) -> Vec<String> {
    let catalog = FileCatalog::new("", Arc::new(Search::new(&[], None, None)));
    let found = catalog.at_path(name, None, None).unwrap();
    let params = PARAMS.iter().find(|(module, _)| *module == found.card.name).map_or("{}", |(_, text)| text);
    let chosen = Chosen { found, params: serde_json::from_str(params).unwrap() };
    let mut wrong = Vec::new();
    for check in CHECKS {
        let step = Mutex::new(String::new());
        let outcome = if check.by_itself {
            let program = Path::new(env!("CARGO_BIN_EXE_cargo-rogue-under-test"));
            check::alone::run(program, check, &chosen, LIMIT).unwrap().outcome
        } else {
            let dir = tempfile::tempdir().unwrap();
            check::run(check, &chosen, dir.path(), &|at| at.clone_into(&mut step.lock().unwrap()))
        };
        let at = step.into_inner().unwrap();
        wrong.extend(
            outcome.err().into_iter().flatten().map(|what| format!("{name}: {} ({at}): {what}", check.name)),
        );
    }
    wrong
}
