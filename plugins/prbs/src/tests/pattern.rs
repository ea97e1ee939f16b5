//! Spec section 15: the bytes of a frame, by the printed vectors and by the rule read bit by bit.

use crate::pattern::Pattern;

const USUAL: [u32; 4] = [1, 2, 6, 31];

fn made(width: u32, taps: &[u32], sequence: u32, size: usize) -> Vec<u8> {
    let mut frame = vec![0xee; size];
    Pattern::new(width, taps).unwrap().write(sequence, &mut frame, false);
    frame
}

/// The rule as the specification words it: one bit after the other, bytes as they lie.
fn by_the_rule(width: u32, taps: &[u32], sequence: u32, words: usize) -> Vec<u8> {
    let word = width as usize / 8;
    let number = |n: u32| {
        let mut bytes = vec![0; word];
        bytes[..4].copy_from_slice(&n.to_le_bytes());
        bytes
    };
    let mut state = number(sequence);
    let mut frame = [state.clone(), number(words as u32 - 1)].concat();
    while frame.len() < words * word {
        let mut bit = taps.iter().fold(0, |bit, t| bit ^ (state[*t as usize / 8] >> (t % 8) & 1));
        for byte in &mut state {
            (*byte, bit) = ((*byte << 1) | bit, *byte >> 7);
        }
        frame.extend(&state);
    }
    frame
}

#[test]
fn section_15_vectors() {
    let hex = |bytes: Vec<u8>| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(hex(made(32, &USUAL, 1, 20)), "0100000004000000020000000500 00000b000000".replace(' ', ""));
    assert_eq!(
        hex(made(64, &USUAL, 1, 40)),
        "01000000000000000400000000000000020000000000000005000000000000000b00000000000000"
    );
    assert_eq!(made(32, &USUAL, 0, 64)[8..], [0; 56], "sequence 0 gives an all-zero payload");
}

#[test]
fn section_15_every_width_and_other_taps() {
    for width in (32..=512).step_by(32) {
        let top = width - 1;
        for taps in [&USUAL[..], &[0], &[top], &[0, 5, top], &[3, 3, 7], &[1, 2, 6, 31, 13], &[31, 6, 2, 1]] {
            for sequence in [1, 2, 0x8000_0001, u32::MAX] {
                let words = 150;
                let size = words * width as usize / 8;
                let wanted = by_the_rule(width, taps, sequence, words);
                assert_eq!(made(width, taps, sequence, size), wanted, "{width} {taps:?} {sequence}");
                let pattern = Pattern::new(width, taps).unwrap();
                assert_eq!(pattern.mismatch(&wanted), None, "{width} {taps:?} {sequence}");
                assert_eq!(pattern.head(&wanted), (sequence, true));
            }
        }
    }
}

#[test]
fn section_15_one_wrong_bit_anywhere_is_found() {
    for width in [32, 64, 96, 128, 512] {
        let pattern = Pattern::new(width, &USUAL).unwrap();
        let word = pattern.word();
        let good = made(width, &USUAL, 7, 5 * word);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let found = pattern.mismatch(&bad);
            match bit / 8 / word {
                0 if bit >= 32 => assert_eq!(pattern.head(&bad), (7, false)),
                0 => assert_ne!(pattern.head(&bad).0, 7),
                1 => assert_eq!(pattern.head(&bad), (7, false)),
                at => {
                    let found = found.unwrap();
                    assert_eq!((found.word, &found.wanted[..]), (at, &good[at * word..(at + 1) * word]));
                    assert_eq!(found.got, bad[at * word..(at + 1) * word]);
                }
            }
        }
    }
}

#[test]
fn section_15_send_count() {
    for width in [32, 64, 160] {
        let word = width as usize / 8;
        let mut frame = vec![0xee; 9 * word];
        Pattern::new(width, &USUAL).unwrap().write(5, &mut frame, true);
        let numbers: Vec<u32> =
            frame.chunks(word).map(|w| u32::from_le_bytes(w[..4].try_into().unwrap())).collect();
        assert_eq!(numbers, [5, 8, 2, 3, 4, 5, 6, 7, 8]);
        assert!(frame.chunks(word).all(|w| w[4..].iter().all(|byte| *byte == 0)));
    }
}

#[test]
fn section_15_sizes() {
    for (width, allowed, refused) in [
        (32, &[12, 16, 2048][..], &[0, 4, 8, 13, 14][..]),
        (64, &[24, 32], &[12, 16, 20, 28]),
        (512, &[192, 256], &[128, 224]),
    ] {
        let pattern = Pattern::new(width, &USUAL).unwrap();
        assert!(allowed.iter().all(|size| pattern.is_size(*size)));
        assert!(!refused.iter().any(|size| pattern.is_size(*size)));
    }
}

#[test]
fn widths_and_taps_that_are_none() {
    let error = |width, taps: &[u32]| Pattern::new(width, taps).unwrap_err().to_string();
    assert_eq!(error(0, &USUAL), "width is 0 bits; write a multiple of 32 from 32 to 512");
    assert_eq!(error(48, &USUAL), "width is 48 bits; write a multiple of 32 from 32 to 512");
    assert_eq!(error(544, &USUAL), "width is 544 bits; write a multiple of 32 from 32 to 512");
    assert_eq!(error(32, &[]), "taps has 0 entries; write 1 to 255 numbers of bits");
    assert_eq!(error(32, &[1, 32]), "taps has 32, and a word of 32 bits has bits 0 to 31");
}
