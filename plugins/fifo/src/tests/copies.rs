//! `no_copy: false` and `trim_size` (spec section 8, acceptFrame 2).

use super::*;

/// A frame with this payload through a queue: what came out, and how many frames were made for it.
fn through(bench: Result<Bench>, payload: &[u8]) -> Result<(Frame, u64)> {
    let mut bench = bench?;
    let mut frame = Bench::frame_of(payload)?;
    frame.set_channel(3);
    frame.set_error(4);
    frame.set_flags(0x0506);
    bench.push(frame)?;
    bench.produce()?;
    let (_, out) = bench.pop().ok_or_else(|| Error::new("nothing came out"))?;
    assert_eq!((out.channel(), out.error(), out.flags()), (3, 4, 0x0506));
    assert_eq!(bench.consumed(), bench.created(), "the frame that was copied is consumed");
    let created = bench.created();
    bench.end()?;
    Ok((out, created))
}

/// The copy has min(payload, trim_size) bytes, channel, error and flags; trim_size 0 keeps all.
#[test]
fn a_copy_is_trimmed() -> Result<()> {
    for (trim_size, want) in [(0, &b"payload"[..]), (3, b"pay"), (7, b"payload"), (100, b"payload")] {
        let (copy, created) = through(fifo!({ "no_copy": false, "trim_size": trim_size }), b"payload")?;
        assert_eq!((copy.to_vec().as_slice(), created), (want, 1));
    }
    Ok(())
}

/// Without a copy trim_size has no effect.
#[test]
fn without_a_copy_nothing_is_trimmed() -> Result<()> {
    let (same, created) = through(fifo!({ "trim_size": 3 }), b"payload")?;
    assert_eq!((same.to_vec().as_slice(), created), (&b"payload"[..], 0));
    Ok(())
}

/// Rogue crashes on it; here an empty payload queues an empty frame.
#[test]
fn an_empty_payload_is_an_empty_frame() -> Result<()> {
    let (copy, created) = through(fifo!({ "no_copy": false }), b"")?;
    assert_eq!((copy.payload(), created), (0, 1));
    let (same, _) = through(fifo!({}), b"")?;
    assert_eq!(same.payload(), 0);
    Ok(())
}

/// The copy is asked for downstream, whatever the buffers are there, and copied across those of the original.
#[test]
fn a_copy_is_in_memory_of_the_next_stage() -> Result<()> {
    let mut bench = fifo!({ "no_copy": false })?;
    bench.set_downstream_pool(8);
    let mut frame = Bench::frame_of(b"0123456")?;
    frame.append(Bench::frame_of(b"789abcdef01")?).map_err(|(error, _)| error)?;
    bench.push(frame)?;
    bench.produce()?;
    let out = bench.out();
    assert_eq!((out[0].buffer_count(), out[0].to_vec().as_slice()), (3, &b"0123456789abcdef01"[..]));
    bench.end()
}

/// A frame that finds the queue full is not copied first.
#[test]
fn what_is_dropped_is_not_copied() -> Result<()> {
    let mut bench = fifo!({ "max_depth": 1, "no_copy": false })?;
    push(&mut bench, 0..3)?;
    assert_eq!((bench.created(), dropped(&bench)), (1, 2));
    bench.end()
}

#[test]
fn no_memory_for_a_copy_is_a_fault_that_loses_one_frame() -> Result<()> {
    let mut bench = fifo!({ "no_copy": false })?;
    push(&mut bench, 0..2)?;
    bench.produce()?;
    bench.set_no_memory(true);
    assert!(push(&mut bench, 2..3).is_err());
    bench.set_no_memory(false);
    push(&mut bench, 3..4)?;
    assert_eq!(drained(&mut bench)?, [0, 1, 3]);
    assert_eq!((bench.dropped("fault"), dropped(&bench)), (1, 0));
    bench.end()
}
