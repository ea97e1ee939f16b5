//! Section 4: a contiguous range as numbers.

use crate::in_fours;
use rogue_sdk::{bench::Bench, frame::FrameError};

const ABC: &[u8] = &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];

/// Section 4: "Typed view of count elements at an iterator"; "`at(i)` throws when i ≥ size, begin/end/size".
#[test]
fn typed_view() {
    let frame = Bench::frame_of(ABC).unwrap();
    let view = frame.accessor::<u32>(0, 3).unwrap();
    assert_eq!((view.len(), view.is_empty()), (3, false));
    assert_eq!((view.get(0), view.get(2), view.get(3)), (Some(1), Some(3), None));
    assert_eq!(view.get(usize::MAX), None);
    assert_eq!(view.iter().collect::<Vec<_>>(), [1, 2, 3]);
}

/// Section 4: "throws GeneralError if count·sizeof(T) > remBuffer (i.e. the range crosses a buffer boundary)".
#[test]
fn view_must_not_cross_a_boundary() {
    let mut frame = in_fours(ABC);
    assert_eq!(frame.accessor::<u32>(4, 1).unwrap().get(0), Some(2));
    assert_eq!(frame.accessor::<u32>(4, 2).err(), Some(FrameError::CrossesBuffers { offset: 4, count: 2 }));
    assert_eq!(frame.accessor::<u32>(3, 1).err(), Some(FrameError::CrossesBuffers { offset: 3, count: 1 }));
    assert_eq!(
        frame.accessor_mut::<u32>(3, 1).err(),
        Some(FrameError::CrossesBuffers { offset: 3, count: 1 })
    );
    frame.ensure_single_buffer().unwrap();
    assert_eq!(frame.accessor::<u32>(4, 2).unwrap().get(1), Some(3));
}

/// Section 4: the view ends with the payload, not with the buffer.
#[test]
fn view_ends_with_the_payload() {
    let mut frame = Bench::frame_of(ABC).unwrap();
    frame.set_payload(9).unwrap();
    assert!(frame.accessor::<u32>(0, 2).is_ok());
    assert!(frame.accessor::<u32>(0, 3).is_err());
    assert!(frame.accessor_mut::<u32>(0, 3).is_err());
    assert_eq!(frame.accessor::<u32>(10, 0).err(), Some(FrameError::BeyondPayload { asked: 10, payload: 9 }));
    assert!(frame.accessor::<u64>(0, u32::MAX).is_err());
}

/// Section 4: "No alignment check": none is needed here.
#[test]
fn views_need_no_alignment() {
    let mut frame = Bench::frame_of(&[0xff, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
    assert_eq!(frame.accessor::<u64>(1, 1).unwrap().get(0), Some(0x0807_0605_0403_0201));
    assert!(frame.accessor_mut::<u64>(1, 1).unwrap().set(0, u64::MAX));
    assert_eq!(frame.to_vec(), [0xff; 9]);
}

/// Section 4: "Does not advance the iterator."
#[test]
fn view_of_a_reader_does_not_advance_it() {
    let frame = Bench::frame_of(ABC).unwrap();
    let mut reader = frame.reader();
    reader.advance(4);
    assert_eq!(reader.accessor::<u32>(2).unwrap().get(1), Some(3));
    assert_eq!(reader.position(), 4);
}

/// Writing through a view changes what is there and nothing else.
#[test]
fn writing_through_a_view() {
    let mut frame = Bench::frame_of(ABC).unwrap();
    let mut view = frame.accessor_mut::<u32>(4, 2).unwrap();
    assert!(view.set(0, 0x0101_0101));
    assert!(!view.set(2, 9) && !view.set(usize::MAX, 9));
    assert_eq!((view.len(), view.get(0), view.get(2)), (2, Some(0x0101_0101), None));
    assert_eq!(frame.to_vec(), [1, 0, 0, 0, 1, 1, 1, 1, 3, 0, 0, 0]);
}

/// Every type there is, both ways.
#[test]
fn every_type() {
    macro_rules! both_ways {
        ($($value:expr),*) => {$({
            let mut frame = Bench::frame(8).unwrap();
            frame.writer(0).put_number($value).unwrap();
            let mut value = $value;
            value = frame.accessor(0, 1).unwrap().get(0).unwrap_or(value);
            assert_eq!((value, frame.payload() as usize), ($value, size_of_val(&value)));
        })*};
    }
    both_ways!(200_u8, -100_i8, 60_000_u16, -30_000_i16, 4_000_000_000_u32, -2_000_000_000_i32);
    both_ways!(u64::MAX - 1, i64::MIN + 1, 1.5_f32, -2.25_f64);
}
