//! SIGINT, SIGTERM and SIGHUP to a graph that runs.

use crate::place::{ENDLESS, Place, graphs};
use rogue_tests::child::Child;

/// A graph that runs, with what it says about it.
fn started(place: &Place, args: &[&str]) -> Child {
    let mut child = Child::spawn(place.program.command(args).arg("-v"), b"");
    child.wait_for(" runs: ");
    child
}

#[test]
fn the_first_signal_drains_and_ends_with_0() {
    for signal in ["INT", "TERM"] {
        let place = Place::new();
        place.file("g.yaml", ENDLESS);
        let child = started(&place, &["g.yaml"]);
        child.signal(signal);
        child.end().ended(0).shows("COMPLETE: nothing was lost\n").says("stopping, asked by a signal");
    }
}

#[test]
fn the_second_signal_ends_at_once() {
    let ring = graphs().join("ring.yaml");
    let ring = ring.to_str().expect("a path in UTF-8");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let place = Place::new();
        let mut child = started(&place, &[ring, "--drain", "1h"]);
        child.signal(signal);
        child.wait_for("stopping, asked by a signal");
        child.signal(signal);
        let done = child.end().ended(code);
        assert_eq!(done.out, "", "something is said");
    }
}

#[test]
fn a_hang_up_reads_the_graph_file_again() {
    let place = Place::new();
    place.file("g.yaml", ENDLESS);
    let mut child = started(&place, &["g.yaml"]);
    child.signal("HUP");
    child.wait_for("the graph was reloaded: ");
    // A file with mistakes is said as `check` says it, and changes nothing.
    place.file("g.yaml", "nodes: {a: {module: nothing-like-it}}\nlinks: []\n");
    child.signal("HUP");
    child.wait_for("SIGHUP, and the graph was not reloaded");
    child.wait_for("g.yaml:1:");
    child.signal("TERM");
    child.end().ended(0).shows("COMPLETE");
}
