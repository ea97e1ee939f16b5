//! A feed: what a node was given and what it made of it, call by call, for who compares another module with it.
//!
//! Filled by `node`, on the thread of the segment; read by `swap` on another. What holds: the feed shares frames and copies
//! none, and never waits: where its queue is full it ends, and says so ([`Feed::fell_behind`]), for the reader to begin
//! anew; its shares are charged to the reader's account, so the node's books do not see them.

use crate::{
    module::OutItem,
    pool::{self, AccountId, MAX_REASONS},
};
use crossbeam_channel::{Receiver, Sender, bounded};
use rogue_sdk::Frame;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Calls that wait for the reader at most.
const CALLS: usize = 1024;
/// Payload bytes of what waits at most: they keep memory from the pools.
const BYTES: u64 = 64 << 20;

/// One call into a node.
pub struct Seen {
    /// The time it was told.
    pub now_ns: u64,
    /// The input of its frames.
    pub port: u32,
    /// The frames that it took; none: a wake, or the end.
    pub frames: Vec<Frame>,
    /// What it left, with the output it leaves by.
    pub out: Vec<(u32, Frame)>,
    /// Frames it dropped meanwhile, by reason in the node's order.
    pub drops: [u64; MAX_REASONS],
    /// Whether it was asked for what is left after the last input.
    pub finishing: bool,
}

impl Seen {
    fn bytes(&self) -> u64 {
        let all = self.frames.iter().chain(self.out.iter().map(|(_, frame)| frame));
        all.map(|frame| u64::from(frame.payload())).sum()
    }
}

/// The end that the node fills.
pub struct Feed {
    account: AccountId,
    calls: Sender<Seen>,
    bytes: Arc<AtomicU64>,
    behind: Arc<AtomicBool>,
}

/// The end that is read.
pub struct Calls {
    calls: Receiver<Seen>,
    bytes: Arc<AtomicU64>,
    behind: Arc<AtomicBool>,
}

impl Feed {
    /// A feed whose frames are charged to `account`.
    pub fn new(account: AccountId) -> (Feed, Calls) {
        let (give, take) = bounded(CALLS);
        let (bytes, behind) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let feed = Feed { account, calls: give, bytes: bytes.clone(), behind: behind.clone() };
        (feed, Calls { calls: take, bytes, behind })
    }

    fn share(&self, frame: &Frame) -> Option<Frame> {
        pool::share_for(frame, self.account)
    }

    /// A call is about to be made; `None`: nobody reads any more, or there is no memory, and the feed ends.
    pub(super) fn begin(
        &self,
        node: AccountId,
        now_ns: u64,
        port: u32,
        frames: &[Option<Frame>],
    ) -> Option<Box<Seen>> {
        if self.behind.load(Ordering::Acquire) {
            return None;
        }
        let frames =
            frames.iter().flatten().map(|frame| self.share(frame)).collect::<Option<Vec<Frame>>>()?;
        let drops = pool::drops_here(node);
        Some(Box::new(Seen { now_ns, port, frames, out: Vec::new(), drops, finishing: false }))
    }

    /// It was made; false: the feed ends.
    pub(super) fn end(&self, node: AccountId, mut seen: Seen, taken: usize, out: &[OutItem]) -> bool {
        seen.frames.truncate(taken);
        let share = |item: &OutItem| Some((item.port, self.share(&item.frame)?));
        let Some(shares) = out.iter().map(share).collect::<Option<Vec<_>>>() else {
            return self.fall_behind();
        };
        seen.out = shares;
        let after = pool::drops_here(node);
        seen.drops.iter_mut().zip(after).for_each(|(before, after)| *before = after.wrapping_sub(*before));
        let bytes = seen.bytes();
        if self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > BYTES && !self.calls.is_empty() {
            return self.fall_behind();
        }
        match self.calls.try_send(seen) {
            Ok(()) => true,
            Err(_) => self.fall_behind(),
        }
    }

    /// What comes from now on is not seen.
    pub(super) fn fall_behind(&self) -> bool {
        self.behind.store(true, Ordering::Release);
        false
    }
}

impl Drop for Calls {
    /// Nothing is charged to the reader's account from now on.
    fn drop(&mut self) {
        self.behind.store(true, Ordering::Release);
    }
}

impl Calls {
    /// The calls, in order; closed when the feed has ended.
    pub fn receiver(&self) -> &Receiver<Seen> {
        &self.calls
    }

    /// A call was received.
    pub fn received(&self, seen: &Seen) {
        self.bytes.fetch_sub(seen.bytes(), Ordering::Relaxed);
    }

    /// Whether the feed ended because its reader was too slow, or memory was short; else the node has ended or was
    /// replaced.
    pub fn fell_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }
}
