//! Bytes in what is kept, as for a successor: as text in base64, which JSON holds in little more room. For
//! `#[serde(with = "rogue_tcf_wire::kept")]`.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{borrow::Cow, collections::VecDeque};

/// What holds bytes.
pub trait Bytes: Sized {
    /// The bytes, if there are any to speak of.
    fn bytes(&self) -> Option<Cow<'_, [u8]>>;
    /// Made of them.
    fn of(bytes: Option<Vec<u8>>) -> Self;
}

impl Bytes for Vec<u8> {
    fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        Some(self.into())
    }

    fn of(bytes: Option<Vec<u8>>) -> Vec<u8> {
        bytes.unwrap_or_default()
    }
}

impl Bytes for Option<Vec<u8>> {
    fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        self.as_ref().map(Into::into)
    }

    fn of(bytes: Option<Vec<u8>>) -> Option<Vec<u8>> {
        bytes
    }
}

impl Bytes for VecDeque<u8> {
    fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        Some(match self.as_slices() {
            (first, []) => first.into(),
            (first, second) => [first, second].concat().into(),
        })
    }

    fn of(bytes: Option<Vec<u8>>) -> VecDeque<u8> {
        bytes.unwrap_or_default().into()
    }
}

/// Writes them.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(bytes: &impl Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    bytes.bytes().map(|bytes| BASE64_STANDARD.encode(bytes)).serialize(serializer)
}

/// Reads them.
///
/// # Errors
/// Those of the deserializer, and where the text is no base64.
pub fn deserialize<'de, D: Deserializer<'de>, T: Bytes>(deserializer: D) -> Result<T, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let bytes = text.map(|text| BASE64_STANDARD.decode(text).map_err(D::Error::custom)).transpose()?;
    Ok(T::of(bytes))
}
