//! Taps: a live sample of the frames that leave an output, as shares in a bounded ring.
//!
//! The loop offers what it is about to carry on ([`Taps::see`], from `deliver`); whoever looks reads it on a thread of
//! their own ([`Tap::read`]). What holds: a tap never waits and is never waited for: where its ring is full, or it has had
//! its share of the time ([`FRAME_COST`]), the frame is not sampled, and counted as missed; a sampled frame is a share that
//! the tap's own account answers for, so the books of the graph do not see it; once [`Tap::close`] has returned, the tap has
//! no frame any more.

use crate::{
    module::OutItem,
    pool::{self, Account, AccountId},
};
use crossbeam_channel::{Receiver, Select, Sender, bounded};
use rogue_sdk::Frame;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Frames that wait to be read at most: some batches, so that a reader need not be quick.
pub const RING_FRAMES: usize = 512;
/// Payload bytes of them at most, beyond the first: they keep memory from the pools.
pub const RING_BYTES: u64 = 32 << 20;
/// What a sample is reckoned at, whatever it takes: 10,000 frames in a second, beyond what a quiet time has saved up. A
/// frame with two holders is freed where the later lets it go, on another processor as a rule, and its memory is fetched
/// from there for the next; more of that would slow the graph.
pub const FRAME_COST: Duration = Duration::from_micros(100);
/// What a MiB of payload is reckoned at beyond it: 64 MiB in a second.
const MIB_COST: Duration = Duration::from_micros(15_625);
/// What can be saved up: a ring of frames.
const SAVED_COST: Duration = FRAME_COST.saturating_mul(RING_FRAMES as u32);
/// What is saved up again at least, once all was spent: for each run of samples whoever reads them is woken once, not for
/// each sample.
const RUN_COST: Duration = FRAME_COST.saturating_mul(super::BATCH_FRAMES);

/// A sample of what leaves an output.
pub struct Tap {
    account: &'static Account,
    /// The shortest time between two samples; 0: what they are reckoned at decides.
    every_ns: u64,
    /// When the next may be taken.
    next_ns: AtomicU64,
    /// Up to when the samples so far have used the tap's share of the time; ahead of now by what can be saved up at most.
    spent_ns: AtomicU64,
    /// Samples still wanted.
    left: AtomicU64,
    ring: Receiver<(u32, Frame)>,
    fill: Sender<(u32, Frame)>,
    bytes: AtomicU64,
    closed: AtomicBool,
    seen: AtomicU64,
    missed: AtomicU64,
    /// Held while a sample is looked at.
    reading: Mutex<()>,
}

impl Tap {
    /// A tap that wants `limit` samples, one in `every` at most; their shares are charged to `account`.
    pub fn new(account: &'static Account, every: Duration, limit: u64) -> Tap {
        let (fill, ring) = bounded(RING_FRAMES);
        Tap {
            account,
            every_ns: u64::try_from(every.as_nanos()).unwrap_or(u64::MAX),
            next_ns: AtomicU64::new(0),
            spent_ns: AtomicU64::new(0),
            left: AtomicU64::new(limit),
            ring,
            fill,
            bytes: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            seen: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            reading: Mutex::new(()),
        }
    }

