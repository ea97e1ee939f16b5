//! What is known of nodes and of a run that has ended, for people.

use crate::{
    engine::Health,
    metrics::{Ledger, NodeBook},
    pool::PoolSpec,
};
use std::time::Duration;

/// How a node is doing, for people.
#[derive(Clone, Debug)]
pub struct NodeStatus {
    /// Its account.
    pub book: NodeBook,
    /// How it is doing.
    pub health: Health,
    /// How the buffers of its pool are cut.
    pub pool: PoolSpec,
    /// Counters and gauges: name, kind (`rogue_abi::counter_kind`), value.
    pub counters: Vec<(String, u32, u64)>,
    /// Readings that are texts.
    pub readings: Vec<(String, String)>,
}

/// How a run came to its end.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// The books, after everything ended.
    pub ledger: Ledger,
    /// Node and text of each fault, in order.
    pub faults: Vec<(String, String)>,
    /// Whether a fault ended the run.
    pub faulted: bool,
    /// Which of `faults` ended the run.
    pub fatal: Option<usize>,
    /// All nodes with their counters and readings, after everything ended.
    pub status: Vec<NodeStatus>,
    /// Nodes whose module did not return, or whose thread was lost.
    pub stuck: Vec<String>,
    /// Frames thrown away because the drain took too long.
    pub discarded: u64,
    /// Time from start to end.
    pub lasted: Duration,
}
