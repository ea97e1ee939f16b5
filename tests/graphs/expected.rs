//! Each graph is run by the command in its own comment; what it says is compared with `graphs/expected/`.

use crate::{
    books, captures,
    place::{self, Place},
    report::Report,
};
use rogue_tests::child::Done;
use std::{collections::BTreeSet, fs};

/// What depends on timing, as [`Report::masked`] names it; all else must be as it was.
const VARIES: &[(&str, &[&str])] = &[
    // How many waveforms there are in the time.
    (
        "live",
        &[
            "digitizer.out",
            "find.in",
            "find.out",
            "find.dropped",
            "out.in",
            "ledger.created",
            "ledger.consumed",
            "ledger.dropped",
            "verdict",
        ],
    ),
    // How many frames the queue before the monitor drops.
    (
        "monitor",
        &[
            "glance.out",
            "glance.dropped",
            "thin.in",
            "thin.out",
            "thin.dropped",
            "view.in",
            "ledger.consumed",
            "ledger.dropped",
            "verdict",
        ],
    ),
    // How often frames go round, and where they are when the run ends.
    ("ring", &["left.in", "left.out", "left.dropped", "right.in", "right.out", "right.dropped", "verdict"]),
    // How many frames the queue lets go.
    (
        "slow-sink",
        &[
            "queue.out",
            "queue.dropped",
            "one.in",
            "two.in",
            "three.in",
            "four.in",
            "ledger.shared",
            "ledger.consumed",
            "ledger.dropped",
            "verdict",
        ],
    ),
    // How many blocks a device loses that is not asked in time.
    (
        "vendor",
        &[
            "device.out",
            "thin.in",
            "thin.out",
            "thin.dropped",
            "view.in",
            "ledger.created",
            "ledger.consumed",
            "ledger.dropped",
            "outside",
            "verdict",
        ],
    ),
];

/// Runs a graph, with what runs in another terminal if there is such; again elsewhere if somebody was quicker to take a port.
fn run(name: &str) -> (Place, String, Done) {
    let command = place::command(name);
    for _ in 0..10 {
        let place = Place::new();
        let other = place::other_command(name).map(|command| place.start(&command));
        let done = place.run(&command).sound();
        if !done.err.contains("is in use") {
            if let Some(other) = other {
                other.end().ended(0).shows("COMPLETE: nothing was lost");
            }
            return (place, command, done);
        }
    }
    panic!("{name}: ten times somebody had its port");
}

#[test]
fn every_graph_ends_as_expected() {
    let folder = place::graphs().join("expected");
    let mut wrong = Vec::new();
    for name in place::all() {
        let (place, command, done) = run(&name);
        let report = Report::read(&done.out);
        assert_eq!(report.to_string(), done.out, "{name}: the report is laid out in another way");
        books::are_right(&name, &report, &done);
        captures::are_right(&name, &place);

        let varies = VARIES.iter().find(|(graph, _)| *graph == name).map_or(&[][..], |(_, varies)| varies);
        let code = done.code.map_or("none".to_owned(), |code| code.to_string());
        let is = format!("$ {command}\n{}exit {code}\n", report.masked(varies));
        let file = folder.join(format!("{name}.txt"));
        if place::blessing() {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&file, &is).expect("it can be written");
        }
        match fs::read_to_string(&file) {
            Ok(expected) if expected == is => {}
            Ok(expected) => wrong.push(format!("{name}: expected\n{expected}\nis\n{is}")),
            Err(error) => wrong.push(format!("{}: {error}; ROGUE_BLESS=1 makes it", file.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_expected_text_has_its_graph() {
    let texts = place::names(&place::graphs().join("expected"), ".txt");
    assert_eq!(texts.difference(&place::all()).collect::<Vec<_>>(), [""; 0]);
    let masked: BTreeSet<String> = VARIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(masked.difference(&place::all()).collect::<Vec<_>>(), [""; 0]);
}
