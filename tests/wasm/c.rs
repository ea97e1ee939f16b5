//! `wasm-modules/c-decimate`, a module in C: what it makes of samples. The contract's suite runs on it with the others.

use crate::stream::{Bytes, counter, dropped, through};

fn decimate(params: &str, frames: Vec<Bytes>) -> (Vec<Bytes>, rogue_runtime::swap::Ending) {
    through(&format!("{{module: ./decimate.wasm, params: {{{params}}}}}"), frames)
}

#[test]
fn groups_go_on_over_the_frames_of_a_channel() {
    let frames = vec![
        Bytes::samples(1, &[10, 20, 30, 40]),
        Bytes::samples(2, &[7]),
        Bytes::samples(1, &[50, 60]),
        Bytes::samples(2, &[8, 9, 65535]),
        Bytes::samples(1, &[1]),
    ];
    let (out, ending) = decimate("by: 3", frames);
    // (10, 20, 30), then (40, 50, 60) of channel 1; (7, 8, 9) of channel 2; what is left has no third.
    let expected = [Bytes::samples(1, &[20]), Bytes::samples(1, &[50]), Bytes::samples(2, &[8])];
    assert_eq!(out, expected);
    assert_eq!((counter(&ending, "averages"), counter(&ending, "waiting")), (Some(3), Some(2)));
}

#[test]
fn averages_are_rounded_and_signs_are_kept() {
    let minus = |n: i16| n.cast_unsigned();
    let frames = vec![Bytes::samples(0, &[minus(-3), minus(-4), 3, 4, 65535, 65535])];
    let (out, _) = decimate("signed: true", frames.clone());
    assert_eq!(out, [Bytes::samples(0, &[minus(-4), 4, minus(-1)])]);
    let (out, _) = decimate("", frames);
    assert_eq!(out, [Bytes::samples(0, &[65533, 4, 65535])]);
}

#[test]
fn frames_leave_in_order_with_their_metadata_whatever_becomes_of_them() {
    let mut frames = Vec::new();
    for n in 0..500u16 {
        let mut frame = Bytes::samples(3, &[n, n]);
        frame.flags = n;
        match n % 5 {
            // One that carries an error goes on as it came, even if it has half a sample.
            1 => (frame.error, frame.payload) = (9, vec![1, 2, 3]),
            2 => frame.payload.truncate(3),
            _ => {}
        }
        frames.push(frame);
    }
    let (out, ending) = decimate("", frames.clone());
    let expected: Vec<Bytes> =
        frames
            .into_iter()
            .filter(|frame| frame.error != 0 || frame.payload.len() % 2 == 0)
            .map(|frame| {
                if frame.error != 0 { frame } else { Bytes { payload: frame.payload[..2].to_vec(), ..frame } }
            })
            .collect();
    assert_eq!(out, expected);
    assert_eq!((dropped(&ending, "odd"), counter(&ending, "averages")), (100, Some(300)));
}

#[test]
fn by_one_passes_everything_as_it_is() {
    let frames: Vec<Bytes> = (0..100u8)
        .map(|n| Bytes { payload: vec![n; usize::from(n)], channel: n, ..Bytes::default() })
        .collect();
    let (out, ending) = decimate("by: 1", frames.clone());
    assert_eq!(out, frames);
    assert_eq!(counter(&ending, "copied_out"), Some(0));
}
