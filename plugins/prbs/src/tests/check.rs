//! `prbs-check` on the bench: the order of checks and the rules of sequence of spec section 15.

use crate::{check::PrbsCheck, pattern::Pattern};
use rogue_sdk::{
    Frame,
    bench::{Bench, json},
    log::Level,
};

fn bytes(sequence: u32) -> Vec<u8> {
    let mut frame = vec![0; 40];
    Pattern::new(32, &[1, 2, 6, 31]).unwrap().write(sequence, &mut frame, false);
    frame
}

fn frame(sequence: u32) -> Frame {
    Bench::frame_of(&bytes(sequence)).unwrap()
}

fn checker(params: serde_json::Value) -> Bench {
    Bench::sink::<PrbsCheck>(params).unwrap()
}

/// Good frames, errors, frames dropped as `bad`.
fn account(bench: &Bench) -> (u64, u64, u64) {
    (bench.counter("rx_count"), bench.counter("rx_errors"), bench.dropped("bad"))
}

#[test]
fn section_15_sequences() {
    for (numbers, good, errors) in [
        (&[1, 2, 5, 6][..], 3, 1),
        (&[1, 2, 2, 3], 3, 1),
        (&[5, 6, 0, 1], 4, 0),
        (&[0, 1, 2], 3, 0),
        (&[7, 9, 8], 1, 2),
        (&[u32::MAX - 1, u32::MAX, 0, 1], 4, 0),
        (&[u32::MAX, 17, 18], 3, 0),
    ] {
        let mut bench = checker(json!({}));
        bench.push_all(0, numbers.iter().map(|n| frame(*n))).unwrap();
        assert_eq!(account(&bench), (good, errors, errors), "{numbers:?}");
        assert_eq!(bench.counter("rx_bytes"), 40 * good);
        assert_eq!(bench.consumed(), good);
        bench.end().unwrap();
    }
}

#[test]
fn section_15_an_errored_or_misshapen_frame_leaves_the_sequence_alone() {
    let mut bench = checker(json!({}));
    bench.push(frame(1)).unwrap();
    let mut errored = frame(2);
    errored.set_error(3);
    bench.push(errored).unwrap();
    bench.push(Bench::frame_of(&bytes(9)[..38]).unwrap()).unwrap();
    bench.push(Bench::frame_of(&bytes(9)[..8]).unwrap()).unwrap();
    bench.push(Bench::frame_of(&[]).unwrap()).unwrap();
    assert_eq!(account(&bench), (1, 4, 4));
    bench.push(frame(2)).unwrap();
    assert_eq!(account(&bench), (2, 4, 4));
    let lines: Vec<_> =
        bench.logged().into_iter().map(|line| (line.level, line.target, line.message)).collect();
    let warned = |text: &str| (Level::Warn, "pyrogue.prbs.rx".to_owned(), text.to_owned());
    assert_eq!(lines[0], warned("Frame error field is 3"));
    let shape = "are not a frame of 32-bit words: it has a multiple of 4 bytes, and at least 12";
    assert_eq!(lines[1], warned(&format!("Size violation: 38 bytes {shape}")));
    assert_eq!(lines.len(), 4);
}

#[test]
fn section_15_a_bad_header_or_payload_still_moves_the_sequence() {
    let mut bench = checker(json!({}));
    bench.push(frame(1)).unwrap();
    let mut size_word = bytes(2);
    size_word[4] += 1;
    bench.push(Bench::frame_of(&size_word).unwrap()).unwrap();
    bench.push(frame(3)).unwrap();
    let mut payload = bytes(4);
    payload[21] ^= 0x10;
    bench.push(Bench::frame_of(&payload).unwrap()).unwrap();
    bench.push(frame(5)).unwrap();
    assert_eq!(account(&bench), (3, 2, 2));
    let lines: Vec<_> = bench.logged().into_iter().map(|line| line.message).collect();
    let word = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(
        lines,
        [
            "Bad header: sequence 2, expected 2; size word 10, expected 9 for 40 bytes".to_owned(),
            format!(
                "Bad data in frame 4: word 5 (byte 20) is {}, expected {}",
                word(&payload[20..24]),
                word(&bytes(4)[20..24])
            ),
        ]
    );
}

#[test]
fn without_check_payload_the_words_may_be_anything() {
    let mut bench = checker(json!({ "check_payload": false }));
    let mut counted = vec![0; 40];
    Pattern::new(32, &[1, 2, 6, 31]).unwrap().write(4, &mut counted, true);
    bench.push(Bench::frame_of(&counted).unwrap()).unwrap();
    counted[4] = 0;
    bench.push(Bench::frame_of(&counted).unwrap()).unwrap();
    assert_eq!(account(&bench), (1, 1, 1));
    let mut strict = checker(json!({}));
    counted[4] = 9;
    strict.push(Bench::frame_of(&counted).unwrap()).unwrap();
    assert_eq!(account(&strict), (0, 1, 1));
}

#[test]
fn frames_of_several_buffers_are_checked_whole() {
    for fixed in [1, 3, 4, 17, 39] {
        let mut bench = checker(json!({}));
        for sequence in 1..4 {
            let mut pieces = Bench::frame_with(fixed, 40).unwrap();
            pieces.write(0, &bytes(sequence)).unwrap();
            if sequence == 3 {
                pieces.write(39, &[!bytes(3)[39]]).unwrap();
            }
            assert!(pieces.buffer_count() > 1);
            bench.push(pieces).unwrap();
        }
        assert_eq!(account(&bench), (2, 1, 1), "buffers of {fixed}");
    }
}

#[test]
fn other_widths_and_taps() {
    for width in [64, 96, 128, 512] {
        let taps = [0, 3, width - 1];
        let mut bench = checker(json!({ "width": width, "taps": taps }));
        let size = width as usize / 8 * 20;
        for sequence in 1..5 {
            let mut whole = vec![0; size];
            Pattern::new(width, &taps).unwrap().write(sequence, &mut whole, false);
            bench.push(Bench::frame_of(&whole).unwrap()).unwrap();
        }
        assert_eq!(account(&bench), (4, 0, 0));
        assert_eq!(bench.counter("rx_bytes"), 4 * size as u64);
        bench.push(frame(5)).unwrap();
        assert_eq!(account(&bench).1, 1, "a frame of another width is none");
    }
}

#[test]
fn a_successor_expects_the_next_number() {
    let mut bench = checker(json!({}));
    bench.push_all(0, [frame(6), frame(7)]).unwrap();
    bench.swap(json!({})).unwrap();
    bench.push_all(0, [frame(8), frame(10), frame(11)]).unwrap();
    assert_eq!(account(&bench), (4, 1, 1));
}
