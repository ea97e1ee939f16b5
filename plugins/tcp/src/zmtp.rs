//! ZMTP 3.x with the NULL mechanism, as far as PUSH and PULL need it (spec section 11): pure code that sees bytes and
//! no socket.
//!
//! - [`handshake`] is the conversation before the first message: greeting, then READY.
//! - [`decode`] finds the heads of four-part messages and commands in a stream, however it is cut.
//! - [`encode`] writes the head of a message.
//! - [`wrong`] is what a peer can do wrong.

pub mod command;
pub mod decode;
pub mod encode;
pub mod handshake;
pub mod wrong;

/// Part or command header: more parts follow.
pub const MORE: u8 = 0x01;
/// The size has 8 bytes instead of one.
pub const LONG: u8 = 0x02;
/// Not a part of a message but a command.
pub const COMMAND: u8 = 0x04;

/// Longest command that is read: READY with all its properties. Those in use are below 100 bytes.
pub const COMMAND_MAX: u64 = 4096;

/// Which end of a one-way connection a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It sends messages.
    Push,
    /// It receives them.
    Pull,
}

impl Kind {
    /// As READY says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Push => "PUSH",
            Kind::Pull => "PULL",
        }
    }

    /// What has to be at the other end.
    pub const fn other(self) -> Kind {
        match self {
            Kind::Push => Kind::Pull,
            Kind::Pull => Kind::Push,
        }
    }
}
