//! What a peer can do wrong: to the channel ([`Wrong`]), or in one command's items ([`BadItem`]).

use crate::{Code, limits};

/// The channel is broken and must be closed: what follows on it cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// An escape byte before another one than 0 to 3.
    #[error("the escape 03 {0:02x} means nothing")]
    Escape(u8),
    /// The length of a binary block has no end, or is more than 64 bits hold.
    #[error("the length of a binary block is no number of 64 bits")]
    BlockLength,
    /// A message, with the block that is announced for it, is longer than the limit.
    #[error("a message is longer than {limit} bytes")]
    TooLong {
        /// The limit that was given to the decoder.
        limit: usize,
    },
    /// A message of a type that is none.
    #[error("a message of the type {0:#04x}, which means nothing")]
    Type(u8),
    /// A message that ends before a field of its head.
    #[error("a message ends before its {0}")]
    Cut(&'static str),
    /// A field of a message's head is longer than [`limits::NAME`].
    #[error("the {0} of a message is longer than {limit} bytes", limit = limits::NAME)]
    LongName(&'static str),
    /// A name in a message's head is not UTF-8.
    #[error("the {0} of a message is not UTF-8")]
    NotUtf8(&'static str),
    /// A congestion level that is no number from -100 to 100.
    #[error("a congestion level is no number from -100 to 100")]
    Level,
}

/// An item is not what its place asks for. The message's frame is sound: the channel can go on, and the command is
/// answered with an error of this [`code`](BadItem::code).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadItem {
    /// The message ends before the item.
    #[error("an item is missing")]
    Missing,
    /// The item has no NUL behind it, or a binary form that is longer than the message.
    #[error("an item is cut")]
    Cut,
    /// The text is not JSON, or not the JSON that is wanted.
    #[error("an item is not {0}")]
    Json(&'static str),
    /// A byte array is neither base64 nor in the binary form.
    #[error("an item is no byte array in base64")]
    Base64,
    /// A number is not an integer of 64 bits.
    #[error("an item is no integer")]
    Number,
    /// A stream's id or type is longer than [`limits::NAME`].
    #[error("an id or a type is longer than {limit} bytes", limit = limits::NAME)]
    LongName,
    /// The size of a write is not the number of its bytes.
    #[error("the size of a write is not that of its data")]
    Size,
    /// There are more items than belong there.
    #[error("there are too many items")]
    TooMany,
}

impl BadItem {
    /// The code of the error that a command with such an item is answered with.
    pub fn code(&self) -> Code {
        match self {
            BadItem::Number => Code::InvalidNumber,
            BadItem::Size => Code::InvalidDataSize,
            BadItem::LongName => Code::Other,
            BadItem::Missing | BadItem::Cut | BadItem::TooMany => Code::Protocol,
            BadItem::Json(_) | BadItem::Base64 => Code::JsonSyntax,
        }
    }
}
