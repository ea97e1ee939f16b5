//! The protocol of bridges over TCP (spec section 11): what a peer may say.
//!
//! Input: one byte chooses the socket's kind, the limit of a payload, and whether the stream begins with a handshake;
//! one says how the stream is cut; the rest is the stream. What holds: messages, commands and the refusal are the same
//! however the stream is cut, and whether or not another decoder goes on in its middle; they are those of a second, much
//! simpler reading of the specification; a message is never longer than the limit, what is kept of one that is cut is
//! bounded, and the handshake takes no byte beyond it; a message written again is read as the same.

use super::readable;
use super::tcp::zmtp::{
    COMMAND_MAX, Kind, command,
    decode::{Decoder, Found},
    encode::Head,
    handshake::{Handshake, Progress},
};

/// Limits of a payload.
const LIMITS: [u64; 4] = [0, 10, 300, u32::MAX as u64];
/// Most that is kept of what is cut: a command, three small parts and a header.
const KEPT_MAX: usize = COMMAND_MAX as usize + 64;

/// What came.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Message(Head),
    /// One of which this many bytes are not there yet.
    Part(Head, u64),
    Command(Vec<u8>),
}

/// All that came, and why it ends there if it does.
#[derive(Debug, PartialEq)]
struct Said {
    greeted: bool,
    items: Vec<Item>,
    refused: Option<String>,
}

/// See above.
pub fn check(data: &[u8]) {
    let Some(([choice, cut], bytes)) = data.split_first_chunk::<2>() else { return };
    let kind = if choice & 1 == 0 { Kind::Push } else { Kind::Pull };
    let limit = LIMITS[usize::from(choice >> 1) % LIMITS.len()];
    let begins = choice & 8 == 0;

    let whole = said(bytes, kind, limit, begins, |_| usize::MAX, usize::MAX);
    let each = said(bytes, kind, limit, begins, |_| 1, usize::MAX);
    assert_eq!(whole, each, "byte for byte");
    let (step, at) = (usize::from(cut % 13) + 1, usize::from(*cut));
    let pieces = said(bytes, kind, limit, begins, |n| (n * 7 + step) % 31 + 1, usize::MAX);
    assert_eq!(whole, pieces, "in pieces");
    let handed = said(bytes, kind, limit, begins, |n| (n * 5 + step) % 17 + 1, at);
    assert_eq!(whole, handed, "with another decoder after {at} pieces");

    if let Some(why) = &whole.refused {
        readable(why, 400);
    }
    if !begins {
        assert_eq!((whole.items.clone(), whole.refused.is_some()), plainly(bytes, limit));
    }
    again(&whole.items);
}

/// Reads a stream in pieces of these lengths; from piece number `hand_over` on another decoder does.
fn said(
    bytes: &[u8],
    kind: Kind,
    limit: u64,
    begins: bool,
    cut: impl Fn(usize) -> usize,
    hand_over: usize,
) -> Said {
    let mut said = Said { greeted: !begins, items: vec![], refused: None };
    let (mut bytes, mut pieces) = (bytes, 0);
    let mut next = |bytes: &mut &[u8], most: usize| {
        let n = cut(pieces).min(most).min(bytes.len());
        pieces += 1;
        let (piece, rest) = bytes.split_at(n);
        *bytes = rest;
        (piece.to_vec(), pieces - 1)
    };
    let mut handshake = Handshake::new(kind);
    while !said.greeted {
        let wants = handshake.wants();
        assert!(wants > 0 && wants <= COMMAND_MAX as usize, "it wants {wants} bytes");
        let (piece, _) = next(&mut bytes, wants);
        if piece.is_empty() {
            return said;
        }
        match handshake.take(&piece) {
            Ok(Progress::Done) => said.greeted = true,
            Ok(Progress::More | Progress::Greeted(_)) => {}
            Err(why) => {
                said.refused = Some(why.to_string());
                return said;
            }
        }
    }
    let mut decoder = Decoder::new(limit);
    loop {
        let (mut piece, number) = next(&mut bytes, usize::MAX);
        if piece.is_empty() {
            return said;
        }
        if number == hand_over && !matches!(said.items.last(), Some(Item::Part(..))) {
            let kept = decoder.residue();
            assert!(kept.len() <= KEPT_MAX, "{} bytes are kept", kept.len());
            decoder = Decoder::new(limit);
            piece = [kept, piece].concat();
        }
        let mut piece = &piece[..];
        while !piece.is_empty() {
            if let Some(Item::Part(head, left)) = said.items.last() {
                let (head, n) = (*head, piece.len().min(*left as usize));
                let left = left - n as u64;
                piece = &piece[n..];
                said.items.pop();
                said.items.push(part(head, left));
                continue;
            }
            match decoder.next(&mut piece) {
                Ok(Some(Found::Message(head))) => {
                    assert!(head.size <= limit, "{} bytes where {limit} is the limit", head.size);
                    said.items.push(part(head, head.size));
                }
                Ok(Some(Found::Command(body))) => {
                    if let Ok(Some(answer)) = command::answer(&body) {
                        assert!(answer.len() <= 64, "an answer of {} bytes", answer.len());
                    }
                    said.items.push(Item::Command(body));
                }
                Ok(None) => assert!(piece.is_empty(), "bytes are left"),
                Err(why) => {
                    said.refused = Some(why.to_string());
                    return said;
                }
            }
        }
    }
}

