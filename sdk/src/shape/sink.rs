//! Frames in, nothing out.

use super::{Flow, Module, Shaped, Step};
use crate::{Context, Frame, Input, Out, Result};
use std::{convert::Infallible, marker::PhantomData};

/// A module that takes frames for good.
pub trait Sink: Module {
    /// Takes one frame, of input port [`Context::port`].
    ///
    /// # Errors
    /// The node is faulted, the frame counted as dropped by it; `on_fault` of the graph says what follows.
    #[doc(alias = "acceptFrame")]
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<()>;

    /// Called after each batch of frames, and after a wake or a time asked for.
    ///
    /// # Errors
    /// As in `accept`.
    fn wake(&mut self, _cx: &Context<'_>) -> Result<()> {
        Ok(())
    }

    /// After the last frame, until it returns [`Flow::Ended`].
    ///
    /// # Errors
    /// As in `accept`.
    fn finish(&mut self, _cx: &Context<'_>) -> Result<Flow> {
        Ok(Flow::Ended)
    }
}

/// A sink, as exporters drive it.
#[doc(hidden)]
pub struct AsSink<T>(PhantomData<T>, Infallible);

impl<T: Sink> Shaped for AsSink<T> {
    type Module = T;
    type Take = T;
    type Give = ();
    const TAKES: bool = true;
    const GIVES: bool = false;

    #[inline]
    fn accept(take: &mut T, input: &mut Input<'_>, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        while let Some(frame) = input.next() {
            take.accept(frame, cx)?;
            input.complete(out);
        }
        take.wake(cx)?;
        Ok(Step::Idle)
    }

    fn finish(take: &mut T, _out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        Ok(take.finish(cx)?.into())
    }
}
