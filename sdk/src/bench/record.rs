//! What the bench knows of one node: its clock, its wakes, what it counted, logged and announced.
//!
//! Written by `host` on behalf of the module, from any thread; read by [`super::Bench`].

use super::account::lock;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    io::{PipeWriter, Write},
    sync::{
        Mutex, MutexGuard,
        atomic::{
            AtomicBool, AtomicU32, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
};

/// Lines and faults kept, so that a module in a loop does not eat the machine; older ones go.
const KEPT_LINES: usize = 10_000;

/// A line that the module logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How bad.
    pub level: log::Level,
    /// Who: the module's name in logs, unless the line names another.
    pub target: String,
    /// What.
    pub message: String,
}

/// A node.
pub(super) struct Record {
    /// Virtual time.
    pub(super) now_ns: AtomicU64,
    /// Size of the buffers of what is downstream, 0 = each as asked.
    pub(super) downstream: AtomicU32,
    /// Threads of the module's own that are running.
    pub(super) threads: AtomicU32,
    random: AtomicU64,
    woken: [AtomicBool; 2],
    bell: Mutex<Option<PipeWriter>>,
    rung: AtomicBool,
    kept: Mutex<Kept>,
}

/// What needs a lock.
#[derive(Default)]
pub(super) struct Kept {
    /// The node's.
    pub(super) name: String,
    pub(super) counters: BTreeMap<String, (u32, &'static AtomicU64)>,
    /// Address of each histogram's table.
    pub(super) histograms: BTreeMap<String, usize>,
    pub(super) readings: BTreeMap<String, String>,
    /// Frames dropped, by number of the reason.
    pub(super) drops: BTreeMap<u32, u64>,
    /// Links by output port, where not 1.
    pub(super) links: HashMap<u32, u32>,
    /// Descriptors watched: half, descriptor, interest.
    pub(super) watches: Vec<(u32, i32, u32)>,
    /// The node's pool: size and number of buffers, requests passed on.
    pub(super) pool: (u32, u32, bool),
    /// Most frames in one call.
    pub(super) batch: u32,
    /// Whether requests for frames are refused.
    pub(super) no_memory: bool,
    pub(super) lines: VecDeque<LogLine>,
    pub(super) faults: VecDeque<String>,
    /// What the call now running said of its failure.
    pub(super) fault_of_call: Option<String>,
    /// What a thread of the module's own said.
    pub(super) fault_beside: Option<String>,
}

impl Record {
    pub(super) fn new(now_ns: u64, batch: u32) -> Record {
        Record {
            now_ns: AtomicU64::new(now_ns),
            downstream: AtomicU32::new(0),
            threads: AtomicU32::new(0),
            random: AtomicU64::new(0),
            woken: [AtomicBool::new(false), AtomicBool::new(false)],
            bell: Mutex::new(None),
            rung: AtomicBool::new(false),
            kept: Mutex::new(Kept { batch, ..Kept::default() }),
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }

    /// The next of a fixed sequence of 64-bit numbers (splitmix64): a test is the same in every run.
    pub(super) fn random(&self) -> u64 {
        let mut z = self.random.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Notes that a half is to be called, and rings for who waits for that.
    pub(super) fn wake(&self, half: u32) {
        if let Some(woken) = self.woken.get(half as usize) {
            woken.store(true, SeqCst);
            self.ring();
        }
    }

    /// Whether a half is to be called; forgets it.
    pub(super) fn take_wake(&self, half: u32) -> bool {
        self.woken.get(half as usize).is_some_and(|woken| woken.swap(false, SeqCst))
    }

    /// Whether a half is to be called.
    pub(super) fn is_woken(&self) -> bool {
        self.woken.iter().any(|woken| woken.load(SeqCst)) || self.kept().fault_beside.is_some()
    }

    /// From now on a byte is written to `bell` at a wake, unless one is in it already.
    pub(super) fn set_bell(&self, bell: Option<PipeWriter>) {
        let mut place = lock(&self.bell);
        self.rung.store(false, SeqCst);
        *place = bell;
    }

    /// The byte was read. What it was written for is seen by looking at the wakes after this.
    pub(super) fn bell_heard(&self) {
        self.rung.store(false, SeqCst);
    }

    fn ring(&self) {
        if let Some(bell) = &mut *lock(&self.bell)
            && !self.rung.swap(true, SeqCst)
        {
            // A bell that cannot be rung has nobody who listens.
            let _ = bell.write_all(&[1]);
        }
    }

    /// Notes a line.
    pub(super) fn line(&self, level: u32, target: &str, message: &str) {
        let level = match level {
            0 | 1 => log::Level::Error,
            2 => log::Level::Warn,
            3 => log::Level::Info,
            4 => log::Level::Debug,
            _ => log::Level::Trace,
        };
        let line = LogLine { level, target: target.to_owned(), message: message.to_owned() };
        keep(&mut self.kept().lines, line);
    }

    /// Notes a fault: of the call that is running, or of a thread beside it.
    pub(super) fn fault(&self, message: &str, in_call: bool) {
        let mut kept = self.kept();
        keep(&mut kept.faults, message.to_owned());
        let place = if in_call { &mut kept.fault_of_call } else { &mut kept.fault_beside };
        *place = Some(message.to_owned());
        drop(kept);
        self.ring();
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == KEPT_LINES {
        list.pop_front();
    }
    list.push_back(item);
}
