//! What counts as the same, and what becomes of a difference.

use super::{Compare, pairs::limits};
use rogue_sdk::{
    bench::{Bench, json},
    log::Level,
    prelude::*,
};

const A: u32 = 0;
const B: u32 = 1;

fn compare(stop_at: u64) -> Result<Bench> {
    Bench::sink::<Compare>(json!({ "stop_at": stop_at }))
}

fn push(bench: &mut Bench, port: u32, payload: &[u8]) -> Result<()> {
    bench.push_to(port, Bench::frame_of(payload)?)
}

/// Equal and different pairs, and frames dropped for either reason.
fn counts(bench: &Bench) -> [u64; 4] {
    [
        bench.counter("equal"),
        bench.counter("different"),
        bench.dropped("different"),
        bench.dropped("after_difference"),
    ]
}

fn messages(bench: &Bench) -> Vec<String> {
    let lines = bench.logged();
    assert!(lines.iter().all(|line| line.level == Level::Error && line.target == "compare"));
    lines.into_iter().map(|line| line.message).collect()
}

#[test]
fn equal_streams_are_equal() -> Result<()> {
    let mut bench = compare(1)?;
    for payload in [&b"one"[..], b"two", b""] {
        push(&mut bench, A, payload)?;
    }
    assert_eq!(bench.held(), 3);
    for payload in [&b"one"[..], b"two", b"", b"four"] {
        push(&mut bench, B, payload)?;
    }
    push(&mut bench, A, b"four")?;
    assert_eq!(bench.finish()?, Flow::Ended);
    assert_eq!(counts(&bench), [4, 0, 0, 0]);
    assert_eq!((bench.consumed(), messages(&bench).len()), (8, 0));
    bench.end()
}

#[test]
fn buffers_make_no_difference() -> Result<()> {
    let mut bench = compare(1)?;
    let mut cut = Bench::frame_of(b"on")?;
    cut.append(Bench::frame_of(b"e")?).map_err(|(error, _)| error)?;
    bench.push_to(A, cut)?;
    push(&mut bench, B, b"one")?;
    assert_eq!(counts(&bench), [1, 0, 0, 0]);
    bench.end()
}

#[test]
fn the_first_byte_that_differs_is_shown_of_both() -> Result<()> {
    let mut bench = compare(0)?;
    let (mut a, mut b): (Vec<u8>, Vec<u8>) = ((0..40).collect(), (0..40).collect());
    push(&mut bench, A, &a)?;
    push(&mut bench, B, &b)?;
    (a[22], b[23]) = (0xaa, 0xbb);
    push(&mut bench, B, &b)?;
    push(&mut bench, A, &a)?;
    push(&mut bench, A, b"long")?;
    push(&mut bench, B, b"lo")?;
    assert_eq!(
        messages(&bench),
        [
            "frame 1 differs from byte 22 on: \
             a has size=40, error=0x00, flags=0x0000, channel=0, aa 17 18 19 1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 …; \
             b has size=40, error=0x00, flags=0x0000, channel=0, 16 bb 18 19 1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 …",
            "frame 2 differs from byte 2 on: \
             a has size=4, error=0x00, flags=0x0000, channel=0, 6e 67; \
             b has size=2, error=0x00, flags=0x0000, channel=0, ended",
        ]
    );
    assert_eq!(counts(&bench), [1, 2, 4, 0]);
    bench.end()
}

#[test]
fn metadata_is_compared_too() -> Result<()> {
    type Change = fn(&mut Frame);
    let changes: [(&str, Change); 3] = [
        ("channel", |frame| frame.set_channel(1)),
        ("error", |frame| frame.set_error(1)),
        ("flags", |frame| frame.set_flags(1)),
    ];
    for (part, change) in changes {
        let mut bench = compare(0)?;
        let mut frame = Bench::frame_of(b"same")?;
        change(&mut frame);
        bench.push_to(A, frame)?;
        push(&mut bench, B, b"same")?;
        assert_eq!(counts(&bench), [0, 1, 2, 0]);
        let messages = messages(&bench);
        assert!(messages[0].starts_with(&format!("frame 0 differs in {part}: a has size=4")), "{messages:?}");
        bench.end()?;
    }
    Ok(())
}

