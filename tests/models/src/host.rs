//! What is kept for each node; the table of functions is not tried.

#[path = "../../../runtime/src/host/claims.rs"]
pub mod claims;
#[path = "../../../runtime/src/host/nodes.rs"]
pub mod nodes;

pub use nodes::{NodeShared, Wake};
