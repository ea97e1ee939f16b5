//! What is said of a queue that fills: at 75 % and at 100 %, once for each change.

use super::*;
use rogue_sdk::log::Level;

fn said(bench: &Bench) -> Vec<(Level, String)> {
    let lines = bench.logged();
    assert!(lines.iter().all(|line| line.target == "pyrogue.stream.Fifo"));
    lines.into_iter().map(|line| (line.level, line.message)).collect()
}

fn levels(bench: &Bench) -> Vec<Level> {
    said(bench).into_iter().map(|(level, _)| level).collect()
}

#[test]
fn once_at_75_and_once_at_100_percent() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 8 })?;
    push(&mut bench, 0..5)?;
    assert!(said(&bench).is_empty());
    push(&mut bench, 5..7)?;
    let bounds = "max_depth=8, max_held=256MiB, overflow=drop_newest";
    let filling = format!("the queue is filling: 6 frames (384 bytes) wait; {bounds}");
    assert_eq!(said(&bench), [(Level::Warn, filling)]);
    push(&mut bench, 7..100)?;
    let full = format!("the queue is full: 8 frames (512 bytes) wait; {bounds}");
    assert_eq!(said(&bench), [(Level::Error, full)]);
    bench.end()
}

#[test]
fn said_again_only_after_it_was_half_empty() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 8 })?;
    push(&mut bench, 0..8)?;
    assert_eq!(levels(&bench), [Level::Warn, Level::Error]);
    bench.produce()?;
    bench.produce()?;
    push(&mut bench, 0..4)?;
    assert!(levels(&bench).is_empty(), "it went back to 4 of 8 only");
    while waiting(&bench).0 > 2 {
        bench.produce()?;
    }
    push(&mut bench, 0..6)?;
    assert_eq!(levels(&bench), [Level::Warn, Level::Error]);
    bench.end()
}

#[test]
fn bytes_fill_a_queue_too() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 0, "max_held": 1000 })?;
    for (size, want) in [(700, vec![]), (100, vec![Level::Warn]), (250, vec![Level::Error])] {
        bench.push(Bench::frame(size)?)?;
        assert_eq!(levels(&bench), want, "{size}");
    }
    assert_eq!(dropped(&bench), 1);
    bench.end()
}

/// A queue that blocks does what it is for.
#[test]
fn block_is_no_warning() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 8, "overflow": "block" })?;
    push(&mut bench, 0..20)?;
    assert_eq!(levels(&bench), [Level::Info, Level::Info]);
    bench.end()
}

/// Below 4, a queue that is in use is as good as full: only a frame that meets it full counts.
#[test]
fn a_small_depth_is_no_alarm() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 1 })?;
    push(&mut bench, 0..1)?;
    assert!(levels(&bench).is_empty());
    push(&mut bench, 1..3)?;
    assert_eq!(levels(&bench), [Level::Error]);
    bench.end()
}
