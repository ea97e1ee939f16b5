//! Durations and sizes as graph files write them: `100ms`, `64MiB`.

use std::time::Duration;

use serde_json::Value;

/// Units of a duration, with their nanoseconds.
const DURATIONS: &[(&str, f64)] =
    &[("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// Units of a size, with their bytes.
const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Reads `100ms`, `5s`, `2m`, `1h`, `50us`, `10ns`, `1.5s`.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let (_, nanos) = DURATIONS.iter().find(|(name, _)| *name == unit)?;
    let total = number.parse::<f64>().ok()? * nanos;
    // u64 nanoseconds are what the clock counts: 584 years.
    (total <= u64::MAX as f64).then(|| Duration::from_nanos(total.round() as u64))
}

/// Reads a size: a number of bytes, or `64MiB`, `10KiB`, `1GiB`, `5kB`, `5MB`.
pub fn size(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => size_text(text),
        _ => None,
    }
}

fn size_text(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let (_, bytes) = SIZES.iter().find(|(name, _)| *name == unit)?;
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(*bytes);
    }
    let total = number.parse::<f64>().ok()? * *bytes as f64;
    (total < u64::MAX as f64).then_some(total.round() as u64)
}

/// A decimal number and its unit.
fn split(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let starts = number.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let ends = number.bytes().last().is_some_and(|b| b.is_ascii_digit());
    (starts && ends && number.len() <= 32).then_some((number, unit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn durations_are_read_with_their_unit_only() {
        assert_eq!(duration("100ms"), Some(Duration::from_millis(100)));
        assert_eq!(duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Some(Duration::from_secs(120)));
        assert_eq!(duration("1h"), Some(Duration::from_secs(3600)));
        assert_eq!(duration("10ns"), Some(Duration::from_nanos(10)));
        for bad in
            ["", "5", "ms", "5 s", "5sec", "-1s", "1.s", ".5s", "1.2.3s", "1e3s", "99999999999999h", "５s"]
        {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        assert_eq!(size(&json!(12)), Some(12));
        assert_eq!(size(&json!("64MiB")), Some(64 << 20));
        assert_eq!(size(&json!("5kB")), Some(5000));
        assert_eq!(size(&json!("1.5KiB")), Some(1536));
        for bad in [
            json!("64"),
            json!("64 MiB"),
            json!("64mib"),
            json!(-1),
            json!(1.5),
            json!("99999999TiB"),
            json!(true),
        ] {
            assert_eq!(size(&bad), None, "{bad}");
        }
    }
}
