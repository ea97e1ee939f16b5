//! A value of a graph file that knows where it was written.
//!
//! [`place`](super::place) makes it from text, [`set`](super::set) changes it, [`spec`](super::spec) and `check`
//! walk it. What holds: keys of a mapping are unique texts, numbers are finite, and the number of keys
//! and values is bounded by [`place::NODE_LIMIT`](super::place::NODE_LIMIT) even where aliases repeat them.

use serde_json::{Map, Number, Value};

use super::report::Spot;
use super::suggest::quote;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Where it is.
    pub spot: Spot,
    /// Of a text: where its first character is, if it stands in the file character by character.
    pub content: Option<Spot>,
    /// The value.
    pub kind: Kind,
}

/// What a [`Placed`] is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing, `null` or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Placed>),
    /// A mapping, in written order.
    Map(Vec<Entry>),
}

/// One key of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is.
    pub key_spot: Spot,
    /// Its value.
    pub value: Placed,
}

impl Placed {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if it is a mapping or nothing (an empty mapping).
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            Kind::Null => Some(&[]),
            _ => None,
        }
    }

    /// The items, if it is a list or nothing (an empty list).
    pub fn items(&self) -> Option<&[Placed]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            Kind::Null => Some(&[]),
            _ => None,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// The value without its places.
    pub fn json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Placed::json).collect()),
            Kind::Map(_) => Value::Object(self.json_map()),
        }
    }

    /// The mapping without its places; empty if it is none.
    pub fn json_map(&self) -> Map<String, Value> {
        self.entries().unwrap_or(&[]).iter().map(|entry| (entry.key.clone(), entry.value.json())).collect()
    }

    /// How many keys and values this is, itself included.
    pub fn size(&self) -> usize {
        match &self.kind {
            Kind::List(items) => 1 + items.iter().map(Placed::size).sum::<usize>(),
            Kind::Map(entries) => 1 + entries.iter().map(|entry| 1 + entry.value.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// What it is, for a message: `a list`, `the text "yes"`.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Number(number) => format!("the number {number}"),
            Kind::Text(text) => format!("the text {}", quote(text)),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
        }
    }
}
