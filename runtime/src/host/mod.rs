//! What the runtime offers to modules: the table of functions, and what it keeps for each node.
//!
//! [`table`] is the table (`rogue_abi::Host`); [`nodes`] what stands behind a `NodeRef`: name, counters,
//! readings, wake targets, links. Called by modules through the table, and by `engine` and `control`
//! through [`nodes`].

mod calls;
pub mod claims;
pub mod nodes;
mod table;

pub use calls::{claim, fault, log, random, set_pool, unclaim, wall_ns, want_batch};
pub use nodes::{Counters, NodeEntry, NodeShared, Wake};
pub use table::{level as log_level, set_log_level, table};
