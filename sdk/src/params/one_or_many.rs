//! One value or a list of them: `channel: 3`, `channel: [3, 4]`.
//!
//! Used by authors as the type of a field. What holds: order and spelling are kept.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use super::schema::Type;
use super::types::ParamType;
use super::words;

/// One value, or a list of any length.
///
/// ```
/// use rogue_sdk::params::OneOrMany;
/// let channel: OneOrMany<u8> = serde_json::from_str("[3, 4]").unwrap();
/// assert!(channel.contains(&4));
/// assert_eq!(OneOrMany::One(3).as_slice(), [3]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OneOrMany<T> {
    /// Written without brackets.
    One(T),
    /// Written as a list, which may be empty.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values in their order.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }

    /// The values in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    /// Whether a value is among them.
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        self.as_slice().contains(value)
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// `3` or `[3, 4]`.
impl<T: fmt::Display> fmt::Display for OneOrMany<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OneOrMany::One(value) => value.fmt(f),
            OneOrMany::Many(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    value.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OneOrMany::One(value) => value.serialize(serializer),
            OneOrMany::Many(values) => values.serialize(serializer),
        }
    }
}

impl<T: ParamType> ParamType for OneOrMany<T> {
    const TYPE: Type = Type::OneOrMany(&T::TYPE);
}

impl<'de, T: ParamType + Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: ParamType + Deserialize<'de>> OneOrManyVisitor<T> {
    fn one<E: Error>(value: impl IntoDeserializer<'de, E>) -> Result<OneOrMany<T>, E> {
        T::deserialize(value.into_deserializer()).map(OneOrMany::One)
    }
}

impl<'de, T: ParamType + Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::expected(&OneOrMany::<T>::TYPE))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Self::one(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Self::one(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Self::one(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Self::one(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Self::one(value)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany::Many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read_and_kept() {
        for (json, want, shown) in [
            ("3", OneOrMany::One(3u8), "3"),
            ("[3,4]", OneOrMany::Many(vec![3, 4]), "[3, 4]"),
            ("[]", OneOrMany::Many(vec![]), "[]"),
        ] {
            let read: OneOrMany<u8> = serde_json::from_str(json).unwrap();
            assert_eq!(read, want);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(read.to_string(), shown);
            assert_eq!(read.iter().count(), read.into_iter().count());
        }
        assert_eq!(
            serde_json::from_str::<OneOrMany<String>>("\"a.dat\"").unwrap(),
            OneOrMany::One("a.dat".to_owned())
        );
        assert_eq!(serde_json::from_str::<OneOrMany<f64>>("0.5").unwrap(), OneOrMany::One(0.5));
        assert_eq!(serde_json::from_str::<OneOrMany<bool>>("true").unwrap(), OneOrMany::One(true));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for json in ["300", "-1", "\"x\"", "[3, 300]", "[[3]]"] {
            assert!(serde_json::from_str::<OneOrMany<u8>>(json).is_err(), "{json}");
        }
        let error = serde_json::from_str::<OneOrMany<u8>>("null").unwrap_err().to_string();
        assert!(error.contains("expected a whole number from 0 to 255, or a list of them"), "{error}");
    }
}
