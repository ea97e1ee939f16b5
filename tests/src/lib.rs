//! What the tests share: modules made of closures, graphs of them, the program as a child process, and the components
//! that are kept.

pub mod child;
pub mod dist;
#[cfg(doctest)]
pub mod docs;
pub mod fake;
