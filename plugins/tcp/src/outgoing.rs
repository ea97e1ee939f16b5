//! One connection that frames go out by: what waits for it, and writing it.
//!
//! Used by `sender`. What holds: a frame is let go of when the system has all of its bytes, so that one that was cut by
//! the end of a connection goes out whole by another; heads and small payloads are copied together, larger ones are
//! written from where they lie.

use super::{
    flight::Flight,
    peer::{self, Gone, Moved, Peer},
    zmtp::{
        COMMAND_MAX, command,
        decode::{Decoder, Found},
        encode::Head,
        wrong::Wrong,
    },
};
use rogue_sdk::Frame;
use std::{
    collections::VecDeque,
    io::{IoSlice, Write},
};

/// Payloads up to this size are copied: a piece of its own costs the system more than that.
const COPIED_MAX: usize = 4096;
/// Most bytes copied for one write.
const STAGED_MAX: usize = 128 << 10;
/// Most bytes of one write.
const WRITE_MAX: usize = 1 << 20;
/// Most pieces of one write.
const PIECES_MAX: usize = 64;
/// Least bytes a frame counts with, so that empty frames are bounded too.
const FRAME_LEAST: u64 = 64;

/// What a frame counts with in `max_held`.
#[inline]
pub fn cost(frame: &Frame) -> u64 {
    u64::from(frame.size()).max(FRAME_LEAST)
}

/// A piece of a write.
enum Piece {
    /// These bytes of what was copied.
    Staged(usize, usize),
    /// A buffer of a frame of the queue, without its first bytes.
    Buffer { frame: usize, buffer: usize, skip: usize },
}

/// Room to put a write together, shared by all connections of a half.
#[derive(Default)]
pub struct Staging {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

/// The connection.
pub struct Outgoing {
    pub peer: Peer,
    queue: VecDeque<Frame>,
    held: u64,
    /// Bytes of the first frame's message that are written.
    written: usize,
    decoder: Decoder,
    flight: Flight,
    blocked: bool,
}

impl Outgoing {
    pub fn new(peer: Peer) -> Outgoing {
        let decoder = Decoder::new(COMMAND_MAX);
        Outgoing {
            peer,
            queue: VecDeque::new(),
            held: 0,
            written: 0,
            decoder,
            flight: Flight::default(),
            blocked: false,
        }
    }

    /// One that a predecessor left in the middle of a frame, after so many bytes in all.
    pub fn resume(mut peer: Peer, queue: VecDeque<Frame>, written: usize, bytes: u64) -> Outgoing {
        peer.said = bytes;
        let held = queue.iter().map(cost).sum();
        Outgoing { queue, held, written, ..Outgoing::new(peer) }
    }

    /// How many bytes it still takes.
    pub fn room(&self, most: u64) -> u64 {
        match self.peer.is_open() {
            true if self.queue.is_empty() => most.max(1),
            true => most.saturating_sub(self.held),
            false => 0,
        }
    }

    /// Puts a frame behind the others.
    #[inline]
    pub fn push(&mut self, frame: Frame) {
        self.held += cost(&frame);
        self.queue.push_back(frame);
    }

    /// Frames that wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Whether there is something to write, and no room for it.
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Whether frames have gone out by it.
    pub fn has_sent(&self) -> bool {
        self.flight.frames() > 0 || self.written > 0
    }

    /// Frames given to the system that the peer has not acknowledged.
    pub fn in_flight(&self) -> u64 {
        self.flight.unacknowledged(&self.peer.stream, self.peer.said)
    }

    /// Bytes written in all.
    pub fn bytes(&self) -> u64 {
        self.peer.said + self.flight.bytes()
    }

    /// The peer, what waits, and how much of the first is written.
    pub fn into_parts(self) -> (Peer, VecDeque<Frame>, usize) {
        (self.peer, self.queue, self.written)
    }

    /// Hears what the peer says: nothing but commands, and its end.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn listen(&mut self) -> Result<(), Gone> {
        loop {
            let mut bytes = [0; 256];
            let Moved::Bytes(n) = peer::read(&self.peer.stream, &mut bytes)? else { return Ok(()) };
            let mut bytes = &bytes[..n];
            while let Some(found) = self.decoder.next(&mut bytes)? {
                match found {
                    Found::Message(_) => return Err(Wrong::Message.into()),
                    Found::Command(body) => {
                        if let Some(answer) = command::answer(&body)? {
                            self.peer.say(&answer)?;
                        }
                    }
                }
            }
        }
    }

