//! One connection that frames come in by: reading, and cutting frames out of the stream.
//!
//! Used by `receiver`. What holds: a large payload is read straight into its frame's buffers, with the bytes behind it in
//! the same system call; small frames are copied out of one large read.

use super::{
    partial::Partial,
    peer::{self, Gone, Moved, Peer},
    scratch::Scratch,
    zmtp::{
        command,
        decode::{Decoder, Found},
        encode::Head,
    },
};
use rogue_sdk::{Frame, Out};
use std::io::{IoSliceMut, Read};

/// A payload from this size on is large: what is read beside one is kept short, so that the next is not copied.
const LARGE: u64 = 16 << 10;
/// Bytes read beside a large payload: some heads.
const BESIDE: usize = 4096;
/// Most bytes of frames given in one call: they are still in the processor's cache when the next node has them.
const CALL_MAX: u64 = 1 << 20;

/// What a connection gave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Got {
    /// Nothing more for now.
    Nothing,
    /// There may be more.
    More,
    /// There is more, and no room for it in this call.
    Full,
}

/// What may still be given in a call.
pub struct Room<'a, 'o> {
    pub out: &'a mut Out<'o>,
    frames: u32,
    given: u64,
}

impl<'a, 'o> Room<'a, 'o> {
    pub fn new(out: &'a mut Out<'o>) -> Room<'a, 'o> {
        Room { out, frames: 0, given: 0 }
    }

    #[inline]
    pub fn is_full(&self) -> bool {
        self.out.is_full() || self.given >= CALL_MAX
    }

    /// Whether anything has been given in this call.
    pub fn has_given(&self) -> bool {
        self.frames > 0
    }

    #[inline]
    fn send(&mut self, frame: Frame, size: u32) {
        self.frames += 1;
        self.given += u64::from(size);
        self.out.send(frame);
    }

    /// A frame for a message.
    #[inline]
    fn request(&self, head: &Head) -> Result<Frame, Gone> {
        let frame = u32::try_from(head.size).map_err(|_| Gone::NoMemory("it is beyond 4 GiB".to_owned()));
        let mut frame = self.out.request(frame?).map_err(|error| Gone::NoMemory(error.to_string()))?;
        frame.set_flags(head.flags);
        frame.set_channel(head.channel);
        frame.set_error(head.error);
        Ok(frame)
    }
}

/// The connection.
pub struct Incoming {
    pub peer: Peer,
    decoder: Decoder,
    partial: Option<Partial>,
    /// Whether the last payload was large.
    large: bool,
    /// Bytes that a predecessor had read and not used.
    carried: Vec<u8>,
    /// Whether something may be there to read.
    pub ready: bool,
}

impl Incoming {
    pub fn new(peer: Peer, max_payload: u64) -> Incoming {
        let ready = peer.is_open();
        Incoming {
            peer,
            decoder: Decoder::new(max_payload),
            partial: None,
            large: false,
            carried: Vec::new(),
            ready,
        }
    }

    /// One that a predecessor left in the middle of a frame.
    pub fn resume(peer: Peer, max_payload: u64, partial: Option<Partial>) -> Incoming {
        Incoming { partial, ..Incoming::new(peer, max_payload) }
    }

    /// Has these bytes used before any others.
    pub fn carry(&mut self, bytes: Vec<u8>) {
        self.carried = bytes;
    }

    /// Whether a message has come in part.
    pub fn is_torn(&self) -> bool {
        self.partial.is_some() || !self.decoder.is_between()
    }

    /// The peer, the frame that has come in part, and the bytes of a head that has.
    pub fn into_parts(self) -> (Peer, Option<Partial>, Vec<u8>) {
        let bytes = [self.decoder.residue(), self.carried].concat();
        (self.peer, self.partial, bytes)
    }

