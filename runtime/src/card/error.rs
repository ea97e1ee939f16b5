//! Why a module file's cards are refused.
//!
//! Made by [`Card::parse_all`](super::Card::parse_all); `load` shows it with the file's name before it.

use super::{MODULE_LIMIT, TEXT_LIMIT};

/// Longest text that repeats what a file says, in characters: a few lines of a terminal.
const SHOWN_LIMIT: usize = 300;

/// A text with pieces of a file in it, made fit for a terminal: without control characters but line ends, cut after
/// `longest` characters.
pub(crate) fn printable(text: &str, longest: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(longest));
    for (index, c) in text.chars().enumerate() {
        match c {
            _ if index == longest => {
                shown.push('…');
                break;
            }
            c if c.is_control() && c != '\n' => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

impl CardError {
    /// What the reader of JSON says, which may repeat any piece of the text.
    pub(super) fn json(error: &serde_json::Error) -> CardError {
        CardError::Json(printable(&error.to_string(), SHOWN_LIMIT))
    }

    /// A rule that a module's card breaks, with whatever of the card is in it.
    pub(super) fn wrong(module: &str, what: &str) -> CardError {
        CardError::Wrong {
            module: module.escape_debug().take(super::NAME_LIMIT).collect(),
            what: printable(what, SHOWN_LIMIT),
        }
    }
}

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
