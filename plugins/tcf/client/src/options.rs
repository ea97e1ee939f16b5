//! What a channel may take: time and memory.

use rogue_tcf_wire::limits;
use std::time::Duration;

/// Limits of a channel.
#[derive(Clone, Debug)]
pub struct Options {
    /// Longest that connecting may take and then the peer's Hello, and longest that a peer may take nothing of what it is
    /// sent.
    pub timeout: Duration,
    /// Longest message of the peer.
    pub max_message: usize,
    /// Most calls that are out at a time; a further one is refused.
    pub max_calls: usize,
    /// Most events that nobody has taken; a peer that sends more has its channel closed.
    pub max_events: usize,
    /// Longest that closing waits for the peer to close too.
    pub linger: Duration,
    /// How long a channel may be silent before the system asks whether the peer is still there; `None`: never.
    pub keep_alive: Option<Duration>,
}

impl Default for Options {
    /// 10 s, messages of 16 MiB (the agent's limit), 256 calls, 4096 events, 1 s, no keep-alive.
    fn default() -> Options {
        Options {
            timeout: Duration::from_secs(10),
            max_message: limits::MESSAGE,
            max_calls: 256,
            max_events: 4096,
            linger: Duration::from_secs(1),
            keep_alive: None,
        }
    }
}

impl Options {
    /// Most bytes that one read may ask for: in base64 they take a third more, and must stay within a message.
    pub fn max_read(&self) -> usize {
        (self.max_message / 4 * 3).saturating_sub(1024).max(1)
    }
}
