//! Taps on a running graph: which outputs a tap of a node looks at, and the end of all taps with the run.
//!
//! What holds: at most [`MOST_TAPS`] are open at once; a tap of a node without outputs looks at the links that lead to
//! it; before an instance ends, no tap has a frame that may lie in its memory.

use super::running::Running;
use crate::{
    engine::{NodeCtl, Tap},
    pool::Account,
};
use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

/// Taps open at once: each has its ring and its reader.
pub const MOST_TAPS: usize = 8;

/// What a tap is to look at.
#[derive(Clone, Debug)]
pub struct TapWanted {
    /// The node.
    pub node: String,
    /// One of its outputs, by name; of a node without outputs, one of its inputs. All if none.
    pub port: Option<String>,
    /// The shortest time between two samples.
    pub every: Duration,
    /// How many samples.
    pub limit: u64,
}

/// Why there is no tap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TapError {
    /// No such node.
    #[error("the graph has no node `{node}`; it has {have}")]
    NoNode {
        /// The name asked for.
        node: String,
        /// The names there are.
        have: String,
    },
    /// No such port.
    #[error("node {node} has no {kind} `{port}`; it has {have}")]
    NoPort {
        /// The node.
        node: String,
        /// `output`, or `input` of a node without outputs.
        kind: &'static str,
        /// The name asked for.
        port: String,
        /// The names there are.
        have: String,
    },
    /// Too many.
    #[error("{MOST_TAPS} taps are open already, which is the limit; end one of them")]
    TooMany,
    /// No account is left to charge its frames to.
    #[error("there is no account left for the frames of a tap; end others, or wait for what holds frames")]
    NoAccount,
}

/// An open tap. Dropping it ends it.
pub struct OpenTap {
    tap: Arc<Tap>,
    watched: Vec<Arc<NodeCtl>>,
    /// Names of its ports, by the number that a sample has.
    ports: Vec<String>,
}

impl OpenTap {
    /// The sample itself.
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// The name of a port by its number.
    pub fn port(&self, number: u32) -> &str {
        self.ports.get(number as usize).map_or("?", String::as_str)
    }

    /// Whether nothing will come any more: the nodes whose outputs it looks at have ended.
    pub fn has_ended(&self) -> bool {
        self.watched.iter().all(|ctl| ctl.ended.load(Ordering::Acquire))
    }

    /// Ends it; what was not read is let go.
    pub fn close(&self) {
        self.watched.iter().for_each(|ctl| ctl.taps.remove(&self.tap));
        self.tap.close();
    }
}

impl Drop for OpenTap {
    fn drop(&mut self) {
        self.close();
    }
}

impl Running {
    /// Opens a tap on what leaves a node, or, where it has no output, on what is brought to it.
    ///
    /// # Errors
    /// [`TapError`].
    pub fn open_tap(&mut self, wanted: &TapWanted) -> Result<Arc<OpenTap>, TapError> {
        let TapWanted { node: name, port, every, limit } = wanted;
        let index = self.plan.nodes.iter().position(|node| node.name == *name);
        let index = index.ok_or_else(|| {
            let have: Vec<&str> = self.plan.nodes.iter().map(|node| node.name.as_str()).collect();
            TapError::NoNode { node: name.clone(), have: have.join(", ") }
        })?;
        let card = &self.plan.nodes[index].found.card;
        let sink = card.output_count() == 0;
        let (kind, count) =
            if sink { ("input", card.input_count()) } else { ("output", card.output_count()) };
        let named = |port| if sink { card.input_name(port) } else { card.output_name(port) };
        let ports: Vec<String> = (0..count).map(named).collect();
        let number = match port {
            None => None,
            Some(port) => {
                let number = if sink { card.input_port(port) } else { card.output_port(port) };
                Some(number.ok_or_else(|| TapError::NoPort {
                    node: name.clone(),
                    kind,
                    port: port.clone(),
                    have: ports.join(", "),
                })?)
            }
        };
        self.taps.retain(|tap| tap.strong_count() > 0);
        if self.taps.len() >= MOST_TAPS {
            return Err(TapError::TooMany);
        }
        let account = Account::open().ok_or(TapError::NoAccount)?;
        let tap = Arc::new(Tap::new(account, *every, *limit));
        let mut watched = Vec::new();
        if sink {
            let wanted = |link: &&crate::graph::PlanLink| {
                link.to.node == index && number.is_none_or(|port| port == link.to.port)
            };
            for link in self.plan.links.iter().filter(wanted) {
                let ctl = self.nodes[link.from.node].ctl.clone();
                ctl.taps.add(tap.clone(), Some(link.from.port), Some(link.to.port));
                watched.push(ctl);
            }
        } else {
            let ctl = self.nodes[index].ctl.clone();
            ctl.taps.add(tap.clone(), number, None);
            watched.push(ctl);
        }
        let open = Arc::new(OpenTap { tap, watched, ports });
        self.taps.push(Arc::downgrade(&open));
        Ok(open)
    }

    /// Taps that are open.
    pub fn taps_open(&self) -> usize {
        self.taps.iter().filter(|tap| tap.strong_count() > 0).count()
    }

    /// Ends all taps, whoever reads them.
    pub(super) fn close_taps(&mut self) {
        self.taps.drain(..).filter_map(|tap: Weak<OpenTap>| tap.upgrade()).for_each(|tap| tap.close());
    }
}
