//! A new module of each shape builds, passes its own tests and the contract, and runs in its own graph, which ends by
//! itself. The names are such that their types would collide with what a module uses, if nobody saw to it.

use crate::desk::Desk;

/// From `new` to the end of the graph; what the last run showed.
fn from_new_to_running(shape: &str, name: &str) -> String {
    let desk = Desk::new(shape);
    let made = desk.sh("", &format!("cargo rogue new {name} --shape {shape}")).ended(0);
    assert!(made.out.contains(&format!("cd {name}")), "{}", made.out);
    desk.settle(name);

    let tested = desk.sh(name, "cargo test --release").ended(0);
    let passed = tested.out.lines().find_map(|line| line.strip_prefix("test result: ok. ")).unwrap();
    assert!(!passed.starts_with("0 passed"), "{}", tested.out);
    assert!(!tested.err.contains("warning"), "a new module has warnings:\n{}", tested.err);

    let built = desk.sh(name, "cargo rogue build").ended(0);
    let article = if shape == "endpoint" { "an" } else { "a" };
    assert!(built.out.contains(&format!("module  {name} 0.1.0, {article} {shape}: ")), "{}", built.out);
    let library = format!("target/release/lib{}.so", name.replace('-', "_"));
    assert!(built.out.contains(&format!("plugin  {library}\n")), "{}", built.out);
    let run = built.out.lines().find_map(|line| line.strip_prefix("run     ")).expect("how to run it");

    let checked = desk.sh(name, &format!("cargo rogue check {library}")).ended(0);
    assert!(checked.out.contains("\nPASSED: "), "{}", checked.out);
    assert!(!checked.out.contains("FAILED"), "{}", checked.out);

    let ran = desk.sh(name, run).ended(0);
    assert!(ran.out.contains("COMPLETE: nothing was lost"), "{}", ran.out);
    assert!(ran.out.lines().any(|line| line.starts_with("mine ")), "{}", ran.out);
    ran.out
}

fn row(shown: &str) -> Vec<&str> {
    let row = shown.lines().find(|line| line.starts_with("mine ")).unwrap_or_default();
    row.split_whitespace().collect()
}

#[test]
fn a_transform() {
    let shown = from_new_to_running("transform", "counter");
    assert_eq!(row(&shown)[1..3], ["600", "400"]);
    assert!(row(&shown).ends_with(&["small", "200"]), "{shown}");
}

#[test]
fn a_source() {
    let shown = from_new_to_running("source", "my_2nd-source");
    assert_eq!(row(&shown)[1..3], ["0", "1,000"]);
}

#[test]
fn a_sink() {
    let shown = from_new_to_running("sink", "params");
    assert_eq!(row(&shown)[1..3], ["3,000", "0"]);
}

#[test]
fn an_endpoint() {
    let shown = from_new_to_running("endpoint", "queue");
    assert_eq!(row(&shown)[1..3], ["20,000", "20,000"]);
}
