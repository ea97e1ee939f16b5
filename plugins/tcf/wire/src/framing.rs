//! Frames in a stream of bytes with holes: a header in front of each, which whoever comes late or has lost bytes can find.
//!
//! | offset | bytes | |
//! | --- | --- | --- |
//! | 0 | 4 | magic: `f5 52 47 46` |
//! | 4 | 1 | version, 1 |
//! | 5 | 1 | bit 0: metadata follow the first 36 bytes |
//! | 6 | 2 | length of the header with metadata: 36 or more |
//! | 8 | 4 | channel |
//! | 12 | 8 | sequence number, from 0, counted for each stream; frames that a reader has missed count too |
//! | 20 | 8 | time in nanoseconds since 1970, UTC |
//! | 28 | 4 | length of the payload |
//! | 32 | 4 | CRC-32 (that of zlib) of the 32 bytes before |
//! | 36 | 4 | metadata if bit 0 is set: flags (2 bytes), error (1), 0 |
//!
//! All numbers are little endian. A header that is longer than is known here has more metadata, which are passed over.

use serde::{Deserialize, Serialize};

/// What a header begins with.
pub const MAGIC: [u8; 4] = [0xf5, b'R', b'G', b'F'];
/// Bytes of a header without metadata.
pub const HEADER: usize = 36;
/// Bytes of the metadata that are known.
const METADATA: usize = 4;
/// Most bytes of a header, with metadata of versions to come.
const HEADER_MOST: usize = 1024;

/// A frame's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Channel; a Rogue frame has 0 to 255.
    pub channel: u32,
    /// Flags: first user byte low, last user byte high.
    pub flags: u16,
    /// Error code, 0 = good.
    pub error: u8,
    /// How many frames the stream had before.
    pub sequence: u64,
    /// Nanoseconds since 1970, UTC.
    pub time_ns: u64,
    /// Bytes of payload behind the header.
    pub payload: u32,
}

/// A header as bytes.
#[derive(Clone, Copy, Debug)]
pub struct Encoded {
    bytes: [u8; HEADER + METADATA],
    len: usize,
}

impl Encoded {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Header {
    /// Its length as bytes.
    pub fn len(&self) -> usize {
        if self.flags == 0 && self.error == 0 { HEADER } else { HEADER + METADATA }
    }

    /// Never.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Writes it.
    pub fn encode(&self) -> Encoded {
        let len = self.len();
        let mut bytes = [0; HEADER + METADATA];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4] = 1;
        bytes[5] = u8::from(len > HEADER);
        bytes[6..8].copy_from_slice(&(len as u16).to_le_bytes());
        bytes[8..12].copy_from_slice(&self.channel.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.time_ns.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.payload.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..32]);
        bytes[32..36].copy_from_slice(&crc.to_le_bytes());
        bytes[36..38].copy_from_slice(&self.flags.to_le_bytes());
        bytes[38] = self.error;
        Encoded { bytes, len }
    }

    /// Reads the first 36 bytes; gives the header, whose metadata are 0 still, and its length.
    fn decode(bytes: &[u8; HEADER]) -> Result<(Header, usize), BadFrame> {
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        if bytes[..4] != MAGIC {
            return Err(BadFrame::Magic);
        }
        if crc32fast::hash(&bytes[..32]) != u32_at(32) {
            return Err(BadFrame::Crc);
        }
        if bytes[4] != 1 {
            return Err(BadFrame::Version(bytes[4]));
        }
        let len = usize::from(u16_at(6));
        let least = if bytes[5] & 1 == 0 { HEADER } else { HEADER + METADATA };
        if !(least..=HEADER_MOST).contains(&len) {
            return Err(BadFrame::HeaderLength(len));
        }
        let header = Header {
            channel: u32_at(8),
            sequence: u64_at(12),
            time_ns: u64_at(20),
            payload: u32_at(28),
            ..Header::default()
        };
        Ok((header, len))
    }
}

/// Why bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// They do not begin with the magic bytes.
    #[error("a frame does not begin with f5 52 47 46")]
    Magic,
    /// The header is damaged.
    #[error("the CRC of a frame's header is wrong")]
    Crc,
    /// A version that is not known here.
    #[error("a frame has version {0} where 1 is known")]
    Version(u8),
    /// A header that cannot have this length.
    #[error("a frame's header says that it has {0} bytes")]
    HeaderLength(usize),
    /// A payload that is longer than the limit.
    #[error("a frame has {payload} bytes, and at most {limit} are taken")]
    TooLong {
        /// Its length.
        payload: u32,
        /// The limit.
        limit: usize,
    },
}

