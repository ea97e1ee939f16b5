//! What a call is told, besides its frames.

use crate::{Node, card::Card, frame::Frame, host};
use std::{cell::Cell, marker::PhantomData, ops::Deref, time::Duration};

/// The call that is being made: its time, its port, and the node. Lives as long as the call; cannot leave
/// its thread.
///
/// What stays after the call is the [`Node`]:
/// ```
/// # use rogue_sdk::prelude::*;
/// fn keep<T: 'static>(_: T) {}
/// fn accept(cx: &Context) {
///     let node: Node = **cx;
///     keep(node);
/// }
/// ```
/// The call itself does not:
/// ```compile_fail
/// # use rogue_sdk::prelude::*;
/// fn keep<T: 'static>(_: T) {}
/// fn accept(cx: Context) {
///     keep(cx); // "`cx` has an anonymous lifetime but it needs to satisfy a `'static` lifetime requirement"
/// }
/// ```
pub struct Context<'a> {
    node: Node,
    now_ns: u64,
    port: u32,
    wake_at_ns: Cell<u64>,
    wake_give: Cell<bool>,
    wake_take: Cell<bool>,
    call: PhantomData<(&'a (), *const ())>,
}

/// A reason of the card for dropping frames; made by [`Card::reason`] at compile time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub(crate) u32);

impl Card {
    /// The reason of that name in this card. Use it in a `const`, so that a misspelt name does not compile.
    ///
    /// # Panics
    /// When the card has no such reason; in a `const` that is a compile error.
    pub const fn reason(&self, name: &str) -> Reason {
        match self.drop_index(name) {
            Some(index) => Reason(index),
            None => panic!("the card has no drop reason of this name"),
        }
    }
}

impl Context<'_> {
    pub(crate) fn new(node: Node, now_ns: u64, port: u32) -> Self {
        Context {
            node,
            now_ns,
            port,
            wake_at_ns: Cell::new(0),
            wake_give: Cell::new(false),
            wake_take: Cell::new(false),
            call: PhantomData,
        }
    }

    /// Monotonic time since an arbitrary start, sampled once per turn of the segment: the same for all
    /// frames of a call.
    #[inline]
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.now_ns)
    }

    /// Input port of the frame.
    #[inline]
    pub fn port(&self) -> u32 {
        self.port
    }

    /// Has this half called again at `time` (of [`Context::now`]'s clock), even without a frame. The
    /// earliest time asked for in a call counts; it replaces what an earlier call asked for, and a call that
    /// asks for none leaves that.
    pub fn wake_at(&self, time: Duration) {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(1);
        let before = self.wake_at_ns.get();
        if before == 0 || ns < before {
            self.wake_at_ns.set(ns);
        }
    }

    /// Has the giving half called soon; once for the whole batch.
    #[inline]
    pub fn wake_give(&self) {
        self.wake_give.set(true);
    }

    /// Has the taking half called soon; once for the whole batch.
    #[inline]
    pub fn wake_take(&self) {
        self.wake_take.set(true);
    }

    /// Drops a frame under a reason of the card. (A frame that just goes out of scope is *consumed*.)
    #[inline]
    pub fn drop(&self, frame: Frame, reason: Reason) {
        host::drop_frame(&self.node, frame, reason.0);
    }

    /// Ends the call: makes the wakes it asked for, says when to call again (0 = not asked for).
    pub(crate) fn end(&self) -> u64 {
        if self.wake_give.get() {
            self.node.wake_give();
        }
        if self.wake_take.get() {
            self.node.wake_take();
        }
        self.wake_at_ns.get()
    }
}

impl Deref for Context<'_> {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}
