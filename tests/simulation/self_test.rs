//! The test of the test: mistakes that are made on purpose are found.

use crate::{
    disk,
    lie::Lie,
    run::{Options, run},
};

const PLAIN: &str = "nodes:
  n0: { module: wild-source, params: { seed: 1, count: 60 } }
  n1: { module: wild-stage, params: { seed: 2 } }
  n2: { module: fifo, params: { max_depth: 40, overflow: block } }
  n3: { module: wild-sink, params: { seed: 3 } }
  n4: { module: file-writer, params: { path: \"{dir}/w.dat\", if_exists: append } }
links:
  - n0 >> n1 >> n2 >> n3
  - n0 >> n4
";

const FORGETFUL: &str = "nodes:
  n0: { module: wild-source, params: { seed: 1, count: 60 } }
  n1: { module: wild-queue, params: { seed: 2, forgets: true } }
  n2: { module: wild-sink, params: { seed: 3 } }
links:
  - n0 >> n1 >> n2
";

fn outcome(graph: &'static str, lie: Option<Lie>) -> Result<u64, String> {
    let dir = disk::folder();
    let options = Options { lie, graph: Some(graph), lines: false };
    run(7, dir.path(), &options).map(|done| done.steps).map_err(|failed| failed.what)
}

#[test]
fn without_a_mistake_there_is_none() {
    let steps = outcome(PLAIN, None).unwrap_or_else(|what| panic!("{what}"));
    assert!(steps > 20, "only {steps} steps");
}

#[test]
fn every_mistake_is_found() {
    for (lie, words) in [
        (Lie::Double, "in the inbox of node"),
        (Lie::Swap, "in the inbox of node"),
        (Lie::Lose, "in the inbox of node"),
        (Lie::Leak, "in the inbox of node"),
        (Lie::Miscount, "living headers differ from the books"),
        (Lie::Overcount, "living headers differ from the books"),
    ] {
        let Err(what) = outcome(PLAIN, Some(lie)) else { panic!("{lie:?} was not found") };
        assert!(what.contains(words), "{lie:?}: {what}");
    }
}

#[test]
fn a_wake_that_is_lost_is_found() {
    let what = outcome(FORGETFUL, None).expect_err("nobody wakes the queue's other half");
    assert!(what.contains("all sleep, and nobody will wake them"), "{what}");
}
