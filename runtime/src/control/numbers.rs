//! Numbers as people read them.
//!
//! Used by the status line, the table and the verdict.

use std::time::Duration;

/// With thousands separators: `1,234,567`.
pub fn thousands(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Three digits and a prefix, in front of a unit: `12.3 k`, `950 `, `1.20 G`.
pub fn prefixed(number: f64) -> String {
    let number = number.max(0.0);
    // 999.5 would be shown as 1000.
    if number < 999.5 {
        return if number == number.trunc() {
            format!("{number:.0} ")
        } else {
            format!("{} ", digits(number))
        };
    }
    let mut scaled = number;
    for prefix in ["k", "M", "G"] {
        scaled /= 1000.0;
        if scaled < 999.5 {
            return format!("{} {prefix}", digits(scaled));
        }
    }
    format!("{} T", digits(scaled / 1000.0))
}

/// Three digits.
fn digits(number: f64) -> String {
    match number {
        n if n < 9.995 => format!("{n:.2}"),
        n if n < 99.95 => format!("{n:.1}"),
        n => format!("{n:.0}"),
    }
}

/// `340 ms`, `12.3 s`, `4 min 05 s`, `3 h 02 min`.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// `1 frame`, `2 frames`.
pub fn frames(count: u64) -> String {
    format!("{} {}", thousands(count), if count == 1 { "frame" } else { "frames" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let shown: Vec<String> = [0u64, 7, 999, 1000, 12_345, 123_456, 1_234_567].map(thousands).into();
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "123,456", "1,234,567"]);
        assert_eq!(thousands(-1000i64), "-1,000");
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(thousands(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn prefixes_keep_three_digits() {
        let shown: Vec<String> =
            [0.0, 7.0, 9.999, 10.0, 999.4, 999.6, 12_345.0, 3.2e6, 1.5e9, 2e15].map(prefixed).into();
        assert_eq!(
            shown,
            ["0 ", "7 ", "10.0 ", "10 ", "999 ", "1.00 k", "12.3 k", "3.20 M", "1.50 G", "2000 T"]
        );
        assert_eq!(prefixed(-3.0), "0 ");
        assert_eq!(prefixed(f64::NAN), "0 ");
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        let shown = [250, 59_900, 60_000, 245_000, 10_920_000].map(|ms| time(Duration::from_millis(ms)));
        assert_eq!(shown, ["250 ms", "59.9 s", "1 min 00 s", "4 min 05 s", "3 h 02 min"]);
        assert_eq!((frames(1), frames(2000)), ("1 frame".to_owned(), "2,000 frames".to_owned()));
    }
}
