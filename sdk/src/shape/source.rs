//! Frames from outside, or from nowhere.

use super::{Flow, Module, Shaped, Step};
use crate::{Context, Out, Result};
use std::{convert::Infallible, marker::PhantomData};

/// A module that makes frames. Four ways to be fed:
///
/// - as fast as frames are taken: give until [`Out::is_full`], return [`Flow::More`];
/// - by the clock: give, [`Context::wake_at`] the next time, return [`Flow::Idle`];
/// - by a thread of its own or a vendor's call-back: put what arrives where `produce` finds it and call
///   [`crate::Node::wake_give`]; return [`Flow::Idle`] when there is nothing;
/// - by a call that blocks: say `.blocking()` in the card, give an
///   [`interrupter`](Module::interrupter), and wait inside `produce`, which then has a thread of its own.
pub trait Source: Module {
    /// Gives frames until there are none or `out` is full.
    ///
    /// # Errors
    /// The node is faulted; `on_fault` of the graph says what follows.
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow>;
}

/// A source, as exporters drive it.
#[doc(hidden)]
pub struct AsSource<T>(PhantomData<T>, Infallible);

impl<T: Source> Shaped for AsSource<T> {
    type Module = T;
    type Take = ();
    type Give = T;
    const TAKES: bool = false;
    const GIVES: bool = true;

    #[inline]
    fn produce(give: &mut T, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        Ok(give.produce(out, cx)?.into())
    }
}
