//! README's walk: a stage is swapped in mid-run, by the lines that stand there.

use crate::desk::Desk;
use rogue_tests::child::{self, Done};
use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

const TITLE: &str = "## Swap a stage in mid-run, in two minutes";
const PROGRAM: &str = "target/release/rogue-runtime ";

/// The commands of the section: those of the first terminal, and those of the second.
fn lines() -> [Vec<String>; 2] {
    let readme = fs::read_to_string(root().join("README.md")).expect("README");
    let section =
        readme.split(TITLE).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    let commands = |block: &str| block.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    blocks.map(commands).collect::<Vec<_>>().try_into().expect("two terminals")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace")
}

fn args(line: &str) -> Vec<&str> {
    line.strip_prefix(PROGRAM).unwrap_or_else(|| panic!("{line}")).split(' ').collect()
}

fn does(desk: &Desk, line: &str) -> Done {
    if line.starts_with(PROGRAM) {
        return desk.verb(&args(line)).ended(0);
    }
    child::run(Command::new("sh").args(["-c", line]).current_dir(desk.path(""))).ended(0)
}

#[test]
fn the_walk_goes_as_readme_says() {
    let [first, second] = lines();
    let desk = Desk::new();
    symlink(root().join("wasm-modules"), desk.path("wasm-modules")).expect("a link");
    for folder in ["target", "graphs"] {
        fs::create_dir(desk.path(folder)).expect("a folder");
    }
    fs::copy(root().join("graphs/live.yaml"), desk.path("graphs/live.yaml")).expect("a copy");
    assert_eq!((first.len(), second.len()), (2, 8));
    does(&desk, &first[0]);
    let run = desk.start(&args(&first[1]));
    let mut client = desk.client("live");
    client.flows_beyond(10);
    let said: Vec<Done> = second.iter().map(|line| does(&desk, line)).collect();
    for (done, says) in said.iter().zip([
        "digitizer",
        "pulses 0.1.0 (native) -> pulses 0.1.0 (component)",
        "threshold=60",
        "threshold: 60",
        "pulses 0.1.0 (component) -> pulses 0.1.0 (native)",
        "",
        "live: reloaded, ",
        "live stops",
    ]) {
        assert!(done.out.contains(says), "{says} is not in\n{}", done.out);
    }
    assert!(said[1].out.contains("state       pulses version 1"), "{}", said[1].out);
    let done = run.end().ended(0).shows("COMPLETE: nothing was lost");
    assert!(done.err.matches("was swapped for").count() == 2, "{}", done.err);
}
