//! Writes one message, item by item.

use crate::{ErrorReport, Token, escape};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// How byte arrays are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// As base64, for any peer.
    #[default]
    Plain,
    /// In the binary form and as a binary block, for peers whose Hello has listed ZeroCopy. Others cannot read it.
    Binary,
}

/// A message that is being written to the end of some bytes. What is dropped without [`end`](Writer::end) is broken.
///
/// ```
/// use rogue_tcf_wire::{Form, Token, Writer};
/// let mut out = Vec::new();
/// let mut reply = Writer::reply(&mut out, Form::Plain, &Token::from(5));
/// reply.bytes(b"abc");
/// reply.error(None);
/// reply.number(0);
/// reply.boolean(true);
/// reply.end();
/// assert_eq!(out, b"R\x005\0\"YWJj\"\0\x000\0true\0\x03\x01");
/// ```
#[must_use = "a message has an end"]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
    form: Form,
}

impl<'a> Writer<'a> {
    /// What is no message of a type, such as the report behind the end of a stream.
    pub(crate) fn raw(out: &'a mut Vec<u8>, form: Form) -> Writer<'a> {
        Writer { out, form }
    }

    fn open(out: &'a mut Vec<u8>, form: Form, head: &[&[u8]]) -> Writer<'a> {
        for field in head {
            escape::plain(field, out);
            out.push(0);
        }
        Writer { out, form }
    }

    /// A command.
    pub fn command(out: &'a mut Vec<u8>, form: Form, token: &Token, service: &str, name: &str) -> Writer<'a> {
        Writer::open(out, form, &[b"C", token.as_bytes(), service.as_bytes(), name.as_bytes()])
    }

    /// The final result of a command. It must have one item at least, or some clients end the channel.
    pub fn reply(out: &'a mut Vec<u8>, form: Form, token: &Token) -> Writer<'a> {
        Writer::open(out, form, &[b"R", token.as_bytes()])
    }

    /// That a command is not known; has no items.
    pub fn not_recognised(out: &'a mut Vec<u8>, token: &Token) -> Writer<'a> {
        Writer::open(out, Form::Plain, &[b"N", token.as_bytes()])
    }

    /// An event.
    pub fn event(out: &'a mut Vec<u8>, form: Form, service: &str, name: &str) -> Writer<'a> {
        Writer::open(out, form, &[b"E", service.as_bytes(), name.as_bytes()])
    }

    /// A JSON value. One that has no JSON form is written as null.
    pub fn json(&mut self, value: &impl Serialize) {
        let text = serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec());
        escape::plain(&text, self.out);
        self.out.push(0);
    }

    /// A string, or null.
    pub fn string(&mut self, text: Option<&str>) {
        self.json(&text);
    }

    /// A number.
    pub fn number(&mut self, number: i64) {
        self.out.extend_from_slice(number.to_string().as_bytes());
        self.out.push(0);
    }

    /// A boolean.
    pub fn boolean(&mut self, value: bool) {
        self.out.extend_from_slice(if value { b"true\0" } else { b"false\0" });
    }

    /// An empty item, which is read as null.
    pub fn empty(&mut self) {
        self.out.push(0);
    }

    /// An error report; success is an empty item.
    pub fn error(&mut self, report: Option<&ErrorReport>) {
        match report {
            Some(report) => self.json(report),
            None => self.empty(),
        }
    }

    /// A byte array. One without bytes is null.
    pub fn bytes(&mut self, bytes: &[u8]) {
        match self.form {
            _ if bytes.is_empty() => self.out.extend_from_slice(b"null"),
            Form::Binary => {
                self.binary_head(bytes.len());
                self.out.extend_from_slice(bytes);
            }
            Form::Plain => {
                self.out.push(b'"');
                let begin = self.out.len();
                let len = bytes.len().div_ceil(3) * 4;
                self.out.resize(begin + len, 0);
                // The room is what the text takes, and the text has no escape byte in it.
                let written = STANDARD.encode_slice(bytes, &mut self.out[begin..]).unwrap_or(0);
                self.out.truncate(begin + written);
                self.out.push(b'"');
            }
        }
        self.out.push(0);
    }

    /// What comes before the `len` bytes of a byte array in the binary form, which the caller sends as they are from where
    /// they lie; what follows is written by [`Writer::rest`], which begins with their NUL.
    pub fn binary_head(&mut self, len: usize) {
        self.out.extend_from_slice(format!("({len})").as_bytes());
        escape::block_head(len, self.out);
    }

    /// Goes on behind bytes that the caller has sent, see [`Writer::binary_head`].
    pub fn rest(out: &'a mut Vec<u8>, form: Form) -> Writer<'a> {
        out.push(0);
        Writer { out, form }
    }

    /// Ends the message.
    pub fn end(self) {
        self.out.extend_from_slice(&escape::END_OF_MESSAGE);
    }
}
