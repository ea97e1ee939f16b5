//! Section 1: sizes and payload setters.

use crate::in_fours;
use rogue_sdk::{
    bench::Bench,
    frame::{Frame, FrameError},
};

fn payloads(frame: &Frame) -> Vec<u32> {
    frame.buffers().map(|buffer| buffer.payload()).collect()
}

/// Section 1: "A freshly requested frame has size ≥ requested and payload 0."
#[test]
fn fresh_frame_is_empty_of_payload() {
    let frame = Bench::frame(100).unwrap();
    assert_eq!((frame.size(), frame.payload(), frame.available()), (100, 0, 100));
}

/// Section 1: size, payload and available are sums over the buffers.
#[test]
fn sizes_are_sums() {
    let mut frame = Bench::frame_with(4, 10).unwrap();
    frame.buffer_mut(0).unwrap().adjust_header(1).unwrap();
    frame.buffer_mut(1).unwrap().adjust_tail(2).unwrap();
    frame.buffer_mut(2).unwrap().set_payload(3).unwrap();
    assert_eq!((frame.size(), frame.payload(), frame.available()), (9, 3, 6));
}

/// Section 1, setPayload: "each buffer is made full until n is used up, one may be partial, all later buffers are
/// made empty. n may shrink or grow."
#[test]
fn set_payload_fills_in_order() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    frame.set_payload(6).unwrap();
    assert_eq!(payloads(&frame), [4, 2, 0]);
    frame.set_payload(12).unwrap();
    assert_eq!(payloads(&frame), [4, 4, 4]);
    frame.set_payload(3).unwrap();
    assert_eq!(payloads(&frame), [3, 0, 0]);
    frame.set_payload(0).unwrap();
    assert_eq!(payloads(&frame), [0, 0, 0]);
}

/// Section 1: setPayload pulls together what single buffers had.
#[test]
fn set_payload_redistributes() {
    let mut frame = Bench::frame_with(4, 12).unwrap();
    frame.buffer_mut(2).unwrap().set_payload(4).unwrap();
    frame.set_payload(4).unwrap();
    assert_eq!(payloads(&frame), [4, 0, 0]);
}

/// Section 18: "failed setPayload leaves frame unchanged" (the original makes all buffers full).
#[test]
fn failed_set_payload_changes_nothing() {
    let mut frame = Bench::frame_with(4, 8).unwrap();
    frame.set_payload(5).unwrap();
    assert_eq!(frame.set_payload(9), Err(FrameError::BeyondSize { asked: 9, size: 8 }));
    assert_eq!((payloads(&frame), frame.payload()), (vec![4, 1], 5));
    assert_eq!(frame.min_payload(9), Err(FrameError::BeyondSize { asked: 9, size: 8 }));
    assert_eq!((payloads(&frame), frame.payload()), (vec![4, 1], 5));
}

/// Section 1: "minPayload(n): only grows; no-op if n ≤ payload".
#[test]
fn min_payload_only_grows() {
    let mut frame = Bench::frame(8).unwrap();
    frame.min_payload(5).unwrap();
    frame.min_payload(3).unwrap();
    assert_eq!(frame.payload(), 5);
    frame.min_payload(6).unwrap();
    assert_eq!(frame.payload(), 6);
}

/// Section 1: "adjustPayload(±d): relative; throws if d would make it negative, or beyond capacity."
#[test]
fn adjust_payload_is_relative() {
    let mut frame = Bench::frame(8).unwrap();
    frame.adjust_payload(5).unwrap();
    frame.adjust_payload(-2).unwrap();
    assert_eq!(frame.payload(), 3);
    let refused = |by| Err(FrameError::BeyondRoom { by, least: -3, most: 5 });
    assert_eq!(frame.adjust_payload(-4), refused(-4));
    assert_eq!(frame.adjust_payload(6), refused(6));
    assert_eq!(frame.adjust_payload(i32::MIN), refused(i32::MIN.into()));
    assert_eq!(frame.adjust_payload(i32::MAX), refused(i32::MAX.into()));
    assert_eq!(frame.payload(), 3);
    frame.adjust_payload(-3).unwrap();
    frame.adjust_payload(8).unwrap();
    assert_eq!(frame.payload(), 8);
}

/// Section 1: "setPayloadFull / setPayloadEmpty: every buffer full (up to its tail room) / empty."
#[test]
fn full_and_empty() {
    let mut frame = Bench::frame_with(4, 8).unwrap();
    frame.buffer_mut(0).unwrap().adjust_header(1).unwrap();
    frame.buffer_mut(1).unwrap().adjust_tail(2).unwrap();
    frame.set_payload_full();
    assert_eq!((payloads(&frame), frame.payload(), frame.available()), (vec![3, 2], 5, 0));
    frame.set_payload_empty();
    assert_eq!((payloads(&frame), frame.payload(), frame.available()), (vec![0, 0], 0, 5));
}

/// Section 1: "bufferCount, isEmpty (no buffers), clear (drops all buffers and zeroes the counts; metadata kept)."
#[test]
fn clear_keeps_metadata() {
    let mut frame = in_fours(b"0123456789");
    frame.set_flags(0x1234);
    frame.set_error(5);
    frame.set_channel(6);
    assert!(!frame.is_empty());
    frame.clear();
    assert!(frame.is_empty());
    assert_eq!((frame.buffer_count(), frame.size(), frame.payload()), (0, 0, 0));
    assert_eq!((frame.flags(), frame.error(), frame.channel()), (0x1234, 5, 6));
    assert_eq!(Bench::live_buffers(), 0, "the buffers are back before the frame is");
    frame.clear();
    assert_eq!(Bench::live_frames(), 1);
}

/// Section 1: "A frame with zero buffers is legal to hold, but taking begin() on it [crashes]". Here nothing does.
#[test]
fn frame_without_buffers_is_harmless() {
    let mut frame = Bench::frame(0).unwrap();
    assert!(frame.is_empty());
    assert_eq!((frame.size(), frame.payload(), frame.available()), (0, 0, 0));
    frame.set_payload(0).unwrap();
    frame.set_payload_full();
    frame.set_payload_empty();
    frame.adjust_payload(0).unwrap();
    frame.write(0, b"").unwrap();
    frame.read(0, &mut []).unwrap();
    assert_eq!(frame.write(0, b"x"), Err(FrameError::BeyondSize { asked: 1, size: 0 }));
    assert_eq!(frame.read(0, &mut [0]), Err(FrameError::BeyondPayload { asked: 1, payload: 0 }));
    assert_eq!(frame.reader().remaining(), 0);
    assert_eq!(frame.reader().chunk(), b"");
    assert_eq!(frame.writer(0).remaining(), 0);
    assert_eq!(frame.contiguous(), Some(&b""[..]));
    assert_eq!(frame.bytes_mut().unwrap(), b"");
    assert_eq!(frame.to_vec(), b"");
    assert_eq!(frame.accessor::<u32>(0, 0).unwrap().len(), 0);
    assert_eq!(frame.accessor_mut::<u32>(0, 0).unwrap().len(), 0);
    assert!(frame.accessor::<u32>(0, 1).is_err());
    assert_eq!(frame.buffer(0).err(), Some(FrameError::NoBuffer { index: 0, count: 0 }));
    assert!(frame.buffer_mut(0).is_err());
    assert_eq!(frame.buffers().count(), 0);
    assert!(frame.same_payload(&frame.share().unwrap()));
    assert!(frame.slice(0, 0).unwrap().is_empty());
    frame.append(Bench::frame(0).unwrap()).unwrap();
    frame.extend(0).unwrap();
    assert!(frame.is_empty());
}
