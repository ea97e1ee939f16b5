//! One contract for every module, whatever its packaging: each standard module has its line in [`CASES`], and a
//! module without one fails `every_module_has_its_line`.
//!
//! The checks are those of `cargo rogue check` (`sdk/cargo-rogue/src/check`): here each is a test over all modules,
//! which are loaded as the runtime loads them, from the files that the build made.

use cargo_rogue::{
    check::{self, CHECKS, Check},
    module::Chosen,
};
use rogue_runtime::{
    graph::{Catalog, Wanted},
    load::{FileCatalog, Search},
};
use std::{
    collections::BTreeSet,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

/// What the contract needs to know of a module to try it.
struct Case {
    /// Its name.
    module: &'static str,
    /// Parameters with which it can run here, a JSON object; `{dir}` is a folder of the check's own, PORT a free port with
    /// a free one behind it.
    params: &'static str,
}

const fn case(module: &'static str, params: &'static str) -> Case {
    Case { module, params }
}

/// Every standard module.
const CASES: &[Case] = &[
    case("compare", "{}"),
    case("debug", r#"{"max_bytes": 0}"#),
    case("example-blocking", r#"{"count": 20}"#),
    case("example-callback", r#"{"count": 20, "period": "100us"}"#),
    case("fifo", r#"{"max_depth": 16, "overflow": "block"}"#),
    case("file-reader", r#"{"path": "RECORDING"}"#),
    case("file-writer", r#"{"path": "{dir}/out.dat", "if_exists": "replace"}"#),
    case("filter", r#"{"drop_errors": true}"#),
    case("pattern", r#"{"size": 100, "count": 50}"#),
    case("prbs-check", "{}"),
    case("prbs-source", r#"{"size": 64, "count": 50}"#),
    case("pulses", r#"{"threshold": 100, "baseline": 4, "empty": "record"}"#),
    case("ratedrop", r#"{"keep_every": 3}"#),
    case("tag", r#"{"channel": 7}"#),
    case("tcf-client", r#"{"peer": "TCP:127.0.0.1:PORT", "type": "scope", "when_absent": "drop"}"#),
    case("tcf-streams", r#"{"write": true, "test_streams": true, "stall_limit": "1s"}"#),
    case("tcp-client", r#"{"addr": "127.0.0.1", "port": PORT, "when_absent": "drop"}"#),
    case("tcp-server", r#"{"addr": "127.0.0.1", "port": PORT, "when_absent": "drop"}"#),
    case("udp-client", r#"{"host": "127.0.0.1", "port": PORT}"#),
    case("udp-server", r#"{"addr": "127.0.0.1", "port": 0}"#),
    case("waveform", r#"{"samples": 128, "count": 50}"#),
];

/// A recording of Rogue's with records of 1 to 1500 bytes, three channels, flags and errors; it is only read.
const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../graphs/data/rogue-6.15-multichannel.dat");

/// How long a check in a process of its own may take, on a machine that does much else.
const LIMIT: Duration = Duration::from_secs(120);

/// The folder that `cargo test` builds plugins into.
fn deps() -> PathBuf {
    let exe = std::env::current_exe().expect("a test has a path");
    exe.parent().expect("in a folder").to_owned()
}

fn search() -> Search {
    Search::new(&[deps()], None, None)
}

/// Two free consecutive ports, below those that the system gives to outgoing connections; others than any test of this
/// process has.
fn free_ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let step = NEXT.fetch_add(2, Ordering::Relaxed) % 1000;
        let port = 20_000 + (std::process::id() % 10) as u16 * 1000 + step;
        if free(port) && free(port + 1) {
            return port;
        }
    }
}

/// Makes one check on every module; those that look at the whole process, in one of their own.
fn every(name: &str) {
    let check: &Check = CHECKS.iter().find(|check| check.name == name).expect("a check of that name");
    let catalog = FileCatalog::new(".", Arc::new(search()));
    let mut wrong = Vec::new();
    for case in CASES {
        let found = catalog.find(&Wanted { module: case.module, entry: None });
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        let params = case.params.replace("RECORDING", RECORDING).replace("PORT", &free_ports().to_string());
        let params = serde_json::from_str(&params).expect("a JSON object");
        let chosen = Chosen { found, params };
        let step = Mutex::new(String::new());
        let outcome = if check.by_itself {
            let program = Path::new(env!("CARGO_BIN_EXE_cargo-rogue-under-test"));
            check::alone::run(program, check, &chosen, LIMIT).expect("a process").outcome
        } else {
            let dir = tempfile::tempdir().expect("a folder");
            check::run(check, &chosen, dir.path(), &|at| *step.lock().expect("not poisoned") = at.to_owned())
        };
        if let Err(whats) = outcome {
            let at = step.into_inner().expect("not poisoned");
            wrong.extend(whats.into_iter().map(|what| format!("{} ({at}): {what}", case.module)));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", check.about, wrong.join("\n"));
}

/// A test for each check, named after it; that none is missing is a test too.
macro_rules! checks {
    ($($test:ident = $name:literal,)*) => {
        $(#[test]
        fn $test() {
            every($name);
        })*

        #[test]
        fn every_check_is_made() {
            let here = [$($name),*];
            assert_eq!(CHECKS.iter().map(|check| check.name).collect::<Vec<_>>(), here);
        }
    };
}

checks! {
    every_file_opens = "opens",
    every_card_says_what_an_operator_needs = "card",
    parameters_are_checked_and_wrong_ones_refused_by_path = "parameters",
    instances_are_made_started_stopped_and_ended_without_a_trace = "life",
    halves_are_those_of_the_shape = "halves",
    a_half_that_takes_ends_when_asked_to_finish = "finish",
    state_goes_over_by_schema_and_foreign_state_is_refused = "state",
    new_parameters_are_taken_or_refused_and_a_refusal_is_harmless = "live",
    what_is_held_goes_over_to_a_successor = "hand-over",
    odd_frames_are_all_accounted_for = "frames",
    a_stop_in_full_flow_ends_in_order = "stop",
    an_end_by_force_counts_what_is_thrown_away = "force",
    many_lives_leave_nothing_behind = "leaks",
    the_cost_of_a_frame_can_be_measured = "cost",
}

#[test]
fn every_module_has_its_line() {
    let plugins = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let files: BTreeSet<String> = std::fs::read_dir(plugins)
        .expect("the folder of the plugins")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().replace('-', "_"))
        .map(|name| format!("lib{name}.so"))
        .collect();
    let (found, broken) = rogue_runtime::load::list(&search());
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
    assert_eq!(files.len(), 17, "a plugin folder that the tests crate does not depend on: {files:?}");
}
