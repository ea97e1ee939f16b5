//! The ledger: `in + created = out + consumed + dropped by reason + held`, per node, and over the graph
//! `created + shared = consumed + dropped + held + queued`.
//!
//! Made by `swap` from the counters in `pool`; read by `control`. What holds: the unit is a handle (one
//! header); `held` follows from the equation, and is checked against [`NodeBook::live`], the living headers
//! that were counted independently, less those that wait in the inbox.

use crate::pool::{self, AccountId, field};

/// Whether a drop was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The graph says so (a filter, a policy that is written).
    Asked,
    /// Something is missing that nobody asked to lose: the run is INCOMPLETE.
    Loss,
}

/// Frames dropped for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The reason, as the card or the runtime calls it.
    pub reason: String,
    /// Whether it was asked for.
    pub intent: Intent,
    /// How many.
    pub frames: u64,
}

/// One node's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeBook {
    /// The node's name.
    pub name: String,
    /// Frames taken from links.
    pub taken: u64,
    /// Handles made.
    pub created: u64,
    /// Frames sent, once whatever the number of links.
    pub out: u64,
    /// Frames done with.
    pub consumed: u64,
    /// Frames dropped, by reason; only those with at least one.
    pub dropped: Vec<Dropped>,
    /// Handles that the loop made for further links.
    pub shared: u64,
    /// Frames in the inbox, when known.
    pub queued: u64,
    /// Frames inside the node: what is left of the equation.
    pub held: i64,
    /// Living headers charged to the node (inbox included), counted by looking at all of them; when known.
    pub live: Option<u64>,
    /// Payload bytes of `taken`.
    pub bytes_in: u64,
    /// Payload bytes of `out`.
    pub bytes_out: u64,
    /// Buffers of the node's pool in use, and their bytes (spec section 6).
    pub alloc_count: u64,
    /// Bytes of them.
    pub alloc_bytes: u64,
    /// Failures of the module.
    pub faults: u64,
    /// Estimated nanoseconds inside the module.
    pub busy_ns: u64,
    /// Whether the node is no longer in the graph.
    pub removed: bool,
}

/// The runtime's own reasons, with where they are counted.
const BUILTIN: [(&str, Intent, usize); 5] = [
    ("fault", Intent::Loss, field::DROP_FAULT),
    ("unlinked", Intent::Asked, field::DROP_UNLINKED),
    ("stopped", Intent::Loss, field::DROP_STOPPED),
    ("memory", Intent::Loss, field::DROP_MEMORY),
    ("swapped", Intent::Loss, field::DROP_SWAPPED),
];

impl NodeBook {
    /// All reasons of a node for which frames can be dropped: those of its card, and the runtime's own.
    pub fn reasons(of_card: &[(String, Intent)]) -> impl Iterator<Item = (String, Intent)> {
        let own = BUILTIN.iter().map(|(reason, intent, _)| ((*reason).to_owned(), *intent));
        of_card.iter().cloned().chain(own)
    }

    /// The account as it stands. `reasons` are the card's, in order, with their intent.
    pub fn read(name: &str, account: AccountId, reasons: &[(String, Intent)]) -> NodeBook {
        let sums = pool::sum(account);
        let builtin = BUILTIN.map(|(reason, intent, field)| (reason, intent, sums[field]));
        let own = reasons
            .iter()
            .zip(&sums[field::DROP_CARD..])
            .map(|((name, intent), n)| (name.as_str(), *intent, *n));
        let dropped: Vec<Dropped> = own
            .chain(builtin)
            .filter(|(_, _, frames)| *frames != 0)
            .map(|(reason, intent, frames)| Dropped { reason: reason.to_owned(), intent, frames })
            .collect();
        let mut book = NodeBook {
            name: name.to_owned(),
            taken: sums[field::IN],
            created: sums[field::CREATED],
            out: sums[field::OUT],
            consumed: sums[field::CONSUMED],
            dropped,
            shared: sums[field::SHARED],
            bytes_in: sums[field::IN_BYTES],
            bytes_out: sums[field::OUT_BYTES],
            alloc_count: sums[field::BUFFERS_TAKEN].wrapping_sub(sums[field::BUFFERS_FREED]),
            alloc_bytes: sums[field::BYTES_TAKEN].wrapping_sub(sums[field::BYTES_FREED]),
            ..NodeBook::default()
        };
        // Shares that memory had no room for were never in the node.
        let left = book.out + book.consumed + book.dropped_all() - sums[field::DROP_MEMORY];
        book.held = (book.taken.wrapping_add(book.created)).wrapping_sub(left) as i64;
        book
    }

