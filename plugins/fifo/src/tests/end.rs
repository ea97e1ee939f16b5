//! The end of a stream: what waits is delivered first.

use super::*;

#[test]
fn the_giving_half_ends_after_what_waits() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 4 })?;
    push(&mut bench, 0..3)?;
    assert_eq!(bench.finish()?, Flow::Ended);
    assert!(bench.woken_give());
    assert_eq!(bench.produce()?, Flow::More);
    assert_eq!(bench.produce()?, Flow::More);
    assert_eq!(bench.produce()?, Flow::Ended);
    assert_eq!(popped(&mut bench)?, [0, 1, 2]);
    bench.end()
}

#[test]
fn a_resting_giving_half_is_woken_to_end() -> Result<()> {
    let mut bench = fifo!({})?;
    assert_eq!(bench.produce()?, Flow::Idle);
    bench.finish()?;
    assert!(bench.woken_give());
    assert_eq!(bench.produce()?, Flow::Ended);
    bench.end()
}

/// Frames that still wait when the module is taken down are given back, none is leaked.
#[test]
fn a_full_queue_can_be_taken_down() -> Result<()> {
    let mut bench = fifo!({})?;
    push(&mut bench, 0..100)?;
    bench.produce_up_to(10)?;
    assert_eq!(bench.held(), 90);
    bench.end()
}
