//! Frames in the buffer that is lent to the host: it may be written again when nothing of them is left, and lives as long
//! as somebody has bytes in it.

use super::{super::lent, Given, Loan, META, Outcome, Outcomes, each, one};

/// A host that writes into the buffer.
struct Lent {
    loan: Loan,
    buffer: *mut u8,
}

impl Lent {
    fn new(size: usize) -> Lent {
        Lent { loan: Loan::new(), buffer: lent::make(size) }
    }

    /// Offers frames whose payloads lie one behind the other.
    fn offer(&mut self, payloads: &[&[u8]]) -> &mut Loan {
        assert!(lent::is_free(self.buffer));
        // SAFETY: the tests' payloads fit.
        let mut at = unsafe { self.buffer.add(lent::RECORDS) };
        let head = lent::at(at).expect("it is lent");
        for payload in payloads {
            let given = Given { id: self.loan.next, meta: META, size: payload.len() as u32 };
            self.loan.next += 1;
            // SAFETY: as above, and nobody has bytes there.
            unsafe {
                at.copy_from_nonoverlapping(payload.as_ptr(), payload.len());
                self.loan.batch.give_within(given, head, at, payload.len() as u32, 0);
                at = at.add(payload.len());
            }
        }
        &mut self.loan
    }
}

#[test]
fn what_passes_or_is_let_go_frees_the_buffer() {
    let mut host = Lent::new(4096);
    for _ in 0..3 {
        let said = host.offer(&[b"abc", b"", b"defg"]).call(|frames, batch| {
            let texts: Vec<Vec<u8>> = frames.iter().map(crate::Frame::to_vec).collect();
            assert_eq!(texts, [&b"abc"[..], b"", b"defg"]);
            frames.into_iter().for_each(|frame| batch.send(0, frame));
        });
        assert_eq!(said, Outcomes::PassAll);
        assert!(lent::is_free(host.buffer));
        let said = host.offer(&[b"abc", b"d"]).call(|frames, _| drop(frames));
        assert_eq!(said, Outcomes::ReleaseAll);
        assert!(lent::is_free(host.buffer));
    }
}

#[test]
fn what_is_written_is_written_in_place_and_leaves_before_the_host_writes_again() {
    let mut host = Lent::new(4096);
    let said = host.offer(&[b"abc"]).call(|frames, batch| {
        let mut frame = one(frames);
        frame.write(1, b"X").unwrap();
        batch.send(0, frame);
    });
    assert_eq!(said, each(&[Outcome::Emitted(0)]));
    assert_eq!(host.loan.payload(0), b"aXc");
    assert!(lent::is_free(host.buffer));
}

#[test]
fn a_buffer_in_which_something_is_kept_lives_until_that_goes() {
    let mut host = Lent::new(4096);
    let mut kept = None;
    let said = host.offer(&[b"abc", b"def"]).call(|mut frames, batch| {
        kept = frames.pop();
        frames.into_iter().for_each(|frame| batch.send(0, frame));
    });
    assert_eq!(said, each(&[Outcome::Pass(0, 0), Outcome::Hold(1)]));
    assert!(!lent::is_free(host.buffer));
    let before = std::mem::replace(&mut host.buffer, lent::make(8192));
    assert_ne!(before, host.buffer);
    let said = host.offer(&[b"ghi"]).call(|frames, batch| {
        frames.into_iter().for_each(|frame| batch.send(0, frame));
        let kept = kept.take().unwrap();
        assert_eq!(kept.to_vec(), b"def");
        batch.send(0, kept);
    });
    assert_eq!(said, each(&[Outcome::Pass(2, 0), Outcome::Pass(1, 0)]));
    assert!(lent::is_free(host.buffer));
}

#[test]
fn a_slice_that_outlives_its_frame_keeps_its_bytes() {
    let mut host = Lent::new(4096);
    let mut slice = None;
    host.offer(&[b"abcdef"]).call(|frames, batch| {
        let frame = one(frames);
        slice = Some(frame.slice(2, 3).unwrap());
        batch.send(0, frame);
    });
    assert!(!lent::is_free(host.buffer));
    assert_eq!(slice.as_ref().unwrap().to_vec(), b"cde");
    host.buffer = lent::make(4096);
    host.offer(&[b"xxxxxx"]).call(|frames, _| drop(frames));
    assert_eq!(slice.as_ref().unwrap().to_vec(), b"cde");
    let said = host.loan.call(|_, batch| batch.send(0, slice.take().unwrap()));
    assert_eq!(said, each(&[Outcome::Part(0, 0, META, 2, 3), Outcome::Release(0)]));
}

#[test]
fn what_is_nobodys_list_is_not_taken_for_the_buffer() {
    let host = Lent::new(100);
    assert!(lent::at(host.buffer).is_none());
    assert!(lent::at(std::ptr::null()).is_none());
    // SAFETY: within the buffer.
    assert!(lent::at(unsafe { host.buffer.add(lent::RECORDS) }).is_some());
}
