//! What the tests share: modules made of closures, and graphs of them.

pub mod fake;
