//! Opening real plugins: the tables from both sides, files that lie, modules that panic or break the rules.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test says so by panicking, in its helpers too.

mod calls;
mod cold;
mod files;
mod liars;
mod panics;
mod stage;
