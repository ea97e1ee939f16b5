//! A module's way to the runtime: its name, counters, readings, logging, waking, pools.
//!
//! A [`Node`] names the instance's place in the graph; it is small, may be copied and sent to threads, and
//! stays harmless when the node is gone. What a node has outside of its calls is in [`threads`].

mod threads;

use crate::abi::half;
use crate::{Reason, Result, frame::Frame, host};
#[cfg(not(target_family = "wasm"))]
use rogue_abi::{HostPtr, NodeRef};
use std::{fmt, time::Duration};

/// The node an instance runs as.
#[derive(Clone, Copy)]
pub struct Node {
    #[cfg(not(target_family = "wasm"))]
    pub(crate) host: HostPtr,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) node: NodeRef,
    pub(crate) log: &'static str,
}

impl Node {
    /// The node's name in the graph file: the same for all instances that run as this node, one after the other.
    ///
    /// `None` where it cannot be known: in a runtime older than this call, in a sandbox, and when the node is gone. So a module
    /// that makes a default of it has another one for then. It costs an allocation; ask in `new`.
    pub fn name(&self) -> Option<String> {
        host::node_name(self)
    }

    /// A counter of the card.
    pub fn counter(&self, name: &str) -> Counter {
        host::counter(self, name, crate::abi::counter_kind::EVENT)
    }

    /// A counter of what was lost outside of the graph.
    pub fn outside_counter(&self, name: &str) -> Counter {
        host::counter(self, name, crate::abi::counter_kind::OUTSIDE)
    }

    /// A reading of the card that is a number.
    pub fn gauge(&self, name: &str) -> Gauge {
        Gauge(host::counter(self, name, crate::abi::counter_kind::GAUGE))
    }

    /// Sets a reading of the card to a text.
    pub fn publish(&self, name: &str, value: impl fmt::Display) {
        host::publish(self, name, &value.to_string());
    }

    /// Sets the node's pool, unless the graph file does (spec section 6): `fixed_size` bytes a buffer (0 =
    /// each as asked), `pool_size` free buffers kept for reuse.
    pub fn set_pool(&self, fixed_size: u32, pool_size: u32) {
        host::set_pool(self, fixed_size, pool_size, false);
    }

    /// Requests for frames that reach this node are passed on to the primary of its output 0.
    pub fn forward_requests(&self) {
        host::set_pool(self, 0, 0, true);
    }

    /// The most frames the node wants in one call (1..=64).
    pub fn batch_max(&self, frames: u32) {
        host::batch_max(self, frames);
    }

    /// Number of links of an output.
    pub fn links(&self, port: u32) -> u32 {
        host::links(self, port)
    }

    /// Announces something only one node may have, such as `tcp:0.0.0.0:8000`.
    ///
    /// # Errors
    /// When another node has it; in a sandbox always.
    pub fn claim(&self, name: &str) -> Result<()> {
        host::claim(self, name)
    }

    /// Takes an announcement back.
    pub fn unclaim(&self, name: &str) {
        host::unclaim(self, name);
    }

    /// A frame with room for `size` bytes from the node's own pool. For a frame to send, ask the output:
    /// [`crate::Out::request`].
    ///
    /// # Errors
    /// When there is no memory.
    #[doc(alias = "reqLocalFrame")]
    pub fn request_local(&self, size: u32) -> Result<Frame> {
        host::request_local(self, size)
    }

    /// What [`crate::Out::request`] does, from a thread of the module's own.
    ///
    /// # Errors
    /// When there is no memory.
    #[doc(alias = "reqFrame")]
    pub fn request(&self, port: u32, size: u32) -> Result<Frame> {
        host::request(self, port, size, false)
    }

    /// A frame around memory of the module's own, without a copy. The memory is dropped when the last frame
    /// over it is gone, on any thread.
    ///
    /// # Errors
    /// When there is no memory for the header, or `memory` is longer than a frame may be.
    pub fn wrap(&self, memory: Box<[u8]>) -> Result<Frame> {
        host::wrap(self, memory)
    }

    /// Drops a frame under a reason of the card, where there is no call: in `stop`, in `reconfigure`, on a
    /// thread of the module's own. Inside of a call it is [`crate::Context::drop`].
    pub fn drop(&self, frame: Frame, reason: Reason) {
        host::drop_frame(self, frame, reason.0);
    }

    /// Wakes the half that takes (a transform's and a sink's only one): `wake` or `accept` is called soon.
    pub fn wake_take(&self) {
        host::wake(self, half::TAKE);
    }

    /// Wakes the half that gives (a source's only one): `produce` is called soon. From any thread, never
    /// lost.
    pub fn wake_give(&self) {
        host::wake(self, half::GIVE);
    }

    /// Monotonic time, for code outside of a call; inside one use [`crate::Context::now`].
    pub fn now(&self) -> Duration {
        host::now(self)
    }

    /// Time since 1970, UTC.
    pub fn wall(&self) -> Duration {
        host::wall(self)
    }

    /// 64 random bits.
    pub fn random(&self) -> u64 {
        host::random(self)
    }

    /// From a thread of the module's own, or outside of a call: has the node treated as faulted at its next call.
    pub fn fault(&self, error: impl fmt::Display) {
        host::fault(self, &error.to_string());
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(not(target_family = "wasm"))]
        return write!(f, "Node({:#x})", self.node.0);
        #[cfg(target_family = "wasm")]
        write!(f, "Node({})", self.log)
    }
}

/// A counter that survives swaps of the module and is shown with the node.
#[derive(Clone, Copy, Debug)]
pub struct Counter(pub(crate) &'static std::sync::atomic::AtomicU64);

impl Counter {
    /// Adds.
    #[inline]
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
    }

    /// Sets to zero.
    pub fn reset(&self) {
        self.0.store(0, std::sync::atomic::Ordering::Relaxed);
    }

    /// Reads.
    #[inline]
    pub fn get(&self) -> u64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// A reading that is a number.
#[derive(Clone, Copy, Debug)]
pub struct Gauge(Counter);

impl Gauge {
    /// Sets.
    #[inline]
    pub fn set(&self, value: u64) {
        self.0.0.store(value, std::sync::atomic::Ordering::Relaxed);
    }

    /// Reads.
    #[inline]
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}
