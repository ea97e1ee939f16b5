//! Runs a dataflow graph of stream modules.
pub mod card;
pub mod control;
pub mod engine;
pub mod graph;
pub mod host;
pub mod load;
pub mod metrics;
pub mod module;
pub mod pool;
pub mod swap;

pub use control::main;
