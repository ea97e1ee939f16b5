//! The plan: a checked graph, names resolved to numbers, endpoints cut into halves, halves grouped into
//! segments and ordered for the loop.
//!
//! [`build`](super::build) makes it from a graph without errors; the engine runs it, `print` draws it,
//! [`diff`](super::diff) compares two. Plain data: nothing here knows YAML, files or threads.
//!
//! What holds in every plan: link ends name existing nodes and ports; `links` is in listed order, so the first
//! link of an output is its primary; inside a segment links point forward, and the highest index runs first.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::sandbox::Sandbox;
use crate::card::Card;

/// A checked graph, ready to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The graph's name; that of the file if the graph has none.
    pub name: String,
    /// Nodes in written order.
    pub nodes: Vec<PlanNode>,
    /// Links in listed order: the first of an output is its primary.
    pub links: Vec<PlanLink>,
    /// What threads run: a whole node, or one half of an endpoint.
    pub halves: Vec<PlanHalf>,
    /// Connected components of halves; one thread drives each.
    pub segments: Vec<PlanSegment>,
}

/// One node of a plan.
#[derive(Clone, Debug)]
pub struct PlanNode {
    /// Its name in the graph file.
    pub name: String,
    /// The `module:` text as written.
    pub module: String,
    /// The module that was found for it.
    pub found: Found,
    /// Parameters as written, after `${}` and `--set`; defaults are not filled in.
    pub params: Map<String, Value>,
    /// Its memory pool, if the graph sets one.
    pub pool: Option<PoolSpec>,
    /// What happens when it faults.
    pub on_fault: OnFault,
    /// Most frames handed over in one call, 1 to 64, if the graph says.
    pub batch: Option<u32>,
    /// What a sandboxed module may use and reach: as written, else the defaults.
    pub sandbox: Sandbox,
    /// Whether the graph writes `limits:`.
    pub limits_written: bool,
    /// Whether the graph writes `grant:`.
    pub grant_written: bool,
}

/// A module found for a `module:` text.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the module says of itself.
    pub card: Arc<Card>,
    /// The file it is in.
    pub file: PathBuf,
    /// Which of the file's modules it is.
    pub index: u32,
    /// The file's SHA-256 in hexadecimal, if it was computed.
    pub sha256: Option<String>,
    /// What kind of file it is.
    pub packaging: Packaging,
}

/// What a module is built as. Nothing else of a graph depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Packaging {
    /// A shared library (`.so`): code in this process.
    #[default]
    Native,
    /// A WebAssembly component (`.wasm`): sandboxed.
    Component,
}

impl fmt::Display for Packaging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Packaging::Native => "native",
            Packaging::Component => "component",
        })
    }
}

/// A node's memory pool (specification section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSpec {
    /// Bytes of every buffer; 0: each request has the size it asks for.
    pub fixed_size: u32,
    /// Most free buffers kept; 0: none.
    pub pool_size: u32,
}

/// What happens when a node faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnFault {
    /// The run ends.
    #[default]
    Stop,
    /// The node is out; frames that reach it are dropped and counted.
    Drop,
    /// The node is out; frames pass it untouched. Only with one input and one output.
    Bypass,
    /// The node is made anew, with growing waits.
    Restart {
        /// The first wait; it doubles with each restart in a row.
        backoff: Duration,
        /// The longest wait.
        backoff_max: Duration,
        /// Most restarts of one run, after which the fault ends the run; `None`: no bound.
        max_restarts: Option<u32>,
    },
}

impl OnFault {
    /// `restart` as it is without further keys: 100 ms doubling to 10 s, no bound.
    pub const RESTART: OnFault = OnFault::Restart {
        backoff: Duration::from_millis(100),
        backoff_max: Duration::from_secs(10),
        max_restarts: None,
    };
}

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Port {
    /// Index into [`Plan::nodes`].
    pub node: usize,
    /// Number of the node's output (as `from`) or input (as `to`).
    pub port: u32,
}

/// Frames go from an output to an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanLink {
    /// The output.
    pub from: Port,
    /// The input.
    pub to: Port,
}

/// What one thread runs of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanHalf {
    /// Index into [`Plan::nodes`].
    pub node: usize,
    /// All of it, or which half.
    pub side: Side,
    /// `q` for a whole node, `q/take` or `q/give` for a half.
    pub name: String,
}

/// All of a node, or one half of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// A node that is no endpoint.
    Whole,
    /// The half that links enter.
    Take,
    /// The half that links leave.
    Give,
}

/// Halves that one thread drives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSegment {
    /// Indices into [`Plan::halves`] in topological order. Running the highest position first serves an
    /// output's secondaries in listed order and its primary last.
    pub halves: Vec<usize>,
}

impl Plan {
    /// The plan of nothing: start is the step from it, stop the step to it.
    pub fn empty() -> Plan {
        Plan { name: String::new(), nodes: vec![], links: vec![], halves: vec![], segments: vec![] }
    }

    /// The half that a link from this node leaves.
    pub fn giving_half(&self, node: usize) -> Option<usize> {
        self.halves.iter().position(|half| half.node == node && half.side != Side::Take)
    }

    /// The half that a link to this node enters.
    pub fn taking_half(&self, node: usize) -> Option<usize> {
        self.halves.iter().position(|half| half.node == node && half.side != Side::Give)
    }

    /// The links that leave an output, in listed order: the first is the primary.
    pub fn links_from(&self, from: Port) -> impl Iterator<Item = &PlanLink> {
        self.links.iter().filter(move |link| link.from == from)
    }

    /// Whether a link is the primary of its output.
    pub fn is_primary(&self, link: usize) -> bool {
        self.links.get(link).is_some_and(|this| self.links[..link].iter().all(|l| l.from != this.from))
    }
}
