//! Section 5 in other words: what the original leaves to a lock is kept apart by copying what is written.

use crate::in_fours;
use rogue_sdk::{
    bench::Bench,
    frame::{Frame, FrameError},
};

/// A share is the same memory, and its own metadata.
#[test]
fn share_has_metadata_of_its_own() {
    let mut frame = in_fours(b"0123456789");
    frame.set_channel(1);
    frame.set_flags(2);
    frame.set_error(3);
    let mut share = frame.share().unwrap();
    assert_eq!((share.channel(), share.flags(), share.error()), (1, 2, 3));
    assert_eq!(share.buffer(2).unwrap().bytes().as_ptr(), frame.buffer(2).unwrap().bytes().as_ptr());
    share.set_channel(9);
    share.set_payload(3).unwrap();
    share.buffer_mut(0).unwrap().adjust_header(1).unwrap();
    assert_eq!((share.to_vec(), share.channel()), (b"12".to_vec(), 9));
    assert_eq!((frame.to_vec(), frame.channel()), (b"0123456789".to_vec(), 1));
    assert_eq!(Bench::live_buffers(), 3);
}

/// Each way of writing leaves the other alone, from either side.
#[test]
fn writing_copies_what_is_shared() {
    type Write = fn(&mut Frame);
    let ways: [Write; 5] = [
        |frame| frame.write(1, b"XX").unwrap(),
        |frame| frame.writer(1).put(b"XX").unwrap(),
        |frame| assert!(frame.accessor_mut::<u16>(1, 1).unwrap().set(0, 0x5858)),
        |frame| frame.bytes_mut().unwrap()[1..3].copy_from_slice(b"XX"),
        |frame| frame.buffer_mut(0).unwrap().room_mut().unwrap()[1..3].copy_from_slice(b"XX"),
    ];
    for way in ways {
        let mut frame = in_fours(b"0123456789");
        let mut share = frame.share().unwrap();
        way(&mut share);
        assert_eq!((frame.to_vec(), share.to_vec()), (b"0123456789".to_vec(), b"0XX3456789".to_vec()));
        way(&mut frame);
        assert_eq!((frame.to_vec(), share.to_vec()), (b"0XX3456789".to_vec(), b"0XX3456789".to_vec()));
    }
}

/// Only the buffers that are written are copied.
#[test]
fn only_written_buffers_are_copied() {
    let frame = in_fours(b"0123456789");
    let mut share = frame.share().unwrap();
    share.write(5, b"X").unwrap();
    assert_eq!(Bench::live_buffers(), 4);
    let same = |index| {
        let (a, b) = (frame.buffer(index).unwrap(), share.buffer(index).unwrap());
        a.bytes().as_ptr() == b.bytes().as_ptr()
    };
    assert_eq!([same(0), same(1), same(2)], [true, false, true]);
}

/// Who is left alone writes in place.
#[test]
fn last_owner_writes_in_place() {
    let frame = in_fours(b"0123456789");
    let mut share = frame.share().unwrap();
    let place = share.buffer(0).unwrap().bytes().as_ptr();
    drop(frame);
    share.write(0, b"X").unwrap();
    assert_eq!(share.buffer(0).unwrap().bytes().as_ptr(), place);
    assert_eq!((Bench::live_frames(), Bench::live_buffers()), (1, 3));
}

/// Head room and what lies in it go along when a buffer is copied.
#[test]
fn copy_keeps_head_room() {
    let mut frame = Bench::frame_of(b"headbody").unwrap();
    frame.buffer_mut(0).unwrap().adjust_header(4).unwrap();
    let share = frame.share().unwrap();
    frame.write(0, b"BODY").unwrap();
    frame.buffer_mut(0).unwrap().adjust_header(-4).unwrap();
    assert_eq!((frame.to_vec(), share.to_vec()), (b"headBODY".to_vec(), b"body".to_vec()));
}

