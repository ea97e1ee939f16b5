//! Section 3: going through bytes across buffer boundaries.

use crate::in_fours;
use rogue_sdk::{bench::Bench, frame::FrameError};
use std::io::{Read, Write};

/// Section 3: "read (begin/end/beginRead/endRead, bounded by payload)".
#[test]
fn reader_is_bounded_by_the_payload() {
    let mut frame = Bench::frame(8).unwrap();
    assert_eq!(frame.reader().remaining(), 0);
    frame.write(0, b"abc").unwrap();
    assert_eq!((frame.reader().remaining(), frame.reader().chunk()), (3, &b"abc"[..]));
}

/// Section 3: "write (beginWrite/endWrite, bounded by capacity)".
#[test]
fn writer_is_bounded_by_the_size() {
    let mut frame = Bench::frame_with(4, 8).unwrap();
    let mut writer = frame.writer(0);
    writer.put(b"abcdef").unwrap();
    assert_eq!((writer.position(), writer.remaining()), (6, 2));
    assert_eq!(writer.put(b"ghi"), Err(FrameError::BeyondSize { asked: 9, size: 8 }));
    assert_eq!(writer.position(), 6, "all or nothing");
    writer.put(b"gh").unwrap();
    assert_eq!(frame.to_vec(), b"abcdefgh");
    assert_eq!(frame.writer(100).remaining(), 0);
    assert!(frame.writer(100).put(b"x").is_err());
}

/// Section 3: "remBuffer() = bytes left in the current buffer span; endBuffer() … equals start of next buffer".
#[test]
fn chunks_are_the_rest_of_each_buffer() {
    let frame = in_fours(b"0123456789");
    let mut reader = frame.reader();
    reader.advance(1);
    let mut chunks = Vec::new();
    while !reader.chunk().is_empty() {
        chunks.push(reader.chunk().to_vec());
        reader.advance(reader.chunk().len() as u32);
    }
    assert_eq!(chunks, [b"123".to_vec(), b"4567".to_vec(), b"89".to_vec()]);
    assert_eq!((reader.position(), reader.remaining()), (10, 0));
}

/// Section 3: "Moving past the end clamps to end."
#[test]
fn advance_stops_at_the_end() {
    let frame = in_fours(b"0123456789");
    let mut reader = frame.reader();
    assert_eq!(reader.advance(7), 7);
    assert_eq!(reader.advance(u32::MAX), 3);
    assert_eq!(reader.advance(1), 0);
    assert_eq!(reader.position(), 10);
}

/// Section 3: "Random access"; a place outside is refused here.
#[test]
fn seek_goes_anywhere_in_the_payload() {
    let frame = in_fours(b"0123456789");
    let mut reader = frame.reader();
    for position in [9, 0, 4, 3, 10] {
        reader.seek(position).unwrap();
        assert_eq!((reader.position(), reader.remaining()), (position, 10 - position));
        let mut rest = Vec::new();
        reader.clone().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"0123456789"[position as usize..]);
    }
    reader.seek(2).unwrap();
    assert_eq!(reader.seek(11), Err(FrameError::BeyondPayload { asked: 11, payload: 10 }));
    assert_eq!(reader.position(), 2);
}

/// Section 3: "If the frame ends early [fromFrame, toFrame] stop silently": here they say so, and take nothing.
#[test]
fn fill_is_all_or_nothing() {
    let frame = in_fours(b"0123456789");
    let mut reader = frame.reader();
    let mut to = [0; 6];
    reader.fill(&mut to).unwrap();
    assert_eq!(&to, b"012345");
    assert_eq!(reader.fill(&mut to), Err(FrameError::BeyondPayload { asked: 12, payload: 10 }));
    assert_eq!((reader.position(), &to), (6, b"012345"));
}

/// Section 3: "an empty first buffer followed by non-empty ones makes begin() report remBuffer 0". Not here, nor for
/// empty buffers in between or at the end.
#[test]
fn empty_buffers_are_passed_over() {
    let mut frame = Bench::frame_with(4, 20).unwrap();
    for (index, bytes) in [(1, b"abcd"), (3, b"efgh")] {
        let mut buffer = frame.buffer_mut(index).unwrap();
        buffer.room_mut().unwrap().copy_from_slice(bytes);
        buffer.set_payload_full().unwrap();
    }
    let mut reader = frame.reader();
    assert_eq!(reader.chunk(), b"abcd");
    reader.advance(4);
    assert_eq!(reader.chunk(), b"efgh");
    let mut all = [0; 8];
    frame.read(0, &mut all).unwrap();
    assert_eq!(&all, b"abcdefgh");
    frame.read(4, &mut all[..4]).unwrap();
    assert_eq!(&all[..4], b"efgh");
    assert_eq!(frame.accessor::<u8>(4, 4).unwrap().get(0), Some(b'e'));
    frame.accessor_mut::<u8>(4, 4).unwrap().set(0, b'E');
    assert_eq!(frame.to_vec(), b"abcdEfgh");
}

/// Section 3: "copyFrame(srcIt, n, dstIt): chunked memcpy across buffer boundaries, advancing the iterators".
#[test]
fn copy_to_goes_across_boundaries() {
    let from = in_fours(b"0123456789");
    let mut to = Bench::frame_with(3, 9).unwrap();
    let mut reader = from.reader();
    reader.advance(2);
    let mut writer = to.writer(0);
    assert_eq!(reader.copy_to(&mut writer, 5).unwrap(), 5);
    assert_eq!((reader.position(), writer.position()), (7, 5));
    assert_eq!(reader.copy_to(&mut writer, 100).unwrap(), 3, "the source ends");
    reader.seek(0).unwrap();
    assert_eq!(reader.copy_to(&mut writer, 100).unwrap(), 1, "the destination ends");
    assert_eq!(to.to_vec(), b"234567890");
}

/// Numbers are little-endian and may cross a boundary here.
#[test]
fn numbers_cross_boundaries() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    let mut writer = frame.writer(0);
    writer.put_number(0x11_u8).unwrap();
    writer.put_number(0x2233_4455_6677_8899_u64).unwrap();
    writer.put_number(-2_i16).unwrap();
    assert!(writer.put_number(0_u16).is_err());
    assert_eq!(frame.to_vec(), [0x11, 0x99, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0xfe, 0xff]);
    let mut reader = frame.reader();
    assert_eq!(reader.number::<u8>(), Ok(0x11));
    assert_eq!(reader.number::<u64>(), Ok(0x2233_4455_6677_8899));
    assert_eq!(reader.number::<i16>(), Ok(-2));
    assert!(reader.number::<u8>().is_err());
}

/// Both are what `std::io` expects.
#[test]
fn readers_and_writers_of_std() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    write!(frame.writer(0), "{}-{}", 12345, 678).unwrap();
    assert!(write!(frame.writer(8), "too long").is_err());
    let mut text = String::new();
    frame.reader().read_to_string(&mut text).unwrap();
    assert_eq!(text, "12345-678");
}
