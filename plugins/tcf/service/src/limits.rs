//! What is limited for every channel, and the choices of the owner.

use std::time::Duration;

/// Limits and choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one answer to a read.
    pub max_read: usize,
    /// Most reads, and most writes, that a client has waiting at one stream; one more is an error.
    pub max_pending: usize,
    /// Most bytes of writes that a channel has waiting; one more is an error, unless none waits.
    pub max_written: usize,
    /// Whether a subscription tells of the streams that are there already, and connects to them.
    pub announce: bool,
    /// Whether one client's `eos` ends a writable stream for all, as in the agent.
    pub end_on_eos: bool,
    /// Whether test streams can be made.
    pub test_streams: bool,
    /// How long a client may hold up the owner, or its end, without reading.
    pub stall_limit: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_read: 256 << 10,
            max_pending: 64,
            max_written: 16 << 20,
            announce: true,
            end_on_eos: false,
            test_streams: false,
            stall_limit: Duration::from_secs(10),
        }
    }
}

/// Most types that a channel is subscribed to: far more than there are, and little memory.
pub const SUBSCRIPTIONS: usize = 256;

/// Most test streams at a time, and the most bytes that one of them buffers.
pub const TEST_STREAMS: usize = 64;
/// See [`TEST_STREAMS`].
pub const TEST_BUFFER: i64 = 1 << 20;
