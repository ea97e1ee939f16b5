//! The books of a run: what is counted for each node, and whether it adds up.

mod ledger;

pub use ledger::{Dropped, Intent, Ledger, NodeBook};
