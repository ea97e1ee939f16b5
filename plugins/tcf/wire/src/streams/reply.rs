//! The replies.

use crate::{BadItem, ErrorReport, Form, Items, Token, Writer};
use std::borrow::Cow;

/// The reply of every command but `read`: whether it went well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    /// Why not.
    pub error: Option<ErrorReport>,
}

impl Done {
    /// One that failed.
    pub fn failed(error: ErrorReport) -> Done {
        Done { error: Some(error) }
    }

    /// Reads the results.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut results: Items<'_>) -> Result<Done, BadItem> {
        let error = results.error()?;
        results.end()?;
        Ok(Done { error })
    }

    /// Writes the reply.
    pub fn encode(&self, token: &Token, out: &mut Vec<u8>) {
        let mut reply = Writer::reply(out, Form::Plain, token);
        reply.error(self.error.as_ref());
        reply.end();
    }
}

/// Bytes that a reader has missed, right before the data of the same reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// So many; mostly 0.
    Bytes(u64),
    /// Some, and nobody knows how many.
    Unknown,
}

impl Lost {
    /// None.
    pub const NONE: Lost = Lost::Bytes(0);

    /// Most that one reply says: Java clients read a number of 32 bits. A longer gap goes over in several replies.
    pub const MOST: u64 = i32::MAX as u64;

    fn number(self) -> i64 {
        match self {
            Lost::Bytes(bytes) => i64::try_from(bytes).unwrap_or(i64::MAX),
            Lost::Unknown => -1,
        }
    }
}

/// The reply of `read`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadReply<'a> {
    /// The bytes, at most as many as were asked for.
    pub data: Cow<'a, [u8]>,
    /// Why there are none.
    pub error: Option<ErrorReport>,
    /// What is missing before them.
    pub lost: Lost,
    /// Whether nothing follows them.
    pub eos: bool,
}

impl<'a> ReadReply<'a> {
    /// One that failed.
    pub fn failed(error: ErrorReport) -> ReadReply<'static> {
        ReadReply { data: Cow::Borrowed(&[]), error: Some(error), lost: Lost::NONE, eos: false }
    }

    /// Reads the results.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut results: Items<'a>) -> Result<ReadReply<'a>, BadItem> {
        let data = results.bytes()?;
        let error = results.error()?;
        let lost = results.integer()?;
        let eos = results.boolean()?;
        results.end()?;
        Ok(ReadReply { data, error, lost: u64::try_from(lost).map_or(Lost::Unknown, Lost::Bytes), eos })
    }

    /// Writes the reply; `form` is what the peer's Hello allows.
    pub fn encode(&self, token: &Token, form: Form, out: &mut Vec<u8>) {
        let mut reply = Writer::reply(out, form, token);
        reply.bytes(&self.data);
        self.end(reply);
    }

    /// Writes what comes before the data in the binary form, which the caller sends as they are from where they lie. There
    /// must be some.
    pub fn encode_before_data(&self, token: &Token, out: &mut Vec<u8>) {
        Writer::reply(out, Form::Binary, token).binary_head(self.data.len());
    }

    /// Writes what comes behind these.
    pub fn encode_behind_data(&self, out: &mut Vec<u8>) {
        self.end(Writer::rest(out, Form::Binary));
    }

    fn end(&self, mut reply: Writer<'_>) {
        reply.error(self.error.as_ref());
        reply.number(self.lost.number());
        reply.boolean(self.eos);
        reply.end();
    }
}