    /// Reads once, and gives what has come.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn serve(&mut self, scratch: &mut Scratch, room: &mut Room<'_, '_>) -> Result<Got, Gone> {
        if self.peer.has_control() {
            self.peer.write_control()?;
        }
        if scratch.is_empty() && !self.carried.is_empty() {
            scratch.resume(&std::mem::take(&mut self.carried));
        }
        if !scratch.is_empty() {
            if self.cut(scratch, room)? {
                return Ok(Got::Full);
            }
            return Ok(Got::More);
        }
        let all = match read(&mut self.partial, self.large, scratch, &self.peer.stream)? {
            Some(all) => all,
            None => {
                self.ready = false;
                return Ok(Got::Nothing);
            }
        };
        // What was asked for and did not come is not there; a watch tells when it is.
        self.ready = all;
        if self.cut(scratch, room)? {
            return Ok(Got::Full);
        }
        Ok(if all { Got::More } else { Got::Nothing })
    }

    /// Cuts frames out of what was read; whether there was no room for all.
    fn cut(&mut self, scratch: &mut Scratch, room: &mut Room<'_, '_>) -> Result<bool, Gone> {
        let mut bytes = scratch.rest();
        let full = self.cut_bytes(&mut bytes, room);
        let left = if full.is_ok() { bytes.len() } else { 0 };
        scratch.keep(left);
        full
    }

    fn cut_bytes(&mut self, bytes: &mut &[u8], room: &mut Room<'_, '_>) -> Result<bool, Gone> {
        let no_memory = |error: rogue_sdk::Error| Gone::NoMemory(error.to_string());
        loop {
            if let Some(partial) = &mut self.partial {
                partial.take(bytes).map_err(no_memory)?;
                if partial.left() > 0 {
                    return Ok(false);
                }
            }
            if let Some(partial) = self.partial.take() {
                let (size, _) = partial.state();
                room.send(partial.into_frame().map_err(no_memory)?, size);
            }
            if bytes.is_empty() {
                return Ok(false);
            }
            if room.is_full() {
                return Ok(true);
            }
            match self.decoder.next(bytes)? {
                None => return Ok(false),
                Some(Found::Message(head)) => {
                    self.large = head.size >= LARGE;
                    let mut frame = room.request(&head)?;
                    let size = head.size as u32;
                    match bytes.split_at_checked(size as usize) {
                        Some((payload, rest)) => {
                            frame.write(0, payload).map_err(|error| Gone::NoMemory(error.to_string()))?;
                            *bytes = rest;
                            room.send(frame, size);
                        }
                        None => self.partial = Some(Partial::new(frame, size)),
                    }
                }
                Some(Found::Command(body)) => {
                    if let Some(answer) = command::answer(&body)? {
                        self.peer.say(&answer)?;
                        self.peer.write_control()?;
                    }
                }
            }
        }
    }
}

/// One system call; whether all that was asked for came. `None`: nothing was there.
fn read(
    partial: &mut Option<Partial>,
    beside_large: bool,
    scratch: &mut Scratch,
    mut from: impl Read,
) -> Result<Option<bool>, Gone> {
    let beside = scratch.room(if beside_large { BESIDE } else { usize::MAX });
    let (moved, asked, placed) = match partial {
        None => {
            let asked = beside.len();
            (peer::read(&mut from, beside)?, asked, 0)
        }
        Some(partial) => {
            let left = partial.left();
            let done = partial.room(|room| {
                let placed = room.len();
                // What lies behind belongs to the next message only if this is the last buffer.
                let last = placed == left;
                let asked = placed + if last { beside.len() } else { 0 };
                let beside = if last { &mut *beside } else { &mut [] };
                let mut slices = [IoSliceMut::new(room), IoSliceMut::new(beside)];
                (from.read_vectored(&mut slices), asked, placed)
            });
            let (done, asked, placed) = done.map_err(|error| Gone::NoMemory(error.to_string()))?;
            if matches!(done, Ok(0)) {
                return Err(Gone::Closed);
            }
            (peer::moved(done)?, asked, placed)
        }
    };
    let Moved::Bytes(n) = moved else { return Ok(None) };
    if let Some(partial) = partial {
        partial.came(n.min(placed));
    }
    scratch.came(n.saturating_sub(placed));
    Ok(Some(n == asked))
}

#[cfg(test)]
mod tests;
