//! Two halves that may live in two threads: queues and bridges.

use super::{Flow, Module, Shaped, Step};
use crate::{Context, Frame, Input, Node, Out, Result};
use std::{convert::Infallible, marker::PhantomData};

/// A module that takes frames in one half and gives frames in the other; what they share is theirs (an
/// `Arc`, a channel). The graph is cut into segments between the two.
pub trait Endpoint: Module {
    /// The half that takes.
    type Take: Take;
    /// The half that gives.
    type Give: Give;

    /// Makes the halves; called once, after `new`.
    ///
    /// # Errors
    /// As in `new`.
    fn split(&mut self, node: &Node) -> Result<(Self::Take, Self::Give)>;
}

/// What became of an offered frame.
pub enum Accepted {
    /// It was taken.
    Taken,
    /// Not now: it stays in the node's inbox, and the sources that lead here wait. Wake this half
    /// ([`Node::wake_take`]) when there is room.
    Blocked(Frame),
}

/// The half of an endpoint that takes.
pub trait Take: Send + 'static {
    /// Takes one frame, or gives it back.
    ///
    /// # Errors
    /// The node is faulted, the frame counted as dropped by it.
    #[doc(alias = "acceptFrame")]
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<Accepted>;

    /// Called after each batch of frames, and after a wake or a time asked for.
    ///
    /// # Errors
    /// As in `accept`.
    fn wake(&mut self, _cx: &Context<'_>) -> Result<()> {
        Ok(())
    }

    /// After the last frame, until it returns [`Flow::Ended`]. A queue's giving half ends after it.
    ///
    /// # Errors
    /// As in `accept`.
    fn finish(&mut self, _cx: &Context<'_>) -> Result<Flow> {
        Ok(Flow::Ended)
    }
}

/// The half of an endpoint that gives.
pub trait Give: Send + 'static {
    /// Gives frames until there are none or `out` is full.
    ///
    /// # Errors
    /// The node is faulted.
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow>;
}

/// An endpoint, as exporters drive it.
#[doc(hidden)]
pub struct AsEndpoint<T>(PhantomData<T>, Infallible);

impl<T: Endpoint> Shaped for AsEndpoint<T> {
    type Module = T;
    type Take = T::Take;
    type Give = T::Give;
    const TAKES: bool = true;
    const GIVES: bool = true;

    fn split(module: &mut T, node: &Node) -> Result<Option<(T::Take, T::Give)>> {
        module.split(node).map(Some)
    }

    #[inline]
    fn accept(
        take: &mut T::Take,
        input: &mut Input<'_>,
        out: &mut Out<'_>,
        cx: &Context<'_>,
    ) -> Result<Step> {
        let mut step = Step::Idle;
        while let Some(frame) = input.next() {
            match take.accept(frame, cx)? {
                Accepted::Taken => input.complete(out),
                Accepted::Blocked(frame) => {
                    input.give_back(frame);
                    step = Step::Blocked;
                    break;
                }
            }
        }
        take.wake(cx)?;
        Ok(step)
    }

    #[inline]
    fn produce(give: &mut T::Give, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        Ok(give.produce(out, cx)?.into())
    }

    fn finish(take: &mut T::Take, _out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        Ok(take.finish(cx)?.into())
    }
}
