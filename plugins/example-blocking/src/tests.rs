//! Waiting, and how it ends.

use super::{Blocking, device::RING};
use core::time::Duration as Time;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};
use std::time::Instant;

fn numbers(bench: &mut Bench) -> Result<Vec<u64>> {
    let number = |frame: &Frame| -> Result<u64> {
        let mut bytes = [0; 8];
        frame.read(0, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    };
    bench.out().iter().map(number).collect()
}

/// Waits, without calling the module, until the hardware has lost so many blocks.
fn wait_for_lost(bench: &Bench, lost: u64) -> Result<()> {
    let begin = Instant::now();
    while bench.counter("lost") < lost {
        if begin.elapsed() > Time::from_secs(60) {
            return Err(Error::new("the hardware did not lose what it must"));
        }
        std::thread::yield_now();
    }
    Ok(())
}

#[test]
fn each_wait_gives_a_block() -> Result<()> {
    let mut bench = Bench::source::<Blocking>(json!({ "count": 5, "period": "2ms" }))?;
    for _ in 0..5 {
        assert_eq!(bench.produce()?, Flow::More);
    }
    assert_eq!(bench.produce()?, Flow::Ended);
    assert_eq!(numbers(&mut bench)?, [0, 1, 2, 3, 4]);
    assert_eq!(bench.counter("lost"), 0);
    bench.end()
}

/// The next block would come in an hour; the interruption ends the wait, whether it comes before or after it began.
#[test]
fn an_interruption_ends_the_wait() -> Result<()> {
    let mut bench = Bench::source::<Blocking>(json!({ "period": "1h" }))?;
    let interrupter = bench.interrupter();
    interrupter.interrupt();
    assert_eq!(bench.produce()?, Flow::Idle);

    let thread = std::thread::spawn(move || interrupter.interrupt());
    assert_eq!(bench.produce()?, Flow::Idle);
    thread.join().map_err(|_| Error::new("the interrupting thread panicked"))?;
    assert_eq!(bench.out_len(), 0);
    bench.end()
}

/// A busy device does not delay an interruption, and nothing is lost to it.
#[test]
fn an_interruption_comes_before_the_data() -> Result<()> {
    let ring = RING as u64;
    let mut bench = Bench::source::<Blocking>(json!({ "count": ring + 1, "period": "0s" }))?;
    wait_for_lost(&bench, 1)?;
    bench.interrupter().interrupt();
    assert_eq!((bench.produce()?, bench.out_len()), (Flow::Idle, 0));
    while bench.produce()? != Flow::Ended {}
    assert_eq!(numbers(&mut bench)?, (0..ring).collect::<Vec<u64>>());
    bench.end()
}

/// What nobody read is lost in the device, outside of the graph, and counted.
#[test]
fn what_the_device_loses_is_counted() -> Result<()> {
    let ring = RING as u64;
    let mut bench = Bench::source::<Blocking>(json!({ "count": ring + 5, "period": "0s" }))?;
    wait_for_lost(&bench, 5)?;
    assert_eq!(bench.produce()?, Flow::More);
    bench.stop()?;
    assert_eq!(bench.counter("lost"), 5 + ring - 1);
    bench.end()
}

/// `stop` does not wait for the device.
#[test]
fn stop_is_bounded() -> Result<()> {
    let mut bench = Bench::source::<Blocking>(json!({ "period": "1h" }))?;
    bench.stop()?;
    assert_eq!(bench.threads(), 0);
    bench.end()
}

#[test]
fn a_successor_opens_the_device_again() -> Result<()> {
    let mut bench = Bench::source::<Blocking>(json!({ "count": 1, "period": "0s" }))?;
    assert_eq!((bench.produce()?, bench.produce()?), (Flow::More, Flow::Ended));
    bench.swap(json!({ "count": 2, "period": "0s" }))?;
    assert_eq!((bench.produce()?, bench.produce()?), (Flow::More, Flow::More));
    assert_eq!(numbers(&mut bench)?, [0, 0, 1]);
    bench.end()
}
