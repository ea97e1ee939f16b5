//! Finds the heads of messages and the commands between them in a stream of bytes, however it is cut.
//!
//! Called by `incoming` and `outgoing`. What holds: a payload's size is compared with the limit before anybody makes
//! room for it; bytes are kept only for a head that is cut, or a command, both bounded.

use super::{COMMAND, COMMAND_MAX, LONG, MORE, encode::Head, wrong::Wrong};

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A message: `size` bytes of payload follow, which the caller takes from the stream itself.
    Message(Head),
    /// A whole command's body.
    Command(Vec<u8>),
}

/// Sizes of the parts before the payload.
const SIZES: [u64; 3] = [2, 1, 1];

/// Where it is in the stream.
pub struct Decoder {
    limit: u64,
    /// The part that comes next, 0 to 3.
    part: u8,
    head: Head,
    /// The header of a part or command, as far as it came.
    header: [u8; 9],
    have: usize,
    /// Bytes of a small part or a command still to come, and those that came.
    left: u64,
    in_command: bool,
    body: Vec<u8>,
}

impl Decoder {
    /// One that refuses payloads of more than `limit` bytes.
    pub fn new(limit: u64) -> Decoder {
        Decoder {
            limit,
            part: 0,
            head: Head::default(),
            header: [0; 9],
            have: 0,
            left: 0,
            in_command: false,
            body: Vec::new(),
        }
    }

    /// Takes bytes from the front of `bytes` up to the next message's payload or the end of the next command. `None`:
    /// all bytes are taken and more are needed.
    ///
    /// # Errors
    /// What is wrong; the stream cannot be read on.
    #[inline]
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Found>, Wrong> {
        if self.is_between() {
            // Nearly every message of small frames lies whole in what was read.
            if let [1, 2, first, last, 1, 1, channel, 1, 1, error, more, size, rest @ ..] = *bytes {
                let flags = u16::from_le_bytes([*first, *last]);
                let mut head = Head { flags, channel: *channel, error: *error, size: u64::from(*size) };
                if *more == 0 {
                    *bytes = rest;
                    return self.message(head);
                }
                if let (LONG, Some((low, rest))) = (*more, rest.split_first_chunk::<7>()) {
                    let [a, b, c, d, e, f, g] = *low;
                    head.size = u64::from_be_bytes([*size, a, b, c, d, e, f, g]);
                    *bytes = rest;
                    return self.message(head);
                }
            }
        }
        self.next_slowly(bytes)
    }

    /// Whether it stands between two messages with nothing begun.
    #[inline]
    pub fn is_between(&self) -> bool {
        self.part == 0 && self.have == 0 && self.left == 0
    }

    #[inline]
    fn message(&mut self, head: Head) -> Result<Option<Found>, Wrong> {
        if head.size > self.limit {
            return Err(Wrong::TooLarge { size: head.size, limit: self.limit });
        }
        Ok(Some(Found::Message(head)))
    }

    /// What has come of a message or command that is cut, for another decoder to go on with.
    pub fn residue(&self) -> Vec<u8> {
        let [first, last] = self.head.flags.to_le_bytes();
        let parts: [&[u8]; 3] =
            [&[MORE, 2, first, last], &[MORE, 1, self.head.channel], &[MORE, 1, self.head.error]];
        let mut bytes = parts[..usize::from(self.part)].concat();
        if self.left > 0 {
            // A header that is whole is the last one that came.
            let whole = if self.header[0] & LONG == 0 { 2 } else { 9 };
            bytes.extend_from_slice(&self.header[..whole]);
            bytes.extend_from_slice(&self.body);
        } else {
            bytes.extend_from_slice(&self.header[..self.have]);
        }
        bytes
    }

    #[inline(never)]
    fn next_slowly(&mut self, bytes: &mut &[u8]) -> Result<Option<Found>, Wrong> {
        loop {
            if self.left > 0 {
                let n = bytes.len().min(self.left as usize);
                let (now, rest) = bytes.split_at(n);
                self.body.extend_from_slice(now);
                *bytes = rest;
                self.left -= n as u64;
                if self.left > 0 {
                    return Ok(None);
                }
                if let Some(found) = self.body_is_whole() {
                    return Ok(Some(found));
                }
                continue;
            }
            let Some((byte, rest)) = bytes.split_first() else { return Ok(None) };
            *bytes = rest;
            self.header[self.have] = *byte;
            self.have += 1;
            if self.have == 1 {
                self.check_flags(*byte)?;
            }
            let long = self.header[0] & LONG != 0;
            if self.have < if long { 9 } else { 2 } {
                continue;
            }
            let size = match long {
                false => u64::from(self.header[1]),
                true => self.header[1..].iter().fold(0, |size, byte| size << 8 | u64::from(*byte)),
            };
            self.have = 0;
            if let Some(found) = self.begin(size)? {
                return Ok(Some(found));
            }
        }
    }

    /// The first three parts say that more follow, the fourth that none does. A command may come anywhere.
    fn check_flags(&self, flags: u8) -> Result<(), Wrong> {
        if flags & !(MORE | LONG | COMMAND) != 0 || flags & (COMMAND | MORE) == COMMAND | MORE {
            return Err(Wrong::Flags(flags));
        }
        if flags & COMMAND == 0 && (flags & MORE != 0) != (self.part < 3) {
            return Err(Wrong::Parts);
        }
        Ok(())
    }

    /// A header is whole: what it begins.
    fn begin(&mut self, size: u64) -> Result<Option<Found>, Wrong> {
        self.in_command = self.header[0] & COMMAND != 0;
        self.body.clear();
        if self.in_command {
            if size == 0 || size > COMMAND_MAX {
                return Err(Wrong::Command(size));
            }
            self.left = size;
            return Ok(None);
        }
        if let Some(must_be) = SIZES.get(usize::from(self.part)) {
            if size != *must_be {
                return Err(Wrong::PartSize { part: self.part, size });
            }
            self.left = size;
            return Ok(None);
        }
        self.part = 0;
        let head = Head { size, ..self.head };
        self.message(head)
    }

    fn body_is_whole(&mut self) -> Option<Found> {
        if self.in_command {
            return Some(Found::Command(std::mem::take(&mut self.body)));
        }
        match (self.part, self.body.as_slice()) {
            (0, [first, last]) => self.head.flags = u16::from_le_bytes([*first, *last]),
            (1, [channel]) => self.head.channel = *channel,
            (_, body) => self.head.error = body.first().copied().unwrap_or_default(),
        }
        self.part += 1;
        None
    }
}
