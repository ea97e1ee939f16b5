//! Finds messages in a stream of bytes, however it is cut.
//!
//! What holds: a byte is kept only if the message stays within the limit, and the length of a block is compared with it
//! before there is room for it; after an error nothing more can be read.

use super::{ESCAPE, code};
use crate::{Wrong, limits};
use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A message that is not empty, for [`Message::parse`](crate::Message::parse).
    Message(&'a [u8]),
    /// The end of the stream: the peer sends nothing more but a report, and is about to close. A message that was begun
    /// is dropped. A peer that has said this may close at once, so it is as good as closed.
    End,
    /// What the peer said of the end, for [`ErrorReport::of_end`](crate::ErrorReport::of_end). Bytes behind it are ignored.
    Report(&'a [u8]),
}

/// Where in the escape layer it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum At {
    /// Between escapes.
    Plain,
    /// Behind an escape byte.
    Escaped,
    /// In the length of a block.
    Length { value: u64, groups: usize },
    /// In a block, of which so many bytes are still to come.
    Block(usize),
}

/// Takes bytes in pieces of any length and gives messages. Kept and read again it goes on where it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decoder {
    limit: usize,
    at: At,
    #[serde(with = "crate::kept")]
    message: Vec<u8>,
    /// Whether what is in `message` was given out.
    given: bool,
    /// Whether the end of the stream has come.
    ended: bool,
    /// Whether the report behind it has come too.
    over: bool,
}

impl Decoder {
    /// One that refuses messages of more than `limit` bytes; [`limits::MESSAGE`] is the agent's.
    pub fn new(limit: usize) -> Decoder {
        Decoder { limit, at: At::Plain, message: Vec::new(), given: false, ended: false, over: false }
    }

    /// Sets another limit; what has come of a message stays.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit.max(self.message.len());
        if let At::Block(left) = self.at {
            self.limit = self.limit.max(self.message.len().saturating_add(left));
        }
    }

    /// Takes bytes from the front of `bytes` up to the end of the next message. `None`: all are taken, more are needed.
    /// Empty messages are passed over.
    ///
    /// # Errors
    /// What is wrong; the stream cannot be read on.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Found<'_>>, Wrong> {
        if std::mem::take(&mut self.given) {
            self.message.clear();
            self.message.shrink_to(limits::KEPT);
        }
        if self.over {
            *bytes = &[];
        }
        loop {
            match self.at {
                At::Plain => {
                    let end = memchr::memchr(ESCAPE, bytes);
                    self.keep(&bytes[..end.unwrap_or(bytes.len())])?;
                    let Some(end) = end else {
                        *bytes = &[];
                        return Ok(None);
                    };
                    *bytes = &bytes[end + 1..];
                    self.at = At::Escaped;
                }
                At::Block(left) => {
                    let now = left.min(bytes.len());
                    self.keep(&bytes[..now])?;
                    *bytes = &bytes[now..];
                    self.at = if now == left { At::Plain } else { At::Block(left - now) };
                    if now < left {
                        return Ok(None);
                    }
                }
                At::Escaped => {
                    let Some(byte) = first(bytes) else { return Ok(None) };
                    self.at = At::Plain;
                    match byte {
                        code::ITSELF => self.keep(&[ESCAPE])?,
                        code::MESSAGE if self.ended => {
                            (self.given, self.over) = (true, true);
                            return Ok(Some(Found::Report(&self.message)));
                        }
                        code::MESSAGE if self.message.is_empty() => {}
                        code::MESSAGE => {
                            self.given = true;
                            return Ok(Some(Found::Message(&self.message)));
                        }
                        code::STREAM if !self.ended => {
                            self.message.clear();
                            self.ended = true;
                            return Ok(Some(Found::End));
                        }
                        code::BLOCK => self.at = At::Length { value: 0, groups: 0 },
                        other => return Err(Wrong::Escape(other)),
                    }
                }
                At::Length { value, groups } => {
                    let Some(byte) = first(bytes) else { return Ok(None) };
                    let group = u64::from(byte & 0x7f);
                    let shifted = group << (7 * groups).min(63);
                    if groups >= limits::VARINT || shifted >> (7 * groups).min(63) != group {
                        return Err(Wrong::BlockLength);
                    }
                    let value = value | shifted;
                    self.at = match byte & 0x80 {
                        0 => At::Block(self.room_for(value)?),
                        _ => At::Length { value, groups: groups + 1 },
                    };
                }
            }
        }
    }

    /// Whether a message has begun and not ended.
    pub fn is_within(&self) -> bool {
        !(self.given || self.message.is_empty()) || !matches!(self.at, At::Plain)
    }

    /// Whether the end of the stream has come.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// The length of a block, if the message has room for it.
    fn room_for(&self, len: u64) -> Result<usize, Wrong> {
        let room = self.limit - self.message.len();
        usize::try_from(len).ok().filter(|len| *len <= room).ok_or(Wrong::TooLong { limit: self.limit })
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        if bytes.len() > self.limit - self.message.len() {
            return Err(Wrong::TooLong { limit: self.limit });
        }
        self.message.extend_from_slice(bytes);
        Ok(())
    }
}

fn first(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}
