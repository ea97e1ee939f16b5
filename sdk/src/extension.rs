//! Abilities of a runtime that the tables of `rogue-abi` 1 do not have: asked for by name, through `Host::extension`.
//!
//! Used by [`crate::Node`], which does without where a runtime does not know the name, and by hosts, which answer to it. A
//! module needs nothing of this.
//!
//! What holds: an id with its version never changes its meaning; another meaning gets another id. What is answered is
//! null, or as its type here says, and good as long as the process.

use rogue_abi::{NodeRef, abi_stable::std_types::RString};

/// Asks for a [`NodeName`].
pub const NODE_NAME: &str = "node-name-1";

/// The name of a node in its graph file; empty for a node that is gone. From any thread.
pub type NodeName = extern "C" fn(NodeRef) -> RString;
