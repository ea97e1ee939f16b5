//! A length of time in parameters: `100ms`.
//!
//! Used by authors as the type of a field. What holds: a whole number of nanoseconds from 0 to 2^64 - 1
//! (584 years, what the runtime's clock counts); what is printed is read back as the same value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use super::schema::Type;
use super::types::ParamType;
use super::units::{self, Refused, Unit};
use super::words;

/// A length of time, written `10ns`, `50us`, `100ms`, `5s`, `1.5s`, `2m` or `1h`.
///
/// A bare number is refused, since its unit would have to be guessed; a field marked
/// `#[param(bare = "us")]` takes one too, in that unit.
///
/// ```
/// use rogue_sdk::params::Duration;
/// let pause: Duration = "1.5s".parse().unwrap();
/// assert_eq!(pause.get(), std::time::Duration::from_millis(1500));
/// assert_eq!(pause.to_string(), "1500ms");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    nanos: u64,
}

impl Duration {
    /// From nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self { nanos }
    }

    /// In nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.nanos
    }

    /// As the standard library has it.
    pub const fn get(self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.nanos)
    }

    fn from_bare(count: u64, unit: Unit) -> Result<Self, String> {
        let nanos = count.checked_mul(unit.nanos());
        nanos
            .map(Self::from_nanos)
            .ok_or_else(|| format!("{count} {} is too long; the longest is 584 years", unit.words()))
    }
}

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        duration.get()
    }
}

impl std::str::FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shown = words::quoted(text);
        units::duration(text).map(Self::from_nanos).map_err(|why| match why {
            Refused::Negative => format!("{shown} is negative; a time is 0s or more"),
            Refused::TooLarge => format!("{shown} is too long; the longest is 584 years"),
            Refused::TooFine => format!("{shown} is finer than a nanosecond"),
            Refused::NoUnit => {
                format!("{shown} has no unit; write one of ns, us, ms, s, m, h, as in `100ms`")
            }
            Refused::NoNumber | Refused::UnknownUnit => {
                format!("{shown} is not a time; write a number and one of ns, us, ms, s, m, h, as in `100ms`")
            }
        })
    }
}

/// The largest unit of which it is a whole number.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0s");
        }
        let fits = |unit: &Unit| self.nanos.is_multiple_of(unit.nanos());
        let unit = [Unit::H, Unit::M, Unit::S, Unit::Ms, Unit::Us].into_iter().find(fits).unwrap_or(Unit::Ns);
        write!(f, "{}{}", self.nanos / unit.nanos(), unit.name())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(DurationVisitor { bare: None })
    }
}

impl ParamType for Duration {
    const TYPE: Type = Type::Duration { bare: None };
}

/// What `#[param(bare = ..)]` can stand on.
#[doc(hidden)]
pub trait Bare<'de>: Sized {
    /// Reads a time, or a whole number of `unit`.
    fn deserialize_bare<D: Deserializer<'de>>(deserializer: D, unit: Unit) -> Result<Self, D::Error>;
}

impl<'de> Bare<'de> for Duration {
    fn deserialize_bare<D: Deserializer<'de>>(deserializer: D, unit: Unit) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DurationVisitor { bare: Some(unit) })
    }
}

impl<'de> Bare<'de> for Option<Duration> {
    fn deserialize_bare<D: Deserializer<'de>>(deserializer: D, unit: Unit) -> Result<Self, D::Error> {
        struct OptionVisitor(Unit);
        impl<'de> Visitor<'de> for OptionVisitor {
            type Value = Option<Duration>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                DurationVisitor { bare: Some(self.0) }.expecting(f)
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                Duration::deserialize_bare(deserializer, self.0).map(Some)
            }
        }
        deserializer.deserialize_option(OptionVisitor(unit))
    }
}

struct DurationVisitor {
    bare: Option<Unit>,
}

impl Visitor<'_> for DurationVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::expected(&Type::Duration { bare: self.bare }))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, count: u64) -> Result<Duration, E> {
        match self.bare {
            Some(unit) => Duration::from_bare(count, unit).map_err(E::custom),
            None => Err(E::invalid_type(Unexpected::Unsigned(count), &self)),
        }
    }

    fn visit_i64<E: Error>(self, count: i64) -> Result<Duration, E> {
        match u64::try_from(count) {
            Ok(count) => self.visit_u64(count),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(count), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_read() {
        for text in ["0s", "10ns", "50us", "100ms", "5s", "2m", "1h", "90s", "18446744073709551615ns"] {
            let read: Duration = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
            assert_eq!(serde_json::to_string(&read).unwrap(), format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Duration>(&format!("{text:?}")).unwrap(), read);
        }
        assert_eq!(Duration::from_nanos(1_500_000_000).to_string(), "1500ms");
        assert_eq!(std::time::Duration::from(Duration::from_nanos(7)), std::time::Duration::from_nanos(7));
    }

    #[test]
    fn says_why_it_refuses() {
        let refused = |text: &str| text.parse::<Duration>().unwrap_err();
        assert_eq!(refused("-1s"), "`-1s` is negative; a time is 0s or more");
        assert_eq!(refused("6000000h"), "`6000000h` is too long; the longest is 584 years");
        assert_eq!(refused("0.5ns"), "`0.5ns` is finer than a nanosecond");
        assert_eq!(refused("5"), "`5` has no unit; write one of ns, us, ms, s, m, h, as in `100ms`");
        assert_eq!(
            refused("5x"),
            "`5x` is not a time; write a number and one of ns, us, ms, s, m, h, as in `100ms`"
        );
    }

    #[test]
    fn a_bare_number_needs_a_unit() {
        assert!(serde_json::from_str::<Duration>("5").is_err());
        let bare = |json: &str| {
            Duration::deserialize_bare(&mut serde_json::Deserializer::from_str(json), Unit::Us)
                .map_err(|e| e.to_string())
        };
        assert_eq!(bare("5"), Ok(Duration::from_nanos(5000)));
        assert_eq!(bare("\"5ms\""), Ok(Duration::from_nanos(5_000_000)));
        assert!(bare("-5").unwrap_err().contains("a whole number of microseconds"));
        assert!(bare("18446744073709551615").unwrap_err().contains("too long"));
        let optional = |json: &str| {
            let mut json = serde_json::Deserializer::from_str(json);
            Option::<Duration>::deserialize_bare(&mut json, Unit::S).map_err(|e| e.to_string())
        };
        assert_eq!(optional("null"), Ok(None));
        assert_eq!(optional("2"), Ok(Some(Duration::from_nanos(2_000_000_000))));
    }
}
