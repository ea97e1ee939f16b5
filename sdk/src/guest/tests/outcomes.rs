//! Frames that come and go within one call.

use super::{Loan, META, Meta, Outcome, Outcomes, drop_as, each, one, request};

#[test]
fn what_passes_untouched_is_one_word() {
    let mut loan = Loan::new();
    let pass = loan.offer(&[b"one", b"", b"three"]).call(|frames, batch| {
        frames.into_iter().for_each(|frame| batch.send(0, frame));
    });
    assert_eq!(pass, Outcomes::PassAll);
    assert_eq!(loan.offer(&[b"one"]).call(|frames, _| drop(frames)), Outcomes::ReleaseAll);
    assert_eq!(loan.call(|_, _| ()), Outcomes::ReleaseAll);
    assert!(loan.emitted.is_empty());
}

#[test]
fn another_port_order_or_number_is_said_one_by_one() {
    let mut loan = Loan::new();
    let port = loan.offer(&[b"a"]).call(|frames, batch| batch.send(2, one(frames)));
    assert_eq!(port, each(&[Outcome::Pass(0, 2)]));
    let order = loan.offer(&[b"a", b"b"]).call(|frames, batch| {
        frames.into_iter().rev().for_each(|frame| batch.send(0, frame));
    });
    assert_eq!(order, each(&[Outcome::Pass(2, 0), Outcome::Pass(1, 0)]));
    let some = loan.offer(&[b"a", b"b"]).call(|mut frames, batch| batch.send(0, frames.remove(1)));
    assert_eq!(some, each(&[Outcome::Pass(4, 0)]));
}

#[test]
fn other_metadata_are_a_retag() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"a"]).call(|frames, batch| {
        let mut frame = one(frames);
        frame.set_channel(9);
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Retag(0, 0, Meta { channel: 9, ..META })]));
}

#[test]
fn a_reason_is_told() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"a", b"b", b"c"]).call(|frames, batch| {
        let [a, b, c] = <[_; 3]>::try_from(frames).unwrap();
        drop_as(a, 1);
        batch.send(0, b);
        drop(c);
    });
    assert_eq!(said, each(&[Outcome::Pass(1, 0), Outcome::Drop(0, 1)]));
}

#[test]
fn what_was_written_leaves_as_new() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abc"]).call(|frames, batch| {
        let mut frame = one(frames);
        frame.write(1, b"B").unwrap();
        batch.send(4, frame);
    });
    assert_eq!(
        (said, loan.emitted.clone()),
        (each(&[Outcome::Emitted(0)]), vec![(4, META, 3, b"aBc".to_vec())])
    );
}

#[test]
fn a_share_names_the_frame_and_the_last_of_them_passes() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abc"]).call(|frames, batch| {
        let frame = one(frames);
        let mut second = frame.share().unwrap();
        second.set_error(1);
        batch.send(0, frame);
        batch.send(1, second);
    });
    let retag = Outcome::Retag(0, 1, Meta { error: 1, ..META });
    assert_eq!(said, each(&[Outcome::Share(0, 0, META), retag]));
}

#[test]
fn slices_are_parts_and_the_frame_is_consumed() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abcdef"]).call(|frames, batch| {
        let frame = one(frames);
        batch.send(0, frame.slice(0, 2).unwrap());
        batch.send(0, frame.slice(2, 4).unwrap().slice(1, 2).unwrap());
        batch.send(0, frame.slice(6, 0).unwrap());
    });
    let parts = [Outcome::Part(0, 0, META, 0, 2), Outcome::Part(0, 0, META, 3, 2), Outcome::Emitted(0)];
    assert_eq!(said, each(&parts));
    assert_eq!(loan.payload(0), b"");
}

#[test]
fn a_part_before_the_frame_itself_leaves_it_to_pass() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abcdef"]).call(|frames, batch| {
        let frame = one(frames);
        batch.send(0, frame.slice(1, 2).unwrap());
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Part(0, 0, META, 1, 2), Outcome::Pass(0, 0)]));
    let said = loan.offer(&[b"abcdef"]).call(|frames, batch| {
        let frame = one(frames);
        let head = frame.slice(1, 2).unwrap();
        batch.send(0, frame);
        batch.send(0, head);
    });
    assert_eq!(said, each(&[Outcome::Share(1, 0, META), Outcome::Part(1, 0, META, 1, 2)]));
}

