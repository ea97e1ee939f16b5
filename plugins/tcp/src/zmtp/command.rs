//! Commands: READY, PING and its answer, ERROR.
//!
//! A command's body is a name with its length before it, then what the command says.

use super::{COMMAND, Kind, LONG, wrong::Wrong};

/// Longest context of a PING that has to come back.
const CONTEXT_MAX: usize = 16;
/// Name of the property that says what a socket is.
const SOCKET_TYPE: &str = "Socket-Type";

/// A command as it goes over the wire.
pub fn wire(name: &str, rest: &[u8]) -> Vec<u8> {
    let size = 1 + name.len() + rest.len();
    let mut bytes = Vec::with_capacity(size + 9);
    match u8::try_from(size) {
        Ok(size) => bytes.extend([COMMAND, size]),
        Err(_) => {
            bytes.push(COMMAND | LONG);
            bytes.extend((size as u64).to_be_bytes());
        }
    }
    bytes.push(name.len() as u8);
    bytes.extend(name.as_bytes());
    bytes.extend(rest);
    bytes
}

/// READY as Rogue says it: the socket type, and nothing else.
pub fn ready(kind: Kind) -> Vec<u8> {
    let mut rest = vec![SOCKET_TYPE.len() as u8];
    rest.extend(SOCKET_TYPE.as_bytes());
    rest.extend((kind.as_str().len() as u32).to_be_bytes());
    rest.extend(kind.as_str().as_bytes());
    wire("READY", &rest)
}

/// Splits a body into name and rest.
fn split(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = body.split_first()?;
    rest.split_at_checked(usize::from(*len))
}

/// What the first command of a peer says: that it is ready and of the right kind.
///
/// # Errors
/// Anything else.
pub fn check_ready(body: &[u8], must_be: Kind) -> Result<(), Wrong> {
    let (name, mut rest) = split(body).ok_or(Wrong::NotReady)?;
    if name == b"ERROR" {
        let reason = split(rest).map_or(rest, |(reason, _)| reason);
        return Err(Wrong::Refused(text(reason)));
    }
    if name != b"READY" {
        return Err(Wrong::NotReady);
    }
    let mut is = None;
    while !rest.is_empty() {
        let (name, after) = split(rest).ok_or(Wrong::NotReady)?;
        let (len, after) = after.split_first_chunk::<4>().ok_or(Wrong::NotReady)?;
        let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| Wrong::NotReady)?;
        let (value, after) = after.split_at_checked(len).ok_or(Wrong::NotReady)?;
        if name.eq_ignore_ascii_case(SOCKET_TYPE.as_bytes()) {
            is = Some(value);
        }
        rest = after;
    }
    match is {
        Some(is) if is == must_be.as_str().as_bytes() => Ok(()),
        is => Err(Wrong::SocketType { is: text(is.unwrap_or_default()), must_be: must_be.as_str() }),
    }
}

/// The answer to a later command, if it wants one: a PING does (ZMTP 3.1 heartbeats).
///
/// # Errors
/// The peer says ERROR.
pub fn answer(body: &[u8]) -> Result<Option<Vec<u8>>, Wrong> {
    match split(body) {
        Some((b"PING", rest)) => {
            let context = rest.get(2..).unwrap_or_default();
            Ok(Some(wire("PONG", &context[..context.len().min(CONTEXT_MAX)])))
        }
        Some((b"ERROR", rest)) => Err(Wrong::Refused(text(split(rest).map_or(rest, |(reason, _)| reason)))),
        // PONG, and what later versions may add.
        _ => Ok(None),
    }
}

/// A peer's bytes, fit for a log.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).into_owned()
}
