//! From a name in a graph file to a [`crate::module::Module`].
//!
//! [`Search`] is the search path, [`FileCatalog`] answers the graph, [`cards`] reads what a file says of
//! itself without running it, [`inspect`] and [`list`] show that to people, [`Loader`] opens files.
//! Called by `bin`, `control` and `swap`; it knows `graph` only as who asks, and the engine not at all.

pub mod cards;
mod catalog;
mod component;
mod copies;
mod elf;
mod error;
mod file;
mod inspect;
mod layout;
mod limits;
mod loader;
mod native;
mod search;
#[cfg(feature = "wasm")]
mod wasm;

pub use cards::{Cards, FILE_LIMIT, Form};
pub use catalog::FileCatalog;
pub use component::{Interface, Need};
pub use error::LoadError;
pub use file::Stamp;
pub use inspect::{Inspected, Listed, inspect, inspect_named, list};
pub use loader::Loader;
pub use native::libraries_open;
pub use search::{Directory, Hit, Plugin, Search};

#[cfg(test)]
mod tests;
