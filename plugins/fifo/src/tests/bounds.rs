//! Depth, bytes, and what a full queue does.

use super::*;

/// Spec section 8: frames leave in the order they came in, the very same ones.
#[test]
fn frames_leave_in_order_untouched() -> Result<()> {
    let mut bench = fifo!({})?;
    let mut frame = Bench::frame_of(b"as it was")?;
    frame.set_channel(3);
    frame.set_error(4);
    frame.set_flags(0x0506);
    bench.push(frame)?;
    push(&mut bench, 0..200)?;
    while bench.produce()? == Flow::More {}
    let out = bench.out();
    assert_eq!(out.len(), 201);
    assert_eq!((out[0].to_vec().as_slice(), out[0].channel(), out[0].error()), (&b"as it was"[..], 3, 4));
    assert_eq!(out[0].flags(), 0x0506);
    assert!(out[1..].iter().zip(0..200u8).all(|(frame, i)| frame.to_vec() == [i]));
    assert_eq!((bench.created(), bench.consumed(), dropped(&bench)), (0, 0, 0));
    bench.end()
}

/// Spec section 8: the frame that finds max_depth waiting is dropped, those that wait never are; at most max_depth
/// wait, besides the one that is being delivered.
#[test]
fn depth_and_the_one_in_delivery() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 3 })?;
    push(&mut bench, 0..5)?;
    assert_eq!((waiting(&bench).0, dropped(&bench)), (3, 2));
    assert_eq!(bench.produce()?, Flow::More);
    assert_eq!((bench.out_len(), waiting(&bench).0), (1, 2), "one is being delivered, two wait");
    push(&mut bench, 5..7)?;
    assert_eq!((waiting(&bench).0, dropped(&bench)), (3, 3));
    assert_eq!(drained(&mut bench)?, [0, 1, 2, 5]);
    assert_eq!(waiting(&bench), (0, 0));
    bench.end()
}

/// A batch that is offered at once meets the same depth as frame by frame.
#[test]
fn a_burst_meets_the_same_depth() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 3 })?;
    let frames: Vec<Frame> = (0..10).map(|i| Bench::frame_of(&[i])).collect::<Result<_, _>>()?;
    bench.push_all(0, frames)?;
    assert_eq!((waiting(&bench).0, dropped(&bench)), (3, 7));
    assert_eq!(drained(&mut bench)?, [0, 1, 2]);
    bench.end()
}

/// Spec section 8: max_depth 0 is unbounded, and then only max_held bounds.
#[test]
fn depth_0_is_bounded_by_bytes_only() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 0, "max_held": 0 })?;
    push(&mut bench, (0..5000).map(|i| i as u8))?;
    assert_eq!((waiting(&bench), dropped(&bench)), ((5000, 5000 * 64), 0));
    assert_eq!(drained(&mut bench)?.len(), 5000);
    bench.end()?;

    let mut bench = fifo!({ "max_depth": 0, "max_held": 640 })?;
    push(&mut bench, 0..11)?;
    assert_eq!((waiting(&bench), dropped(&bench)), ((10, 640), 1));
    bench.end()
}

#[test]
fn bytes_are_bounded() -> Result<()> {
    let mut bench = fifo!({ "max_held": 1000 })?;
    for size in [400, 400, 300, 200] {
        let mut frame = Bench::frame(size)?;
        frame.write(0, &[size as u8])?;
        bench.push(frame)?;
    }
    assert_eq!((waiting(&bench), dropped(&bench)), ((3, 1000), 1));
    assert_eq!(drained(&mut bench)?, [400u32 as u8, 400u32 as u8, 200]);
    bench.end()
}

/// Else a frame larger than the bound would hold the graph up for ever.
#[test]
fn an_empty_queue_takes_any_frame() -> Result<()> {
    for overflow in ["drop_newest", "drop_oldest", "block"] {
        let mut bench = fifo!({ "max_held": 1000, "overflow": overflow })?;
        bench.push(Bench::frame(5000)?)?;
        assert_eq!((waiting(&bench), dropped(&bench)), ((1, 5000), 0), "{overflow}");
        bench.end()?;
    }
    Ok(())
}

#[test]
fn drop_oldest_keeps_the_newest() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 3, "overflow": "drop_oldest" })?;
    push(&mut bench, 0..5)?;
    assert_eq!((waiting(&bench).0, dropped(&bench)), (3, 2));
    let frames: Vec<Frame> = (5..10).map(|i| Bench::frame_of(&[i])).collect::<Result<_, _>>()?;
    bench.push_all(0, frames)?;
    assert_eq!((waiting(&bench).0, dropped(&bench)), (3, 7));
    assert_eq!(drained(&mut bench)?, [7, 8, 9]);
    bench.end()
}

