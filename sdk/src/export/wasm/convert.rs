//! Plain data to and from the WIT's types.
//!
//! Used by [`super::call`] and [`super::exports`].

use super::bindings::rogue::flow::types as wit;
use crate::{
    guest::{
        input::Given,
        outcome::{Meta, Outcome, Outcomes},
    },
    shape::Step,
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

impl From<Outcomes> for wit::Outcomes {
    #[inline]
    fn from(outcomes: Outcomes) -> wit::Outcomes {
        match outcomes {
            Outcomes::PassAll => wit::Outcomes::PassAll,
            Outcomes::ReleaseAll => wit::Outcomes::ReleaseAll,
            Outcomes::Each(list) => wit::Outcomes::Each(list.into_iter().map(Into::into).collect()),
        }
    }
}

impl From<Step> for wit::Flow {
    #[inline]
    fn from(step: Step) -> wit::Flow {
        match step {
            Step::More => wit::Flow::More,
            Step::Ended => wit::Flow::Ended,
            // Only endpoints say that they are blocked, and no endpoint is in a component.
            Step::Idle | Step::Blocked => wit::Flow::Idle,
        }
    }
}
