//! Frames in, frames out.

use super::{Flow, Module, Shaped, Step};
use crate::{Context, Frame, Input, Out, Result};
use std::{convert::Infallible, marker::PhantomData};

/// A module that is given frames and leaves frames in `Out`. A filter is the simplest:
///
/// ```
/// use rogue_sdk::prelude::*;
///
/// struct Good;
///
/// impl Module for Good {
///     type Params = NoParams;
///     const CARD: Card = Card::transform("good")
///         .about("lets frames without an error pass")
///         .drops(&[DropReason::asked("error", "frames with an error")]);
///
///     fn new(_: NoParams, _: &Node) -> Result<Self> {
///         Ok(Good)
///     }
/// }
///
/// impl Transform for Good {
///     fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
///         const ERROR: Reason = Good::CARD.reason("error");
///         if frame.error() == 0 { out.send(frame) } else { cx.drop(frame, ERROR) }
///         Ok(())
///     }
/// }
/// export_module!(Good: Transform);
/// ```
pub trait Transform: Module {
    /// Takes one frame. Send it on, or another one, or several; drop it under a reason; or just let it go
    /// out of scope (*consumed*).
    ///
    /// # Errors
    /// The node is faulted, the frame counted as dropped by it; `on_fault` of the graph says what follows.
    #[doc(alias = "acceptFrame")]
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()>;

    /// Called after a wake or a time asked for, without a frame.
    ///
    /// # Errors
    /// As in `accept`.
    fn wake(&mut self, _out: &mut Out<'_>, _cx: &Context<'_>) -> Result<()> {
        Ok(())
    }

    /// After the last frame: gives what is left, until it returns [`Flow::Ended`].
    ///
    /// # Errors
    /// As in `accept`.
    fn finish(&mut self, _out: &mut Out<'_>, _cx: &Context<'_>) -> Result<Flow> {
        Ok(Flow::Ended)
    }
}

/// A transform, as exporters drive it.
#[doc(hidden)]
pub struct AsTransform<T>(PhantomData<T>, Infallible);

impl<T: Transform> Shaped for AsTransform<T> {
    type Module = T;
    type Take = T;
    type Give = ();
    const TAKES: bool = true;
    const GIVES: bool = false;

    #[inline]
    fn accept(take: &mut T, input: &mut Input<'_>, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        if input.is_wake() {
            take.wake(out, cx)?;
            return Ok(Step::Idle);
        }
        while !out.is_full() {
            let Some(frame) = input.next() else { return Ok(Step::Idle) };
            take.accept(frame, out, cx)?;
            input.complete(out);
        }
        Ok(if input.is_done() { Step::Idle } else { Step::More })
    }

    fn finish(take: &mut T, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        Ok(take.finish(out, cx)?.into())
    }
}
