//! Frames on their way out, cut into datagrams: one buffer is one datagram, up to the first that is empty.
//!
//! Used by `sender`. What holds: datagrams go in order; a frame is let go of behind its last one. Consecutive ones of equal
//! length make a run, which the system takes in one piece.

use super::sys::RUN_MAX;
use rogue_sdk::Frame;
use std::{collections::VecDeque, io::IoSlice};

/// Most bytes of a datagram, and of a run: what a packet of IPv4 holds.
pub const DATAGRAM_MAX: usize = 65_507;

/// What the next step is.
pub enum Next {
    /// All is sent.
    Nothing,
    /// So many datagrams of `each` bytes (the last one maybe fewer), which are among the slices.
    Run { count: usize, each: usize },
    /// A buffer that no datagram holds.
    TooBig(usize),
}

/// What became of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Sent,
    /// Sent but for a buffer that was too big.
    TooBig,
    /// The system refused at least one of its datagrams.
    Failed,
    /// Nothing was sent of what stands behind an empty buffer.
    CutShort,
}

/// The frames.
#[derive(Default)]
pub struct Outgoing {
    queue: VecDeque<Frame>,
    /// The buffer of the first frame that is next.
    buffer: usize,
    fate: Option<Fate>,
}

impl Outgoing {
    pub fn push(&mut self, frame: Frame) {
        self.queue.push_back(frame);
    }

    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// All frames, and how many buffers of the first are done with.
    pub fn take(&mut self) -> (VecDeque<Frame>, usize) {
        self.fate = None;
        (std::mem::take(&mut self.queue), std::mem::take(&mut self.buffer))
    }

    /// Goes on where a predecessor stopped.
    pub fn resume(&mut self, frames: impl IntoIterator<Item = Frame>, buffer: usize) {
        self.queue.extend(frames);
        self.buffer = buffer;
    }

    /// Collects the next datagrams: at most `most`, those of a run.
    pub fn next<'a>(&'a self, slices: &mut Vec<IoSlice<'a>>, most: usize) -> Next {
        let Some(first) = self.queue.front() else { return Next::Nothing };
        let each = first.buffer(self.buffer).map_or(0, |buffer| buffer.payload() as usize);
        if each > DATAGRAM_MAX {
            return Next::TooBig(each);
        }
        let most = self.fair(most.min(RUN_MAX).min((DATAGRAM_MAX / each.max(1)).max(1)));
        let mut from = self.buffer;
        'frames: for frame in &self.queue {
            let mut at = from;
            while let Ok(buffer) = frame.buffer(at) {
                let bytes = buffer.bytes();
                if bytes.is_empty() {
                    // What stands behind it is looked at when the frame is the first.
                    if at + 1 < frame.buffer_count() {
                        break 'frames;
                    }
                    break;
                }
                if slices.len() >= most || bytes.len() > each {
                    break 'frames;
                }
                slices.push(IoSlice::new(bytes));
                if bytes.len() < each {
                    break 'frames;
                }
                at += 1;
            }
            from = 0;
        }
        Next::Run { count: slices.len(), each }
    }

    /// Rather equal runs than a long one and a single datagram behind it.
    fn fair(&self, most: usize) -> usize {
        let waiting = self.queue.len();
        if waiting <= most { most } else { waiting.div_ceil(waiting.div_ceil(most)) }
    }

    /// So many datagrams are done with. Gives the frames that are, with what became of them.
    pub fn done(&mut self, datagrams: usize, fate: Fate, mut end: impl FnMut(Frame, Fate)) {
        for _ in 0..datagrams {
            if fate != Fate::Sent {
                self.fate = Some(fate);
            }
            self.buffer += 1;
            let Some(first) = self.queue.front() else { return };
            let (at, count) = (self.buffer, first.buffer_count());
            let left = |index: usize| first.buffer(index).map_or(0, |buffer| buffer.payload());
            if at < count && left(at) > 0 {
                continue;
            }
            let cut = at < count && (at..count).any(|index| left(index) > 0);
            let fate = self.fate.take().unwrap_or(if cut { Fate::CutShort } else { Fate::Sent });
            self.buffer = 0;
            if let Some(frame) = self.queue.pop_front() {
                end(frame, fate);
            }
        }
    }
}

#[cfg(test)]
mod tests;
