//! Frames on their way to a node: one queue for all its input ports, so that the order of arrival stays.

use super::{BATCH_BYTES, BATCH_FRAMES};
use rogue_sdk::Frame;
use std::{collections::VecDeque, mem};

/// The queue of one node: the frames lie in `slots[head..tail]`, all other slots are empty; `runs` says how many
/// frames in a row came by which port.
#[derive(Default)]
pub struct Inbox {
    slots: Vec<Option<Frame>>,
    head: usize,
    tail: usize,
    bytes: u64,
    runs: VecDeque<(u32, usize)>,
}

/// The next frames of one port.
pub struct Run<'a> {
    /// Their port.
    pub port: u32,
    /// The frames.
    pub frames: &'a mut [Option<Frame>],
    /// Their payload.
    pub bytes: u64,
}

fn payload(frame: &Option<Frame>) -> u64 {
    frame.as_ref().map_or(0, |frame| u64::from(frame.payload()))
}

/// Payload of some frames; slots that are empty count nothing.
pub fn payload_of(frames: &[Option<Frame>]) -> u64 {
    frames.iter().map(payload).sum()
}

impl Inbox {
    /// Puts a frame at the end.
    #[inline]
    pub fn push(&mut self, port: u32, frame: Frame) {
        let bytes = frame.payload().into();
        self.room(1)[0] = Some(frame);
        self.filled(port, 1, bytes);
    }

    /// Empty slots behind the frames, for [`Inbox::filled`].
    #[inline]
    pub fn room(&mut self, count: usize) -> &mut [Option<Frame>] {
        self.make_room(count);
        &mut self.slots[self.tail..self.tail + count]
    }

    /// The first `count` slots of [`Inbox::room`] have frames now, which came by one port and have `bytes` of
    /// payload.
    #[inline]
    pub fn filled(&mut self, port: u32, count: usize, bytes: u64) {
        self.tail += count;
        self.bytes += bytes;
        if count > 0 {
            self.came_by(port, count);
        }
    }

    /// Sees to it that there are `more` slots behind the frames.
    #[inline]
    fn make_room(&mut self, more: usize) {
        if self.slots.len() - self.tail < more {
            self.grow(more);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        if self.head > self.tail / 2 {
            self.slots.drain(..self.head);
            self.tail -= self.head;
            self.head = 0;
        }
        let least = (self.tail + more).next_power_of_two().max(BATCH_FRAMES as usize);
        self.slots.resize_with(least.max(self.slots.len()), || None);
    }

    #[inline]
    fn came_by(&mut self, port: u32, count: usize) {
        match self.runs.back_mut() {
            Some((last, run)) if *last == port => *run += count,
            _ => self.runs.push_back((port, count)),
        }
    }

    /// Frames waiting.
    #[inline]
    pub fn len(&self) -> usize {
        self.tail - self.head
    }

    /// Whether none is waiting.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next frames of one port, at most `most` and, beyond the first, at most [`BATCH_BYTES`] together.
    #[inline]
    pub fn run(&mut self, most: usize) -> Run<'_> {
        let (port, run) = self.runs.front().copied().unwrap_or((0, 0));
        let count = run.min(most.max(1));
        let whole = count == self.len();
        let frames = &mut self.slots[self.head..self.head + count];
        if whole && self.bytes <= BATCH_BYTES {
            return Run { port, frames, bytes: self.bytes };
        }
        let (mut fit, mut bytes) = (0, 0);
        for frame in frames.iter() {
            let more = payload(frame);
            if fit > 0 && bytes + more > BATCH_BYTES {
                break;
            }
            bytes += more;
            fit += 1;
        }
        Run { port, frames: &mut frames[..fit], bytes }
    }

    /// Forgets the first `count` frames, which were taken, with `bytes` of payload.
    #[inline]
    pub fn consume(&mut self, count: usize, bytes: u64) {
        let count = count.min(self.len());
        self.head += count;
        self.bytes -= bytes.min(self.bytes);
        if let Some((_, run)) = self.runs.front_mut() {
            *run -= count.min(*run);
            if *run == 0 {
                self.runs.pop_front();
            }
        }
        if self.head == self.tail {
            (self.head, self.tail) = (0, 0);
        }
    }

    /// What waits, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Frame)> {
        let ports = self.runs.iter().flat_map(|&(port, run)| std::iter::repeat_n(port, run));
        let frames = self.slots.get(self.head..self.tail).unwrap_or(&[]).iter();
        ports.zip(frames).filter_map(|(port, frame)| frame.as_ref().map(|frame| (port, frame)))
    }

    /// Takes everything out, in order.
    pub fn drain(&mut self) -> Vec<(u32, Frame)> {
        let Inbox { slots, head, tail, runs, .. } = mem::take(self);
        let ports = runs.into_iter().flat_map(|(port, run)| std::iter::repeat_n(port, run));
        let frames = slots.into_iter().take(tail).skip(head);
        ports.zip(frames).filter_map(|(port, frame)| frame.map(|frame| (port, frame))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Account, request};

    fn frame(account: &Account, payload: u32) -> Frame {
        let mut frame = request(account, 0, payload).expect("memory");
        frame.set_payload_full();
        frame
    }

    #[test]
    fn runs_are_of_one_port_in_order_of_arrival_and_bounded_in_bytes() {
        let account = Account::open().expect("room");
        let mut inbox = Inbox::default();
        [(0, 10), (0, 20), (1, 30), (0, 800_000), (0, 400_000), (0, 5)]
            .into_iter()
            .for_each(|(port, payload)| inbox.push(port, frame(account, payload)));
        let mut seen = Vec::new();
        while !inbox.is_empty() {
            let run = inbox.run(64);
            let (port, count, bytes) = (run.port, run.frames.len(), run.bytes);
            run.frames.iter_mut().for_each(|frame| drop(frame.take()));
            inbox.consume(count, bytes);
            seen.push((port, count, bytes));
        }
        assert_eq!(seen, [(0, 2, 30), (1, 1, 30), (0, 1, 800_000), (0, 2, 400_005)]);
        inbox
            .room(2)
            .iter_mut()
            .zip([1, 2])
            .for_each(|(slot, payload)| *slot = Some(frame(account, payload)));
        inbox.filled(3, 2, 3);
        inbox.filled(4, 0, 0);
        let first = inbox.run(1);
        assert_eq!((first.port, first.bytes), (3, 1));
        drop(first.frames[0].take());
        inbox.consume(1, 1);
        assert_eq!(
            inbox.drain().into_iter().map(|(port, f)| (port, f.payload())).collect::<Vec<_>>(),
            [(3, 2)]
        );
        assert!(inbox.is_empty());
        account.close();
    }

    #[test]
    fn an_inbox_that_is_never_empty_keeps_its_order_and_does_not_grow() {
        let account = Account::open().expect("room");
        let mut inbox = Inbox::default();
        (1..=100).for_each(|payload| inbox.push(0, frame(account, payload)));
        for next in 1..=1000 {
            let run = inbox.run(1);
            assert_eq!(run.frames[0].take().map(|frame| frame.payload()), Some(next));
            inbox.consume(1, next.into());
            inbox.room(1)[0] = Some(frame(account, next + 100));
            inbox.filled(0, 1, u64::from(next) + 100);
        }
        assert!(inbox.slots.len() <= 512, "{} slots for 100 frames", inbox.slots.len());
        assert_eq!(inbox.iter().count(), 100);
        drop(inbox);
        account.close();
    }
}
