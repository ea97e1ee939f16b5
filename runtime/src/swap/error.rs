//! Why a graph did not start.

use super::deadline::COLD_CALL;
use crate::module::ColdError;

/// Why a graph did not start. Nothing of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Too many nodes in this process.
    #[error(
        "no room for node {node}: {} nodes are the most in one process",
        crate::pool::account::MAX_ACCOUNTS
    )]
    TooManyNodes {
        /// The node.
        node: String,
    },
    /// A module refused to be made.
    #[error("node {node}: {error}")]
    Create {
        /// The node.
        node: String,
        /// What it said.
        error: ColdError,
    },
    /// A module could not get what it needs.
    #[error("node {node} could not start: {error}")]
    Start {
        /// The node.
        node: String,
        /// What it said.
        error: ColdError,
    },
    /// A module did not return from a call in time.
    #[error("node {node}: its module did not return from {call} within {} s; it was given up", COLD_CALL.as_secs())]
    Late {
        /// The node.
        node: String,
        /// The call.
        call: &'static str,
    },
    /// A module gave other halves than its shape has.
    #[error(
        "node {node}: the module made no {half} half, which its card promises; this is for its author to mend"
    )]
    NoHalf {
        /// The node.
        node: String,
        /// Which.
        half: &'static str,
    },
    /// The system has no thread left.
    #[error("no thread for {what}: {error}")]
    Thread {
        /// What for.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
}
