//! Who answers for handles and memory on the bench: one account per node, and some for the test's own frames.
//!
//! Used by `heap` (which is told account numbers by the frames themselves) and by [`super::Bench`]. What
//! holds: an account lives for ever, because a frame may outlive everything else that knows of it.

use super::record::Record;
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
};

/// Sequence numbers of buffers have 24 bits (spec section 6).
const SEQUENCE_MASK: u32 = 0x00ff_ffff;

static ACCOUNTS: RwLock<Vec<&'static Account>> = RwLock::new(Vec::new());

thread_local! {
    static TEST: &'static Test = Box::leak(Box::default());
}

/// What all frames made on one thread, by a test or by the modules it has on the bench, have in common.
#[derive(Default)]
pub(super) struct Test {
    /// Live handles.
    pub(super) frames: AtomicU64,
    /// Buffers in use.
    pub(super) buffers: AtomicU64,
    /// Memory in use, headers included.
    pub(super) bytes: AtomicU64,
    /// Accounts of the test's own frames, by size of the pool's buffers.
    pools: Mutex<HashMap<u32, &'static Account>>,
    /// What nodes have announced, and who did.
    claims: Mutex<HashMap<String, u32>>,
}

/// Locks, whatever a panicking test left behind: what is kept under these locks is sound between two statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Test {
    /// The one of this thread.
    pub(super) fn current() -> &'static Test {
        TEST.with(|test| *test)
    }

    /// The account for frames of the test's own, from a pool of `fixed_size` (0 = each as asked).
    pub(super) fn pool(&'static self, fixed_size: u32) -> &'static Account {
        let mut pools = lock(&self.pools);
        pools.entry(fixed_size).or_insert_with(|| Account::open(self, fixed_size))
    }

    /// Whether `node` has `name` now.
    pub(super) fn claim(&self, node: u32, name: &str) -> bool {
        *lock(&self.claims).entry(name.to_owned()).or_insert(node) == node
    }

    /// Gives `name` back, or all that `node` has.
    pub(super) fn unclaim(&self, node: u32, name: Option<&str>) {
        lock(&self.claims).retain(|held, by| *by != node || name.is_some_and(|name| name != held));
    }
}

/// One account. As a *holder* it answers for handles, as an *owner* for memory.
pub(super) struct Account {
    /// Its number: `FrameHdr::holder`, `Block::owner` and `NodeRef`.
    pub(super) id: u32,
    /// The test it belongs to.
    pub(super) test: &'static Test,
    /// The node; unused by the accounts of tests.
    pub(super) record: Record,
    /// Size of its pool's buffers, 0 = each as asked.
    pub(super) fixed_size: AtomicU32,
    sequence: AtomicU32,
    /// Live handles it holds.
    pub(super) live: AtomicU64,
    /// Handles made for it.
    pub(super) created: AtomicU64,
    /// Handles it gave back in order.
    pub(super) consumed: AtomicU64,
    /// Handles a panic gave back.
    pub(super) panicked: AtomicU64,
}

impl Account {
    /// Opens an account.
    pub(super) fn open(test: &'static Test, fixed_size: u32) -> &'static Account {
        let mut all = ACCOUNTS.write().unwrap_or_else(PoisonError::into_inner);
        let account = Box::leak(Box::new(Account {
            // 0 stands for a free header. More than u32::MAX accounts do not fit into memory.
            id: all.len() as u32 + 1,
            test,
            record: Record::new(super::START_NS, super::BATCH_MAX),
            fixed_size: AtomicU32::new(fixed_size),
            sequence: AtomicU32::new(0),
            live: AtomicU64::new(0),
            created: AtomicU64::new(0),
            consumed: AtomicU64::new(0),
            panicked: AtomicU64::new(0),
        }));
        all.push(account);
        account
    }

    /// The account of that number.
    pub(super) fn get(id: u64) -> Option<&'static Account> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        ACCOUNTS.read().unwrap_or_else(PoisonError::into_inner).get(index).copied()
    }

    /// The number of the next buffer.
    pub(super) fn next_sequence(&self) -> u32 {
        self.sequence.fetch_add(1, Relaxed) & SEQUENCE_MASK
    }
}
