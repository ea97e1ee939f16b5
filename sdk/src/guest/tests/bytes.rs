//! Bytes, and the room beyond the payload.

use super::{Loan, Outcome, Outcomes, each, one, request};

#[test]
fn room_is_there_when_it_is_written() {
    let mut loan = Loan::new();
    let said = loan.offer_roomy(b"abc", 1000).call(|frames, batch| {
        let mut frame = one(frames);
        assert_eq!((frame.size(), frame.payload(), frame.available()), (1000, 3, 997));
        frame.write(990, b"the end").unwrap();
        assert_eq!((frame.size(), frame.payload()), (1000, 997));
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Emitted(0)]));
    assert_eq!(
        (&loan.payload(0)[..3], &loan.payload(0)[990..], loan.emitted[0].2),
        (&b"abc"[..], &b"the end"[..], 1000)
    );
}

#[test]
fn room_is_there_when_it_is_counted_as_payload() {
    let mut loan = Loan::new();
    let said = loan.offer_roomy(b"abc", 5000).call(|frames, batch| {
        let mut frame = one(frames);
        frame.set_payload(5000).unwrap();
        assert_eq!(frame.to_vec().len(), 5000);
        assert_eq!(&frame.contiguous().unwrap()[..3], b"abc");
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Emitted(0)]));
    assert_eq!(loan.payload(0).len(), 5000);
}

#[test]
fn a_shared_frame_is_copied_before_it_is_written_and_the_other_still_passes() {
    let mut loan = Loan::new();
    let said = loan.offer_roomy(b"abc", 10).call(|frames, batch| {
        let frame = one(frames);
        let mut copy = frame.share().unwrap();
        copy.write(2, b"xyz").unwrap();
        assert_eq!((frame.to_vec(), copy.to_vec()), (b"abc".to_vec(), b"abxyz".to_vec()));
        batch.send(0, copy);
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Emitted(0), Outcome::Pass(0, 0)]));
    assert_eq!(loan.payload(0), b"abxyz");
}

#[test]
fn a_share_can_be_given_room_while_the_frame_has_none() {
    let mut loan = Loan::new();
    loan.offer_roomy(b"abc", 300).call(|frames, batch| {
        let frame = one(frames);
        let mut copy = frame.share().unwrap();
        copy.set_payload(300).unwrap();
        assert_eq!(&copy.to_vec()[..3], b"abc");
        assert_eq!(frame.to_vec(), b"abc");
        batch.send(0, copy);
    });
    assert_eq!(loan.payload(0).len(), 300);
}

#[test]
fn a_slice_that_is_written_after_its_frame_has_gone_leaves_as_new() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abcdef"]).call(|frames, batch| {
        let mut slice = one(frames).slice(2, 3).unwrap();
        slice.write(0, b"C").unwrap();
        batch.send(0, slice);
    });
    assert_eq!(said, each(&[Outcome::Emitted(0)]));
    assert_eq!(loan.payload(0), b"Cde");
}

#[test]
fn an_empty_frame_with_room_can_be_filled() {
    let mut loan = Loan::new();
    loan.offer_roomy(b"", 4).call(|frames, batch| {
        let mut frame = one(frames);
        frame.write(0, b"full").unwrap();
        batch.send(0, frame);
    });
    assert_eq!(loan.payload(0), b"full");
}

#[test]
fn memory_is_used_again() {
    let mut loan = Loan::new();
    let first = request(1000).contiguous().unwrap().as_ptr();
    for _ in 0..100 {
        let frame = request(1000);
        assert_eq!(frame.contiguous().unwrap().as_ptr(), first);
    }
    for _ in 0..100 {
        let said = loan.offer(&[b"a", b"b"]).call(|frames, batch| {
            frames.into_iter().for_each(|frame| batch.send(0, frame));
        });
        assert_eq!(said, Outcomes::PassAll);
    }
}