#[test]
fn after_stop_at_differences_nothing_is_compared() -> Result<()> {
    let mut bench = compare(2)?;
    for payload in [&b"x"[..], b"=", b"y", b"=", b"="] {
        push(&mut bench, A, payload)?;
    }
    for _ in 0..4 {
        push(&mut bench, B, b"=")?;
    }
    push(&mut bench, A, b"=")?;
    // Two pairs differ; then the two that wait in a, one more of b and one more of a are not compared.
    assert_eq!(counts(&bench), [1, 2, 4, 4]);
    assert_eq!(bench.finish()?, Flow::Ended);
    let messages = messages(&bench);
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[2], "as many differences as `stop_at` says: frames from here on are not compared");
    bench.end()
}

#[test]
fn stop_at_is_1_unless_written_and_live() -> Result<()> {
    let mut bench = Bench::sink::<Compare>(json!({}))?;
    push(&mut bench, A, b"x")?;
    assert_eq!(bench.reconfigure(json!({ "stop_at": 2 }))?, Reconfigured::Done);
    push(&mut bench, B, b"y")?;
    push(&mut bench, A, b"x")?;
    assert_eq!(counts(&bench), [0, 1, 2, 0]);
    bench.reconfigure(json!({}))?;
    push(&mut bench, B, b"y")?;
    push(&mut bench, B, b"x")?;
    assert_eq!(counts(&bench), [0, 2, 4, 1]);
    bench.end()
}

#[test]
fn frames_left_over_are_differences() -> Result<()> {
    let mut bench = compare(1)?;
    push(&mut bench, A, b"=")?;
    for payload in [&b"="[..], b"left", b"over"] {
        push(&mut bench, B, payload)?;
    }
    assert_eq!(bench.finish()?, Flow::Ended);
    assert_eq!(counts(&bench), [1, 2, 2, 0]);
    let want = "frame 1 differs: b has 2 more than the other, the first is \
                size=4, error=0x00, flags=0x0000, channel=0";
    assert_eq!(messages(&bench), [want]);
    bench.end()
}

#[test]
fn too_many_frames_ahead_are_a_difference() -> Result<()> {
    let mut bench = compare(0)?;
    for _ in 0..limits::FRAMES {
        push(&mut bench, A, b"")?;
    }
    assert_eq!(counts(&bench), [0; 4]);
    push(&mut bench, A, b"")?;
    assert_eq!(counts(&bench), [0, 1, 1, limits::FRAMES as u64]);
    assert_eq!(messages(&bench).len(), 2);
    push(&mut bench, B, b"")?;
    assert_eq!(bench.held(), 0);
    bench.end()
}

#[test]
fn too_many_bytes_ahead_are_a_difference() -> Result<()> {
    let mut bench = compare(1)?;
    let large = Bench::frame((limits::BYTES / 4) as u32)?;
    for _ in 0..4 {
        bench.push_to(B, large.share()?)?;
    }
    assert_eq!(counts(&bench), [0; 4]);
    push(&mut bench, B, b"x")?;
    assert_eq!(counts(&bench), [0, 1, 1, 4]);
    drop(large);
    bench.end()
}

#[test]
fn a_successor_goes_on_with_what_waits() -> Result<()> {
    let mut bench = compare(1)?;
    for payload in [&b"0"[..], b"1", b"2"] {
        push(&mut bench, B, payload)?;
    }
    push(&mut bench, A, b"0")?;
    assert!(bench.swap(json!({}))?.frames.is_empty());
    push(&mut bench, A, b"1")?;
    push(&mut bench, A, b"x")?;
    assert_eq!(counts(&bench), [2, 1, 2, 0]);
    assert!(messages(&bench)[0].starts_with("frame 2 differs"));
    bench.swap(json!({}))?;
    push(&mut bench, A, b"3")?;
    assert_eq!(bench.dropped("after_difference"), 1, "that it has stopped is handed over too");
    bench.end()
}
