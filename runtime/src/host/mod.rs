//! What the runtime offers to modules: the table of functions, and what it keeps for each node.
//!
//! [`table`] is the table (`rogue_abi::Host`); [`nodes`] what stands behind a `NodeRef`: name, counters,
//! readings, wake targets, links. Called by modules through the table, and by `engine` and `control`
//! through [`nodes`].

pub mod nodes;
mod table;

pub use nodes::{Counters, NodeEntry, NodeShared, Wake};
pub use table::{set_log_level, table};
