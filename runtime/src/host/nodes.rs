//! What is kept for each node of a running graph, found by its account.
//!
//! What holds: an entry outlives the instances of its node, so counters and readings survive a swap; once
//! the node is gone every call for it finds nothing and does nothing.

pub use super::claims::is_unclaimed;

use super::claims;
use crate::pool::{Account, AccountId, PoolSpec};
use rogue_abi::{Hist, NodeRef};
use std::{
    collections::BTreeMap,
    os::fd::RawFd,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
};

/// Counters, gauges and histograms of one node: a module that asks for more gets one that nobody reads.
const MAX_COUNTERS: usize = 256;
/// Readings of one node.
const MAX_READINGS: usize = 256;

/// Has a half called by the thread that drives it.
pub trait Wake: Send + Sync {
    /// Has the half with this index called soon.
    fn wake(&self, index: u32);
    /// Has it called when a descriptor is ready; `interest` 0 ends that. False = not possible.
    fn watch(&self, index: u32, fd: RawFd, interest: u32) -> bool;
}

/// Where to wake a half.
pub type WakeTarget = (Arc<dyn Wake>, u32);

/// What a node's module keeps in the runtime.
pub struct NodeShared {
    /// The node's name in the graph.
    pub name: String,
    pool_is_set: AtomicBool,
    /// Number of drop reasons of the card.
    pub reasons: u32,
    /// Most frames in one call.
    pub batch_max: AtomicU32,
    /// What the module wants of it; 0 = it has not said.
    batch_wish: AtomicU32,
    /// What the graph allows of it.
    batch_limit: AtomicU32,
    /// An instance is being started beside the one that runs: what that has is not to be had yet.
    pub beside: AtomicBool,
    /// Set when a text waits in `fault`.
    pub faulted: AtomicBool,
    fault: Mutex<Option<String>>,
    links: RwLock<Vec<u32>>,
    counters: Mutex<Vec<Counter>>,
    histograms: Mutex<Vec<(String, &'static Hist)>>,
    readings: Mutex<BTreeMap<String, String>>,
    staged: Mutex<(Option<NodeRef>, Staged)>,
}

/// What an instance that does not run yet has asked for: it happens when it takes over.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// The pool's buffers.
    pub pool: Option<PoolSpec>,
    /// Whether requests are passed on.
    pub forward: Option<bool>,
    /// Most frames in one call.
    pub batch_max: Option<u32>,
    /// Whether it announced something only one may have.
    pub claims: bool,
    /// Whether another has something that it announced, and is to give it up.
    pub contested: bool,
    /// What of that the node did not have before.
    pub fresh_claims: Vec<String>,
    /// What it says has failed already.
    pub fault: Option<String>,
}

#[derive(Clone)]
struct Counter {
    name: String,
    kind: u32,
    value: &'static AtomicU64,
}

/// Name, kind (`rogue_abi::counter_kind`) and value of each counter.
pub type Counters = Vec<(String, u32, u64)>;

/// A node as the table of functions finds it.
#[derive(Clone)]
pub struct NodeEntry {
    /// What it keeps.
    pub shared: Arc<NodeShared>,
    /// Where its halves are woken (`rogue_abi::half`).
    pub wake: [Option<WakeTarget>; 2],
}

type Place = RwLock<Option<NodeEntry>>;
static PLACES: OnceLock<Box<[Place]>> = OnceLock::new();
static SPARE: Mutex<Vec<&'static AtomicU64>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn place(id: AccountId) -> Option<&'static Place> {
    let places =
        PLACES.get_or_init(|| (0..crate::pool::account::MAX_ACCOUNTS).map(|_| RwLock::new(None)).collect());
    places.get(id as usize)
}

/// Makes a node known.
pub fn register(account: &Account, shared: Arc<NodeShared>) {
    if let Some(place) = place(account.id()) {
        let entry = NodeEntry { shared, wake: [None, None] };
        *place.write().unwrap_or_else(PoisonError::into_inner) = Some(entry);
    }
}

/// Forgets a node; its counters serve others from now on.
pub fn forget(account: &Account) {
    let Some(place) = place(account.id()) else { return };
    let entry = place.write().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(entry) = entry {
        SPARE
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(lock(&entry.shared.counters).drain(..).map(|counter| counter.value));
    }
    claims::forget(account.id());
}

/// Says where a half is woken.
pub fn set_wake(account: &Account, half: u32, target: Option<WakeTarget>) {
    if let Some(place) = place(account.id())
        && let Some(entry) = place.write().unwrap_or_else(PoisonError::into_inner).as_mut()
        && let Some(slot) = entry.wake.get_mut(half as usize)
    {
        *slot = target;
    }
}

/// Has a half called by the thread that drives it, if there is one.
pub fn wake(node: NodeRef, half: u32) {
    with(node, |_, entry| {
        if let Some(Some((waker, index))) = entry.wake.get(half as usize) {
            waker.wake(*index);
        }
    });
}

