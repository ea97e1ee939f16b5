//! What is limited whatever the caller says.

/// Longest token, service name, command or event name, stream id and stream type, in bytes. The agent reads each into a
/// buffer of 256 with a NUL at its end.
pub const NAME: usize = 255;

/// Longest message that the agent takes, in bytes; a good limit for [`Decoder::new`](crate::Decoder::new).
pub const MESSAGE: usize = 16 << 20;

/// Bytes of a binary block's length: ten groups of 7 bits hold 64, and a sender that reserves room for more has no reason.
pub const VARINT: usize = 10;

/// Bytes that a decoder keeps for the next message when the one before was longer.
pub const KEPT: usize = 1 << 20;
