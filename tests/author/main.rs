//! The author's tool as an author meets it: a new module of each shape from the first command to a running graph,
//! the page that tells of it, what is wrong in what way, and modules that mean harm.
// A test says what is wrong by failing; clippy sees only functions marked as tests as such.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bench;
mod build;
mod check;
mod desk;
mod hostile;
mod new;
mod page;
mod shapes;
mod usage;
mod wasm;
