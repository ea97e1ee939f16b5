//! Which frames pass, and what is said of those that do not.

use super::Filter;
use rogue_sdk::{
    bench::{Bench, json},
    log::Level,
    prelude::*,
};

/// Frames (channel, error), in this order, through a filter: those that pass.
fn passing(bench: &mut Bench, frames: &[(u8, u8)]) -> Result<Vec<(u8, u8)>> {
    for &(channel, error) in frames {
        let mut frame = Bench::frame_of(b"payload")?;
        frame.set_channel(channel);
        frame.set_error(error);
        bench.push(frame)?;
    }
    Ok(bench.out().iter().map(|frame| (frame.channel(), frame.error())).collect())
}

/// Spec section 9: a frame of another channel is dropped; channel 0 means channel 0 exactly.
#[test]
fn one_channel_passes() -> Result<()> {
    let mut bench = Bench::transform::<Filter>(json!({ "channel": 0 }))?;
    assert_eq!(passing(&mut bench, &[(0, 0), (1, 0), (255, 0), (0, 7)])?, [(0, 0), (0, 7)]);
    assert_eq!((bench.dropped("channel"), bench.dropped("error")), (2, 0));
    assert!(bench.logged().is_empty());
    bench.end()
}

#[test]
fn a_list_of_channels_passes() -> Result<()> {
    let mut bench = Bench::transform::<Filter>(json!({ "channel": [1, 3] }))?;
    assert_eq!(passing(&mut bench, &[(0, 0), (1, 0), (2, 0), (3, 0)])?, [(1, 0), (3, 0)]);
    assert_eq!(bench.dropped("channel"), 2);
    bench.end()
}

#[test]
fn without_a_channel_all_pass() -> Result<()> {
    let mut bench = Bench::transform::<Filter>(json!({}))?;
    let frames: Vec<(u8, u8)> = (0..=255).map(|channel| (channel, channel)).collect();
    assert_eq!(passing(&mut bench, &frames)?, frames);
    bench.end()
}

/// Spec section 9: with drop_errors a frame with an error is dropped with a debug line that names channel and error
/// in hex; the channel is looked at first.
#[test]
fn errors_are_dropped_and_logged() -> Result<()> {
    let mut bench = Bench::transform::<Filter>(json!({ "channel": 16, "drop_errors": true }))?;
    assert_eq!(passing(&mut bench, &[(16, 0), (16, 171), (1, 171)])?, [(16, 0)]);
    assert_eq!((bench.dropped("channel"), bench.dropped("error")), (1, 1));
    let lines = bench.logged();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].level, lines[0].target.as_str()), (Level::Debug, "pyrogue.stream.Filter"));
    assert!(lines[0].message.ends_with("channel=0x10, error=0xab"), "{}", lines[0].message);
    bench.end()
}

/// Spec section 9: the same frame is forwarded, nothing of it changed.
#[test]
fn the_frame_itself_passes() -> Result<()> {
    let mut bench = Bench::transform::<Filter>(json!({ "channel": 9, "drop_errors": true }))?;
    let mut frame = Bench::frame_of(b"as it was")?;
    frame.set_channel(9);
    frame.set_flags(0xbeef);
    bench.push(frame)?;
    let passed = bench.out();
    assert_eq!((passed[0].to_vec().as_slice(), passed[0].flags()), (&b"as it was"[..], 0xbeef));
    assert_eq!(bench.created(), 0);
    bench.end()
}

#[test]
fn both_parameters_are_live() -> Result<()> {
    let mut bench = Bench::transform::<Filter>(json!({}))?;
    assert_eq!(passing(&mut bench, &[(1, 1)])?, [(1, 1)]);
    assert_eq!(bench.reconfigure(json!({ "channel": 1, "drop_errors": true }))?, Reconfigured::Done);
    assert_eq!(passing(&mut bench, &[(1, 1), (1, 0), (2, 0)])?, [(1, 0)]);
    assert!(bench.reconfigure(json!({ "channel": 256 })).is_err());
    assert_eq!(passing(&mut bench, &[(1, 1), (1, 0)])?, [(1, 0)], "refused parameters change nothing");
    bench.end()
}
