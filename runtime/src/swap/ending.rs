//! What is known of nodes and of a run that has ended, for people.

use crate::{
    engine::Health,
    metrics::{Intent, Ledger, NodeBook},
    pool::PoolSpec,
    swap::Tally,
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
    /// What else can be seen of it while it runs.
    pub watched: Watched,
}

/// What can be seen of a node that runs, beside its account.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Frames that its last call left in the inbox.
    pub waiting: u64,
    /// Calls of each class of [`CALL_BOUNDS_NS`](crate::engine::CALL_BOUNDS_NS), sampled.
    pub calls: Vec<u64>,
    /// The call that it is in, and for how long, if that was seen twice.
    pub inside: Option<(&'static str, Duration)>,
    /// What has been done to it.
    pub tally: Tally,
    /// All reasons that it can drop frames for.
    pub reasons: Vec<(String, Intent)>,
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
    /// Nodes that are left behind with one of those: its thread has them.
    pub left_behind: Vec<String>,
    /// Frames thrown away because the drain took too long.
    pub discarded: u64,
    /// Time from start to end.
    pub lasted: Duration,
}
