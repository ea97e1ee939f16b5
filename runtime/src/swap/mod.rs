//! From a plan to a running graph and back: start is the step from the empty plan, stop the step to it.
//!
//! Called by `control`. What holds: everything that can fail or be refused comes before anything runs; a
//! failed start leaves nothing behind; a stop is bounded in time, and names what did not come to an end.

mod audit;
mod awake;
mod books;
mod candidate;
mod deadline;
mod ending;
mod error;
mod gone;
mod hand;
mod hand_over;
mod install;
mod node;
pub mod proof;
mod reload;
mod restart;
mod running;
mod segments;
mod stand_in;
mod tally;
mod taps;
mod transfer;
mod wanted;
mod watchdog;

pub use books::{Flow, Look};
pub use deadline::COLD_CALL;
pub(crate) use deadline::within;
pub use ending::{Ending, NodeStatus, Watched};
pub use error::StartError;
pub use install::{start, start_stepped};
pub use reload::{NewGraph, ReloadError, Reloaded};
pub use running::Running;
pub use tally::{PAUSE_BOUNDS, Pauses, Tally};
pub use taps::{MOST_TAPS, OpenTap, TapError, TapWanted};
pub use wanted::{SwapError, Swapped, Wanted};
pub use watchdog::{LONG_CALL, LongCall};
