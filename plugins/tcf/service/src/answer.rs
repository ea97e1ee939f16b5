//! What is to be sent to a channel.

use rogue_tcf_wire::{
    ErrorReport, Form, Token,
    diagnostics::Created,
    streams::{Done, Event, Lost, ReadReply},
};
use serde::{Deserialize, Serialize};

/// A reply or an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The reply to all commands but `read` and `createTestStreams`.
    Done {
        /// That of the command.
        token: Token,
        /// Why it failed.
        error: Option<ErrorReport>,
    },
    /// The reply to `read`.
    Read {
        /// That of the command.
        token: Token,
        /// The bytes; to be given back ([`Service::give_back`](crate::Service::give_back)).
        #[serde(with = "rogue_tcf_wire::kept")]
        data: Vec<u8>,
        /// Why there are none.
        error: Option<ErrorReport>,
        /// Bytes missing before them.
        lost: u64,
        /// Whether nothing follows.
        eos: bool,
    },
    /// The reply to `createTestStreams`.
    TestStreams {
        /// That of the command.
        token: Token,
        /// The ids, or the error.
        created: Created,
    },
    /// An event.
    Event(Event),
}

impl Answer {
    /// A read that failed.
    pub(crate) fn no_read(token: &Token, error: ErrorReport, eos: bool) -> Answer {
        Answer::Read { token: token.clone(), data: Vec::new(), error: Some(error), lost: 0, eos }
    }

    /// Writes it as a message. Errors get this time, in milliseconds since 1970; `form` is what the peer can read.
    pub fn encode(&self, form: Form, time_ms: u64, out: &mut Vec<u8>) {
        let dated = |error: &Option<ErrorReport>| error.clone().map(|error| error.at(time_ms));
        match self {
            Answer::Done { token, error } => Done { error: dated(error) }.encode(token, out),
            Answer::Read { token, data, error, lost, eos } => {
                let reply = ReadReply {
                    data: data.as_slice().into(),
                    error: dated(error),
                    lost: Lost::Bytes(*lost),
                    eos: *eos,
                };
                reply.encode(token, form, out);
            }
            Answer::TestStreams { token, created } => {
                Created { error: dated(&created.error), ids: created.ids.clone() }.encode(token, out);
            }
            Answer::Event(event) => event.encode(out),
        }
    }
}
