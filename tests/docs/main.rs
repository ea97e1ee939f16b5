//! The documents against what they speak of: links, commands, examples, names, tables.
//!
//! Their Rust examples are compiled and run by `cargo test --doc` (`tests/src/docs.rs`).
// A test says what is wrong by failing; clippy sees only functions marked as tests as such.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
mod examples;
mod files;
mod graphs;
mod invariants;
mod modules;
mod names;
mod page;