    /// Writes as much as there is room for.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn flush(&mut self, staging: &mut Staging) -> Result<(), Gone> {
        loop {
            self.blocked = false;
            if self.peer.has_control() && self.written == 0 {
                self.peer.write_control()?;
                if self.peer.has_control() {
                    self.blocked = true;
                    return Ok(());
                }
            }
            if self.queue.is_empty() {
                return Ok(());
            }
            let asked = self.stage(staging);
            match self.write(staging, &self.peer.stream)? {
                Moved::Bytes(n) => {
                    self.wrote(n);
                    if n < asked {
                        self.blocked = true;
                        return Ok(());
                    }
                }
                Moved::NotNow => {
                    self.blocked = true;
                    return Ok(());
                }
            }
        }
    }

    /// Puts the next write together; says how long it is. While something waits to be said, one message at most.
    fn stage(&self, staging: &mut Staging) -> usize {
        let Staging { bytes, pieces } = staging;
        bytes.clear();
        pieces.clear();
        let (mut skip, mut begin, mut large) = (self.written, 0, 0);
        for (index, frame) in self.queue.iter().enumerate() {
            let head = head(frame);
            let head_len = head.wire_len();
            let before = bytes.len();
            head.write(bytes);
            if skip > 0 {
                // The first only: what is written of its head goes again.
                bytes.drain(before..before + skip.min(head_len));
            }
            let mut skipped = skip.saturating_sub(head_len);
            skip = 0;
            let payload = frame.payload() as usize;
            if payload <= COPIED_MAX {
                copy(frame, skipped, bytes);
            } else {
                for (at, buffer) in frame.buffers().enumerate() {
                    let len = buffer.payload() as usize;
                    let now = skipped.min(len);
                    skipped -= now;
                    if now == len {
                        continue;
                    }
                    if pieces.len() + 2 > PIECES_MAX {
                        return bytes.len() + large;
                    }
                    if begin < bytes.len() {
                        pieces.push(Piece::Staged(begin, bytes.len()));
                        begin = bytes.len();
                    }
                    pieces.push(Piece::Buffer { frame: index, buffer: at, skip: now });
                    large += len - now;
                }
            }
            let full = bytes.len() >= STAGED_MAX || bytes.len() + large >= WRITE_MAX;
            if full || pieces.len() + 3 > PIECES_MAX || self.peer.has_control() {
                break;
            }
        }
        if begin < bytes.len() {
            pieces.push(Piece::Staged(begin, bytes.len()));
        }
        bytes.len() + large
    }

    /// One write of what is staged.
    fn write(&self, staging: &Staging, mut to: impl Write) -> Result<Moved, Gone> {
        let mut slices = [IoSlice::new(&[]); PIECES_MAX];
        let mut count = 0;
        for (slice, piece) in slices.iter_mut().zip(&staging.pieces) {
            *slice = IoSlice::new(match *piece {
                Piece::Staged(from, to) => &staging.bytes[from..to],
                Piece::Buffer { frame, buffer, skip } => {
                    let bytes = self.queue[frame].buffer(buffer).map_or(&[][..], |buffer| buffer.bytes());
                    bytes.get(skip..).unwrap_or_default()
                }
            });
            count += 1;
        }
        peer::moved(match &slices[..count] {
            [only] => to.write(only),
            several => to.write_vectored(several),
        })
    }

    /// Lets go of the frames that are written.
    fn wrote(&mut self, n: usize) {
        self.written += n;
        let mut frames = 0;
        while let Some(first) = self.queue.front() {
            let len = head(first).wire_len() + first.payload() as usize;
            if self.written < len {
                break;
            }
            self.written -= len;
            self.held -= cost(first);
            self.queue.pop_front();
            frames += 1;
        }
        self.flight.wrote(n as u64, frames);
    }
}

#[inline]
fn head(frame: &Frame) -> Head {
    Head {
        flags: frame.flags(),
        channel: frame.channel(),
        error: frame.error(),
        size: frame.payload().into(),
    }
}

/// Appends a payload without its first bytes.
#[inline]
fn copy(frame: &Frame, skip: usize, to: &mut Vec<u8>) {
    if let Some(bytes) = frame.contiguous() {
        to.extend_from_slice(bytes.get(skip..).unwrap_or_default());
        return;
    }
    let mut skip = skip;
    for buffer in frame.buffers() {
        let bytes = buffer.bytes();
        let now = skip.min(bytes.len());
        skip -= now;
        to.extend_from_slice(&bytes[now..]);
    }
}

#[cfg(test)]
mod tests;