#[test]
fn a_header_that_was_stripped_is_a_part_and_one_with_room_behind_it_is_new() {
    let mut loan = Loan::new();
    let strip = |loan: &mut Loan| {
        loan.call(|frames, batch| {
            let mut frame = one(frames);
            frame.buffer_mut(0).unwrap().adjust_header(2).unwrap();
            batch.send(0, frame);
        })
    };
    assert_eq!(strip(loan.offer(&[b"abcdef"])), each(&[Outcome::Part(0, 0, META, 2, 4)]));
    assert_eq!(strip(loan.offer_roomy(b"abcdef", 10)), each(&[Outcome::Emitted(0)]));
    assert_eq!(loan.emitted, [(0, META, 8, b"cdef".to_vec())]);
}

#[test]
fn buffers_are_gathered() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abc", b"def"]).call(|frames, batch| {
        let [mut a, b] = <[_; 2]>::try_from(frames).unwrap();
        let mut tail = request(3);
        tail.write(0, b"!").unwrap();
        a.append(b).map_err(|(error, _)| error).unwrap();
        a.append(tail).map_err(|(error, _)| error).unwrap();
        batch.send(0, a);
    });
    assert_eq!(said, each(&[Outcome::Emitted(0)]));
    assert_eq!(loan.emitted, [(0, META, 9, b"abcdef!".to_vec())]);
}

#[test]
fn what_is_not_taken_is_nobodys() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"a", b"b", b"c"]).call_of(2, None, |frames, batch| {
        frames.into_iter().for_each(|frame| batch.send(0, frame));
    });
    assert_eq!(said, Outcomes::PassAll);
}

#[test]
fn of_a_call_that_failed_only_what_came_before_happens() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"a", b"b", b"c"]).call_of(3, Some(1), |frames, batch| {
        let [a, b, c] = <[_; 3]>::try_from(frames).unwrap();
        batch.send(0, a);
        drop_as(b, 0);
        batch.send(0, c.share().unwrap());
        batch.send(0, request(1));
        drop_as(c, 0);
    });
    assert_eq!(said, each(&[Outcome::Pass(0, 0), Outcome::Drop(1, 0)]));
    assert!(loan.emitted.is_empty());
}

#[test]
fn a_drop_of_what_was_made_here_is_told_by_reason() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"abcdef"]).call(|frames, batch| {
        let frame = one(frames);
        drop_as(frame.slice(0, 2).unwrap(), 1);
        drop_as(frame.share().unwrap(), 0);
        drop_as(request(4), 1);
        drop(request(4));
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Pass(0, 0), Outcome::Discard(1, 2), Outcome::Discard(0, 1)]));
    let said = loan.offer(&[b"ab"]).call(|frames, _| drop_as(one(frames).slice(0, 1).unwrap(), 2));
    assert_eq!(said, each(&[Outcome::Discard(2, 1)]));
    assert_eq!(loan.offer(&[b"ab"]).call(|frames, _| drop(frames)), Outcomes::ReleaseAll);
}

#[test]
fn of_two_handles_each_drop_counts() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"ab"]).call(|frames, _| {
        let frame = one(frames);
        let second = frame.share().unwrap();
        drop_as(frame, 1);
        drop_as(second, 0);
    });
    assert_eq!(said, each(&[Outcome::Drop(0, 1), Outcome::Discard(0, 1)]));
}

#[test]
fn drops_of_a_call_that_failed_are_told() {
    let mut loan = Loan::new();
    let said = loan.offer(&[b"ab"]).call_of(1, Some(0), |frames, _| {
        drop_as(one(frames).slice(0, 1).unwrap(), 0);
    });
    assert_eq!(said, each(&[Outcome::Discard(0, 1)]));
}
