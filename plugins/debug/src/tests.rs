//! What is shown of a frame.

use super::Debug;
use rogue_sdk::{
    bench::{Bench, json},
    log::Level,
    prelude::*,
};

/// The lines for a frame with this payload: their one target, and their texts.
fn shown(bench: &mut Bench, payload: &[u8]) -> Result<(String, Vec<String>)> {
    let mut frame = Bench::frame_of(payload)?;
    frame.set_error(5);
    frame.set_flags(0x0102);
    frame.set_channel(7);
    bench.push(frame)?;
    let lines = bench.logged();
    let target = lines.first().map(|line| line.target.clone()).unwrap_or_default();
    assert!(lines.iter().all(|line| line.level == Level::Info && line.target == target));
    Ok((target, lines.into_iter().map(|line| line.message).collect()))
}

/// Spec section 7: a summary, then rows of ` 0x%.2x` led by 5 blanks, up to max_bytes bytes; rows have 8 each.
#[test]
fn a_summary_and_rows_of_8() -> Result<()> {
    let mut bench = Bench::sink::<Debug>(json!({ "name": "view", "max_bytes": 19 }))?;
    let payload: Vec<u8> = (0..40).collect();
    let (target, lines) = shown(&mut bench, &payload)?;
    assert_eq!(target, "pyrogue.view#always");
    assert_eq!(
        lines,
        [
            "size=40, error=0x05, flags=0x0102, channel=7",
            "      0x00 0x01 0x02 0x03 0x04 0x05 0x06 0x07",
            "      0x08 0x09 0x0a 0x0b 0x0c 0x0d 0x0e 0x0f",
            "      0x10 0x11 0x12",
        ]
    );
    assert_eq!(bench.consumed(), 1);
    bench.end()
}

#[test]
fn a_short_frame_is_shown_whole() -> Result<()> {
    let mut bench = Bench::sink::<Debug>(json!({}))?;
    assert_eq!(shown(&mut bench, b"\xff")?.1[1..], ["      0xff"]);
    assert_eq!(shown(&mut bench, b"")?.1.len(), 1);
    let full: Vec<u8> = vec![1; 100];
    assert_eq!(shown(&mut bench, &full)?.1.len(), 1 + 4, "32 bytes by default");
    bench.end()
}

/// Payload is shown across buffers.
#[test]
fn several_buffers_are_shown_as_one() -> Result<()> {
    let mut bench = Bench::sink::<Debug>(json!({}))?;
    let mut frame = Bench::frame_of(b"\x01\x02")?;
    frame.append(Bench::frame_of(b"\x03")?).map_err(|(error, _)| error)?;
    bench.push(frame)?;
    assert_eq!(bench.logged()[1].message, "      0x01 0x02 0x03");
    bench.end()
}

/// Spec section 7: max_bytes 0 shows nothing.
#[test]
fn max_bytes_0_shows_nothing() -> Result<()> {
    let mut bench = Bench::sink::<Debug>(json!({ "max_bytes": 0 }))?;
    assert_eq!(shown(&mut bench, b"abc")?.1, [""; 0]);
    assert_eq!(bench.consumed(), 1);
    bench.end()
}

/// Spec section 17: names are prefixed `pyrogue.` unless they are already. An empty name stands for the node's.
#[test]
fn the_target_names_the_lines() -> Result<()> {
    for (params, target) in [
        (json!({ "name": "pyrogue.view" }), "pyrogue.view#always"),
        (json!({ "name": "view" }), "pyrogue.view#always"),
        (json!({}), "pyrogue.#always"),
    ] {
        let mut bench = Bench::sink::<Debug>(params)?;
        assert_eq!(shown(&mut bench, b"abc")?.0, target);
        bench.end()?;
    }
    Ok(())
}

#[test]
fn both_parameters_are_live() -> Result<()> {
    let mut bench = Bench::sink::<Debug>(json!({}))?;
    assert_eq!(bench.reconfigure(json!({ "max_bytes": 1, "name": "n" }))?, Reconfigured::Done);
    let (target, lines) = shown(&mut bench, b"abc")?;
    assert_eq!((target.as_str(), lines[1].as_str()), ("pyrogue.n#always", "      0x61"));
    assert!(bench.reconfigure(json!({ "max_bytes": 65537 })).is_err());
    bench.end()
}
