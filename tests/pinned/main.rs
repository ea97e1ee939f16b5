//! The plugin ABI across versions: what was built with the first released SDK runs in this runtime, and what is built
//! with this SDK runs in the first released runtime (`docs/versions.md` has the rule).
//!
//! The released versions are kept here as their sources (`make` packs one), and built by these tests into
//! `target/pinned/`: two minutes of one core's time when that is new, a second afterwards.

mod frozen;
mod released;

use released::Released;
use rogue_tests::child::{Done, Program, plugins, run};
use std::path::Path;

/// Counts of every kind cross the border: frames made, copied, dropped, queued, two modules of one file.
const COUNT: u64 = 5000;

/// A graph in which every module is a file of `dir`, and how the numbers of `queue` come out.
fn graph(dir: &Path, overflow: &str) -> String {
    let file = |name: &str| dir.join(name).display().to_string();
    format!(
        "name: pinned
modules:
  src: {{ path: '{prbs}#prbs-source' }}
  mark: '{tag}'
  some: '{filter}'
  queue: '{fifo}'
  check: {{ path: '{prbs}#prbs-check' }}
nodes:
  src: {{ module: src, params: {{ size: 200, count: {COUNT} }} }}
  mark: {{ module: mark, params: {{ channel: 7 }} }}
  some: {{ module: some, params: {{ channel: 7 }} }}
  none: {{ module: some, params: {{ channel: 8 }} }}
  queue: {{ module: queue, params: {{ max_depth: 10, overflow: {overflow}, no_copy: false }} }}
  check: {{ module: check }}
links:
  - src >> mark >> some >> queue >> check
  - mark >> none >> check
",
        prbs = file("libprbs.so"),
        tag = file("libtag.so"),
        filter = file("libfilter.so"),
        fifo = file("libfifo.so"),
    )
}

/// Runs the graph with this program and the plugins in `dir`; all that was made was found right.
#[track_caller]
fn runs(program: &Program, dir: &Path) {
    let path = program.dir.join("pinned.yaml");
    std::fs::write(&path, graph(dir, "block")).expect("a file");
    let done = run(&mut program.bare(&["-v", "run", "pinned.yaml"]));
    assert_eq!(done.code, Some(0), "{done:#?}");
    let row = |node: &str| row(&done, node);
    assert_eq!(row("src"), ["0", "5,000", "0"]);
    assert_eq!(row("mark"), ["5,000", "5,000", "0"]);
    assert_eq!(row("none"), ["5,000", "0", "0"]);
    assert_eq!(row("queue"), ["5,000", "5,000", "0"]);
    assert_eq!(row("check"), ["5,000", "0", "0"]);
    assert!(done.out.contains("5,000 dropped"), "{}", done.out);
    assert!(done.out.contains("balances"), "{}", done.out);
    assert!(done.out.contains("COMPLETE"), "{}", done.out);
}

/// `in`, `out` and `held` of a node's row.
fn row(done: &Done, node: &str) -> [String; 3] {
    let line = done.out.lines().find(|line| line.split_whitespace().next() == Some(node));
    let words = line.unwrap_or_else(|| panic!("no row of {node}: {done:#?}")).split_whitespace().skip(1);
    let cells: Vec<String> = words.take(3).map(str::to_owned).collect();
    cells.try_into().unwrap_or_else(|cells| panic!("{node}: {cells:?}"))
}

/// This runtime, in a folder of the test's own.
fn current(dir: &Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir)
}

#[test]
fn plugins_of_the_first_sdk_run_in_this_runtime() {
    let (released, place) = (Released::first(), tempfile::tempdir().expect("a folder"));
    runs(&current(place.path()), &released.plugins);
}

#[test]
fn plugins_of_this_sdk_run_in_the_first_runtime() {
    let (released, place) = (Released::first(), tempfile::tempdir().expect("a folder"));
    runs(&Program::new(&released.program.display().to_string(), place.path()), &plugins());
}

/// A node's name is asked for by name, which a runtime may not know: the plugin has another default for then.
#[test]
fn a_plugin_asks_for_its_nodes_name_and_does_without_in_the_first_runtime() {
    let (released, place) = (Released::first(), tempfile::tempdir().expect("a folder"));
    let file = |name: &str| plugins().join(name).display().to_string();
    let graph = format!(
        "name: named
modules: {{ src: '{}#prbs-source', streams: '{}' }}
nodes:
  src: {{ module: src, params: {{ size: 200, count: 10 }} }}
  scope: {{ module: streams, params: {{ write: true }} }}
links: [ src >> scope ]
",
        file("libprbs.so"),
        file("libtcf.so"),
    );
    std::fs::write(place.path().join("named.yaml"), graph).expect("a file");
    let first = Program::new(&released.program.display().to_string(), place.path());
    for (program, stream_type) in [(current(place.path()), "scope"), (first, "rogue")] {
        let done = run(&mut program.bare(&["-v", "run", "named.yaml"]));
        assert_eq!(done.code, Some(0), "{done:#?}");
        let says = format!("type \"{stream_type}\", streams: VS0 VS1");
        assert!(done.err.contains(&says) || done.out.contains(&says), "{done:#?}");
        assert!(done.out.contains("COMPLETE"), "{}", done.out);
    }
}

/// Cards are read without running code: those of the first version, by this one.
#[test]
fn cards_of_the_first_sdk_are_read() {
    let (released, place) = (Released::first(), tempfile::tempdir().expect("a folder"));
    let file = released.plugins.join("libprbs.so").display().to_string();
    let done = run(&mut current(place.path()).bare(&["inspect", &file]));
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert!(done.out.contains("prbs-source") && done.out.contains("prbs-check"), "{}", done.out);
}

/// A plugin that breaks the rule is refused by the first runtime as by this one, before any of its code is called.
#[test]
fn tables_of_another_version_are_refused_both_ways() {
    let (released, place) = (Released::first(), tempfile::tempdir().expect("a folder"));
    let bytes = std::fs::read(plugins().join("libtag.so")).expect("the plugin");
    let mark = rogue_abi::ROGUE_ABI;
    let magic = bytes.windows(8).position(|window| window == mark.magic).expect("a mark");
    let prbs = released.plugins.join("libprbs.so").display().to_string();
    let programs =
        [current(place.path()), Program::new(&released.program.display().to_string(), place.path())];
    // Behind the magic word: major, minor, sum of the sizes.
    for (at, byte, code, says) in [
        (8, 2, 78, "was built for plugin ABI 2, this runtime speaks 1"),
        (16, !bytes[magic + 16], 78, "the sizes of its tables differ"),
        (12, 9, 0, ""),
    ] {
        let mut other = bytes.clone();
        other[magic + at] = byte;
        std::fs::write(place.path().join("other.so"), other).expect("a file");
        std::fs::write(
            place.path().join("other.yaml"),
            "name: other
modules: { mark: ./other.so, src: '@#prbs-source', check: '@#prbs-check' }
nodes:
  src: { module: src, params: { size: 200, count: 10 } }
  mark: { module: mark, params: { channel: 1 } }
  check: { module: check }
links: [ src >> mark >> check ]
"
            .replace('@', &prbs),
        )
        .expect("a file");
        for program in &programs {
            let done = run(&mut program.bare(&["run", "other.yaml"]));
            assert_eq!(done.code, Some(code), "{says}: {done:#?}");
            assert!(done.err.contains(says), "{says}: {done:#?}");
        }
    }
}
