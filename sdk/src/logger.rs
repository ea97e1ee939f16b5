//! Carries what a module logs through the `log` crate to the runtime.
//!
//! Every plugin file has its own copy of `log`; the exporter installs this logger into it at `create`. A
//! line that names no target of its own gets the module's (`pyrogue.stream.Fifo`, spec section 17); the
//! runtime adds the node.
//!
//! A target that ends in `#always` (`pyrogue.view#always`) marks output that was asked for, not a message: it
//! passes whatever the level, and the runtime shows it unfiltered and never rate-limited, without the mark. One
//! that ends in a dot before the mark (`pyrogue.#always`) is completed with the node's name.

use crate::{Node, host};
use log::{LevelFilter, Log, Metadata, Record};
use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

thread_local! {
    static CURRENT: Cell<Option<Node>> = const { Cell::new(None) };
}

/// Ends the target of what is shown whatever the filter.
const ALWAYS: &str = "#always";

static LEVEL: OnceLock<&'static AtomicU32> = OnceLock::new();

struct ToHost;

impl Log for ToHost {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let listened =
            LEVEL.get().is_some_and(|level| metadata.level() as u32 <= level.load(Ordering::Relaxed));
        listened || metadata.target().ends_with(ALWAYS)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let Some(node) = CURRENT.get() else { return };
        let named = record.module_path() != Some(record.target());
        let target = if named { record.target() } else { node.log };
        host::log(&node, record.level() as u32, target, &record.args().to_string());
    }

    fn flush(&self) {}
}

/// Installs the logger, once per plugin file. A program that has a logger of its own (a test) keeps it.
pub(crate) fn install(node: &Node) {
    if let Some(level) = host::log_level(node) {
        let _ = LEVEL.set(level);
        if log::set_logger(&ToHost).is_ok() {
            log::set_max_level(LevelFilter::Trace);
        }
    }
}

/// What is logged on this thread from now on is this node's.
#[inline]
pub(crate) fn enter(node: &Node) {
    CURRENT.set(Some(*node));
}

/// What is logged on this thread from now on is nobody's. A component has one thread and one node.
#[cfg(not(target_family = "wasm"))]
#[inline]
pub(crate) fn leave() {
    CURRENT.set(None);
}
