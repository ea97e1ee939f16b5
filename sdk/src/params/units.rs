//! Reads `100ms` and `64MiB`, also at compile time.
//!
//! Called by `Duration` and `Size` when parameters are read, and by `schema` when a default is compiled.
//! What holds: no rounding. A text that is no whole number of nanoseconds or bytes is refused.

/// Units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
    /// Minutes.
    M,
    /// Hours.
    H,
}

impl Unit {
    /// As it is written: `ns`, `us`, `ms`, `s`, `m`, `h`.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Ns => "ns",
            Unit::Us => "us",
            Unit::Ms => "ms",
            Unit::S => "s",
            Unit::M => "m",
            Unit::H => "h",
        }
    }

    /// As it is spoken: `microseconds`.
    pub const fn words(self) -> &'static str {
        match self {
            Unit::Ns => "nanoseconds",
            Unit::Us => "microseconds",
            Unit::Ms => "milliseconds",
            Unit::S => "seconds",
            Unit::M => "minutes",
            Unit::H => "hours",
        }
    }

    /// Its length in nanoseconds.
    pub const fn nanos(self) -> u64 {
        match self {
            Unit::Ns => 1,
            Unit::Us => 1_000,
            Unit::Ms => 1_000_000,
            Unit::S => 1_000_000_000,
            Unit::M => 60_000_000_000,
            Unit::H => 3_600_000_000_000,
        }
    }
}

/// Why a text with a unit was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It begins with a minus sign.
    Negative,
    /// No number in front.
    NoNumber,
    /// A number and nothing else.
    NoUnit,
    /// A unit that does not exist.
    UnknownUnit,
    /// More than 64 bits hold.
    TooLarge,
    /// A fraction of a nanosecond or byte.
    TooFine,
}

/// Nanoseconds of a text such as `100ms` or `1.5s`.
pub(crate) const fn duration(text: &str) -> Result<u64, Refused> {
    let text = text.as_bytes();
    let split = match split(text) {
        Ok(split) => split,
        Err(why) => return Err(why),
    };
    let unit = match text.split_at(split.unit).1 {
        b"ns" => Unit::Ns,
        b"us" => Unit::Us,
        b"ms" => Unit::Ms,
        b"s" => Unit::S,
        b"m" => Unit::M,
        b"h" => Unit::H,
        _ => return Err(Refused::UnknownUnit),
    };
    scaled(text, split, unit.nanos())
}

/// Bytes of a text such as `64MiB` or `5kB`.
pub(crate) const fn size(text: &str) -> Result<u64, Refused> {
    let text = text.as_bytes();
    let split = match split(text) {
        Ok(split) => split,
        Err(why) => return Err(why),
    };
    let unit: u64 = match text.split_at(split.unit).1 {
        b"B" => 1,
        b"kB" | b"KB" => 1_000,
        b"MB" => 1_000_000,
        b"GB" => 1_000_000_000,
        b"TB" => 1_000_000_000_000,
        b"KiB" => 1 << 10,
        b"MiB" => 1 << 20,
        b"GiB" => 1 << 30,
        b"TiB" => 1 << 40,
        _ => return Err(Refused::UnknownUnit),
    };
    scaled(text, split, unit)
}

/// Where the number ends and the unit begins; `point` is the decimal point, or `unit` if there is none.
#[derive(Clone, Copy)]
struct Split {
    point: usize,
    unit: usize,
}

const fn split(text: &[u8]) -> Result<Split, Refused> {
    if !text.is_empty() && text[0] == b'-' {
        return Err(Refused::Negative);
    }
    let point = digits(text, 0);
    if point == 0 {
        return Err(Refused::NoNumber);
    }
    let mut unit = point;
    if point < text.len() && text[point] == b'.' {
        unit = digits(text, point + 1);
        if unit == point + 1 {
            return Err(Refused::NoNumber);
        }
    }
    if unit == text.len() { Err(Refused::NoUnit) } else { Ok(Split { point, unit }) }
}

