//! The lines that a node's module logs, heard by a logger of this test program.

use log::{LevelFilter, Log, Metadata, Record};
use std::sync::{Mutex, Once, PoisonError};

/// Names of nodes whose lines are kept begin so.
pub const NAME: &str = "heard";

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Ear;

impl Log for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= LevelFilter::Debug
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {} {}", record.level(), record.target(), record.args());
        if line.contains(NAME) {
            LINES.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    fn flush(&self) {}
}

/// Listens from now on.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Ear).expect("the only logger");
        log::set_max_level(LevelFilter::Debug);
        rogue_runtime::host::set_log_level(LevelFilter::Debug);
    });
}

/// The lines of a node, in order, with another name in place of its own.
pub fn of(node: &str) -> Vec<String> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().filter(|line| line.contains(node)).map(|line| line.replace(node, "node")).collect()
}
