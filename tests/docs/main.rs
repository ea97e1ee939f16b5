//! The documents against what they speak of: links, commands, examples, names, tables.
//!
//! Their Rust examples are compiled and run by `cargo test --doc` (`tests/src/docs.rs`).

mod commands;
mod examples;
mod files;
mod graphs;
mod invariants;
mod modules;
mod names;
mod page;
