//! Frames on their way to a node: one queue for all its input ports, so that the order of arrival stays.

use super::BATCH_BYTES;
use rogue_sdk::Frame;

/// The queue of one node. Empty slots lie only in front of `head`.
#[derive(Default)]
pub struct Inbox {
    frames: Vec<Option<Frame>>,
    ports: Vec<u32>,
    head: usize,
}

impl Inbox {
    /// Puts a frame at the end.
    #[inline]
    pub fn push(&mut self, port: u32, frame: Frame) {
        self.frames.push(Some(frame));
        self.ports.push(port);
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
    pub fn run(&mut self, most: usize) -> (u32, &mut [Option<Frame>]) {
        let Some(&port) = self.ports.get(self.head) else { return (0, &mut []) };
        let end = self.frames.len().min(self.head + most.max(1));
        let (mut at, mut bytes) = (self.head, 0u64);
        while at < end && self.ports[at] == port {
            bytes += self.frames[at].as_ref().map_or(0, |frame| u64::from(frame.payload()));
            if bytes > BATCH_BYTES && at > self.head {
                break;
            }
            at += 1;
        }
        (port, &mut self.frames[self.head..at])
    }

    /// Forgets the first `count` frames, which were taken.
    #[inline]
    pub fn consume(&mut self, count: usize) {
        self.head += count.min(self.len());
        if self.head == self.frames.len() {
            self.frames.clear();
            self.ports.clear();
            self.head = 0;
        } else if self.head >= 1024 && self.head * 2 >= self.frames.len() {
            self.frames.drain(..self.head);
            self.ports.drain(..self.head);
            self.head = 0;
        }
    }

    /// Takes everything out, in order.
    pub fn drain(&mut self) -> impl Iterator<Item = (u32, Frame)> {
        let head = std::mem::take(&mut self.head);
        let ports = std::mem::take(&mut self.ports);
        let frames = std::mem::take(&mut self.frames);
        ports.into_iter().zip(frames).skip(head).filter_map(|(port, frame)| frame.map(|frame| (port, frame)))
    }
}
