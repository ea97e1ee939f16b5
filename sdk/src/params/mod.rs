//! Parameters: a struct of the author, its schema at compile time, and errors an operator understands.
//!
//! An author derives [`Params`] and never sees the rest. The exported module calls [`Params::parse`] with the
//! JSON of the graph's `params:`, and the card carries [`Params::SCHEMA`].
//!
//! ```
//! use rogue_sdk::params::{OneOrMany, Params, Size};
//!
//! /// What a frame meets when the queue is full.
//! #[derive(Params, Debug, PartialEq)]
//! enum Overflow {
//!     DropNewest,
//!     Block,
//! }
//!
//! #[derive(Params, Debug)]
//! struct Queue {
//!     /// Most frames held.
//!     #[param(default = 1000, min = 1, live)]
//!     max_depth: u32,
//!     /// Most bytes held.
//!     #[param(default = "256MiB")]
//!     max_held: Size,
//!     /// What to do when it is full.
//!     #[param(default = "drop_newest")]
//!     overflow: Overflow,
//!     /// Only these channels.
//!     channel: Option<OneOrMany<u8>>,
//! }
//!
//! let queue = Queue::parse(r#"{ "overflow": "block", "channel": [1, 2] }"#).unwrap();
//! assert_eq!((queue.max_depth, queue.overflow), (1000, Overflow::Block));
//!
//! let errors = Queue::parse(r#"{ "max_depth": 0, "max_dept": 1 }"#).unwrap_err();
//! assert_eq!(errors[0].to_string(), "max_depth: expected a whole number from 1 to 4294967295, found 0");
//! assert_eq!(errors[1].path, "max_dept");
//! ```
//!
//! A default that its own field would refuse does not compile:
//!
//! ```compile_fail
//! #[derive(rogue_sdk::params::Params)]
//! struct Queue {
//!     #[param(default = 0, min = 1)]
//!     max_depth: u32,
//! }
//! ```
//!
//! What holds:
//! - An unknown key is an error, always: the derive writes `Deserialize` itself.
//! - A default is written once. The schema shows it, the compiler checks it against the type and range of its
//!   field, and the Rust value is what reading that text gives.
//! - All mistakes of one text are reported at once, each with its path.

mod check;
mod duration;
mod error;
pub(crate) mod json;
mod one_or_many;
mod read;
pub mod schema;
mod size;
mod text;
mod types;
mod units;
mod words;

#[cfg(test)]
mod tests;

pub use duration::Duration;
pub use error::ParamError;
pub use one_or_many::OneOrMany;
/// Makes a struct the parameters of a module, or an enum the type of one parameter.
///
/// On a struct with named fields: `Deserialize`, [`ParamType`], [`Params`](trait@Params), and `Default` if no
/// field is required. A field without a default is required unless it is an `Option`. Its doc comment
/// becomes the description. On a field:
///
/// | attribute | meaning |
/// | --- | --- |
/// | `#[param(default = 1000)]` | in force if it is not written; a literal as it would stand in JSON, or `[..]` |
/// | `#[param(default)]` | for a field that is a struct: all of its fields at their defaults |
/// | `#[param(live)]` | can be set while the node runs; else the node is restarted with it |
/// | `#[param(min = 1, max = 10)]` | bounds of a number, both included |
/// | `#[param(bare = "us")]` | a [`Duration`] may also be a bare number of this unit |
/// | `#[serde(rename = "type")]`, `with`, `deserialize_with` | as in serde |
///
/// On an enum of unit variants: `Deserialize`, [`ParamType`] and `as_str()`; the values are the names of the
/// variants in snake_case, or what `#[serde(rename = "..")]` says.
pub use rogue_sdk_derive::Params;
pub use size::Size;
pub use types::ParamType;
pub use units::Unit;

use serde::de::DeserializeOwned;

/// Longest text of one node's parameters, in bytes: as long as the longest card.
const TEXT_LIMIT: usize = 1 << 20;

/// The parameters of a module; implemented by `#[derive(Params)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a struct of parameters",
    note = "write `#[derive(Params)]` on it, or use `NoParams`"
)]
pub trait Params: ParamType + DeserializeOwned {
    /// The JSON Schema of the parameters, as the card carries it.
    const SCHEMA: &'static str;

    /// Reads the JSON object of a graph's `params:`.
    ///
    /// The error is every mistake found, at least one and at most 64.
    fn parse(json: &str) -> Result<Self, Vec<ParamError>> {
        read::parse(json)
    }
}

/// The parameters of a module that has none: every key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Params)]
pub struct NoParams {}

/// What generated code refers to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use super::duration::Bare;
    pub use super::read::{default, default_or_panic, in_range, one_of};
    pub use super::schema::{Field, Literal, Type, assert_default, schema_text};
    pub use super::types::InRange;
    pub use super::units::Unit;
    pub use serde;
    pub use serde_json;
}
