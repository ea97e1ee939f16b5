//! Whom frames go to. Both sides have it: the receiving one learns it, the sending one asks.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The peer, as known now.
#[derive(Clone, Default)]
pub struct Peer(Arc<Shared>);

#[derive(Default)]
struct Shared {
    address: Mutex<Option<SocketAddr>>,
    /// Counts the changes, so that who sends need not look while there are none.
    changes: AtomicU64,
}

impl Peer {
    fn address(&self) -> MutexGuard<'_, Option<SocketAddr>> {
        self.0.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address, if one is known.
    pub fn get(&self) -> Option<SocketAddr> {
        *self.address()
    }

    /// How often it has changed.
    #[inline]
    pub fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Acquire)
    }

    /// Whether it was another one before.
    pub fn set(&self, address: SocketAddr) -> bool {
        let before = self.address().replace(address);
        let changed = before != Some(address);
        if changed {
            self.0.changes.fetch_add(1, Ordering::Release);
        }
        changed
    }
}
