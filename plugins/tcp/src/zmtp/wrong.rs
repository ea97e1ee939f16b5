//! What a peer can do wrong, in words for the log.

use std::fmt;

/// Why a connection is closed: the peer broke the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The first bytes are not a greeting.
    NotZmtp,
    /// An older protocol.
    Version(u8),
    /// Another security mechanism than NULL.
    Mechanism(String),
    /// The first command is not READY, or is broken.
    NotReady,
    /// READY with this socket type, where another one belongs.
    SocketType { is: String, must_be: &'static str },
    /// The peer refuses us, with its reason.
    Refused(String),
    /// A head with bits that have no meaning.
    Flags(u8),
    /// A message with another number of parts than four.
    Parts,
    /// A part of flags, channel or error with another size than 2, 1, 1.
    PartSize { part: u8, size: u64 },
    /// A payload beyond the limit.
    TooLarge { size: u64, limit: u64 },
    /// A command beyond the limit.
    Command(u64),
    /// A message where none belongs: the peer only receives.
    Message,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::NotZmtp => write!(f, "its first bytes are not those of ZeroMQ; is it a Rogue bridge?"),
            Wrong::Version(major) => write!(f, "it speaks ZMTP {major}, and 3 is needed (libzmq 4 or later)"),
            Wrong::Mechanism(name) => {
                write!(f, "it asks for the security mechanism {name:?}; only NULL is spoken")
            }
            Wrong::NotReady => write!(f, "its handshake is broken: no READY after the greeting"),
            Wrong::SocketType { is, must_be } => {
                write!(f, "it is a {is:?} socket where {must_be} belongs; are the two ports mixed up?")
            }
            Wrong::Refused(reason) => write!(f, "it refuses us: {reason:?}"),
            Wrong::Flags(flags) => write!(f, "a head with the flags {flags:#04x}, which mean nothing"),
            Wrong::Parts => write!(f, "a message that has not four parts"),
            Wrong::PartSize { part, size } => {
                let name = ["flags", "channel", "error"].get(usize::from(*part)).unwrap_or(&"payload");
                write!(f, "a message whose {name} part has {size} bytes")
            }
            Wrong::TooLarge { size, limit } => {
                write!(f, "a payload of {size} bytes, and max_payload is {limit}")
            }
            Wrong::Command(size) => write!(f, "a command of {size} bytes"),
            Wrong::Message => write!(f, "a message on the port by which it receives"),
        }
    }
}
