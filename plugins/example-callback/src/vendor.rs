//! Stands for a vendor's library: a device that reads blocks, and a thread that calls back with each.
//!
//! Used by the module's `start` and `stop`. What holds, as with such libraries: the bytes are the library's and only
//! good during the call; calls come from one thread that the library owns; after `close` none comes.

use rogue_sdk::{Node, Result, params::Duration};
use std::{
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    thread::JoinHandle,
};

/// What the library calls back with.
pub enum Event<'a> {
    /// The device has read a block: 8 bytes, its number.
    Data(&'a [u8]),
    /// Nothing more will come.
    End,
}

/// An open device.
pub struct Device {
    /// Dropped to end the thread.
    open: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Device {
    /// Opens the device: from now on `on_event` is called. A real library starts a thread by itself; one of the SDK's has
    /// the node's name, and what it logs is the node's.
    pub fn open(
        node: &Node,
        count: Option<u64>,
        period: Duration,
        mut on_event: impl FnMut(Event<'_>) + Send + 'static,
    ) -> Result<Device> {
        let (open, closed) = sync_channel(0);
        let thread = node.spawn(move |_| {
            let mut number = 0u64;
            while count.is_none_or(|count| number < count) {
                // Waits one period, or until it is closed: never longer than `close` can bear.
                match closed.recv_timeout(period.get()) {
                    Err(RecvTimeoutError::Timeout) => on_event(Event::Data(&number.to_le_bytes())),
                    _ => return,
                }
                number += 1;
            }
            on_event(Event::End);
        })?;
        Ok(Device { open, thread })
    }

    /// Closes the device and waits until the last call-back has returned.
    pub fn close(self) {
        drop(self.open);
        // A panic of the thread was reported by the SDK.
        let _ = self.thread.join();
    }
}
