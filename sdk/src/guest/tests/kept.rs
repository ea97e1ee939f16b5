//! Frames that stay with the module after the call.

use super::{Given, Loan, META, Outcome, Outcomes, drop_as, each, one};

#[test]
fn a_frame_that_is_kept_is_held_and_passes_later() {
    let mut loan = Loan::new();
    let mut kept = None;
    assert_eq!(loan.offer(&[b"a"]).call(|frames, _| kept = Some(one(frames))), each(&[Outcome::Hold(0)]));
    let idle = loan.call(|_, _| ());
    assert_eq!(idle, each(&[]));
    let later = loan.offer(&[b"b"]).call(|frames, batch| {
        batch.send(1, kept.take().unwrap());
        batch.send(0, one(frames));
    });
    assert_eq!(later, each(&[Outcome::Pass(0, 1), Outcome::Pass(1, 0)]));
    assert_eq!(loan.offer(&[b"c"]).call(|frames, _| drop(frames)), Outcomes::ReleaseAll);
}

#[test]
fn a_held_frame_is_released_or_dropped_when_it_goes() {
    let mut loan = Loan::new();
    let mut kept = Vec::new();
    loan.offer(&[b"a", b"b"]).call(|frames, _| kept = frames);
    let second = kept.pop().unwrap();
    assert_eq!(loan.call(|_, _| drop(kept)), each(&[Outcome::Release(0)]));
    assert_eq!(loan.call(|_, _| drop_as(second, 5)), each(&[Outcome::Drop(1, 5)]));
    assert_eq!(loan.call(|_, _| ()), Outcomes::ReleaseAll);
}

#[test]
fn what_was_dropped_between_two_calls_is_said_in_the_next() {
    let mut loan = Loan::new();
    let mut kept = None;
    loan.offer(&[b"a"]).call(|frames, _| kept = Some(one(frames)));
    drop_as(kept.unwrap(), 2);
    assert_eq!(loan.call(|_, _| ()), each(&[Outcome::Drop(0, 2)]));
}

#[test]
fn a_held_frame_that_was_written_leaves_as_new_and_is_released() {
    let mut loan = Loan::new();
    let mut kept = None;
    loan.offer(&[b"abc"]).call(|frames, _| kept = Some(one(frames)));
    let mut frame = kept.unwrap();
    frame.write(0, b"x").unwrap();
    let said = loan.call(|_, batch| batch.send(0, frame));
    assert_eq!(said, each(&[Outcome::Emitted(0), Outcome::Release(0)]));
    assert_eq!(loan.payload(0), b"xbc");
}

#[test]
fn a_frame_that_was_written_and_kept_is_held_all_the_same() {
    let mut loan = Loan::new();
    let mut kept = None;
    let said = loan.offer(&[b"abc"]).call(|frames, _| {
        let mut frame = one(frames);
        frame.write(0, b"x").unwrap();
        kept = Some(frame);
    });
    assert_eq!(said, each(&[Outcome::Hold(0)]));
    assert_eq!(loan.call(|_, _| drop(kept)), each(&[Outcome::Release(0)]));
}

#[test]
fn a_share_that_is_kept_holds_the_frame_and_passes_it_later() {
    let mut loan = Loan::new();
    let mut kept = None;
    let said = loan.offer(&[b"abc"]).call(|frames, batch| {
        let frame = one(frames);
        kept = Some(frame.share().unwrap());
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Share(0, 0, META), Outcome::Hold(0)]));
    assert_eq!(loan.call(|_, batch| batch.send(0, kept.unwrap())), each(&[Outcome::Pass(0, 0)]));
}

#[test]
fn a_slice_that_is_kept_holds_the_frame_until_it_is_gone() {
    let mut loan = Loan::new();
    let mut kept = None;
    let said = loan.offer(&[b"abc"]).call(|frames, _| kept = Some(one(frames).slice(1, 1).unwrap()));
    assert_eq!(said, each(&[Outcome::Hold(0)]));
    let said = loan.call(|_, batch| batch.send(0, kept.unwrap()));
    assert_eq!(said, each(&[Outcome::Part(0, 0, META, 1, 1), Outcome::Release(0)]));
}

#[test]
fn bytes_of_a_frame_that_was_dropped_leave_as_a_copy() {
    let mut loan = Loan::new();
    let mut kept = None;
    let said = loan.offer(&[b"abc"]).call(|frames, _| {
        let frame = one(frames);
        kept = Some(frame.slice(1, 2).unwrap());
        drop_as(frame, 0);
    });
    assert_eq!(said, each(&[Outcome::Drop(0, 0)]));
    assert_eq!(loan.call(|_, batch| batch.send(0, kept.unwrap())), each(&[Outcome::Emitted(0)]));
    assert_eq!(loan.payload(0), b"bc");
}

#[test]
fn the_frame_inside_a_failure_is_never_named_again() {
    let mut loan = Loan::new();
    let mut kept = None;
    let said = loan.offer(&[b"abc"]).call_of(1, Some(0), |frames, _| kept = Some(one(frames)));
    assert_eq!(said, each(&[]));
    assert_eq!(loan.call(|_, batch| batch.send(0, kept.unwrap())), each(&[Outcome::Emitted(0)]));
    assert_eq!(loan.payload(0), b"abc");
}

#[test]
fn a_successor_keeps_what_it_wants() {
    let mut loan = Loan::new();
    for id in 7..10 {
        loan.batch.give(Given { id, meta: META, size: 1 }, vec![id as u8], 0);
    }
    let mut frames = loan.batch.adopt();
    drop(frames.remove(1));
    assert_eq!(loan.batch.adopted(), [7, 9]);
    let said = loan.call(|_, batch| frames.into_iter().for_each(|frame| batch.send(0, frame)));
    assert_eq!(said, each(&[Outcome::Pass(7, 0), Outcome::Pass(9, 0)]));
}

#[test]
fn a_frame_that_is_dropped_while_it_is_taken_over_is_held_until_that_is_said() {
    let mut loan = Loan::new();
    loan.offer(&[b"a", b"b"]);
    let [a, b] = <[_; 2]>::try_from(loan.batch.adopt()).unwrap();
    drop_as(a, 1);
    drop(b);
    assert_eq!(loan.batch.adopted(), [0]);
    assert_eq!(loan.call(|_, _| ()), each(&[Outcome::Drop(0, 1)]));
    assert_eq!(loan.call(|_, _| ()), Outcomes::ReleaseAll);
}
