//! The loop that carries frames: segments, their nodes, sleeping, the fence around modules.
//!
//! Called by `swap` (building, pausing) and `control` (watching). Knows neither YAML nor `.so` nor WASM:
//! it sees `Box<dyn Half>` and indices. What holds:
//! - A segment is driven by one thread, which owns it; pausing gives it back by value.
//! - What a node does not take stays in its inbox, owned by the segment.
//! - A module is entered from exactly one place per kind of call (`node::Node`), so that there is one place
//!   to count, to time, to catch a fault.

mod busy;
mod clock;
mod ctl;
mod deliver;
mod driver;
mod exchange;
mod feed;
mod fence;
mod inbox;
mod mask;
mod node;
mod park;
mod poll;
mod pump;
mod ready;
mod rebuild;
mod segment;
mod steps;
mod tap;

pub use busy::{CALL_BOUNDS_NS, CallTimes};
pub use clock::Clock;
pub use ctl::{Health, NodeCtl};
pub use driver::{Driver, Gate};
pub use exchange::Exchange;
pub use feed::{Calls, Feed, Seen};
pub use fence::{Event, OnFault};
pub use inbox::Inbox;
pub use node::{Node, Role, Target};
pub use park::{CallKind, Inside, Waker};
pub use pump::Pump;
pub use ready::BitSet;
pub use rebuild::RunOut;
pub use segment::{Progress, Segment};
pub use steps::Stepper;
pub use tap::{FRAME_COST, RING_BYTES, RING_FRAMES, Tap, Taps};

/// Most frames in one call.
pub const BATCH_FRAMES: u32 = 64;
/// Most payload bytes in one call, so that a batch stays in the cache; one frame may be larger.
pub const BATCH_BYTES: u64 = 1 << 20;
