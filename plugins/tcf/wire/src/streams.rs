//! The Streams service: its seven commands, their replies, its two events.
//!
//! | command | arguments | results |
//! | --- | --- | --- |
//! | `subscribe` | type | error |
//! | `unsubscribe` | type | error |
//! | `read` | id, size | data, error, lost, eos |
//! | `write` | id, size, data | error |
//! | `eos` | id | error |
//! | `connect` | id | error |
//! | `disconnect` | id | error |
//!
//! The data of a read stand *before* its error, and all four results are there with an error too.

mod command;
mod event;
mod reply;

pub use command::{Command, Name};
pub use event::Event;
pub use reply::{Done, Lost, ReadReply};

/// The service's name.
pub const SERVICE: &str = "Streams";
