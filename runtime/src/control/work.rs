//! What a command needs that takes long, found, checked and opened beside the run.

use super::{candidate, reloading};

/// What was prepared, to be done by the thread that attends to the run.
pub enum Ready {
    /// A change of one node.
    Node(Box<candidate::Ready>),
    /// Another graph.
    Graph(Box<reloading::Ready>),
}
