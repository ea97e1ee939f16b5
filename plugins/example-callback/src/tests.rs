//! What comes from the vendor's thread comes out, or is counted.

use super::{Callback, QUEUE};
use core::time::Duration as Time;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};
use std::time::Instant;

const LIMIT: Time = Time::from_secs(60);

fn number(frame: &Frame) -> u64 {
    let mut bytes = [0; 8];
    frame.read(0, &mut bytes).map_or(u64::MAX, |()| u64::from_le_bytes(bytes))
}

fn numbers(bench: &mut Bench) -> Vec<u64> {
    bench.out().iter().map(number).collect()
}

/// Waits, without calling the module, for something its thread does.
fn wait_for(bench: &Bench, done: impl Fn(&Bench) -> bool) -> Result<()> {
    let begin = Instant::now();
    while !done(bench) {
        if begin.elapsed() > LIMIT {
            return Err(Error::new("what the test waits for did not happen"));
        }
        std::thread::yield_now();
    }
    Ok(())
}

/// Asks for frames until nothing more will come.
fn until_end(bench: &mut Bench) -> Result<()> {
    let begin = Instant::now();
    while bench.produce()? != Flow::Ended {
        if begin.elapsed() > LIMIT {
            return Err(Error::new("it does not end"));
        }
        std::thread::yield_now();
    }
    Ok(())
}

#[test]
fn every_block_becomes_a_frame() -> Result<()> {
    let mut bench = Bench::source::<Callback>(json!({ "count": 50, "period": "100us" }))?;
    bench.run_until(LIMIT, |bench| bench.out_len() == 50)?;
    until_end(&mut bench)?;
    assert_eq!(numbers(&mut bench), (0..50).collect::<Vec<u64>>());
    assert_eq!(bench.dropped("overrun"), 0);
    bench.end()
}

#[test]
fn nothing_yet_is_idle() -> Result<()> {
    let mut bench = Bench::source::<Callback>(json!({ "period": "1h" }))?;
    assert_eq!(bench.produce()?, Flow::Idle);
    bench.end()
}

/// The graph does not keep up: the newest frames are dropped, and counted.
#[test]
fn an_overrun_is_counted() -> Result<()> {
    let queue = QUEUE as u64;
    let mut bench = Bench::source::<Callback>(json!({ "count": queue + 100, "period": "0s" }))?;
    wait_for(&bench, |bench| bench.dropped("overrun") == 100)?;
    assert!(bench.woken_give());
    until_end(&mut bench)?;
    assert_eq!(bench.dropped("overrun"), 100);
    assert_eq!(numbers(&mut bench), (0..queue).collect::<Vec<u64>>());
    bench.end()
}

#[test]
fn no_more_is_given_than_is_wanted() -> Result<()> {
    let mut bench = Bench::source::<Callback>(json!({ "count": 10, "period": "0s" }))?;
    wait_for(&bench, |bench| bench.held() == 10)?;
    assert_eq!((bench.produce_up_to(4)?, bench.out_len()), (Flow::More, 4));
    until_end(&mut bench)?;
    assert_eq!(bench.out_len(), 10);
    bench.end()
}

/// `stop` joins the thread at once, whatever the period, and counts what nobody took.
#[test]
fn stop_is_bounded_and_counts() -> Result<()> {
    let mut bench = Bench::source::<Callback>(json!({ "period": "1h" }))?;
    bench.stop()?;
    assert_eq!(bench.threads(), 0);
    bench.end()?;

    let mut bench = Bench::source::<Callback>(json!({ "count": 10, "period": "0s" }))?;
    wait_for(&bench, |bench| bench.held() == 10)?;
    bench.produce_up_to(4)?;
    bench.stop()?;
    assert_eq!((bench.dropped("stopped"), bench.held()), (6, 0));
    bench.end()
}

#[test]
fn a_successor_has_what_was_queued() -> Result<()> {
    let mut bench = Bench::source::<Callback>(json!({ "count": 3, "period": "0s" }))?;
    wait_for(&bench, |bench| bench.held() == 3)?;
    assert!(bench.swap(json!({ "count": 2, "period": "0s" }))?.frames.is_empty());
    until_end(&mut bench)?;
    assert_eq!(numbers(&mut bench), [0, 1, 2, 0, 1]);
    assert_eq!((bench.dropped("stopped"), bench.dropped("overrun")), (0, 0));
    bench.end()
}

#[test]
fn no_memory_is_a_fault() -> Result<()> {
    let mut bench = Bench::source::<Callback>(json!({ "count": 1, "period": "10ms" }))?;
    bench.set_no_memory(true);
    assert!(bench.run_until(LIMIT, |bench| bench.out_len() == 1).is_err());
    assert_eq!(bench.faults().len(), 1);
    bench.end()
}
