//! Stands for a driver: blocks of data that can be waited for, in a ring of the device's own.
//!
//! Used by the module. What holds: a wait ends with the next block, the end, or an interruption, whichever is there
//! first; an interruption while nobody waits ends the next wait; when the ring is full the newest block is lost.

use rogue_sdk::{Counter, Node, Result, params::Duration};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

/// Blocks that the device holds: as many as the hardware has memory for.
pub const RING: usize = 16;

/// How a wait ended.
pub enum Waited {
    /// A block: 8 bytes, its number.
    Block(Vec<u8>),
    /// Somebody wants the thread that waited.
    Interrupted,
    /// Nothing more will come.
    End,
}

/// The driver's handle.
pub struct Device {
    ring: Mutex<Ring>,
    changed: Condvar,
    lost: Counter,
    running: Mutex<Option<Running>>,
}

#[derive(Default)]
struct Ring {
    blocks: VecDeque<Vec<u8>>,
    interrupted: bool,
    ended: bool,
}

/// The hardware, played by a thread.
struct Running {
    /// Dropped to end the thread.
    open: SyncSender<()>,
    thread: JoinHandle<()>,
}

/// Locks, whatever a panicking thread left behind: the ring is sound between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Device {
    /// A device that is not open; what it loses is counted in `lost`.
    pub fn new(lost: Counter) -> Device {
        Device { ring: Mutex::default(), changed: Condvar::new(), lost, running: Mutex::new(None) }
    }

    /// Waits for a block.
    pub fn wait(&self) -> Waited {
        let nothing = |ring: &mut Ring| !ring.interrupted && ring.blocks.is_empty() && !ring.ended;
        let waited = self.changed.wait_while(lock(&self.ring), nothing);
        let mut ring = waited.unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut ring.interrupted) {
            return Waited::Interrupted;
        }
        ring.blocks.pop_front().map_or(Waited::End, Waited::Block)
    }

    /// Ends the wait that goes on, or the next one.
    pub fn interrupt(&self) {
        lock(&self.ring).interrupted = true;
        self.changed.notify_all();
    }

    /// Lets the hardware run: `count` blocks, one each `period`.
    pub fn open(self: &Arc<Self>, node: &Node, count: Option<u64>, period: Duration) -> Result<()> {
        *lock(&self.ring) = Ring::default();
        let device = Arc::clone(self);
        let (open, closed) = sync_channel(0);
        let thread = node.spawn(move |_| {
            let mut number = 0u64;
            while count.is_none_or(|count| number < count) {
                match closed.recv_timeout(period.get()) {
                    Err(RecvTimeoutError::Timeout) => device.has_read(number.to_le_bytes().to_vec()),
                    _ => return,
                }
                number += 1;
            }
            lock(&device.ring).ended = true;
            device.changed.notify_all();
        })?;
        *lock(&self.running) = Some(Running { open, thread });
        Ok(())
    }

    fn has_read(&self, block: Vec<u8>) {
        let mut ring = lock(&self.ring);
        if ring.blocks.len() >= RING {
            self.lost.add(1);
        } else {
            ring.blocks.push_back(block);
            self.changed.notify_all();
        }
    }

    /// Stops the hardware. What it has read and nobody has taken is lost.
    pub fn close(&self) {
        if let Some(Running { open, thread }) = lock(&self.running).take() {
            drop(open);
            // A panic of the thread was reported by the SDK.
            let _ = thread.join();
        }
        let left = std::mem::take(&mut lock(&self.ring).blocks);
        self.lost.add(left.len() as u64);
    }
}
