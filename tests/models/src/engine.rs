//! The engine, with its real parts; `poll` stands in for descriptors, and `pump` is not tried.

#[path = "../../../runtime/src/engine/busy.rs"]
mod busy;
#[path = "../../../runtime/src/engine/clock.rs"]
mod clock;
#[path = "../../../runtime/src/engine/ctl.rs"]
mod ctl;
#[path = "../../../runtime/src/engine/deliver.rs"]
mod deliver;
#[path = "../../../runtime/src/engine/driver.rs"]
mod driver;
#[path = "../../../runtime/src/engine/exchange.rs"]
mod exchange;
#[path = "../../../runtime/src/engine/fence.rs"]
mod fence;
#[path = "../../../runtime/src/engine/inbox.rs"]
mod inbox;
#[path = "../../../runtime/src/engine/mask.rs"]
mod mask;
#[path = "../../../runtime/src/engine/node.rs"]
mod node;
#[path = "../../../runtime/src/engine/park.rs"]
mod park;
mod poll;
#[path = "../../../runtime/src/engine/ready.rs"]
mod ready;
#[path = "../../../runtime/src/engine/segment.rs"]
mod segment;
#[path = "../../../runtime/src/engine/steps.rs"]
mod steps;

pub use busy::CallTimes;
pub use clock::Clock;
pub use ctl::{Health, NodeCtl};
pub use driver::{Driver, Gate};
pub use exchange::Exchange;
pub use fence::{Event, OnFault};
pub use inbox::Inbox;
pub use node::{Node, Role, Target};
pub use park::{CallKind, Inside, Parker, Waker};
pub use ready::BitSet;
pub use segment::{Progress, Segment};

pub const BATCH_FRAMES: u32 = 64;
pub const BATCH_BYTES: u64 = 1 << 20;

/// What the thread of a segment hears: see `Segment::hear`.
pub fn woken(waker: &Waker, word: usize) -> u64 {
    waker.take(word)
}
