//! What can go wrong: a call is refused, the channel has ended, there never was one.

use rogue_tcf_wire::{BadItem, ErrorReport, Wrong};
use std::time::Duration;

/// Why a call, or a connection, came to nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The name of a peer that is none.
    #[error("{0:?} is no peer; write one as `TCP:host:port` or `host:port`")]
    Peer(String),
    /// No connection could be made.
    #[error("{peer}: {why}")]
    Connect {
        /// Whom with.
        peer: String,
        /// Why not.
        why: String,
    },
    /// It was stopped while it was connecting.
    #[error("stopped while connecting")]
    Stopped,
    /// The service answered with an error.
    #[error("{0}")]
    Refused(Box<ErrorReport>),
    /// The peer knows no such service or command.
    #[error("the peer knows no command of that name of the service Streams")]
    NotRecognised,
    /// Too many calls are out already.
    #[error("{0} calls are out already, which is the most")]
    TooManyCalls(usize),
    /// An argument that cannot be sent.
    #[error("{0}")]
    Argument(&'static str),
    /// The channel has ended.
    #[error("{0}")]
    Closed(#[from] Closed),
}

/// Why a channel has ended.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Closed {
    /// It was closed here.
    #[error("the channel is closed")]
    Here,
    /// The peer ended it as is due, and gave a reason or none.
    #[error("the peer has closed the channel{}", reason(.0))]
    Peer(Option<Box<ErrorReport>>),
    /// The connection ended without a word.
    #[error("the connection is lost: {0}")]
    Lost(String),
    /// The peer broke the protocol, so that it was closed here.
    #[error("the channel was closed since the peer broke the protocol: {0}")]
    Broken(#[from] Broken),
}

/// What a peer did wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The bytes are no messages.
    #[error("{0}")]
    Wire(#[from] Wrong),
    /// A reply or an event has not the items that belong there.
    #[error("the items of its {0} are wrong: {1}")]
    Items(&'static str, BadItem),
    /// Its first message is not the Hello.
    #[error("it has not begun with a Hello")]
    NotHello,
    /// It has sent no Hello.
    #[error("it has sent no Hello within {} s", .0.as_secs_f32())]
    NoHello(Duration),
    /// A reply that nobody waits for.
    #[error("a reply to a command that was never given, or a second one")]
    UnknownToken,
    /// More data than a read asked for.
    #[error("{got} bytes for a read of {asked}")]
    LongRead {
        /// The read's size.
        asked: usize,
        /// What came.
        got: usize,
    },
    /// More events than are kept.
    #[error("more than {0} events that nobody has taken")]
    Events(usize),
    /// It has not taken what it was sent.
    #[error("it has taken nothing of what it was sent for {} s", .0.as_secs_f32())]
    Stalled(Duration),
}

fn reason(report: &Option<Box<ErrorReport>>) -> String {
    report.as_ref().map_or_else(String::new, |report| format!(": {report}"))
}
