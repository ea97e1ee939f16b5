//! Section 1: reading and writing bytes at an offset.

use crate::in_fours;
use rogue_sdk::{bench::Bench, frame::FrameError};

/// Section 1: "offset+count must be ≤ payload else GeneralError. `read` fills exactly len(buf) bytes."
#[test]
fn read_is_bounded_by_the_payload() {
    let frame = in_fours(b"0123456789");
    let mut to = [0; 4];
    frame.read(6, &mut to).unwrap();
    assert_eq!(&to, b"6789");
    frame.read(10, &mut []).unwrap();
    let mut to = *b"....";
    assert_eq!(frame.read(7, &mut to), Err(FrameError::BeyondPayload { asked: 11, payload: 10 }));
    assert_eq!(&to, b"....", "nothing was read");
    assert!(frame.read(u32::MAX, &mut to).is_err());
}

/// Section 1: "offset+count must be ≤ size (capacity) else GeneralError; then payload is raised to at least
/// offset+count (never lowered) and bytes are copied."
#[test]
fn write_is_bounded_by_the_size_and_raises_the_payload() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    frame.write(2, b"cdefgh").unwrap();
    assert_eq!(frame.payload(), 8);
    frame.write(0, b"ab").unwrap();
    assert_eq!((frame.payload(), frame.to_vec()), (8, b"abcdefgh".to_vec()));
    frame.write(8, b"ijkl").unwrap();
    assert_eq!(frame.to_vec(), b"abcdefghijkl");
    assert_eq!(frame.write(9, b"JKLM"), Err(FrameError::BeyondSize { asked: 13, size: 12 }));
    assert_eq!(frame.write(u32::MAX, b"x"), Err(FrameError::BeyondSize { asked: 1 << 32, size: 12 }));
    assert_eq!(frame.to_vec(), b"abcdefghijkl", "nothing was written");
}

/// Section 1: "Writing bytes does not change payload" of the original; ours does as its Python `write` does, also
/// for no bytes at all.
#[test]
fn writing_nothing_raises_the_payload_to_its_offset() {
    let mut frame = Bench::frame(8).unwrap();
    frame.write(3, b"").unwrap();
    assert_eq!(frame.payload(), 3);
}

/// Section 1: a write follows the capacity of each buffer, past head and tail room.
#[test]
fn write_goes_around_head_and_tail_room() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    frame.buffer_mut(0).unwrap().adjust_tail(1).unwrap();
    frame.buffer_mut(1).unwrap().adjust_header(4).unwrap();
    frame.buffer_mut(2).unwrap().adjust_header(1).unwrap();
    frame.write(0, b"abcdef").unwrap();
    let parts: Vec<Vec<u8>> = frame.buffers().map(|buffer| buffer.bytes().to_vec()).collect();
    assert_eq!(parts, [b"abc".to_vec(), b"".to_vec(), b"def".to_vec()]);
}

/// Section 1: "All results are copies": a copy stays what it was.
#[test]
fn to_vec_is_a_copy() {
    let mut frame = in_fours(b"0123456789");
    let before = frame.to_vec();
    frame.write(0, b"xxxxxxxxxx").unwrap();
    assert_eq!(before, b"0123456789");
}

/// The payload in one piece, where it lies in one buffer, others empty or not there.
#[test]
fn contiguous_when_it_lies_in_one_buffer() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    assert_eq!(frame.contiguous(), Some(&b""[..]));
    frame.buffer_mut(1).unwrap().set_payload(4).unwrap();
    frame.buffer_mut(1).unwrap().room_mut().unwrap().copy_from_slice(b"only");
    assert_eq!(frame.contiguous(), Some(&b"only"[..]));
    frame.buffer_mut(0).unwrap().set_payload(1).unwrap();
    assert_eq!(frame.contiguous(), None);
}

/// `bytes_mut` gathers, and shows exactly the payload.
#[test]
fn bytes_mut_is_the_payload_in_one_piece() {
    let mut frame = in_fours(b"0123456789");
    frame.bytes_mut().unwrap().reverse();
    assert_eq!((frame.to_vec(), frame.buffer_count()), (b"9876543210".to_vec(), 1));
}

/// Section 2: "tail room may overlap payload": such payload is still there to be changed in place.
#[test]
fn bytes_mut_includes_what_tail_room_overlaps() {
    let mut frame = Bench::frame_of(b"abcdef").unwrap();
    frame.buffer_mut(0).unwrap().adjust_tail(3).unwrap();
    assert_eq!(frame.bytes_mut().unwrap(), b"abcdef");
}

/// Payloads are equal whatever the buffers.
#[test]
fn same_payload_looks_through_buffers() {
    let (cut, mut whole) = (in_fours(b"0123456789"), Bench::frame_of(b"0123456789").unwrap());
    assert!(cut.same_payload(&whole) && whole.same_payload(&cut));
    whole.write(9, b"X").unwrap();
    assert!(!cut.same_payload(&whole) && !whole.same_payload(&cut));
    whole.set_payload(9).unwrap();
    assert!(!cut.same_payload(&whole) && !whole.same_payload(&cut));
}