#[test]
fn drop_oldest_makes_room_in_bytes() -> Result<()> {
    let mut bench = fifo!({ "max_held": 1000, "overflow": "drop_oldest" })?;
    for (payload, size) in [(0, 300), (1, 300), (2, 300), (3, 700), (4, 2000)] {
        let mut frame = Bench::frame(size)?;
        frame.write(0, &[payload])?;
        bench.push(frame)?;
        assert!(payload != 3 || waiting(&bench) == (2, 1000));
    }
    assert_eq!((waiting(&bench), dropped(&bench)), ((1, 2000), 4));
    assert_eq!(drained(&mut bench)?, [4]);
    bench.end()
}

#[test]
fn block_keeps_every_frame() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 2, "overflow": "block" })?;
    push(&mut bench, 0..5)?;
    assert!(bench.is_blocked());
    assert_eq!((waiting(&bench).0, bench.inbox_len(), dropped(&bench)), (2, 3, 0));
    bench.wake()?;
    assert_eq!((waiting(&bench).0, bench.inbox_len()), (2, 3), "a wake without room changes nothing");

    bench.produce()?;
    assert_eq!(popped(&mut bench)?, [0]);
    assert!(bench.woken_take(), "there is room, and it was asked for");
    bench.wake()?;
    assert_eq!((waiting(&bench).0, bench.inbox_len()), (2, 2));
    bench.produce()?;
    bench.run()?;
    assert_eq!(popped(&mut bench)?, [1, 2, 3, 4]);
    assert_eq!((bench.inbox_len(), dropped(&bench), bench.is_blocked()), (0, 0, false));
    bench.end()
}

/// The giving half is woken once for a batch, and only when it may rest; the taking half only when it is blocked.
#[test]
fn wakes_are_few() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 256 })?;
    assert!(bench.woken_take() && bench.woken_give(), "by `start`");
    push(&mut bench, 0..1)?;
    assert!(bench.woken_give(), "it may not have been called yet");
    push(&mut bench, 1..3)?;
    assert!(!bench.woken_give(), "it was woken and has not rested since");
    assert_eq!(bench.produce()?, Flow::Idle);
    push(&mut bench, 3..4)?;
    assert!(bench.woken_give(), "it has rested");
    assert!(!bench.woken_take());
    assert_eq!(drained(&mut bench)?, [0, 1, 2, 3]);
    bench.end()
}

/// Bursts are cut so that small depths behave as in Rogue: clamp(max_depth / 4, 1, 64).
#[test]
fn batches_fit_the_depth() -> Result<()> {
    for (depth, batch) in [(1, 1), (4, 1), (10, 2), (100, 25), (1000, 64), (0, 64)] {
        let mut bench = fifo!({ "max_depth": depth })?;
        assert_eq!(bench.batch_max(), batch, "depth {depth}");
        push(&mut bench, (0..200).map(|i| i as u8))?;
        bench.produce()?;
        let most = if depth == 0 { 200 } else { depth };
        assert_eq!(bench.out_len(), batch.min(most) as usize, "as many are in delivery at most");
        bench.end()?;
    }
    Ok(())
}

#[test]
fn the_giving_half_gives_no_more_than_is_wanted() -> Result<()> {
    let mut bench = fifo!({})?;
    push(&mut bench, 0..10)?;
    assert_eq!((bench.produce_up_to(4)?, bench.out_len()), (Flow::More, 4));
    assert_eq!((bench.produce_up_to(6)?, bench.out_len()), (Flow::Idle, 10));
    bench.end()
}

#[test]
fn all_parameters_are_live() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 2, "overflow": "block" })?;
    push(&mut bench, 0..4)?;
    assert_eq!((waiting(&bench).0, bench.inbox_len()), (2, 2));
    bench.woken_take();
    assert_eq!(bench.reconfigure(json!({ "max_depth": 3, "overflow": "block" }))?, Reconfigured::Done);
    assert!(bench.woken_take(), "there may be room now");
    bench.wake()?;
    assert_eq!((waiting(&bench).0, bench.inbox_len()), (3, 1));

    bench.reconfigure(json!({ "max_depth": 1, "overflow": "drop_newest" }))?;
    bench.wake()?;
    assert_eq!((waiting(&bench).0, bench.inbox_len(), dropped(&bench)), (3, 0, 1), "what waits is kept");
    assert_eq!(drained(&mut bench)?, [0, 1, 2]);
    bench.reconfigure(json!({ "max_depth": 1000, "no_copy": false, "trim_size": 1 }))?;
    assert_eq!(bench.batch_max(), 64);
    bench.push(Bench::frame_of(b"long")?)?;
    while bench.produce()? == Flow::More {}
    assert_eq!(bench.out().last().map(Frame::to_vec), Some(b"l".to_vec()));
    assert!(bench.reconfigure(json!({ "overflow": "drop" })).is_err());
    bench.end()
}
