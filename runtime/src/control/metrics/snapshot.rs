//! What a run counts, at one scrape, and as text.
//!
//! Taken on the thread that attends to the run, written out on another. What holds: what is of the run as a whole has
//! no label; of the module's own numbers each node has at most [`OWN_LIMIT`], and how many were left out is said.

use super::{
    nodes,
    sheet::{Classes, Sheet},
};
use crate::{
    control::{answer::Fill, shown},
    pool,
    swap::{NodeStatus, PAUSE_BOUNDS, Pauses, Running},
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, prometheus_text, text},
    registry::Registry,
};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Most numbers of a module's own that are shown of one node, of each kind.
pub const OWN_LIMIT: usize = 100;

/// What a run counts.
#[derive(Debug)]
pub struct Snapshot {
    graph: String,
    lasted: Duration,
    stopping: bool,
    pub(super) nodes: Vec<NodeShot>,
    pauses: Pauses,
    reloads: u64,
    imbalance: i64,
    checks: u64,
    mapped_bytes: u64,
}

/// A node of it.
#[derive(Debug)]
pub struct NodeShot {
    pub(super) module: String,
    pub(super) version: String,
    pub(super) packaging: String,
    pub(super) status: NodeStatus,
    pub(super) fill: Option<Fill>,
}

impl Snapshot {
    /// Of a run as it is now; `imbalance` is by how much its books are off, and how often that was looked at.
    pub fn take(running: &Running, (imbalance, checks): (i64, u64)) -> Snapshot {
        let nodes = running.plan.nodes.iter().zip(running.status());
        let shot = |(node, status): (&crate::graph::PlanNode, NodeStatus)| NodeShot {
            module: node.found.card.name.clone(),
            version: node.found.card.version.clone(),
            packaging: node.found.packaging.to_string(),
            fill: shown::fill(node, &status),
            status,
        };
        Snapshot {
            graph: running.plan.name.clone(),
            lasted: running.lasted(),
            stopping: running.stopping_since().is_some(),
            nodes: nodes.map(shot).collect(),
            pauses: running.pauses(),
            reloads: running.reloads(),
            imbalance,
            checks,
            mapped_bytes: pool::mapped_bytes(),
        }
    }

    /// As text, in the newer format or in the older one.
    pub fn text(self, open_metrics: bool) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut out = String::new();
        match open_metrics {
            true => text::encode(&mut out, &registry)?,
            false => prometheus_text::encode(&mut out, &registry)?,
        }
        Ok(out)
    }

    fn run(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let version = vec![("version", env!("CARGO_PKG_VERSION")), ("graph", &self.graph)];
        sheet.gauge(
            "rogue_build_info",
            "Version of the program, and the graph's name; always 1.",
            [(version, 1u64)],
        )?;
        let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let started = started.saturating_sub(self.lasted).as_secs_f64();
        sheet.gauge("rogue_start_time_seconds", "When the run began, since 1970.", [(vec![], started)])?;
        sheet.gauge(
            "rogue_uptime_seconds",
            "Time since the run began.",
            [(vec![], self.lasted.as_secs_f64())],
        )?;
        let stopping = u64::from(self.stopping);
        sheet.gauge("rogue_stopping", "1 while the run drains to its end, else 0.", [(vec![], stopping)])?;
        sheet.gauge("rogue_nodes", "Nodes of the graph.", [(vec![], self.nodes.len())])?;
        sheet.gauge(
            "rogue_ledger_imbalance_frames",
            "Frames by which the books are off, beyond what flowed while they were looked at and found twice; must be 0.",
            [(vec![], self.imbalance)],
        )?;
        sheet.counter(
            "rogue_ledger_checks",
            "Looks at the books while the graph runs, made at scrapes.",
            [(vec![], self.checks)],
        )?;
        sheet.gauge(
            "rogue_pool_mapped_bytes",
            "Memory for frames that the process has from the system.",
            [(vec![], self.mapped_bytes)],
        )?;
        sheet.counter(
            "rogue_reloads",
            "Times that the running graph was made what its file says.",
            [(vec![], self.reloads)],
        )?;
        let bounds = PAUSE_BOUNDS.map(|bound| bound.as_secs_f64());
        let pauses = Classes::new(bounds, &self.pauses.classes, self.pauses.sum.as_secs_f64());
        sheet.histogram(
            "rogue_swap_pause_seconds",
            "How long segments were paused for a swap, new parameters or a reload.",
            [(vec![], pauses)],
        )?;
        let longest = self.pauses.longest.as_secs_f64();
        sheet.gauge("rogue_swap_pause_longest_seconds", "The longest such pause so far.", [(vec![], longest)])
    }
}

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Sheet::new(encoder);
        self.run(&mut sheet)?;
        nodes::write(&self.nodes, &mut sheet)?;
        nodes::write_own(&self.nodes, &mut sheet)
    }
}
