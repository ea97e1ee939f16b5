//! What the tests share: modules made of closures, graphs of them, and the program as a child process.

pub mod child;
#[cfg(doctest)]
pub mod docs;
pub mod fake;