/// A message of which so much is still to come. Which bytes it has is the caller's business, and not the decoder's.
fn part(head: Head, left: u64) -> Item {
    match left {
        0 => Item::Message(head),
        left => Item::Part(head, left),
    }
}

/// The specification, read plainly: what comes, and whether it is refused.
fn plainly(bytes: &[u8], limit: u64) -> (Vec<Item>, bool) {
    let (mut rest, mut items, mut parts) = (bytes, vec![], vec![]);
    loop {
        let Some((flags, behind)) = rest.split_first() else { return (items, false) };
        let (is_command, is_long, is_more) = (flags & 4 != 0, flags & 2 != 0, flags & 1 != 0);
        let means_nothing = *flags > 7 || (is_command && is_more);
        if means_nothing || (!is_command && is_more != (parts.len() < 3)) {
            return (items, true);
        }
        let len = if is_long { 8 } else { 1 };
        let Some((size, behind)) = behind.split_at_checked(len) else { return (items, false) };
        let size = size.iter().fold(0u64, |size, byte| size * 256 + u64::from(*byte));
        let refused = match (is_command, parts.len()) {
            (true, _) => size == 0 || size > COMMAND_MAX,
            (_, 0) => size != 2,
            (_, 1 | 2) => size != 1,
            _ => size > limit,
        };
        if refused {
            return (items, true);
        }
        let is_payload = !is_command && parts.len() == 3;
        let Some((body, next)) = usize::try_from(size).ok().and_then(|size| behind.split_at_checked(size))
        else {
            if is_payload {
                items.push(Item::Part(head(&parts, size), size - behind.len() as u64));
            }
            return (items, false);
        };
        rest = next;
        match (is_command, is_payload) {
            (true, _) => items.push(Item::Command(body.to_vec())),
            (_, true) => {
                items.push(Item::Message(head(&parts, size)));
                parts.clear();
            }
            _ => parts.push(body),
        }
    }
}

fn head(parts: &[&[u8]], size: u64) -> Head {
    Head {
        flags: u16::from(parts[0][0]) | u16::from(parts[0][1]) << 8,
        channel: parts[1][0],
        error: parts[2][0],
        size,
    }
}

/// Writes the heads again and reads them.
fn again(items: &[Item]) {
    for item in items {
        let (Item::Message(head) | Item::Part(head, _)) = item else { continue };
        let mut bytes = vec![];
        head.write(&mut bytes);
        assert_eq!(bytes.len(), head.wire_len());
        let mut rest = &bytes[..];
        let read = Decoder::new(head.size).next(&mut rest);
        assert_eq!((read, rest.len()), (Ok(Some(Found::Message(*head))), 0));
    }
}
