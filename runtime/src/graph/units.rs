//! Durations and sizes as graph files write them: `100ms`, `64MiB`.
//!
//! Read by the types that modules read them with, so that what is right here is right there: a value that is no
//! whole number of nanoseconds or bytes is refused, not rounded.

use std::time::Duration;

use rogue_sdk::params;
use serde_json::{Number, Value};

/// Reads `100ms`, `5s`, `2m`, `1h`, `50us`, `10ns`, `1.5s`.
pub fn duration(text: &str) -> Option<Duration> {
    text.parse::<params::Duration>().ok().map(params::Duration::get)
}

/// Whether a bare number of `unit` is a duration. A unit this version does not know is the module's own to read.
pub fn fits_bare(number: &Number, unit: &str) -> bool {
    let known = duration(&format!("0{unit}")).is_some();
    number.as_u64().is_some_and(|count| !known || duration(&format!("{count}{unit}")).is_some())
}

/// Reads a size: a number of bytes, or `64MiB`, `10KiB`, `1GiB`, `5kB`, `5MB`.
pub fn size(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse::<params::Size>().ok().map(params::Size::bytes),
        _ => None,
    }
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
        for bad in [
            "",
            "5",
            "ms",
            "5 s",
            "5sec",
            "-1s",
            "1.s",
            ".5s",
            "1.2.3s",
            "1e3s",
            "99999999999999h",
            "５s",
            "0.1ns",
        ] {
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
            json!("1.0001KiB"),
            json!(true),
        ] {
            assert_eq!(size(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_bare_number_must_fit_in_its_unit() {
        let fits = |count: u64, unit| fits_bare(&Number::from(count), unit);
        assert!(fits(u64::MAX, "ns") && fits(0, "h") && fits(1_000, "us"));
        assert!(!fits(u64::MAX, "us") && !fits(10_000_000, "h"));
        assert!(fits(7, "fortnights"));
        assert!(!fits_bare(&Number::from(-1), "ns"));
    }
}