const fn digits(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at].is_ascii_digit() {
        at += 1;
    }
    at
}

/// The decimal number in front of the unit, times `scale`, exactly.
const fn scaled(text: &[u8], split: Split, scale: u64) -> Result<u64, Refused> {
    let mut value: u64 = 0;
    let mut i = 0;
    while i < split.point {
        value = match value.checked_mul(10) {
            Some(ten) => match ten.checked_add((text[i] - b'0') as u64) {
                Some(sum) => sum,
                None => return Err(Refused::TooLarge),
            },
            None => return Err(Refused::TooLarge),
        };
        i += 1;
    }
    let Some(mut total) = value.checked_mul(scale) else { return Err(Refused::TooLarge) };
    // The fraction as a whole number over a power of ten. 18 digits are enough for every unit of time, and
    // keep the product below within 128 bits; what comes after them has to be zero.
    let (mut part, mut place): (u128, u128) = (0, 1);
    let mut i = split.point + 1;
    while i < split.unit {
        let digit = (text[i] - b'0') as u128;
        if place < 1_000_000_000_000_000_000 {
            part = part * 10 + digit;
            place *= 10;
        } else if digit != 0 {
            return Err(Refused::TooFine);
        }
        i += 1;
    }
    let part = part * scale as u128;
    if !part.is_multiple_of(place) {
        return Err(Refused::TooFine);
    }
    total = match total.checked_add((part / place) as u64) {
        Some(total) => total,
        None => return Err(Refused::TooLarge),
    };
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, nanos) in [
            ("0s", 0),
            ("10ns", 10),
            ("50us", 50_000),
            ("100ms", 100_000_000),
            ("5s", 5_000_000_000),
            ("1.5s", 1_500_000_000),
            ("0.25us", 250),
            ("1.50000000000000000000000000s", 1_500_000_000),
            ("0.1h", 360_000_000_000),
            ("2m", 120_000_000_000),
            ("1h", 3_600_000_000_000),
            ("18446744073709551615ns", u64::MAX),
        ] {
            assert_eq!(duration(text), Ok(nanos), "{text}");
        }
        for (text, why) in [
            ("", Refused::NoNumber),
            ("s", Refused::NoNumber),
            (".5s", Refused::NoNumber),
            ("1.s", Refused::NoNumber),
            ("+1s", Refused::NoNumber),
            ("５s", Refused::NoNumber),
            ("-1s", Refused::Negative),
            ("5", Refused::NoUnit),
            ("1.5", Refused::NoUnit),
            ("5 s", Refused::UnknownUnit),
            ("5sec", Refused::UnknownUnit),
            ("1e3s", Refused::UnknownUnit),
            ("1.2.3s", Refused::UnknownUnit),
            ("18446744073709551616ns", Refused::TooLarge),
            ("18446744073709551615.5h", Refused::TooLarge),
            ("99999999h", Refused::TooLarge),
            ("0.1ns", Refused::TooFine),
            ("1.0000000001s", Refused::TooFine),
            ("0.0000000000000000000000001h", Refused::TooFine),
        ] {
            assert_eq!(duration(text), Err(why), "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("5B", 5),
            ("5kB", 5_000),
            ("5MB", 5_000_000),
            ("10KiB", 10 << 10),
            ("64MiB", 64 << 20),
            ("1GiB", 1 << 30),
            ("1.5KiB", 1536),
            ("2TiB", 2 << 40),
            ("16777215TiB", 16_777_215 << 40),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for (text, why) in [
            ("64", Refused::NoUnit),
            ("64 MiB", Refused::UnknownUnit),
            ("64mib", Refused::UnknownUnit),
            ("MiB", Refused::NoNumber),
            ("-1B", Refused::Negative),
            ("16777216TiB", Refused::TooLarge),
            ("1.0001KiB", Refused::TooFine),
        ] {
            assert_eq!(size(text), Err(why), "{text}");
        }
    }
}
