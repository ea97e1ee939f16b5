//! What ties a reply to its command.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A token: bytes that the sender of a command chooses, none of them 0, at most [`limits::NAME`](crate::limits::NAME). A
/// reply has them as they came. A client makes them of a counter: `Token::from(7)` is the text `7`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Token(Box<[u8]>);

impl Token {
    /// Those that came; the caller has looked at their length.
    pub(crate) fn of(bytes: &[u8]) -> Token {
        Token(bytes.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The number that [`Token::from`] was given; `None` if it is no such token.
    pub fn number(&self) -> Option<u64> {
        let number: u64 = std::str::from_utf8(&self.0).ok()?.parse().ok()?;
        (*self.0 == *number.to_string().as_bytes()).then_some(number)
    }
}

impl From<u64> for Token {
    fn from(number: u64) -> Token {
        Token(number.to_string().into_bytes().into())
    }
}

impl PartialEq<u64> for Token {
    fn eq(&self, number: &u64) -> bool {
        self.number() == Some(*number)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.0.escape_ascii())
    }
}
