//! Section 2: one buffer, its head room, payload and tail room.

use rogue_sdk::{
    Frame,
    bench::Bench,
    frame::{Buffer, BufferMut, FrameError},
};

fn first(frame: &mut Frame) -> BufferMut<'_> {
    frame.buffer_mut(0).unwrap()
}

fn numbers(buffer: &Buffer<'_>) -> [u32; 6] {
    let b = buffer;
    [b.raw_size(), b.head_room(), b.tail_room(), b.size(), b.payload(), b.available()]
}

/// Section 2: "size = raw − head − tail; payload = payloadEnd − head; available = raw − payloadEnd − tail".
#[test]
fn sizes_of_a_buffer() {
    let mut frame = Bench::frame(20).unwrap();
    first(&mut frame).adjust_header(3).unwrap();
    first(&mut frame).adjust_tail(2).unwrap();
    first(&mut frame).set_payload(10).unwrap();
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [20, 3, 2, 15, 10, 5]);
    assert_eq!((frame.size(), frame.payload()), (15, 10), "the frame knows at once");
}

/// Section 2, adjustHeader(+v): "existing payload loses its first v bytes (payload shrinks), which is how protocol
/// headers are stripped".
#[test]
fn header_forward_strips() {
    let mut frame = Bench::frame_of(b"headbody").unwrap();
    first(&mut frame).adjust_header(4).unwrap();
    assert_eq!((frame.to_vec(), frame.size()), (b"body".to_vec(), 4));
}

/// Section 2, adjustHeader(−v): "Payload grows at the front by v (payload end does not move), which is how headers
/// get prepended without copying."
#[test]
fn header_backward_prepends() {
    let mut frame = Bench::frame(8).unwrap();
    first(&mut frame).adjust_header(4).unwrap();
    frame.write(0, b"body").unwrap();
    let before = frame.buffer(0).unwrap().bytes().as_ptr();
    first(&mut frame).adjust_header(-4).unwrap();
    frame.write(0, b"head").unwrap();
    assert_eq!(frame.to_vec(), b"headbody");
    assert_eq!(frame.buffer(0).unwrap().bytes()[4..].as_ptr(), before, "the body stayed where it was");
}

/// Section 2: "Throws if v > raw − head − tail"; "throws if v > head".
#[test]
fn header_bounds() {
    let mut frame = Bench::frame(8).unwrap();
    first(&mut frame).adjust_header(2).unwrap();
    first(&mut frame).adjust_tail(1).unwrap();
    let refused = |by| Err(FrameError::BeyondRoom { by, least: -2, most: 5 });
    assert_eq!(first(&mut frame).adjust_header(6), refused(6));
    assert_eq!(first(&mut frame).adjust_header(-3), refused(-3));
    assert_eq!(first(&mut frame).adjust_header(i32::MIN), refused(i32::MIN.into()));
    assert_eq!(first(&mut frame).adjust_header(i32::MAX), refused(i32::MAX.into()));
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [8, 2, 1, 5, 0, 5]);
    first(&mut frame).adjust_header(5).unwrap();
    first(&mut frame).adjust_header(-7).unwrap();
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [8, 0, 1, 7, 7, 0]);
}

/// Section 2: "If the payload end would fall before the new head it is moved up to it."
#[test]
fn header_moves_the_end_of_payload_along() {
    let mut frame = Bench::frame(8).unwrap();
    frame.write(0, b"abc").unwrap();
    first(&mut frame).adjust_header(5).unwrap();
    assert_eq!(frame.payload(), 0);
    first(&mut frame).adjust_header(-5).unwrap();
    assert_eq!(frame.payload(), 5, "the end stayed at 5");
}

/// Section 2: "zeroHeader = release all"; "zeroTail".
#[test]
fn zero_header_and_tail() {
    let mut frame = Bench::frame(8).unwrap();
    first(&mut frame).adjust_header(3).unwrap();
    first(&mut frame).adjust_tail(2).unwrap();
    first(&mut frame).zero_header().unwrap();
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [8, 0, 2, 6, 3, 3]);
    first(&mut frame).zero_tail().unwrap();
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [8, 0, 0, 8, 3, 5]);
}

