//! The four shapes of a module: adapters that own the boring part.
//!
//! | shape | frames come from | frames go to |
//! | --- | --- | --- |
//! | [`Source`] | outside, or nowhere | `Out` |
//! | [`Transform`] | links | `Out` |
//! | [`Sink`] | links | outside |
//! | [`Endpoint`] | links, into its [`Take`] half | `Out`, from its [`Give`] half, on another thread |
//!
//! What holds: a call takes frames, leaves frames in `Out`, and returns; it never waits. What it cannot do
//! now it says ([`Flow`], [`Accepted`]), and is called again after a wake, a time, or a new frame.

mod endpoint;
mod module;
mod sink;
mod source;
mod transform;

pub use endpoint::{Accepted, AsEndpoint, Endpoint, Give, Take};
pub use module::{Flow, Interrupter, Module};
pub use sink::{AsSink, Sink};
pub use source::{AsSource, Source};
pub use transform::{AsTransform, Transform};

use crate::{Context, Input, Node, Out, Result};

/// What an exporter reports of a call into a half; `rogue_abi::status` in words.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do for now.
    Idle,
    /// Call again.
    More,
    /// The next frame cannot be taken now.
    Blocked,
    /// Nothing will come any more.
    Ended,
}

impl From<Flow> for Step {
    fn from(flow: Flow) -> Step {
        match flow {
            Flow::Idle => Step::Idle,
            Flow::More => Step::More,
            Flow::Ended => Step::Ended,
        }
    }
}

/// A module with its shape: what an exporter needs to drive it, whatever the packaging.
#[doc(hidden)]
pub trait Shaped: 'static {
    /// The module.
    type Module: Module;
    /// The half that takes; the module itself where `split` makes none.
    type Take: Send + 'static;
    /// The half that gives; the module itself where `split` makes none.
    type Give: Send + 'static;
    /// Whether there is a half that takes.
    const TAKES: bool;
    /// Whether there is a half that gives.
    const GIVES: bool;

    /// Halves that live beside the module.
    fn split(_module: &mut Self::Module, _node: &Node) -> Result<Option<(Self::Take, Self::Give)>> {
        Ok(None)
    }
    /// Takes what is offered.
    fn accept(
        _take: &mut Self::Take,
        _input: &mut Input<'_>,
        _out: &mut Out<'_>,
        _cx: &Context<'_>,
    ) -> Result<Step> {
        Ok(Step::Idle)
    }
    /// Gives what there is.
    fn produce(_give: &mut Self::Give, _out: &mut Out<'_>, _cx: &Context<'_>) -> Result<Step> {
        Ok(Step::Ended)
    }
    /// After the last input.
    fn finish(_take: &mut Self::Take, _out: &mut Out<'_>, _cx: &Context<'_>) -> Result<Step> {
        Ok(Step::Ended)
    }
}
