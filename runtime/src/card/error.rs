//! Why a module file's cards are refused.
//!
//! Made by [`Card::parse_all`](super::Card::parse_all); `load` shows it with the file's name before it.

use super::{MODULE_LIMIT, TEXT_LIMIT};

/// Why the bytes are not cards this program can trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Not the bytes the SDK writes.
    #[error("the cards do not begin with RGCARDS1: the file was not built with rogue-sdk's export_module!")]
    NotCards,
    /// Fewer bytes than announced.
    #[error("the cards are cut short: {have} bytes of {announced}; build the module again")]
    CutShort {
        /// Bytes announced.
        announced: usize,
        /// Bytes there.
        have: usize,
    },
    /// More bytes than [`TEXT_LIMIT`].
    #[error("the cards take {0} bytes, more than the limit of {TEXT_LIMIT}")]
    TooLong(usize),
    /// Not the JSON of cards.
    #[error("the cards are not readable: {0}")]
    Json(String),
    /// A number of modules that is refused.
    #[error("the file describes {0} modules; 1 to {MODULE_LIMIT} are allowed")]
    ModuleCount(usize),
    /// Two cards of one name.
    #[error("the file describes two modules named `{0}`")]
    TwoOfOneName(String),
    /// A card in a form of a later time.
    #[error("module `{module}` has a card of form {form}; this program reads form 1, so it needs an update")]
    Form {
        /// The module.
        module: String,
        /// The form its card has.
        form: u32,
    },
    /// A card that breaks a rule.
    #[error("the card of module `{module}` is wrong: {what}")]
    Wrong {
        /// The module.
        module: String,
        /// The rule and what breaks it.
        what: String,
    },
}
