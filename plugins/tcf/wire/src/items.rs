//! Arguments and results, read one by one with a cursor.
//!
//! What holds: an item is one JSON value, or a byte array in the binary form `(n)` and n bytes, which may hold NULs, and a
//! NUL behind it. So a message must not be split at its NULs first.

use crate::{BadItem, ErrorReport, limits};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// One item as it stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// JSON text without white space around it; empty means null.
    Text(&'a [u8]),
    /// Bytes in the binary form.
    Binary(&'a [u8]),
}

/// The items that have not been read yet. A clone reads them again.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a [u8],
}

impl<'a> Items<'a> {
    pub(crate) fn new(rest: &'a [u8]) -> Items<'a> {
        Items { rest }
    }

    /// Whether there is no further item.
    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The bytes of all items that have not been read.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.rest
    }

    /// The next item, whatever it is.
    ///
    /// # Errors
    /// [`BadItem::Missing`], [`BadItem::Cut`].
    pub fn item(&mut self) -> Result<Item<'a>, BadItem> {
        if self.rest.is_empty() {
            return Err(BadItem::Missing);
        }
        if let Some(behind) = self.rest.strip_prefix(b"(") {
            let close = memchr::memchr(b')', &behind[..behind.len().min(21)]).ok_or(BadItem::Cut)?;
            let len = std::str::from_utf8(&behind[..close]).ok().filter(|text| !text.starts_with('+'));
            let len: usize = len.and_then(|text| text.parse().ok()).ok_or(BadItem::Number)?;
            let data = &behind[close + 1..];
            if data.len() <= len || data[len] != 0 {
                return Err(BadItem::Cut);
            }
            self.rest = &data[len + 1..];
            return Ok(Item::Binary(&data[..len]));
        }
        let end = memchr::memchr(0, self.rest).ok_or(BadItem::Cut)?;
        let text = self.rest[..end].trim_ascii();
        self.rest = &self.rest[end + 1..];
        Ok(Item::Text(text))
    }

    fn text(&mut self, what: &'static str) -> Result<&'a [u8], BadItem> {
        match self.item()? {
            Item::Text(text) => Ok(text),
            Item::Binary(_) => Err(BadItem::Json(what)),
        }
    }

    /// A JSON value; an empty item is null.
    ///
    /// # Errors
    /// [`BadItem::Json`] with `what`, which is what is wanted, and those of [`item`](Items::item).
    pub fn json<T: DeserializeOwned>(&mut self, what: &'static str) -> Result<T, BadItem> {
        let text = self.text(what)?;
        let text = if text.is_empty() { b"null" } else { text };
        serde_json::from_slice(text).map_err(|_| BadItem::Json(what))
    }

    /// A string, or null.
    ///
    /// # Errors
    /// As [`json`](Items::json).
    pub fn string(&mut self) -> Result<Option<Cow<'a, str>>, BadItem> {
        match self.text("a string")? {
            b"" | b"null" => Ok(None),
            text => string(text).map(Some).ok_or(BadItem::Json("a string")),
        }
    }

    /// A stream's id or type: a string of at most [`limits::NAME`] bytes.
    ///
    /// # Errors
    /// [`BadItem::LongName`], and as [`json`](Items::json).
    pub fn name(&mut self) -> Result<Cow<'a, str>, BadItem> {
        let name = self.string()?.ok_or(BadItem::Json("a string"))?;
        if name.len() > limits::NAME { Err(BadItem::LongName) } else { Ok(name) }
    }

    /// An integer.
    ///
    /// # Errors
    /// [`BadItem::Number`], and those of [`item`](Items::item).
    pub fn integer(&mut self) -> Result<i64, BadItem> {
        let Item::Text(text) = self.item()? else { return Err(BadItem::Number) };
        let text = std::str::from_utf8(text).map_err(|_| BadItem::Number)?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) || (digits.len() > 1 && digits.starts_with('0'))
        {
            return Err(BadItem::Number);
        }
        text.parse().map_err(|_| BadItem::Number)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// As [`json`](Items::json).
    pub fn boolean(&mut self) -> Result<bool, BadItem> {
        match self.text("a boolean")? {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(BadItem::Json("a boolean")),
        }
    }

    /// A byte array in either form; null is one without bytes.
    ///
    /// # Errors
    /// [`BadItem::Base64`], and those of [`item`](Items::item).
    pub fn bytes(&mut self) -> Result<Cow<'a, [u8]>, BadItem> {
        match self.item()? {
            Item::Binary(bytes) => Ok(Cow::Borrowed(bytes)),
            Item::Text(b"" | b"null" | b"\"\"") => Ok(Cow::Borrowed(&[])),
            Item::Text(text) => {
                let text = string(text).ok_or(BadItem::Base64)?;
                STANDARD.decode(text.as_bytes()).map(Cow::Owned).map_err(|_| BadItem::Base64)
            }
        }
    }

    /// An error report; `None` is success.
    ///
    /// # Errors
    /// As [`json`](Items::json).
    pub fn error(&mut self) -> Result<Option<ErrorReport>, BadItem> {
        self.json("an error report")
    }

    /// That there are no further items.
    ///
    /// # Errors
    /// [`BadItem::TooMany`].
    pub fn end(self) -> Result<(), BadItem> {
        if self.is_done() { Ok(()) } else { Err(BadItem::TooMany) }
    }
}

/// A JSON string's text; borrowed where nothing in it is escaped.
fn string(text: &[u8]) -> Option<Cow<'_, str>> {
    let within = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let plain = !within.iter().any(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\');
    match plain {
        true => std::str::from_utf8(within).ok().map(Cow::Borrowed),
        false => serde_json::from_slice(text).ok().map(Cow::Owned),
    }
}
