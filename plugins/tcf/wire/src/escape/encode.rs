//! Writes the byte layer: escaped bytes, binary blocks, ends.

use super::{ESCAPE, code};
use crate::{ErrorReport, Form, Writer};

/// Ends a message.
pub const END_OF_MESSAGE: [u8; 2] = [ESCAPE, code::MESSAGE];

/// Appends bytes of a message, escaped.
pub fn plain(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(&[ESCAPE, code::ITSELF]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Appends bytes of a message as a binary block, for a peer whose Hello has listed ZeroCopy.
pub fn block(bytes: &[u8], out: &mut Vec<u8>) {
    block_head(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// Appends what comes before the `len` bytes of a binary block, which the caller sends as they are.
pub fn block_head(len: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&[ESCAPE, code::BLOCK]);
    let mut left = len;
    while left > 0x7f {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

/// Appends the end of a channel: to be sent before the socket is closed, since some clients do not notice a bare close.
pub fn end_of_stream(why: Option<&ErrorReport>, out: &mut Vec<u8>) {
    out.extend_from_slice(&[ESCAPE, code::STREAM]);
    let mut report = Writer::raw(out, Form::Plain);
    report.error(why);
    report.end();
}
