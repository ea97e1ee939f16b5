//! Bytes in what a successor is told: as text in base64, which JSON holds in little more room. What streams have buffered is
//! not among them, since it may be much: [`Service::buffers`] and [`Service::fill`] hand it over as it lies.

use crate::{Service, ring::Ring};

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

/// What serde leaves out.
impl Service {
    /// What is buffered in each stream, in up to two pieces, in the streams' order.
    pub fn buffers(&self) -> impl Iterator<Item = [&[u8]; 2]> {
        self.streams.values().filter_map(|stream| stream.ring.as_ref()).map(Ring::pieces)
    }

    /// The other way: a service that was read again gets what was buffered. `next` gives the next so many bytes.
    ///
    /// # Errors
    /// What `next` says, and `None` where the frames that should be in a buffer cannot be.
    pub fn fill<E>(&mut self, mut next: impl FnMut(usize) -> Result<Vec<u8>, E>) -> Result<(), Option<E>> {
        for ring in self.streams.values_mut().filter_map(|stream| stream.ring.as_mut()) {
            let len = ring.frames_len().ok_or(None)?;
            let bytes = next(len)?;
            if bytes.len() != len {
                return Err(None);
            }
            ring.fill(bytes);
        }
        Ok(())
    }
}

/// For `serde(with)`.
pub fn serialize<S: Serializer>(bytes: &impl Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    bytes.bytes().map(|bytes| BASE64_STANDARD.encode(bytes)).serialize(serializer)
}

/// For `serde(with)`.
pub fn deserialize<'de, D: Deserializer<'de>, T: Bytes>(deserializer: D) -> Result<T, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let bytes = text.map(|text| BASE64_STANDARD.decode(text).map_err(D::Error::custom)).transpose()?;
    Ok(T::of(bytes))
}
