//! Accounts: one per node of a running graph. It answers for handles (`FrameHdr::holder`) and is the pool
//! that buffers come from (`Block::owner`).
//!
//! What holds: an account's id is given out again only when no handle and no buffer is charged to it; its
//! generation makes a `NodeRef` of an earlier owner harmless.

use super::{field, local};
use rogue_abi::{FrameHdr, NodeRef};
use rogue_sdk::frame::ops;
use std::{
    ptr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering},
    },
};

/// Number of an account; 0 is nobody.
pub type AccountId = u32;

/// Nodes of all graphs of a process, those whose frames still live included.
pub const MAX_ACCOUNTS: usize = 4096;
const _: () = assert!(MAX_ACCOUNTS <= 1 << 16 && MAX_REASONS <= 16);
/// Drop reasons of a card.
pub const MAX_REASONS: usize = field::COUNT - field::DROP_CARD;
/// Reasons of a card as they are counted, when nothing was swapped: each as its own; four bits each.
const AS_THEY_ARE: u64 = 0xfedc_ba98_7654_3210;
/// Instances of a node whose reasons are known apart: the one that runs, the one before, and candidates.
const BINDINGS: usize = 16;
/// Output ports whose pool is found without a lock.
const QUICK_PORTS: usize = 8;

/// How the buffers of a pool are cut (spec section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolSpec {
    /// Size of each buffer in bytes; 0 = as asked.
    pub fixed_size: u32,
    /// Free buffers of that size kept for reuse.
    pub pool_size: u32,
}

/// One node's account.
pub struct Account {
    id: AccountId,
    generation: AtomicU32,
    /// How the reasons of each instance's card are counted, by number of the instance.
    reasons: [AtomicU64; BINDINGS],
    /// The number of the instance that runs.
    running: AtomicU32,
    /// Instances that had a number so far.
    bound: AtomicU32,
    /// Its [`PoolSpec`]: 0 = buffers as asked, none kept, which is what the usual request needs to know.
    pool: AtomicU64,
    forward: AtomicBool,
    wrapped: AtomicU32,
    primary: [AtomicU32; QUICK_PORTS],
    more_primary: Mutex<Vec<u32>>,
    free: Mutex<FreeSlots>,
}

struct FreeSlots(Vec<*mut FrameHdr>);

// SAFETY: a free slot is nobody's.
unsafe impl Send for FreeSlots {}

struct Ids {
    next: AccountId,
    closed: Vec<AccountId>,
}

/// Accounts are made once and live for ever.
static ACCOUNTS: [AtomicPtr<Account>; MAX_ACCOUNTS] =
    [const { AtomicPtr::new(ptr::null_mut()) }; MAX_ACCOUNTS];
static IDS: Mutex<Ids> = Mutex::new(Ids { next: 1, closed: Vec::new() });

/// The account of that number.
#[inline]
pub(super) fn by_id(id: AccountId) -> Option<&'static Account> {
    let account = ACCOUNTS.get(id as usize)?.load(Ordering::Acquire);
    // SAFETY: what is in the table was leaked.
    unsafe { account.as_ref() }
}

