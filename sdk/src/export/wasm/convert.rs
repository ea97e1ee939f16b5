//! Plain data to and from the WIT's types.
//!
//! Used by [`super::call`] and [`super::exports`], for what is called a few times.

use super::bindings::rogue::flow::types as wit;
use crate::guest::{
    input::Given,
    outcome::{Meta, Outcome},
};

impl From<wit::Meta> for Meta {
    #[inline]
    fn from(meta: wit::Meta) -> Meta {
        Meta { channel: meta.channel, error: meta.error, flags: meta.flags }
    }
}

impl From<Meta> for wit::Meta {
    #[inline]
    fn from(meta: Meta) -> wit::Meta {
        wit::Meta { channel: meta.channel, error: meta.error, flags: meta.flags }
    }
}

/// What is said of a frame beside its payload.
#[inline]
pub(super) fn given(id: u32, meta: wit::Meta, size: u32) -> Given {
    Given { id, meta: meta.into(), size }
}

impl From<Outcome> for wit::Outcome {
    #[inline]
    fn from(outcome: Outcome) -> wit::Outcome {
        match outcome {
            Outcome::Pass(frame, port) => wit::Outcome::Pass(wit::Sent { frame, port }),
            Outcome::Retag(frame, port, meta) => {
                wit::Outcome::Retag(wit::Retagged { frame, port, meta: meta.into() })
            }
            Outcome::Share(frame, port, meta) => {
                wit::Outcome::Share(wit::Retagged { frame, port, meta: meta.into() })
            }
            Outcome::Part(frame, port, meta, offset, len) => {
                wit::Outcome::Part(wit::Part { frame, port, meta: meta.into(), offset, len })
            }
            Outcome::Emitted(number) => wit::Outcome::Emitted(number),
            Outcome::Drop(frame, reason) => wit::Outcome::Drop(wit::Dropped { frame, reason }),
            Outcome::Hold(frame) => wit::Outcome::Hold(frame),
            Outcome::Release(frame) => wit::Outcome::Release(frame),
            Outcome::Discard(reason, frames) => wit::Outcome::Discard(wit::Discarded { reason, frames }),
        }
    }
}