    /// The books of another node that was removed too.
    pub fn add(&mut self, other: NodeBook) {
        let sum = |to: &mut u64, more: u64| *to = to.wrapping_add(more);
        for drop in other.dropped {
            let same = |known: &&mut Dropped| known.reason == drop.reason && known.intent == drop.intent;
            match self.dropped.iter_mut().find(same) {
                Some(known) => sum(&mut known.frames, drop.frames),
                None => self.dropped.push(drop),
            }
        }
        for (to, more) in [
            (&mut self.taken, other.taken),
            (&mut self.created, other.created),
            (&mut self.out, other.out),
            (&mut self.consumed, other.consumed),
            (&mut self.shared, other.shared),
            (&mut self.queued, other.queued),
            (&mut self.bytes_in, other.bytes_in),
            (&mut self.bytes_out, other.bytes_out),
            (&mut self.alloc_count, other.alloc_count),
            (&mut self.alloc_bytes, other.alloc_bytes),
            (&mut self.faults, other.faults),
            (&mut self.busy_ns, other.busy_ns),
        ] {
            sum(to, more);
        }
        self.held += other.held;
        self.live = self.live.zip(other.live).map(|(live, more)| live + more);
    }

    /// What it is shown as.
    pub fn title(&self) -> String {
        if self.removed { format!("{} (removed)", self.name) } else { self.name.clone() }
    }

    /// Frames dropped for whatever reason.
    pub fn dropped_all(&self) -> u64 {
        self.dropped.iter().map(|dropped| dropped.frames).sum()
    }

    /// Frames dropped that nobody asked to lose.
    pub fn lost(&self) -> u64 {
        self.dropped
            .iter()
            .filter(|dropped| dropped.intent == Intent::Loss)
            .map(|dropped| dropped.frames)
            .sum()
    }

    /// By how much the independent count differs from the equation; `None` where it was not taken.
    pub fn imbalance(&self) -> Option<i64> {
        self.live.map(|live| live as i64 - self.held - self.queued as i64)
    }
}

/// All accounts of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// In the order of the graph file; behind them those that were removed.
    pub nodes: Vec<NodeBook>,
}

impl Ledger {
    /// Frames lost, over all nodes.
    pub fn lost(&self) -> u64 {
        self.nodes.iter().map(NodeBook::lost).sum()
    }

    /// `created + shared - consumed - dropped - held - queued` over the graph: 0 when the books are right.
    pub fn imbalance(&self) -> i64 {
        self.nodes.iter().fold(0, |sum, n| {
            let gained = (n.created + n.shared) as i64;
            sum + gained - (n.consumed + n.dropped_all()) as i64 - n.held - n.queued as i64
        })
    }

    /// Nodes whose independent count differs from the equation, with the difference.
    pub fn unbalanced(&self) -> Vec<(&str, i64)> {
        let off = |n: &NodeBook| n.imbalance().filter(|off| *off != 0);
        self.nodes.iter().filter_map(|n| off(n).map(|off| (n.name.as_str(), off))).collect()
    }

    /// Of nodes whose thread did not come back: what is alive there and in no account waits in an inbox, or is inside
    /// of the call that has not returned. It counts as queued.
    pub fn count_left_behind(&mut self, nodes: &[String]) {
        for node in self.nodes.iter_mut().filter(|node| nodes.contains(&node.name)) {
            let more = node.imbalance().and_then(|more| u64::try_from(more).ok());
            node.queued += more.unwrap_or(0);
        }
    }

    /// Nodes that still have frames, with their number: after a stop, those that leaked them.
    pub fn holding(&self) -> Vec<(&str, i64)> {
        self.nodes.iter().filter(|n| n.held != 0).map(|n| (n.name.as_str(), n.held)).collect()
    }
}
