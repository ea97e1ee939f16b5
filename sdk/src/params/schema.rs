//! What a parameter may be, as a constant tree, and its JSON Schema text.
//!
//! `#[derive(Params)]` builds the tree from the types of the fields; `check` compares written parameters
//! with it, and the card carries it as text. The subset of JSON Schema is the one the runtime reads.
//! What holds: a tree that could not be read by the runtime, or a default that its own parameter would
//! refuse, does not compile.

mod defaults;
mod write;

pub use defaults::assert_default;
pub use write::schema_text;

use super::json::same;
use super::units::Unit;

/// Most fields of one struct and most values of one enum: the runtime reads no more.
pub const WIDTH_LIMIT: usize = 256;
/// Longest name of a field, in bytes: the runtime reads no more.
pub const NAME_LIMIT: usize = 64;

/// What one parameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A whole number, bounds included.
    Integer {
        /// Smallest.
        min: i128,
        /// Largest.
        max: i128,
    },
    /// A number, bounds included.
    Number {
        /// Smallest.
        min: Option<Bound>,
        /// Largest.
        max: Option<Bound>,
    },
    /// A text.
    Text,
    /// A length of time, written `100ms`; a bare whole number only if its unit is named.
    Duration {
        /// Unit of a bare number.
        bare: Option<Unit>,
    },
    /// A number of bytes, or `64MiB`.
    Size,
    /// One of these texts.
    Enum(&'static [&'static str]),
    /// A list.
    List(&'static Type),
    /// One value, or a list of them.
    OneOrMany(&'static Type),
    /// Named fields.
    Object(&'static [Field]),
}

/// A bound of a [`Type::Number`]: its value, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The value.
    pub value: f64,
    /// The same as JSON.
    pub json: &'static str,
}

/// One field of a parameter struct.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name in a graph file.
    pub name: &'static str,
    /// What it may be.
    pub ty: Type,
    /// One paragraph for people, or "".
    pub about: &'static str,
    /// The value in force if it is not written, as JSON.
    pub default: Option<&'static str>,
    /// Whether it must be written.
    pub required: bool,
    /// Whether it can be set while the node runs; else the node is restarted with it.
    pub live: bool,
}

/// A literal of the source, as the derive hands it over for checking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// `true`, `false`.
    Boolean(bool),
    /// `5`, `-5`.
    Integer(i128),
    /// `0.5`.
    Number(f64),
    /// `"text"`.
    Text(&'static str),
    /// `[..]`.
    List(&'static [Literal]),
    /// A struct with all its fields at their defaults.
    Defaults,
}

impl Type {
    /// The same with a lower bound, which must lie within what the type holds. For numbers only.
    pub const fn at_least(self, bound: Literal, json: &'static str) -> Type {
        match (self, bound) {
            (Type::Integer { min, max }, Literal::Integer(new)) if min <= new && new <= max => {
                Type::Integer { min: new, max }
            }
            (Type::Integer { .. }, Literal::Integer(_)) => panic!("`min` is outside of what this type holds"),
            (Type::Number { max, .. }, _) => match number(bound) {
                Some(value) => Type::Number { min: Some(Bound { value, json }), max }.ordered(),
                None => panic!("`min` must be a number"),
            },
            _ => panic!("`min` needs a field that is a number, and a bound of the same kind"),
        }
    }

    /// The same with an upper bound, which must lie within what the type holds. For numbers only.
    pub const fn at_most(self, bound: Literal, json: &'static str) -> Type {
        match (self, bound) {
            (Type::Integer { min, max }, Literal::Integer(new)) if min <= new && new <= max => {
                Type::Integer { min, max: new }
            }
            (Type::Integer { .. }, Literal::Integer(_)) => {
                panic!("`max` is outside of what this type holds, or below `min`")
            }
            (Type::Number { min, .. }, _) => match number(bound) {
                Some(value) => Type::Number { min, max: Some(Bound { value, json }) }.ordered(),
                None => panic!("`max` must be a number"),
            },
            _ => panic!("`max` needs a field that is a number, and a bound of the same kind"),
        }
    }

    /// The same, also written as a bare whole number of `unit`. For durations only.
    pub const fn bare(self, unit: Unit) -> Type {
        match self {
            Type::Duration { .. } => Type::Duration { bare: Some(unit) },
            _ => panic!("`bare` needs a field of type Duration"),
        }
    }

    const fn ordered(self) -> Type {
        if let Type::Number { min: Some(min), max: Some(max) } = self
            && min.value > max.value
        {
            panic!("`max` is below `min`");
        }
        self
    }
}

const fn number(literal: Literal) -> Option<f64> {
    match literal {
        Literal::Integer(value) => Some(value as f64),
        Literal::Number(value) => Some(value),
        _ => None,
    }
}

const fn listed(values: &[&str], text: &str) -> bool {
    let mut i = 0;
    while i < values.len() {
        if same(values[i], text) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether a text is a name as cards and graphs write them: `[A-Za-z_][A-Za-z0-9_-]*`, at most 64 bytes.
pub(crate) const fn is_name(text: &str) -> bool {
    let text = text.as_bytes();
    if text.is_empty() || text.len() > NAME_LIMIT || text[0].is_ascii_digit() || text[0] == b'-' {
        return false;
    }
    let mut i = 0;
    while i < text.len() {
        if !(text[i].is_ascii_alphanumeric() || text[i] == b'_' || text[i] == b'-') {
            return false;
        }
        i += 1;
    }
    true
}
