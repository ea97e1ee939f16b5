//! `build --wasm`: a new module of each shape that makes sense in a sandbox, unchanged, as a component in a running
//! graph; and what is said where no component can be built.

use crate::desk::Desk;
use cargo_rogue::wasm_target::Toolchain;
use std::{fs, os::unix::fs::PermissionsExt};

/// Whether components can be built here without loading anything; where not, it is said. `.ci/run` sees to it that
/// they can.
pub fn can_build(desk: &Desk) -> bool {
    let found = Toolchain::find(&desk.dir).unwrap().is_some();
    if !found {
        eprintln!(
            "left out: there is no toolchain for components here; `cargo rogue build --wasm` sets one up"
        );
    }
    found
}

/// From `new` to the end of the graph, as a component; the row of the node.
fn from_new_to_running(shape: &str, name: &str) -> Option<Vec<String>> {
    let desk = Desk::new(&format!("wasm-{shape}"));
    if !can_build(&desk) {
        return None;
    }
    desk.sh("", &format!("cargo rogue new {name} --shape {shape}")).ended(0);
    desk.settle(name);
    let built = desk.sh(name, "cargo rogue build --wasm").ended(0);
    let file = format!("target/wasm32-unknown-unknown/release/{}.wasm", name.replace('-', "_"));
    assert!(built.out.contains(&format!("file    {file}, a component of ")), "{}", built.out);
    assert!(built.out.contains(&format!("module  {name} 0.1.0, a {shape}: ")), "{}", built.out);
    assert!(!built.err.contains("warning"), "a new module has warnings:\n{}", built.err);

    let checked = desk.sh(name, &format!("cargo rogue check {file}")).ended(0);
    assert!(checked.out.contains("\nPASSED: "), "{}", checked.out);

    let run = built.out.lines().find_map(|line| line.strip_prefix("run     ")).expect("how to run it");
    let ran = desk.sh(name, run).ended(0);
    assert!(ran.out.contains("COMPLETE: nothing was lost"), "{}", ran.out);
    let row = ran.out.lines().find(|line| line.starts_with("mine ")).unwrap();
    Some(row.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn a_transform() {
    let Some(row) = from_new_to_running("transform", "boxed-counter") else { return };
    assert_eq!(row[1..3], ["600", "400"]);
    assert!(row.ends_with(&["small".to_owned(), "200".to_owned()]), "{row:?}");
}

#[test]
fn a_source() {
    let Some(row) = from_new_to_running("source", "boxed-source") else { return };
    assert_eq!(row[1..3], ["0", "1,000"]);
}

#[test]
fn a_sink() {
    let Some(row) = from_new_to_running("sink", "boxed-sink") else { return };
    assert_eq!(row[1..3], ["3,000", "0"]);
}

/// A compiler that has no target, and a path on which there is neither rustup nor apt.
#[test]
fn where_none_can_be_set_up_it_is_told_what_was_tried_and_what_to_do() {
    let desk = Desk::new("wasm-none");
    desk.rogue(&["new", "x"]).ended(0);
    let rustc = desk.dir.join("rustc");
    fs::write(&rustc, "#!/bin/sh\n[ \"$1\" = --version ] && echo 'rustc 1.95.0 (abc)' || echo /nowhere\n")
        .unwrap();
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = desk.command(crate::desk::tool().to_str().unwrap());
    command.args(["build", "--wasm"]).current_dir(desk.dir.join("x"));
    command
        .env("RUSTC", rustc)
        .env("PATH", desk.dir.join(".bin"))
        .env("XDG_CACHE_HOME", desk.dir.join("cache"));
    rogue_tests::child::run(&mut command)
        .ended(1)
        .says("cargo rogue: rustc 1.95.0 has no target wasm32-unknown-unknown yet")
        .says("error: there is no toolchain for wasm32-unknown-unknown, and none could be set up:")
        .says("  - rustup: `rustup which rustc`: ")
        .says("  - Debian's packages: there is no apt-get; this is neither Debian nor Ubuntu")
        .says("`rustup target add wasm32-unknown-unknown` on a machine with a network");
    assert!(!desk.dir.join("cache").exists(), "nothing is written where nothing can be set up");
}

#[test]
fn a_compiler_that_cannot_be_asked_is_told() {
    let desk = Desk::new("wasm-no-rustc");
    desk.rogue(&["new", "x"]).ended(0);
    let mut command = desk.command(crate::desk::tool().to_str().unwrap());
    command.args(["build", "--wasm"]).current_dir(desk.dir.join("x")).env("RUSTC", "/no/such/rustc");
    rogue_tests::child::run(&mut command)
        .ended(1)
        .says("error: `rustc --version`: ")
        .says("Is Rust installed?");
}