/// Calls `f` with the node, if there is one.
pub fn with<T>(node: NodeRef, f: impl FnOnce(&'static Account, &NodeEntry) -> T) -> Option<T> {
    let account = Account::of(node)?;
    let guard = place(account.id())?.read().unwrap_or_else(PoisonError::into_inner);
    guard.as_ref().map(|entry| f(account, entry))
}

impl NodeShared {
    /// A node without counters; `batch_max` is the most frames in one call that the graph allows.
    pub fn new(name: &str, reasons: u32, pool_is_set: bool, batch_max: u32) -> Self {
        NodeShared {
            name: name.to_owned(),
            pool_is_set: AtomicBool::new(pool_is_set),
            reasons,
            batch_max: AtomicU32::new(batch_max),
            batch_wish: AtomicU32::new(0),
            batch_limit: AtomicU32::new(batch_max),
            beside: AtomicBool::new(false),
            faulted: AtomicBool::new(false),
            fault: Mutex::new(None),
            links: RwLock::new(Vec::new()),
            counters: Mutex::new(Vec::new()),
            histograms: Mutex::new(Vec::new()),
            readings: Mutex::new(BTreeMap::new()),
            staged: Mutex::default(),
        }
    }

    /// The module wants at most `frames` in one call; the graph may allow fewer.
    pub fn want_batch(&self, frames: u32) {
        self.batch_wish.store(frames.max(1), Ordering::Relaxed);
        self.batch_max
            .store(frames.clamp(1, self.batch_limit.load(Ordering::Relaxed).max(1)), Ordering::Relaxed);
    }

    /// Whether the graph file sets the pool, so that the module does not.
    pub fn pool_is_set(&self) -> bool {
        self.pool_is_set.load(Ordering::Relaxed)
    }

    /// The graph has other settings from now on.
    pub fn set_by_graph(&self, pool_is_set: bool, batch_limit: u32) {
        self.pool_is_set.store(pool_is_set, Ordering::Relaxed);
        self.batch_limit.store(batch_limit, Ordering::Relaxed);
        match self.batch_wish.load(Ordering::Relaxed) {
            0 => self.reset_batch(),
            wish => self.want_batch(wish),
        }
    }

    /// What this instance asks for is noted from now on, until it is taken; what others ask for that do not run is not.
    pub fn begin_staging(&self, candidate: NodeRef) {
        *lock(&self.staged) = (Some(candidate), Staged::default());
    }

    /// Takes note of what an instance asks for that does not run yet. False = nobody wants to know: it ran before, or
    /// was given up.
    pub fn stage(&self, node: NodeRef, what: impl FnOnce(&mut Staged)) -> bool {
        let mut staged = lock(&self.staged);
        let wanted = staged.0.is_some_and(|candidate| candidate.0 == node.0);
        if wanted {
            what(&mut staged.1);
        }
        wanted
    }

    /// What the candidate has asked for so far.
    pub fn staged(&self) -> Staged {
        lock(&self.staged).1.clone()
    }

    /// The same, and the end of its being a candidate.
    pub fn end_staging(&self) -> Staged {
        std::mem::take(&mut *lock(&self.staged)).1
    }

    /// Has the module that takes over be called with as many frames as the graph allows, unless it asks for fewer.
    pub fn reset_batch(&self) {
        self.batch_wish.store(0, Ordering::Relaxed);
        self.batch_max.store(self.batch_limit.load(Ordering::Relaxed).max(1), Ordering::Relaxed);
    }

    /// Keeps why the module failed; the first text of a failure is the one that counts.
    pub fn set_fault(&self, text: &str) {
        lock(&self.fault).get_or_insert_with(|| text.to_owned());
        self.faulted.store(true, Ordering::Release);
    }

    /// Takes that text.
    pub fn take_fault(&self) -> Option<String> {
        self.faulted.store(false, Ordering::Release);
        lock(&self.fault).take()
    }

    /// Sets the number of links of each output port.
    pub fn set_links(&self, links: Vec<u32>) {
        *self.links.write().unwrap_or_else(PoisonError::into_inner) = links;
    }

    /// Number of links of an output port.
    pub fn links(&self, port: u32) -> u32 {
        self.links.read().unwrap_or_else(PoisonError::into_inner).get(port as usize).copied().unwrap_or(0)
    }

    /// The counter of that name.
    pub fn counter(&self, name: &str, kind: u32) -> &'static AtomicU64 {
        static UNREAD: AtomicU64 = AtomicU64::new(0);
        let mut counters = lock(&self.counters);
        if let Some(counter) = counters.iter().find(|counter| counter.name == name) {
            return counter.value;
        }
        if counters.len() >= MAX_COUNTERS {
            return &UNREAD;
        }
        let value = match lock(&SPARE).pop() {
            Some(spare) => {
                spare.store(0, Ordering::Relaxed);
                spare
            }
            None => Box::leak(Box::new(AtomicU64::new(0))),
        };
        counters.push(Counter { name: name.to_owned(), kind, value });
        value
    }

    /// All counters and gauges.
    pub fn counters(&self) -> Counters {
        let counters = lock(&self.counters);
        counters.iter().map(|c| (c.name.clone(), c.kind, c.value.load(Ordering::Relaxed))).collect()
    }

    /// The histogram of that name; the bounds of the first request stay.
    pub fn histogram(&self, name: &str, bounds: &[f64]) -> Option<&'static Hist> {
        let mut histograms = lock(&self.histograms);
        if let Some((_, histogram)) = histograms.iter().find(|(known, _)| known == name) {
            return Some(histogram);
        }
        if histograms.len() >= MAX_COUNTERS || bounds.len() > 1024 {
            return None;
        }
        let counts: Vec<AtomicU64> = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        let histogram: &'static Hist = Box::leak(Box::new(Hist {
            bounds: Box::leak(bounds.to_vec().into_boxed_slice()).as_ptr(),
            counts: Box::leak(counts.into_boxed_slice()).as_ptr(),
            len: bounds.len() as u32,
            _pad: 0,
        }));
        histograms.push((name.to_owned(), histogram));
        Some(histogram)
    }

    /// Sets a reading.
    pub fn publish(&self, name: &str, value: &str) {
        let mut readings = lock(&self.readings);
        if readings.len() < MAX_READINGS || readings.contains_key(name) {
            readings.insert(name.to_owned(), value.to_owned());
        }
    }

    /// All readings that are texts.
    pub fn readings(&self) -> BTreeMap<String, String> {
        lock(&self.readings).clone()
    }
}
