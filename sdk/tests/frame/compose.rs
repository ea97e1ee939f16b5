//! Sections 1 and 7: frames made of frames: append, extend, one buffer of many.

use crate::in_fours;
use rogue_sdk::{
    bench::Bench,
    frame::{Frame, FrameError},
};

fn with_metadata(mut frame: Frame, by: u8) -> Frame {
    frame.set_channel(by);
    frame.set_error(by + 1);
    frame.set_flags(u16::from(by) + 0x100);
    frame
}

/// Section 1: "appendFrame(f): moves all buffers of f to the end of self in order". Their memory stays where it is.
#[test]
fn append_moves_buffers_in_order() {
    let mut frame = in_fours(b"01234567");
    let other = in_fours(b"abcdef");
    let place = other.buffer(1).unwrap().bytes().as_ptr();
    frame.append(other).unwrap();
    assert_eq!((frame.buffer_count(), frame.size(), frame.payload()), (4, 16, 14));
    assert_eq!(frame.to_vec(), b"01234567abcdef");
    assert_eq!(frame.buffer(3).unwrap().bytes().as_ptr(), place);
    assert_eq!((Bench::live_frames(), Bench::live_buffers()), (1, 4));
}

/// Section 1: "Metadata of f is discarded; self's is untouched."
#[test]
fn append_keeps_metadata_of_the_first() {
    let mut frame = with_metadata(in_fours(b"0123"), 1);
    frame.append(with_metadata(in_fours(b"4567"), 8)).unwrap();
    assert_eq!((frame.channel(), frame.error(), frame.flags()), (1, 2, 0x101));
}

/// Section 1: "appendBuffer(b): pushes at the end", also to a frame that has none.
#[test]
fn append_to_an_empty_frame() {
    let mut frame = Bench::frame(0).unwrap();
    frame.append(Bench::frame_of(b"one").unwrap()).unwrap();
    frame.append(Bench::frame(0).unwrap()).unwrap();
    assert_eq!((frame.buffer_count(), frame.to_vec()), (1, b"one".to_vec()));
}

/// Section 1: what is written after an append goes over all buffers.
#[test]
fn append_then_write_over_the_seam() {
    let mut frame = Bench::frame_of(b"0123").unwrap();
    frame.append(Bench::frame(4).unwrap()).unwrap();
    frame.write(2, b"xxxx").unwrap();
    assert_eq!(frame.to_vec(), b"01xxxx");
}

/// The number of buffers has a limit, and a frame that cannot be appended comes back whole.
#[test]
fn append_refused_gives_the_other_back() {
    let mut frame = Bench::frame_with(1, 65_535).unwrap();
    assert_eq!(frame.buffer_count(), 65_535);
    let (error, other) = frame.append(Bench::frame_of(b"more").unwrap()).unwrap_err();
    assert_eq!((error, other.to_vec()), (FrameError::NoMemory, b"more".to_vec()));
    assert_eq!((frame.buffer_count(), frame.size()), (65_535, 65_535));
    assert_eq!(frame.extend(1), Err(FrameError::NoMemory));
    assert!(Bench::frame_with(1, 65_536).is_err());
}

/// Section 16 needs frames that grow: `extend` adds buffers of the pool the frame is from.
#[test]
fn extend_adds_buffers_of_the_pool() {
    let mut frame = in_fours(b"0123");
    frame.extend(5).unwrap();
    assert_eq!((frame.buffer_count(), frame.size(), frame.payload()), (3, 12, 4));
    frame.write(4, b"45678901").unwrap();
    assert_eq!(frame.to_vec(), b"012345678901");

    let mut frame = Bench::frame_of(b"0123").unwrap();
    frame.extend(5).unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (2, 9));
    frame.extend(0).unwrap();
    assert_eq!(frame.buffer_count(), 2);
}

/// A frame that was cleared can be filled again.
#[test]
fn extend_after_clear() {
    let mut frame = in_fours(b"0123456789");
    frame.clear();
    frame.extend(6).unwrap();
    frame.write(0, b"abcdef").unwrap();
    assert_eq!((frame.buffer_count(), frame.to_vec()), (2, b"abcdef".to_vec()));
}

/// Section 7, ensureSingleBuffer: "true if exactly one buffer": then nothing moves.
#[test]
fn single_buffer_stays() {
    let mut frame = Bench::frame(16).unwrap();
    frame.write(0, b"0123").unwrap();
    let place = frame.buffer(0).unwrap().bytes().as_ptr();
    frame.ensure_single_buffer().unwrap();
    assert_eq!((frame.size(), frame.buffer(0).unwrap().bytes().as_ptr()), (16, place));
}

/// Section 7, ensureSingleBuffer: "requests a new frame of payload size … copies the payload"; in the original
/// "flags/channel/error are not copied to the replacement", here they stay.
#[test]
fn many_buffers_become_one_and_metadata_stays() {
    let mut frame = with_metadata(in_fours(b"0123456789"), 3);
    frame.buffer_mut(0).unwrap().adjust_header(1).unwrap();
    frame.ensure_single_buffer().unwrap();
    assert_eq!((frame.buffer_count(), frame.size(), frame.to_vec()), (1, 9, b"123456789".to_vec()));
    assert_eq!((frame.channel(), frame.error(), frame.flags()), (3, 4, 0x103));
    assert_eq!((Bench::live_frames(), Bench::live_buffers()), (1, 1));
}

/// Section 18: "empty payloads" are no trouble.
#[test]
fn single_buffer_of_nothing() {
    let mut frame = Bench::frame_with(4, 8).unwrap();
    frame.ensure_single_buffer().unwrap();
    assert_eq!((frame.buffer_count(), frame.payload()), (1, 0));
    let mut frame = Bench::frame(0).unwrap();
    frame.ensure_single_buffer().unwrap();
    assert_eq!((frame.buffer_count(), frame.payload()), (1, 0));
}
