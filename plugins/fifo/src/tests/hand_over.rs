//! What waits goes to the successor, in order.

use super::*;

#[test]
fn a_successor_has_what_waited_in_order() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 1000 })?;
    push(&mut bench, 0..100)?;
    bench.produce_up_to(10)?;
    bench.woken_give();
    assert!(bench.swap(json!({ "max_depth": 20 }))?.frames.is_empty());
    assert!(bench.woken_give(), "there is something to give");
    assert_eq!(
        (waiting(&bench), dropped(&bench)),
        ((90, 90 * 64), 0),
        "a smaller depth drops nothing that waits"
    );
    push(&mut bench, 200..201)?;
    assert_eq!(dropped(&bench), 1);
    while waiting(&bench).0 > 10 {
        bench.produce()?;
    }
    push(&mut bench, 201..202)?;
    let mut want: Vec<u8> = (0..100).collect();
    want.push(201);
    assert_eq!(drained(&mut bench)?, want);
    assert_eq!(waiting(&bench), (0, 0));
    bench.end()
}

#[test]
fn what_is_released_is_oldest_first_and_all() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 3, "overflow": "drop_oldest" })?;
    push(&mut bench, 0..5)?;
    let held = bench.release_held()?;
    let payloads: Vec<_> = held.frames.iter().map(|(port, frame)| (*port, frame.to_vec()[0])).collect();
    assert_eq!(payloads, [(0, 2), (0, 3), (0, 4)]);
    assert_eq!((waiting(&bench), bench.held()), ((0, 0), 0));
    assert!(drained(&mut bench)?.is_empty());
    bench.adopt(held)?;
    assert_eq!(waiting(&bench).0, 3);
    assert_eq!(drained(&mut bench)?, [2, 3, 4]);
    bench.end()
}

/// Frames for an output that a queue does not have stay with the runtime, which counts them.
#[test]
fn frames_of_other_ports_are_left() -> Result<()> {
    let mut bench = fifo!({})?;
    let frames = vec![(1, Bench::frame_of(b"x")?), (0, Bench::frame_of(b"y")?)];
    let left = bench.adopt(Held { frames, handles: Vec::new() })?;
    assert_eq!(left.frames.len(), 1);
    assert_eq!(drained(&mut bench)?, [b'y']);
    drop(left);
    bench.end()
}

/// A blocked taking half whose successor has room goes on.
#[test]
fn a_blocked_inbox_goes_to_the_successor() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 2, "overflow": "block" })?;
    push(&mut bench, 0..4)?;
    bench.swap(json!({ "max_depth": 3, "overflow": "block" }))?;
    assert!(bench.woken_take(), "the successor does not know that its feeders wait");
    bench.wake()?;
    assert_eq!((waiting(&bench).0, bench.inbox_len()), (3, 1));
    bench.run()?;
    assert_eq!(popped(&mut bench)?, [0, 1, 2, 3]);
    bench.end()
}

/// A swap with nothing in the queue leaves a queue that works.
#[test]
fn nothing_can_be_handed_over_too() -> Result<()> {
    let mut bench = fifo!({})?;
    bench.swap(json!({}))?;
    bench.adopt(Held::default())?;
    push(&mut bench, 0..3)?;
    assert_eq!((waiting(&bench).0, drained(&mut bench)?), (3, vec![0, 1, 2]));
    bench.end()
}
