//! Safe calls to the runtime, one function each; the same functions in every packaging.
//!
//! Called by [`crate::Node`], [`crate::Context`], [`crate::Out`] and the exporter. A plugin calls the table it was given,
//! a component what it imports.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod wasm;

#[cfg(not(target_family = "wasm"))]
pub(crate) use native::*;
#[cfg(target_family = "wasm")]
pub(crate) use wasm::*;
