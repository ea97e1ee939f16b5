//! `bench`: figures, in both forms.

use crate::desk::{Desk, plugin};
use serde_json::Value;

#[test]
fn a_cost_is_shown_for_each_size() {
    let desk = Desk::new("costs");
    let args = ["bench", &plugin("filter"), "--frames", "2000", "--size", "64", "--size", "70000"];
    let done = desk.rogue(&args).ended(0);
    assert!(
        done.out.starts_with("filter 0.1.0, a transform, best of 5 runs; one copy of 64 KiB takes "),
        "{}",
        done.out
    );
    let rows: Vec<Vec<&str>> =
        done.out.lines().skip(3).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows.iter().map(|row| row[..2].to_vec()).collect::<Vec<_>>(),
        [["64", "2,000"], ["70,000", "2,000"]]
    );
    for row in rows {
        let number = |at: usize| row[at].parse::<f64>().unwrap();
        assert!(number(2) > 0.0 && number(3) > 0.0, "{row:?}");
        assert!((number(3) - number(2) - number(4)).abs() < 0.21, "the cost is the difference: {row:?}");
    }
}

#[test]
fn the_same_for_programs_and_with_parameters() {
    let desk = Desk::new("costs-json");
    let fifo = plugin("fifo");
    let args = ["bench", &fifo, "--frames", "1000", "--format", "json", "--set", "overflow=block"];
    let costs: Value = serde_json::from_str(&desk.rogue(&args).ended(0).out).unwrap();
    let sizes: Vec<u64> =
        costs["costs"].as_array().unwrap().iter().map(|c| c["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [64, 1024, 65536]);
    assert_eq!(costs["params"]["overflow"], "block");
    let cost = &costs["costs"][0];
    let ratio = cost["cost_ns"].as_f64().unwrap() / cost["memcpy_64k_ns"].as_f64().unwrap();
    assert!((cost["ratio"].as_f64().unwrap() - ratio).abs() < 1e-9);
}

#[test]
fn a_source_is_measured_as_it_is() {
    let desk = Desk::new("costs-source");
    let pattern = plugin("pattern");
    let done = desk.rogue(&["bench", &pattern, "--set", "size=32", "--set", "count=3000"]).ended(0);
    let row: Vec<&str> = done.out.lines().nth(3).unwrap().split_whitespace().collect();
    assert_eq!(row[..4], ["its", "own", "3,000", "-"]);
    desk.rogue(&["bench", &pattern, "--set", "size=32", "--frames", "5"])
        .ended(2)
        .says("`pattern` is a source: it makes frames of its own number and size");
    desk.rogue(&["bench", &pattern, "--set", "size=32", "--set", "count=0"]).ended(1).says("made no frame");
}

#[test]
fn a_module_that_fails_is_told() {
    let desk = Desk::new("costs-fails");
    let panics = plugin("test-panics");
    desk.rogue(&["bench", &panics, "--set", "at=accept"]).ended(1).says("asked to panic in accept");
    desk.rogue(&["bench", &panics, "--set", "at=check"]).ended(2).says("asked to panic in check");
}