    /// Takes shares of `count` frames that leave together, each with the port that it is shown with, as far as they are
    /// wanted, there is room, and they are not too many. Most batches are counted and looked at no further.
    fn offer<'a>(&self, count: usize, frames: impl Iterator<Item = (u32, &'a Frame)>, now_ns: u64) {
        if count == 0 || self.left.load(Ordering::Relaxed) == 0 {
            return;
        }
        self.seen.fetch_add(count as u64, Ordering::Relaxed);
        for (index, (port, frame)) in frames.enumerate() {
            let rest = (count - index) as u64;
            let early = now_ns < self.next_ns.load(Ordering::Relaxed);
            if early && self.every_ns > 0 {
                return;
            }
            if early || self.ring.is_full() {
                self.missed.fetch_add(rest, Ordering::Relaxed);
                return;
            }
            if !self.take(port, frame) {
                self.missed.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                // Those behind the last that was wanted were not seen.
                self.seen.fetch_sub(rest - 1, Ordering::Relaxed);
                return;
            }
            self.next_ns.store(self.next(frame, now_ns), Ordering::Relaxed);
        }
    }

    /// When the next sample may be taken after this one.
    fn next(&self, frame: &Frame, now_ns: u64) -> u64 {
        if self.every_ns > 0 {
            return now_ns.saturating_add(self.every_ns);
        }
        let payload = (u64::from(frame.payload()) * MIB_COST.as_nanos() as u64) >> 20;
        let cost = FRAME_COST.as_nanos() as u64 + payload;
        let spent = self.spent_ns.load(Ordering::Relaxed).max(now_ns).saturating_add(cost);
        self.spent_ns.store(spent, Ordering::Relaxed);
        match spent.checked_sub(now_ns.saturating_add(SAVED_COST.as_nanos() as u64)) {
            None | Some(0) => now_ns,
            Some(over) => now_ns.saturating_add(over).saturating_add(RUN_COST.as_nanos() as u64),
        }
    }

    /// Takes a share of one frame; false: there is no room, or no memory.
    fn take(&self, port: u32, frame: &Frame) -> bool {
        let (payload, waiting) = (u64::from(frame.payload()), self.bytes.load(Ordering::Relaxed));
        if waiting + payload > RING_BYTES && !self.ring.is_empty() {
            return false;
        }
        let Some(share) = pool::share_for(frame, self.account.id()) else { return false };
        // The links that lead to one node are all of one segment, so no other thread fills the ring meanwhile.
        self.bytes.fetch_add(payload, Ordering::Relaxed);
        let sent = self.fill.try_send((port, share)).is_ok();
        if !sent {
            self.bytes.fetch_sub(payload, Ordering::Relaxed);
        }
        sent
    }

    /// Waits for a sample, at most so long, and has `body` look at it: the port it left by, and the frame.
    pub fn read<T>(&self, longest: Duration, body: impl FnOnce(u32, &Frame) -> T) -> Option<T> {
        if self.ring.is_empty() && !longest.is_zero() {
            let mut select = Select::new();
            select.recv(&self.ring);
            select.ready_timeout(longest).ok()?;
        }
        let _reading = self.reading();
        let (port, frame) = self.ring.try_recv().ok()?;
        self.bytes.fetch_sub(frame.payload().into(), Ordering::Relaxed);
        Some(body(port, &frame))
    }

    fn reading(&self) -> MutexGuard<'_, ()> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets all samples go; those that nobody has read count as missed. The tap must be in no [`Taps`] any more.
    pub fn close(&self) {
        if self.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        let _reading = self.reading();
        let unread = self.ring.try_iter().count() as u64;
        self.missed.fetch_add(unread, Ordering::Relaxed);
    }

    /// Samples that wait to be read.
    pub fn waiting(&self) -> usize {
        self.ring.len()
    }

    /// What answers for its frames.
    pub fn account(&self) -> AccountId {
        self.account.id()
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Frames that went by while it still wanted any.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    /// Frames that it wanted, and could not take or show.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.close();
        self.account.close();
    }
}

/// What of a node's outputs a tap looks at.
struct Watched {
    tap: Arc<Tap>,
    /// Only this output; all if none.
    port: Option<u32>,
    /// The number it is shown with, if it is not that of the output.
    shown: Option<u32>,
}

/// The taps on the outputs of one node.
#[derive(Default)]
pub struct Taps {
    open: AtomicBool,
    list: Mutex<Vec<Watched>>,
}

impl Taps {
    fn list(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a tap on one output or all of them; `shown` is the number that its samples have in place of the output's.
    pub fn add(&self, tap: Arc<Tap>, port: Option<u32>, shown: Option<u32>) {
        let mut list = self.list();
        list.push(Watched { tap, port, shown });
        self.open.store(true, Ordering::Release);
    }

    /// Removes a tap; the loop is not inside of it any more when this returns.
    pub fn remove(&self, tap: &Arc<Tap>) {
        let mut list = self.list();
        list.retain(|watched| !Arc::ptr_eq(&watched.tap, tap));
        self.open.store(!list.is_empty(), Ordering::Release);
    }

    /// Whether there is one.
    #[inline(always)]
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// Shows the taps what is about to leave. The list is locked elsewhere only to put a tap in or take one out.
    #[cold]
    #[inline(never)]
    pub(super) fn see(&self, items: &[OutItem], now_ns: u64) {
        for Watched { tap, port, shown } in self.list().iter() {
            let meant = |item: &&OutItem| port.is_none_or(|port| port == item.port);
            let count = if port.is_none() { items.len() } else { items.iter().filter(meant).count() };
            let shown = |item: &OutItem| shown.unwrap_or(item.port);
            tap.offer(count, items.iter().filter(meant).map(|item| (shown(item), &item.frame)), now_ns);
        }
    }
}
