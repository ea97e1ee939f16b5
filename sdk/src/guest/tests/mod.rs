//! What became of frames, from what a module did with them; natively, without a host.
#![allow(unsafe_code)]

mod bytes;
mod heads;
mod kept;
mod lent;
mod model;
mod outcomes;

use super::{
    batch::Batch,
    input::{self, Given},
    memory,
    outcome::{Meta, Outcome, Outcomes},
};
use crate::Frame;
use std::ptr::NonNull;

/// A batch, and what a call of a module said of it.
struct Loan {
    batch: Batch,
    /// Made by the last call: port, metadata, size, payload.
    emitted: Vec<(u32, Meta, u32, Vec<u8>)>,
    next: u32,
}

impl Loan {
    fn new() -> Loan {
        Loan { batch: Batch::new(), emitted: Vec::new(), next: 0 }
    }

    /// Offers frames with these payloads; their numbers go on from call to call.
    fn offer(&mut self, payloads: &[&[u8]]) -> &mut Loan {
        for payload in payloads {
            let given = Given { id: self.next, meta: META, size: payload.len() as u32 };
            self.batch.give(given, payload.to_vec(), 0);
            self.next += 1;
        }
        self
    }

    /// Offers a frame with room beyond its payload.
    fn offer_roomy(&mut self, payload: &[u8], size: u32) -> &mut Loan {
        self.batch.give(Given { id: self.next, meta: META, size }, payload.to_vec(), 0);
        self.next += 1;
        self
    }

    /// A call that takes all that was offered.
    fn call(&mut self, body: impl FnOnce(Vec<Frame>, &mut Batch)) -> Outcomes {
        let offered = self.batch.offered().1;
        self.call_of(offered, None, body)
    }

    /// A call that takes the first `taken`.
    fn call_of(
        &mut self,
        taken: u32,
        failed: Option<u32>,
        body: impl FnOnce(Vec<Frame>, &mut Batch),
    ) -> Outcomes {
        let (frames, _) = self.batch.offered();
        let frames = (0..taken as usize).filter_map(|i| {
            // SAFETY: the list has at least `taken` live handles, each taken once.
            NonNull::new(unsafe { *frames.add(i) }).map(|hdr| unsafe { Frame::from_raw(hdr) })
        });
        let frames = frames.collect();
        self.batch.results.lend(64);
        body(frames, &mut self.batch);
        let emitted = &mut self.emitted;
        emitted.clear();
        self.batch.settle(taken, failed, |port, meta, size, payload| {
            emitted.push((port, meta, size, payload.to_vec()));
            emitted.len() as u32 - 1
        })
    }

    /// What the k-th emitted frame has.
    fn payload(&self, k: usize) -> &[u8] {
        &self.emitted[k].3
    }
}

const META: Meta = Meta { channel: 3, error: 0, flags: 0x0201 };

fn each(list: &[Outcome]) -> Outcomes {
    Outcomes::Each(list.to_vec())
}

fn drop_as(frame: Frame, reason: u32) {
    // SAFETY: the handle is ours, and not used again.
    unsafe { input::drop_as(frame.into_raw().as_ptr(), reason) };
}

/// A frame as `Out::request` gives it.
fn request(size: u32) -> Frame {
    let hdr = NonNull::new(memory::request(size, 0)).unwrap();
    // SAFETY: the handle is fresh and ours.
    unsafe { Frame::from_raw(hdr) }
}

fn one(frames: Vec<Frame>) -> Frame {
    let mut frames = frames.into_iter();
    let frame = frames.next().unwrap();
    assert!(frames.next().is_none());
    frame
}
