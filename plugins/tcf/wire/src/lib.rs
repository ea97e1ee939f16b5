//! The Target Communication Framework (TCF) as pure code: what is on a channel, and the services Locator, Streams and
//! Diagnostics in types. No socket, no thread, no clock: bytes go in and come out.
//!
//! For servers and clients alike. From the bottom to the top:
//!
//! - [`escape`] finds messages in a stream of bytes, however it is cut ([`Decoder`]), and writes them;
//! - [`Message`] is one message, read: a command, a reply, an event, a congestion level;
//! - [`Items`] reads arguments and results one by one; [`Writer`] writes a message item by item;
//! - [`streams`], [`locator`] and [`diagnostics`] have the commands, replies and events of a service in types that are
//!   read from [`Items`] and written whole; [`ErrorReport`] is what is in every reply;
//! - [`framing`] is this project's: how frames lie in a stream of bytes that may have holes.
//!
//! A client that reads from a stream, without its socket:
//!
//! ```
//! use rogue_tcf_wire::{Decoder, Form, Found, Message, Token, locator::Hello, streams};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What goes out: a Hello, at once, and then commands, each with a token of its own. `Form::Plain` until the peer's
//! // Hello has listed ZeroCopy.
//! let mut out = Vec::new();
//! Hello::new(["ZeroCopy"]).encode(&mut out);
//! let read = streams::Command::Read { id: "VS1".into(), size: 64 };
//! read.encode(&Token::from(5), Form::Plain, &mut out);
//!
//! // What comes in, in whatever pieces.
//! let mut decoder = Decoder::new(16 << 20);
//! for mut piece in [&b"E\0Locator\0Hello\0[\"Streams\"]\0\x03"[..], b"\x01R\x005\0\"YWJj\"\0\x000\0true\0\x03\x01"] {
//!     while let Some(found) = decoder.next(&mut piece)? {
//!         let Found::Message(bytes) = found else { continue };
//!         match Message::parse(bytes)? {
//!             Message::Event { service: "Locator", name: "Hello", args } => {
//!                 assert!(!Hello::parse(args)?.zero_copy());
//!             }
//!             Message::Reply { token, results } if token == 5 => {
//!                 let reply = streams::ReadReply::parse(results)?;
//!                 assert_eq!((&*reply.data, reply.lost, reply.eos), (&b"abc"[..], streams::Lost::NONE, true));
//!             }
//!             other => panic!("{other:?}"),
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What holds: no bytes of a peer make this panic, or take memory beyond the limits that are in [`limits`] or given to
//! [`Decoder::new`]; what is written is read back as the same value, by this crate in any splitting.
//!
//! The rules are those of the published TCF pages on channels, Locator and Streams; where implementations differ from
//! them, it is said beside the code.

pub mod diagnostics;
pub mod escape;
pub mod framing;
mod items;
pub mod kept;
pub mod limits;
pub mod locator;
mod message;
mod report;
pub mod streams;
mod token;
mod write;
mod wrong;

pub use escape::{Decoder, Found};
pub use items::{Item, Items};
pub use message::Message;
pub use report::{Code, ErrorReport};
pub use token::Token;
pub use write::{Form, Writer};
pub use wrong::{BadItem, Wrong};

/// The service name that a peer lists in its Hello if it takes binary blocks and the binary form of byte arrays.
pub const ZERO_COPY: &str = "ZeroCopy";
