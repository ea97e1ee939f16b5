//! Frames in bytes: any splitting gives the same, damage and gaps cost what they hit.
#![allow(clippy::unwrap_used)]

use proptest::{collection::vec, prelude::*};
use rogue_tcf_wire::framing::{BadFrame, Framed, HEADER, Header, MAGIC, Parser};

fn framed() -> impl Strategy<Value = Framed> {
    let metadata = prop_oneof![Just((0, 0)), (any::<u16>(), any::<u8>())];
    (any::<u32>(), metadata, any::<u64>(), any::<u64>(), vec(prop_oneof![any::<u8>(), Just(MAGIC[0])], 0..90))
        .prop_map(|(channel, (flags, error), sequence, time_ns, payload)| {
            let header = Header { channel, flags, error, sequence, time_ns, payload: payload.len() as u32 };
            Framed { header, payload }
        })
}

fn bytes_of(framed: &Framed) -> Vec<u8> {
    [framed.header.encode().as_bytes(), &framed.payload].concat()
}

/// Frames found, and mistakes.
fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Framed>, Vec<BadFrame>, Parser) {
    let (mut parser, mut found, mut wrong) = (Parser::new(100), Vec::new(), Vec::new());
    for mut piece in pieces {
        // A successor goes on.
        parser = serde_json::from_str(&serde_json::to_string(&parser).unwrap()).unwrap();
        parser.set_limit(100);
        loop {
            match parser.next(&mut piece) {
                Ok(Some(framed)) => found.push(framed),
                Ok(None) => break,
                Err(bad) => wrong.push(bad),
            }
        }
        assert!(piece.is_empty());
    }
    (found, wrong, parser)
}

proptest! {
    #[test]
    fn frames_are_found_however_they_are_cut(frames in vec(framed(), 0..6), size in 1..80_usize) {
        let bytes: Vec<u8> = frames.iter().flat_map(bytes_of).collect();
        let (found, wrong, parser) = parse(bytes.chunks(size));
        prop_assert_eq!(found, frames);
        prop_assert!(wrong.is_empty() && !parser.is_within() && parser.skipped() == 0);
    }

    #[test]
    fn bytes_that_are_no_frame_are_passed_over(
        before in framed(), garbage in vec(prop_oneof![any::<u8>(), Just(MAGIC[0]), Just(MAGIC[1])], 1..99),
        after in framed(), size in 1..80_usize,
    ) {
        let bytes = [bytes_of(&before), garbage.clone(), bytes_of(&after)].concat();
        let (found, wrong, parser) = parse(bytes.chunks(size));
        prop_assert_eq!(found, [before, after]);
        prop_assert_eq!(wrong.len(), 1);
        prop_assert_eq!(parser.skipped(), garbage.len() as u64);
    }

    #[test]
    fn garbage_gives_the_same_however_it_is_cut(garbage in vec(prop_oneof![0..4_u8, Just(MAGIC[0]), Just(MAGIC[1])], 0..300), size in 1..80_usize) {
        let (found, wrong, parser) = parse([&garbage[..]]);
        let (other_found, other_wrong, other) = parse(garbage.chunks(size));
        prop_assert_eq!(found, other_found);
        prop_assert_eq!(wrong, other_wrong);
        prop_assert_eq!(parser.skipped(), other.skipped());
    }
}

#[test]
fn what_is_wrong_is_named() {
    let good = Header { payload: 100, ..Header::default() }.encode().as_bytes().to_vec();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        let crc = crc32(&bytes[..32]);
        bytes[32..36].copy_from_slice(&crc.to_le_bytes());
        bytes
    };
    let wrong = |bytes: &[u8]| parse([bytes]).1;
    assert_eq!(wrong(&good), []);
    assert_eq!(wrong(&with(0, 7)), [BadFrame::Magic]);
    assert_eq!(wrong(&with(4, 2)), [BadFrame::Version(2)]);
    assert_eq!(wrong(&with(6, 35)), [BadFrame::HeaderLength(35)]);
    assert_eq!(wrong(&with(5, 1)), [BadFrame::HeaderLength(36)]);
    assert_eq!(wrong(&with(7, 5)), [BadFrame::HeaderLength(1316)]);
    assert_eq!(wrong(&with(28, 101)), [BadFrame::TooLong { payload: 101, limit: 100 }]);
    let mut damaged = good;
    damaged[20] ^= 1;
    assert_eq!(wrong(&damaged), [BadFrame::Crc]);
}

/// The CRC of zlib, a bit at a time.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

#[test]
fn a_gap_drops_what_was_begun() {
    let frame =
        Framed { header: Header { payload: 3, sequence: 9, ..Header::default() }, payload: b"abc".to_vec() };
    let bytes = bytes_of(&frame);
    let mut parser = Parser::new(100);
    for cut in [0, 5, HEADER, HEADER + 2] {
        assert_eq!(parser.next(&mut &bytes[..cut]), Ok(None));
        assert_eq!(parser.is_within(), cut > 0);
        assert_eq!(parser.gap(), cut > 0);
        assert_eq!(parser.next(&mut &bytes[..]), Ok(Some(frame.clone())));
    }
}
