//! A number of bytes in parameters: `64MiB`.
//!
//! Used by authors as the type of a field. What holds: a whole number of bytes in 64 bits; what is printed
//! is read back as the same value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use super::schema::Type;
use super::types::ParamType;
use super::units::{self, Refused};
use super::words;

/// A number of bytes, written as a whole number, or with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB.
///
/// ```
/// use rogue_sdk::params::Size;
/// let held: Size = "64MiB".parse().unwrap();
/// assert_eq!(held.bytes(), 64 << 20);
/// assert_eq!(held.to_string(), "64MiB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    bytes: u64,
}

impl Size {
    /// From bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self { bytes }
    }

    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.bytes
    }
}

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shown = words::quoted(text);
        units::size(text).map(Self::from_bytes).map_err(|why| match why {
            Refused::Negative => format!("{shown} is negative; a size is 0 or more"),
            Refused::TooLarge => format!("{shown} is more than 64 bits hold"),
            Refused::TooFine => format!("{shown} is no whole number of bytes"),
            Refused::NoUnit | Refused::NoNumber | Refused::UnknownUnit => format!(
                "{shown} is not a size; write a whole number of bytes without quotes, \
                 or one with B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, as in `64MiB`"
            ),
        })
    }
}

/// The largest unit of which it is a whole number.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 8] = [
            (1 << 40, "TiB"),
            (1_000_000_000_000, "TB"),
            (1 << 30, "GiB"),
            (1_000_000_000, "GB"),
            (1 << 20, "MiB"),
            (1_000_000, "MB"),
            (1 << 10, "KiB"),
            (1_000, "kB"),
        ];
        let fits = |(unit, _): &(u64, &str)| self.bytes > 0 && self.bytes.is_multiple_of(*unit);
        let (unit, name) = UNITS.into_iter().find(fits).unwrap_or((1, "B"));
        write!(f, "{}{name}", self.bytes / unit)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizeVisitor;
        impl Visitor<'_> for SizeVisitor {
            type Value = Size;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&words::expected(&Type::Size))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Size, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, bytes: u64) -> Result<Size, E> {
                Ok(Size::from_bytes(bytes))
            }
            fn visit_i64<E: Error>(self, bytes: i64) -> Result<Size, E> {
                let whole = u64::try_from(bytes).map(Size::from_bytes);
                whole.map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
            }
        }
        deserializer.deserialize_any(SizeVisitor)
    }
}

impl ParamType for Size {
    const TYPE: Type = Type::Size;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_read() {
        for text in
            ["0B", "5B", "5kB", "5MB", "10KiB", "64MiB", "1GiB", "1536B", "3TB", "18446744073709551615B"]
        {
            let read: Size = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(serde_json::to_string(&read).unwrap(), format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Size>(&format!("{text:?}")).unwrap(), read);
        }
        assert_eq!(serde_json::from_str::<Size>("1048576").unwrap().to_string(), "1MiB");
    }

    #[test]
    fn says_why_it_refuses() {
        let refused = |text: &str| text.parse::<Size>().unwrap_err();
        assert_eq!(refused("-1B"), "`-1B` is negative; a size is 0 or more");
        assert_eq!(refused("99999999TiB"), "`99999999TiB` is more than 64 bits hold");
        assert_eq!(refused("1.5B"), "`1.5B` is no whole number of bytes");
        for text in ["64", "MiB", "64mib", "64 MiB"] {
            assert!(
                refused(text).starts_with(&format!("`{text}` is not a size; write a whole number of bytes"))
            );
        }
        assert!(serde_json::from_str::<Size>("-1").is_err());
        assert!(serde_json::from_str::<Size>("1.5").is_err());
    }
}
