//! Threads of a module's own, and descriptors that are watched for it.
//!
//! Called by modules, at `start` mostly. What holds: a thread logs as its node, and its panic becomes the node's fault; a
//! sandboxed module has neither threads nor descriptors.

use super::Node;
#[cfg(target_family = "wasm")]
use crate::Error;
use crate::Result;
#[cfg(not(target_family = "wasm"))]
use crate::host;
#[cfg(not(target_family = "wasm"))]
use rogue_abi::half;

impl Node {
    /// Starts a thread of the module's own, named and logging as this node. Join it in `stop`.
    ///
    /// # Errors
    /// When the system has no thread left; in a sandbox always.
    #[cfg(not(target_family = "wasm"))]
    pub fn spawn(&self, body: impl FnOnce(Node) + Send + 'static) -> Result<std::thread::JoinHandle<()>> {
        let node = *self;
        let thread =
            std::thread::Builder::new().name(self.log.rsplit('.').next().unwrap_or("module").to_owned());
        Ok(thread.spawn(move || {
            host::thread_enter(&node);
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(node)));
            if let Err(panic) = panicked {
                node.fault(format_args!(
                    "a thread of the module panicked: {}",
                    crate::export::panic_text(&*panic)
                ));
            }
            host::thread_exit(&node);
        })?)
    }

    /// Threads there are none in a sandbox.
    ///
    /// # Errors
    /// Always.
    #[cfg(target_family = "wasm")]
    pub fn spawn(&self, _body: impl FnOnce(Node) + Send + 'static) -> Result<std::thread::JoinHandle<()>> {
        Err(Error::new("a sandboxed module has no threads; build it as a native plugin"))
    }

    /// Has the half `take` (true) or `give` called, once, when there is something to read. To be asked for
    /// again after each such call.
    #[cfg(not(target_family = "wasm"))]
    pub fn watch_read(&self, fd: std::os::fd::BorrowedFd<'_>, take: bool) -> Result<()> {
        host::watch(self, if take { half::TAKE } else { half::GIVE }, fd, rogue_abi::interest::READ)
    }

    /// The same for room to write.
    #[cfg(not(target_family = "wasm"))]
    pub fn watch_write(&self, fd: std::os::fd::BorrowedFd<'_>, take: bool) -> Result<()> {
        host::watch(self, if take { half::TAKE } else { half::GIVE }, fd, rogue_abi::interest::WRITE)
    }

    /// Ends the watching of a descriptor; to be called before it is closed.
    #[cfg(not(target_family = "wasm"))]
    pub fn unwatch(&self, fd: std::os::fd::BorrowedFd<'_>, take: bool) {
        host::unwatch(self, if take { half::TAKE } else { half::GIVE }, fd);
    }
}