/// Section 2, adjustTail: "analogous on the tail, throws on the same bounds; never changes payload".
#[test]
fn tail_bounds() {
    let mut frame = Bench::frame(8).unwrap();
    first(&mut frame).adjust_header(2).unwrap();
    first(&mut frame).adjust_tail(4).unwrap();
    let refused = |by| Err(FrameError::BeyondRoom { by, least: -4, most: 2 });
    assert_eq!(first(&mut frame).adjust_tail(3), refused(3));
    assert_eq!(first(&mut frame).adjust_tail(-5), refused(-5));
    first(&mut frame).adjust_tail(-4).unwrap();
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [8, 2, 0, 6, 0, 6]);
}

/// Section 2: "tail room may overlap payload, available is then 0".
#[test]
fn tail_may_overlap_payload() {
    let mut frame = Bench::frame_of(b"abcdefgh").unwrap();
    first(&mut frame).adjust_tail(3).unwrap();
    assert_eq!(numbers(&frame.buffer(0).unwrap()), [8, 0, 3, 5, 8, 0]);
    assert_eq!((frame.size(), frame.payload(), frame.available()), (5, 8, 0));
    assert_eq!(frame.to_vec(), b"abcdefgh", "the payload is untouched");
    first(&mut frame).set_payload_full().unwrap();
    assert_eq!(frame.to_vec(), b"abcde");
}

/// Section 2: "setPayload(n): throws if n > size".
#[test]
fn payload_of_one_buffer() {
    let mut frame = Bench::frame_with(4, 8).unwrap();
    frame.buffer_mut(1).unwrap().set_payload(3).unwrap();
    assert_eq!(frame.payload(), 3);
    let refused = Err(FrameError::BeyondSize { asked: 5, size: 4 });
    assert_eq!(frame.buffer_mut(1).unwrap().set_payload(5), refused);
    assert_eq!(frame.buffer_mut(1).unwrap().min_payload(5), refused);
    frame.buffer_mut(1).unwrap().min_payload(2).unwrap();
    assert_eq!(frame.payload(), 3);
    frame.buffer_mut(1).unwrap().min_payload(4).unwrap();
    assert_eq!(frame.payload(), 4);
}

/// Section 2: "adjustPayload (throws if it would go negative)".
#[test]
fn adjust_payload_of_one_buffer() {
    let mut frame = Bench::frame(8).unwrap();
    first(&mut frame).adjust_payload(6).unwrap();
    first(&mut frame).adjust_payload(-2).unwrap();
    assert_eq!(frame.payload(), 4);
    let refused = |by| Err(FrameError::BeyondRoom { by, least: -4, most: 4 });
    assert_eq!(first(&mut frame).adjust_payload(-5), refused(-5));
    assert_eq!(first(&mut frame).adjust_payload(5), refused(5));
    assert_eq!(frame.payload(), 4);
}

/// Section 2: "setPayloadFull (payload end = raw − tail), setPayloadEmpty (payload end = head)".
#[test]
fn full_and_empty_buffer() {
    let mut frame = Bench::frame(8).unwrap();
    first(&mut frame).adjust_header(1).unwrap();
    first(&mut frame).adjust_tail(2).unwrap();
    first(&mut frame).set_payload_full().unwrap();
    assert_eq!(frame.payload(), 5);
    first(&mut frame).set_payload_empty().unwrap();
    assert_eq!(frame.payload(), 0);
}

/// Section 2: begin and end of the room are inside of head and tail room; writing there changes no payload.
#[test]
fn room_lies_between_head_and_tail() {
    let mut frame = Bench::frame_of(b"hhbodytt").unwrap();
    first(&mut frame).adjust_header(2).unwrap();
    first(&mut frame).adjust_tail(2).unwrap();
    first(&mut frame).set_payload(1).unwrap();
    first(&mut frame).room_mut().unwrap().copy_from_slice(b"BODY");
    assert_eq!(frame.to_vec(), b"B");
    first(&mut frame).zero_header().unwrap();
    first(&mut frame).zero_tail().unwrap();
    frame.set_payload(6).unwrap();
    assert_eq!(frame.to_vec(), b"hhBODY", "head room was not written");
}

/// A buffer that is not there.
#[test]
fn no_such_buffer() {
    let mut frame = Bench::frame_with(4, 8).unwrap();
    assert_eq!(frame.buffer(2).err(), Some(FrameError::NoBuffer { index: 2, count: 2 }));
    assert_eq!(frame.buffer_mut(2).err(), Some(FrameError::NoBuffer { index: 2, count: 2 }));
    assert_eq!(frame.buffers().count(), 2);
}