/// A frame that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed {
    /// Its header.
    pub header: Header,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// Finds frames in bytes that come in any pieces.
///
/// What holds: a payload's length is compared with the limit before there is memory for it, and no more is taken than has
/// come; behind something wrong it goes on at the next magic bytes. Kept and read again it goes on where it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parser {
    limit: usize,
    /// The header as far as it has come.
    #[serde(with = "crate::kept")]
    head: Vec<u8>,
    within: Option<Within>,
    /// Looking for the next magic bytes.
    lost: bool,
    skipped: u64,
}

/// A frame that has come in part.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Within {
    header: Header,
    /// Length of the header.
    head: usize,
    /// What has come of the payload.
    #[serde(with = "crate::kept")]
    payload: Vec<u8>,
}

impl Parser {
    /// One that takes payloads of up to `limit` bytes.
    pub fn new(limit: usize) -> Parser {
        Parser { limit, head: Vec::new(), within: None, lost: false, skipped: 0 }
    }

    /// Sets another limit, for frames that begin from here on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Bytes are missing before those that come next, which begin with a header: what was begun is dropped. Whether there
    /// was something.
    pub fn gap(&mut self) -> bool {
        let within = !self.head.is_empty() || self.within.is_some();
        self.head.clear();
        self.within = None;
        within
    }

    /// Whether a frame has begun and not ended.
    pub fn is_within(&self) -> bool {
        self.within.is_some() || (!self.head.is_empty() && !self.lost)
    }

    /// Bytes that were passed over so far, since they are no frame.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Takes bytes from the front of `bytes` up to the end of the next frame; `None`: all are taken.
    ///
    /// # Errors
    /// What is wrong with a header; the next call goes on behind it. Said once for each stretch of bytes that are no frame.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Framed>, BadFrame> {
        loop {
            if let Some(Within { header, head, payload }) = &mut self.within {
                // What is left of the header are metadata.
                while self.head.len() < *head {
                    let Some((first, rest)) = bytes.split_first() else { return Ok(None) };
                    self.head.push(*first);
                    *bytes = rest;
                }
                let left = (header.payload as usize - payload.len()).min(bytes.len());
                payload.extend_from_slice(&bytes[..left]);
                *bytes = &bytes[left..];
                if payload.len() < header.payload as usize {
                    return Ok(None);
                }
                if self.head[5] & 1 == 1 {
                    header.flags = u16::from_le_bytes([self.head[HEADER], self.head[HEADER + 1]]);
                    header.error = self.head[HEADER + 2];
                }
                self.head.clear();
                return Ok(self
                    .within
                    .take()
                    .map(|Within { header, payload, .. }| Framed { header, payload }));
            }
            let wanted = (HEADER - self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..wanted]);
            *bytes = &bytes[wanted..];
            if self.lost || !self.head.starts_with(&MAGIC[..MAGIC.len().min(self.head.len())]) {
                let was_lost = std::mem::replace(&mut self.lost, true);
                self.seek(usize::from(!was_lost));
                if !was_lost {
                    return Err(BadFrame::Magic);
                }
            }
            let Some(first) = self.head.first_chunk::<HEADER>() else {
                if bytes.is_empty() {
                    return Ok(None);
                }
                continue;
            };
            let found =
                Header::decode(first).and_then(|(header, len)| match header.payload as usize <= self.limit {
                    true => Ok((header, len)),
                    false => Err(BadFrame::TooLong { payload: header.payload, limit: self.limit }),
                });
            match found {
                Ok((header, head)) => {
                    self.lost = false;
                    self.within = Some(Within { header, head, payload: Vec::new() });
                }
                Err(wrong) => {
                    let was_lost = std::mem::replace(&mut self.lost, true);
                    self.seek(1);
                    if !was_lost {
                        return Err(wrong);
                    }
                }
            }
        }
    }

    /// Drops what comes before the next bytes that may be a beginning, and `least` bytes at least.
    fn seek(&mut self, least: usize) {
        let begins = |at: &usize| {
            let rest = &self.head[*at..];
            rest.starts_with(&MAGIC[..MAGIC.len().min(rest.len())])
        };
        let at = (least.min(self.head.len())..self.head.len()).find(begins).unwrap_or(self.head.len());
        self.head.drain(..at);
        self.skipped += at as u64;
    }
}
