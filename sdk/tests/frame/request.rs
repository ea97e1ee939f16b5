//! Section 6: what a request gives.

use rogue_sdk::{bench::Bench, frame::FrameError};

/// Section 6: "fixedSize == 0 → exactly one buffer with raw = alloc = size."
#[test]
fn one_buffer_of_the_size_asked_for() {
    let frame = Bench::frame(10).unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (1, 10));
    assert_eq!(frame.buffer(0).unwrap().raw_size(), 10);
}

/// Section 6: "size ≤ fixed gives one buffer of raw == size".
#[test]
fn fixed_size_gives_one_smaller_buffer() {
    let frame = Bench::frame_with(16, 10).unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (1, 10));
    let frame = Bench::frame_with(16, 16).unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (1, 16));
}

/// Section 6: "size > fixed gives ceil(size/fixed) buffers all of raw == fixed, so the frame's capacity is rounded up
/// (request 10 with fixed 4 → 3 buffers, capacity 12)."
#[test]
fn fixed_size_rounds_up() {
    let frame = Bench::frame_with(4, 10).unwrap();
    assert_eq!((frame.buffer_count(), frame.size(), frame.payload()), (3, 12, 0));
    assert!(frame.buffers().all(|buffer| buffer.raw_size() == 4));
    let frame = Bench::frame_with(4, 8).unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (2, 8));
}

/// Section 6: "size 0 → a frame without buffers."
#[test]
fn size_zero_has_no_buffers() {
    for frame in [Bench::frame(0), Bench::frame_with(4, 0), Bench::frame_of(b"")] {
        assert!(frame.unwrap().is_empty());
    }
}

/// Section 6: "a 24-bit allocation sequence put into each buffer's meta".
#[test]
fn every_buffer_has_the_next_number() {
    let frame = Bench::frame_with(5, 15).unwrap();
    let first = frame.buffer(0).unwrap().meta();
    let numbers: Vec<u32> = frame.buffers().map(|buffer| buffer.meta()).collect();
    assert_eq!(numbers, [first, first + 1, first + 2]);
    assert_eq!(Bench::frame_with(5, 5).unwrap().buffer(0).unwrap().meta(), first + 3);
}

/// Section 6: "malloc failure → GeneralError"; there is a limit here, and it is an error too.
#[test]
fn too_much_is_refused() {
    assert_eq!(Bench::frame(u32::MAX).err(), Some(FrameError::NoMemory));
    assert_eq!(Bench::frame_with(1 << 20, u32::MAX).err(), Some(FrameError::NoMemory));
    assert_eq!((Bench::live_frames(), Bench::live_bytes()), (0, 0));
}

/// Data starts at a multiple of 64 bytes, whatever was asked for.
#[test]
fn data_is_aligned() {
    for size in [1, 10, 63, 64, 65, 1000] {
        let mut frame = Bench::frame(size).unwrap();
        frame.set_payload_full();
        assert_eq!(frame.contiguous().unwrap().as_ptr() as usize % 64, 0);
    }
}
