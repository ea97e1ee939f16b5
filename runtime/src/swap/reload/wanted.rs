//! What a reload is asked for, what it did, and why it was refused.

use crate::{
    graph::Plan,
    metrics::Ledger,
    module::Module,
    swap::{StartError, SwapError, Swapped},
};
use std::{sync::Arc, time::Duration};

/// The graph that is to run.
pub struct NewGraph {
    /// Its plan.
    pub plan: Plan,
    /// The module of each node, opened; `None` where the one that runs goes on.
    pub modules: Vec<Option<Arc<dyn Module>>>,
    /// Nodes whose module is another although its file has the same name.
    pub rebuilt: Vec<usize>,
    /// Whether a module that does not take the state of the one before begins without.
    pub lose_state: bool,
    /// How long a module may stay in a call before the reload is refused.
    pub patience: Duration,
}

/// What a reload did.
#[derive(Clone, Debug, Default)]
pub struct Reloaded {
    /// Nodes that go on as they are.
    pub kept: Vec<String>,
    /// Nodes whose module was replaced, with their state.
    pub replaced: Vec<Swapped>,
    /// Nodes whose module took other parameters, or of which the graph says something else.
    pub set: Vec<String>,
    /// Nodes that are new, with those that have the name of one before but cannot take its place.
    pub added: Vec<String>,
    /// Nodes that are gone, with the frames that each delivered last, and those that nobody took.
    pub removed: Vec<String>,
    /// Nodes with other links.
    pub relinked: Vec<String>,
    /// Segments that were not paused, and all there are now.
    pub untouched: (usize, usize),
    /// How long the others were.
    pub pause: Duration,
    /// Frames that were handed over.
    pub moved: u64,
    /// Frames that nobody took.
    pub dropped: u64,
    /// The books before.
    pub before: Ledger,
    /// The books after.
    pub after: Ledger,
}

impl Reloaded {
    /// Whether anything is different.
    pub fn is_empty(&self) -> bool {
        self.replaced.is_empty()
            && self.set.is_empty()
            && self.added.is_empty()
            && self.removed.is_empty()
            && self.relinked.is_empty()
    }
}

/// Why nothing was changed: everything is as it was, unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The run is at its end.
    #[error("the graph cannot be reloaded: {why}; nothing was changed")]
    NotNow {
        /// Why.
        why: String,
    },
    /// Links that cannot be made any more.
    #[error("node {node} {what}; nothing was changed. Give it another name, so that it is made anew")]
    Ended {
        /// The node.
        node: String,
        /// What is wanted of it.
        what: &'static str,
    },
    /// The state would be lost.
    #[error(
        "node {node}: {module} does not take the state of the module that runs; nothing was changed. To begin without it, \
         force the reload"
    )]
    State {
        /// The node.
        node: String,
        /// The module.
        module: String,
    },
    /// The same, of a node that has what another is to have.
    #[error(
        "node {node} has what another node is to have, and is made anew for that, without its state; nothing was changed. \
         To begin without it, force the reload"
    )]
    StateGivenUp {
        /// The node.
        node: String,
    },
    /// A module is inside a call.
    #[error(
        "the graph cannot be paused: {inside} has not returned from {call} for {} ms; nothing was changed. Wait, allow it \
         more time, or stop the run",
        lasted.as_millis()
    )]
    Busy {
        /// The node whose module is inside.
        inside: String,
        /// The call.
        call: &'static str,
        /// For how long.
        lasted: Duration,
    },
    /// Two nodes want one thing.
    #[error("nodes {first} and {second} both want {name}, which only one may have; nothing was changed")]
    Claimed {
        /// What.
        name: String,
        /// The node that has it.
        first: String,
        /// The other.
        second: String,
    },
    /// A node that is replaced.
    #[error(transparent)]
    Swap(#[from] SwapError),
    /// A node that is added.
    #[error("{0}; nothing was changed")]
    Start(#[from] StartError),
}
