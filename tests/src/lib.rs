//! What the tests share: modules made of closures, and graphs of them.

#[cfg(doctest)]
pub mod docs;
pub mod fake;