impl Account {
    /// A fresh account; `None` when [`MAX_ACCOUNTS`] are in use.
    pub fn open() -> Option<&'static Account> {
        let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
        // One walk for all of them: accounts of modules that never returned may stay for as long as the process lives.
        let mut live = None;
        let settled = ids.closed.iter().position(|&id| {
            by_id(id).is_some_and(Account::has_its_buffers_back)
                && !live.get_or_insert_with(super::slab::live_by_holder).contains_key(&id)
        });
        let id = match settled {
            Some(at) => ids.closed.swap_remove(at),
            None if (ids.next as usize) < MAX_ACCOUNTS => {
                ids.next += 1;
                ids.next - 1
            }
            None => return None,
        };
        drop(ids);
        // The id is ours until it is closed, so nobody else fills its place.
        let account = by_id(id).unwrap_or_else(|| {
            let fresh: &'static Account = Box::leak(Box::new(Account {
                id,
                generation: AtomicU32::new(1),
                reasons: [const { AtomicU64::new(AS_THEY_ARE) }; BINDINGS],
                running: AtomicU32::new(0),
                bound: AtomicU32::new(0),
                pool: AtomicU64::new(0),
                forward: AtomicBool::new(false),
                wrapped: AtomicU32::new(0),
                primary: [const { AtomicU32::new(0) }; QUICK_PORTS],
                more_primary: Mutex::new(Vec::new()),
                free: Mutex::new(FreeSlots(Vec::new())),
            }));
            ACCOUNTS[id as usize].store(ptr::from_ref(fresh).cast_mut(), Ordering::Release);
            fresh
        });
        local::zero(id);
        account.set_pool(PoolSpec::default());
        account.forward.store(false, Ordering::Relaxed);
        account.set_primaries(&[]);
        account.reasons[0].store(AS_THEY_ARE, Ordering::Relaxed);
        account.running.store(0, Ordering::Relaxed);
        account.bound.store(0, Ordering::Relaxed);
        Some(account)
    }

    /// Ends the account: `NodeRef`s of it find nobody from now on. What is charged to it stays charged.
    pub fn close(&'static self) {
        self.generation.fetch_add(1, Ordering::Release);
        self.trim(0);
        IDS.lock().unwrap_or_else(PoisonError::into_inner).closed.push(self.id);
    }

    /// The account a node reference names, unless it was closed.
    #[inline]
    pub fn of(node: NodeRef) -> Option<&'static Account> {
        let account = by_id(u32::from(node.0 as u16))?;
        (account.generation.load(Ordering::Acquire) == (node.0 >> 32) as u32).then_some(account)
    }

    /// The reference for the module that runs.
    pub fn node_ref(&self) -> NodeRef {
        self.reference(self.running.load(Ordering::Acquire) as u16)
    }

    /// The generation, the number of the instance, the account.
    fn reference(&self, binding: u16) -> NodeRef {
        let generation = u64::from(self.generation.load(Ordering::Acquire));
        NodeRef(generation << 32 | u64::from(binding) << 16 | u64::from(self.id as u16))
    }

    /// A reference for an instance that may come to run. `counted_as` says where each reason of its card is counted.
    pub fn bind(&self, counted_as: &[usize]) -> NodeRef {
        let next = || self.bound.fetch_add(1, Ordering::Relaxed).wrapping_add(1) as u16;
        // However many candidates were refused, the reasons of the instance that runs stay known.
        let place_of = |binding: u32| binding as usize % BINDINGS;
        let taken = place_of(self.running.load(Ordering::Acquire));
        let binding = Some(next()).filter(|&n| place_of(n.into()) != taken).unwrap_or_else(next);
        let word = |word: u64, (at, to): (usize, &usize)| {
            let shift = 4 * at as u32;
            word & !(15 << shift) | (*to as u64 & 15) << shift
        };
        let reasons = counted_as.iter().take(MAX_REASONS).enumerate().fold(AS_THEY_ARE, word);
        self.reasons[usize::from(binding) % BINDINGS].store(reasons, Ordering::Release);
        self.reference(binding)
    }

    /// The instance with this reference runs from now on.
    pub fn run_as(&self, node: NodeRef) {
        self.running.store(u32::from((node.0 >> 16) as u16), Ordering::Release);
    }

    /// Whether this is the reference of the instance that runs.
    pub fn runs_as(&self, node: NodeRef) -> bool {
        self.running.load(Ordering::Acquire) == u32::from((node.0 >> 16) as u16)
    }

    /// The field in which an instance's drops for a reason of its card are counted; `None`: no card has that many.
    #[inline]
    pub fn drop_field(&self, node: NodeRef, reason: u32) -> Option<usize> {
        let reasons = self.reasons[usize::from((node.0 >> 16) as u16) % BINDINGS].load(Ordering::Acquire);
        ((reason as usize) < MAX_REASONS).then(|| field::DROP_CARD + (reasons >> (4 * reason) & 15) as usize)
    }

    /// Its number.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// Whether each buffer it made was freed.
    pub fn has_its_buffers_back(&self) -> bool {
        let sums = local::sum(self.id);
        sums[field::BUFFERS_TAKEN] == sums[field::BUFFERS_FREED]
    }

    /// How its buffers are cut now.
    pub fn pool(&self) -> PoolSpec {
        let word = self.pool_word();
        PoolSpec { fixed_size: word as u32, pool_size: (word >> 32) as u32 }
    }

    #[inline]
    fn pool_word(&self) -> u64 {
        self.pool.load(Ordering::Relaxed)
    }

    /// Cuts buffers in another way from now on. Buffers of the old size that are kept for reuse are let go
    /// (the original hands them out as if they were large enough: spec section 6).
    pub fn set_pool(&self, spec: PoolSpec) {
        let word = u64::from(spec.pool_size) << 32 | u64::from(spec.fixed_size);
        let changed = self.pool.swap(word, Ordering::Relaxed) as u32 != spec.fixed_size;
        self.trim(if changed { 0 } else { spec.pool_size as usize });
    }

    /// Passes requests on to the primary of output 0, or answers them itself.
    pub fn set_forward(&self, forward: bool) {
        self.forward.store(forward, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn fixed_size(&self) -> u32 {
        self.pool_word() as u32
    }

    /// Whether buffers are cut as asked and none are kept.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.pool_word() == 0
    }

    #[inline]
    pub(super) fn keeps(&self) -> bool {
        let spec = self.pool();
        spec.pool_size != 0 && spec.fixed_size != 0
    }

    /// A kept slot with room for exactly `cap` bytes.
    pub(super) fn take_kept(&self, cap: u32) -> Option<*mut FrameHdr> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let last = *free.0.last()?;
        // SAFETY: a kept slot is free and ours while the lock is held.
        let fits = unsafe { (*ops::own_block(last)).cap == cap };
        if fits { free.0.pop() } else { None }
    }

    /// Keeps a slot whose buffer has the fixed size; false when it is of another size or enough are kept.
    pub(super) fn keep(&self, slot: *mut FrameHdr, cap: u32) -> bool {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let spec = self.pool();
        let kept = cap == spec.fixed_size && free.0.len() < spec.pool_size as usize;
        if kept {
            free.0.push(slot);
        }
        kept
    }

    /// Pieces of a module's own memory that frames still refer to: its instance must live as long.
    pub fn wrapped(&self) -> u32 {
        self.wrapped.load(Ordering::Acquire)
    }

    pub(super) fn wrap_begins(&self) {
        self.wrapped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn wrap_ends(&self) {
        self.wrapped.fetch_sub(1, Ordering::Release);
    }

    /// Buffers kept for reuse now.
    pub fn kept(&self) -> usize {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).0.len()
    }

    fn trim(&self, keep: usize) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let at = keep.min(free.0.len());
        let gone = free.0.split_off(at);
        drop(free);
        for slot in gone {
            // SAFETY: a kept slot is free and ours.
            unsafe { super::memory::free_to_class(slot) };
        }
    }

    /// Sets, for each output port, the account whose pool answers requests; 0 = this one.
    pub fn set_primaries(&self, accounts: &[AccountId]) {
        for (port, place) in self.primary.iter().enumerate() {
            place.store(accounts.get(port).copied().unwrap_or(0), Ordering::Release);
        }
        let rest = accounts.get(QUICK_PORTS..).unwrap_or(&[]);
        *self.more_primary.lock().unwrap_or_else(PoisonError::into_inner) = rest.to_vec();
    }

    fn primary(&self, port: u32) -> AccountId {
        match self.primary.get(port as usize) {
            Some(id) => id.load(Ordering::Acquire),
            None => {
                let more = self.more_primary.lock().unwrap_or_else(PoisonError::into_inner);
                more.get(port as usize - QUICK_PORTS).copied().unwrap_or(0)
            }
        }
    }

    /// The account whose pool answers a request at this output, if that takes no search.
    #[inline(always)]
    pub(super) fn answering_quick(&self, port: u32) -> Option<&Account> {
        let next = by_id(self.primary.get(port as usize)?.load(Ordering::Acquire))?;
        (!next.forward.load(Ordering::Relaxed)).then_some(next)
    }

    /// Bytes of the buffers that a request of `size` bytes at this output takes: those of a fixed size may have far more,
    /// and many small ones have more to describe them than they hold.
    pub fn bytes_for(&self, port: u32, size: u32) -> u64 {
        const DESCRIBED: u32 = 256;
        match by_id(self.answering(port)).map_or(0, Account::fixed_size) {
            0 => size.into(),
            fixed => u64::from(size.div_ceil(fixed)) * u64::from(fixed.max(DESCRIBED)),
        }
    }

    /// The account whose pool answers a request at this output.
    pub(super) fn answering(&self, port: u32) -> AccountId {
        // Nobody is number 0.
        let Some(mut next) = by_id(self.primary(port)) else { return self.id };
        // A chain of forwarding nodes ends at a node that answers; the bound is for rings of them.
        for _ in 0..64 {
            if !next.forward.load(Ordering::Relaxed) {
                break;
            }
            match by_id(next.primary(0)) {
                Some(further) => next = further,
                None => break,
            }
        }
        next.id
    }
}
