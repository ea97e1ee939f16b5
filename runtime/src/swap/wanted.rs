//! What a swap is asked for, what it did, and why it was refused.

use crate::{
    graph::{Found, Sandbox},
    metrics::Ledger,
    module::{ColdError, Module, State},
};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// What is to run in a node's place.
#[derive(Clone)]
pub struct Wanted {
    /// The node.
    pub node: String,
    /// Where the module was found.
    pub found: Found,
    /// The module, opened.
    pub module: Arc<dyn Module>,
    /// Its parameters as written.
    pub params: Map<String, Value>,
    /// Its limits, if it is a component.
    pub sandbox: Sandbox,
    /// Whether the old one's state is handed over.
    pub keep_state: bool,
    /// How long a module may stay in a call before the swap is refused.
    pub patience: Duration,
    /// How long the new one is on trial: if it fails meanwhile, the one before comes back.
    pub grace: Duration,
}

/// What a swap did.
#[derive(Clone, Debug)]
pub struct Swapped {
    /// The node.
    pub node: String,
    /// The module that runs now.
    pub module: String,
    /// Its version.
    pub version: String,
    /// How long the node's segments were paused.
    pub pause: Duration,
    /// The state that was handed over: schema, version, bytes.
    pub state: Option<(String, u32, usize)>,
    /// Frames that the old one held and the new one took.
    pub moved: u64,
    /// Frames that it did not take.
    pub dropped: u64,
    /// The books before.
    pub before: Ledger,
    /// The books after.
    pub after: Ledger,
}

/// Why nothing was swapped: everything is as it was, unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// No such node.
    #[error("there is no node `{node}`; the graph has {have}")]
    NoNode {
        /// The name asked for.
        node: String,
        /// The names there are.
        have: String,
    },
    /// The run or the node is at its end.
    #[error("node {node} cannot be changed: {why}")]
    NotNow {
        /// The node.
        node: String,
        /// Why.
        why: &'static str,
    },
    /// The card does not fit in the place of the old one.
    #[error("module {module} does not fit in the place of node {node}: {what}; nothing was changed")]
    DoesNotFit {
        /// The node.
        node: String,
        /// The module.
        module: String,
        /// What differs, and what to do.
        what: String,
    },
    /// A module refused.
    #[error("node {node}: {call} was refused: {error}; nothing was changed")]
    Refused {
        /// The node.
        node: String,
        /// The call.
        call: &'static str,
        /// What it said.
        error: ColdError,
    },
    /// A module refused, and the one before could not take back what it had given up.
    #[error(
        "node {node}: after a swap that was refused its module could not go on: {call}: {error}; the node has failed"
    )]
    Broken {
        /// The node.
        node: String,
        /// The call.
        call: &'static str,
        /// What it said.
        error: ColdError,
    },
    /// A module did not return.
    #[error("node {node}: its module did not return from {call} within {} ms; {then}", longest.as_millis())]
    Late {
        /// The node.
        node: String,
        /// The call.
        call: &'static str,
        /// How long was waited.
        longest: Duration,
        /// What follows.
        then: &'static str,
    },
    /// A module of the segment is inside a call.
    #[error(
        "node {node} cannot be paused: {inside} has been inside {call} for {:.1} s; nothing was changed. Wait, allow it \
         more time, or stop the run",
        lasted.as_secs_f64()
    )]
    Busy {
        /// The node.
        node: String,
        /// The node whose module is inside.
        inside: String,
        /// Of which call.
        call: &'static str,
        /// How long that has lasted.
        lasted: Duration,
    },
    /// The system has no thread left.
    #[error("no thread for the swap of {node}: {error}")]
    Thread {
        /// The node.
        node: String,
        /// What the system said.
        error: std::io::Error,
    },
}

/// What ran before a swap, to come back to.
#[derive(Clone)]
pub(super) struct Previous {
    pub(super) wanted: Wanted,
    /// The state at the swap.
    pub(super) state: Option<State>,
}
