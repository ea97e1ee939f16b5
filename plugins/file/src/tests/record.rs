//! Spec section 13: the bytes of a record.

use super::*;
use crate::record::Header;

#[test]
fn section_13_record_vectors() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x.dat") }));
    bench.push(frame(&[0x10, 0x11, 0x12, 0x13, 0x14], 0xc4, 0xb2a1, 0xe3)).unwrap();
    bench.push(frame(&[7; 32], 3, 0x00a5, 0)).unwrap();
    end(bench);
    let file = dir.get("x.dat");
    assert_eq!(file[..13], [0x09, 0, 0, 0, 0xa1, 0xb2, 0xe3, 0xc4, 0x10, 0x11, 0x12, 0x13, 0x14]);
    assert_eq!(file[13..21], [0x24, 0, 0, 0, 0xa5, 0, 0, 3]);
    assert_eq!(file.len(), 13 + 40, "a record has 8 bytes more than its payload, and no padding");
    let frames = read(&dir.path("x.dat"));
    assert_eq!(parts(&frames[0]), (0xc4, 0xb2a1, 0xe3, vec![0x10, 0x11, 0x12, 0x13, 0x14]));
    assert_eq!(parts(&frames[1]), (3, 0x00a5, 0, vec![7; 32]));
}

#[test]
fn a_header_is_read_as_it_was_written() {
    for length in [0, 3, 4, 5, u32::MAX] {
        for flags in [0, 0x00ff, 0xff00, 0x1234] {
            for (error, channel) in [(0, 0), (255, 1), (1, 255)] {
                let header = Header { length, flags, error, channel };
                assert_eq!(Header::decode(header.encode()), header);
                assert_eq!(u64::from(header.payload()), u64::from(length).max(4) - 4);
            }
        }
    }
}