/// A slice is a part of the same memory, across buffers, with metadata copied.
#[test]
fn slice_is_a_part() {
    let mut frame = in_fours(b"0123456789");
    frame.set_channel(7);
    let slice = frame.slice(3, 6).unwrap();
    assert_eq!((slice.to_vec(), slice.buffer_count(), slice.channel()), (b"345678".to_vec(), 3, 7));
    assert_eq!((slice.size(), slice.payload()), (6, 6));
    assert_eq!(slice.buffer(1).unwrap().bytes().as_ptr(), frame.buffer(1).unwrap().bytes().as_ptr());
    assert_eq!(Bench::live_buffers(), 3);
    drop(frame);
    assert_eq!(slice.to_vec(), b"345678");
}

/// A slice of a slice, the whole, nothing; outside is refused.
#[test]
fn slice_bounds() {
    let frame = in_fours(b"0123456789");
    assert_eq!(frame.slice(2, 7).unwrap().slice(1, 3).unwrap().to_vec(), b"345");
    assert!(frame.slice(0, 10).unwrap().same_payload(&frame));
    assert!(frame.slice(10, 0).unwrap().is_empty());
    assert_eq!(frame.slice(4, 7).err(), Some(FrameError::BeyondPayload { asked: 11, payload: 10 }));
    assert!(frame.slice(u32::MAX, u32::MAX).is_err());
}

/// Slices of one buffer that do not even overlap are kept apart, as is the frame they are of.
#[test]
fn slices_are_kept_apart() {
    let frame = Bench::frame_of(b"0123456789").unwrap();
    let (mut low, high) = (frame.slice(0, 5).unwrap(), frame.slice(5, 5).unwrap());
    low.write(0, b"XXXXX").unwrap();
    assert_eq!(low.write(5, b"X"), Err(FrameError::BeyondSize { asked: 6, size: 5 }));
    assert_eq!((frame.to_vec(), high.to_vec()), (b"0123456789".to_vec(), b"56789".to_vec()));
}

/// A frame may hold one memory twice.
#[test]
fn append_of_a_slice_of_itself() {
    let mut frame = Bench::frame_of(b"abcd").unwrap();
    let slice = frame.slice(1, 2).unwrap();
    frame.append(slice).unwrap();
    assert_eq!(frame.to_vec(), b"abcdbc");
    frame.write(1, b"X").unwrap();
    assert_eq!(frame.to_vec(), b"aXcdbc");
}

/// Everything goes back, whatever the order.
#[test]
fn everything_goes_back() {
    for order in 0..6 {
        let mut frame = in_fours(b"0123456789");
        let mut frames = vec![frame.share().unwrap(), frame.slice(2, 6).unwrap()];
        frame.write(0, b"X").unwrap();
        frame.append(frames[1].share().unwrap()).unwrap();
        frame.ensure_single_buffer().unwrap();
        frames.push(frame);
        let second = frames.remove(order % 3);
        drop(second);
        drop(frames.remove(order % 2));
        assert_eq!(Bench::live_frames(), 1);
        drop(frames);
        assert_eq!((Bench::live_frames(), Bench::live_buffers(), Bench::live_bytes()), (0, 0, 0));
    }
}

/// Handles over one memory may end on any threads at once.
#[test]
fn handles_end_on_any_thread() {
    for _ in 0..200 {
        let frame = in_fours(b"0123456789");
        let shares: Vec<Frame> = (0..4).map(|_| frame.share().unwrap()).collect();
        let start = std::sync::Barrier::new(5);
        std::thread::scope(|scope| {
            for mut share in shares {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    share.write(4, b"X").unwrap();
                    assert_eq!(share.to_vec(), b"0123X56789");
                });
            }
            start.wait();
            drop(frame);
        });
        assert_eq!((Bench::live_frames(), Bench::live_buffers(), Bench::live_bytes()), (0, 0, 0));
    }
}
