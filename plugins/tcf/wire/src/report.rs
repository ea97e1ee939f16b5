//! What went wrong with a command, or why a channel ends.

use crate::{BadItem, Items};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Error codes of TCF that the services here use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Code {
    /// Another error; the text says which.
    Other = 1,
    /// Text that is not JSON, or not the JSON that was expected.
    JsonSyntax = 2,
    /// The protocol was broken.
    Protocol = 3,
    /// The channel is closed.
    ChannelClosed = 5,
    /// The command was cancelled.
    Cancelled = 6,
    /// No such peer.
    UnknownPeer = 7,
    /// Nothing can be written behind the end.
    Eof = 9,
    /// The size is not that of the data.
    InvalidDataSize = 15,
    /// No such stream, type or subscription.
    InvalidContext = 16,
    /// A number that is none, or out of range.
    InvalidNumber = 20,
    /// The stream cannot do this.
    Unsupported = 23,
    /// No such command.
    InvalidCommand = 25,
}

impl Code {
    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self as u32
    }
}

/// An error report. `None` of it, an empty item or null, is success.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ErrorReport {
    /// Its number; [`Code`] has those that matter here.
    pub code: u32,
    /// Milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
    /// The text. Numbers in braces stand for `params`; a report that is made here has neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What is put into the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Vec<serde_json::Value>>,
    /// 0 error, 1 warning, 2 fatal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<u32>,
    /// Whose code it is, for codes from 0x10000 to 0x1ffff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The number it has elsewhere, such as an errno,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt_code: Option<i64>,
    /// and where, such as `POSIX`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt_org: Option<String>,
    /// The error behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<Box<ErrorReport>>,
}

impl ErrorReport {
    /// A report of this code and text, which stands as it is: braces, which clients would fill, become parentheses.
    pub fn new(code: Code, text: impl fmt::Display) -> ErrorReport {
        let text = text.to_string().replace('{', "(").replace('}', ")");
        ErrorReport { code: code.number(), format: Some(text), ..ErrorReport::default() }
    }

    /// With the time at which it was, in milliseconds since 1970, UTC.
    #[must_use]
    pub fn at(self, time_ms: u64) -> ErrorReport {
        ErrorReport { time: Some(time_ms), ..self }
    }

    /// Whether it has this code.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.number()
    }

    /// What a peer said of the end of its stream, as a decoder found it; `None` if nothing, or nothing that can be read.
    pub fn of_end(report: &[u8]) -> Option<ErrorReport> {
        Items::new(report).error().ok().flatten()
    }

    /// The text with the parameters in it.
    pub fn text(&self) -> String {
        let Some(format) = &self.format else { return format!("error {}", self.code) };
        let mut text = format.clone();
        for (index, param) in self.params.iter().flatten().enumerate() {
            let param = param.as_str().map_or_else(|| param.to_string(), str::to_owned);
            text = text.replace(&format!("{{{index}}}"), &param);
        }
        text
    }
}

impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (TCF error {})", self.text(), self.code)
    }
}

impl std::error::Error for ErrorReport {}

impl From<&BadItem> for ErrorReport {
    fn from(bad: &BadItem) -> ErrorReport {
        ErrorReport::new(bad.code(), bad)
    }
}
