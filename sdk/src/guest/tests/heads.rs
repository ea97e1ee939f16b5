//! Frames of which the module has the metadata and sizes only.

use super::{Given, Loan, META, Meta, Outcome, Outcomes, each, one};
use crate::frame::FrameError;

fn offer(loan: &mut Loan) -> &mut Loan {
    loan.batch.give_head(Given { id: 4, meta: META, size: 20 }, 10, 0);
    loan
}

#[test]
fn sizes_and_metadata_are_known_and_it_passes() {
    let mut loan = Loan::new();
    let said = offer(&mut loan).call(|frames, batch| {
        let frame = one(frames);
        assert_eq!((frame.size(), frame.payload(), frame.available()), (20, 10, 10));
        assert_eq!((frame.channel(), frame.flags(), frame.buffer_count()), (META.channel, META.flags, 1));
        batch.send(0, frame);
    });
    assert_eq!(said, Outcomes::PassAll);
    let said = offer(&mut loan).call(|frames, batch| {
        let mut frame = one(frames);
        frame.set_error(2);
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Retag(4, 0, Meta { error: 2, ..META })]));
}

#[test]
fn payload_cannot_be_read_nor_written() {
    let mut loan = Loan::new();
    let said = offer(&mut loan).call(|frames, _| {
        let mut frame = one(frames);
        let mut to = [7; 4];
        assert_eq!(frame.read(0, &mut to), Err(FrameError::NoPayload));
        assert_eq!(to, [7; 4]);
        let mut reader = frame.reader();
        assert_eq!((reader.remaining(), reader.chunk(), reader.advance(3)), (0, &[][..], 0));
        assert_eq!(reader.number::<u32>(), Err(FrameError::NoPayload));
        reader.seek(5).unwrap();
        assert_eq!(reader.fill(&mut to), Err(FrameError::NoPayload));
        assert_eq!((frame.contiguous(), frame.to_vec()), (None, Vec::new()));
        assert!(frame.accessor::<u16>(0, 1).is_err() && frame.accessor_mut::<u16>(0, 1).is_err());
        let share = frame.share().unwrap();
        assert!(!frame.same_payload(&share));
        drop(share);
        assert_eq!(frame.bytes_mut().err(), Some(FrameError::NoPayload));
        assert_eq!(frame.write(0, b"x"), Err(FrameError::NoPayload));
        assert_eq!(frame.ensure_single_buffer(), Err(FrameError::NoPayload));
        assert_eq!(frame.buffer_mut(0).unwrap().room_mut().err(), Some(FrameError::NoPayload));
    });
    assert_eq!(said, Outcomes::ReleaseAll);
}

#[test]
fn parts_can_be_named_unseen() {
    let mut loan = Loan::new();
    let said = offer(&mut loan).call(|frames, batch| {
        let mut frame = one(frames);
        batch.send(0, frame.slice(2, 5).unwrap());
        frame.set_payload(4).unwrap();
        batch.send(1, frame);
    });
    assert_eq!(said, each(&[Outcome::Part(4, 0, META, 2, 5), Outcome::Part(4, 1, META, 0, 4)]));
}

#[test]
#[should_panic(expected = "metadata_only")]
fn more_payload_than_there_is_cannot_be_sent() {
    let mut loan = Loan::new();
    offer(&mut loan).call(|frames, batch| {
        let mut frame = one(frames);
        frame.set_payload(20).unwrap();
        batch.send(0, frame);
    });
}
