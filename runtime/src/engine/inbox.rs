//! Frames on their way to a node: one queue for all its input ports, so that the order of arrival stays.

use super::BATCH_BYTES;
use rogue_sdk::Frame;
use std::collections::VecDeque;

/// The queue of one node. Empty slots lie only in front of `head`; `runs` says how many frames in a row came
/// by which port.
#[derive(Default)]
pub struct Inbox {
    frames: Vec<Option<Frame>>,
    head: usize,
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
        self.bytes += u64::from(frame.payload());
        self.frames.push(Some(frame));
        self.came_by(port, 1);
    }

    /// Makes room for `more` frames.
    pub fn reserve(&mut self, more: usize) {
        self.frames.reserve(more);
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
        self.frames.len() - self.head
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
        let frames = &mut self.frames[self.head..self.head + count];
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
        if self.head == self.frames.len() {
            self.frames.clear();
            self.head = 0;
        } else if self.head >= 1024 && self.head * 2 >= self.frames.len() {
            self.frames.drain(..self.head);
            self.head = 0;
        }
    }

    /// Takes everything out, in order.
    pub fn drain(&mut self) -> Vec<(u32, Frame)> {
        let head = std::mem::take(&mut self.head);
        self.bytes = 0;
        let ports =
            std::mem::take(&mut self.runs).into_iter().flat_map(|(port, run)| std::iter::repeat_n(port, run));
        let frames = std::mem::take(&mut self.frames).into_iter().skip(head);
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
        [(0, 10), (0, 20), (1, 30), (0, 200_000), (0, 100_000), (0, 5)]
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
        assert_eq!(seen, [(0, 2, 30), (1, 1, 30), (0, 1, 200_000), (0, 2, 100_005)]);
        inbox.reserve(2);
        [1, 2].into_iter().for_each(|payload| inbox.push(3, frame(account, payload)));
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
}
