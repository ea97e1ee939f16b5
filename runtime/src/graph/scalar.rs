//! What an unquoted scalar means: nothing, true or false, a number, or text.
//!
//! The meaning is `serde_yaml`'s, asked one scalar at a time: the structure of a file comes from the events in
//! [`place`](super::place), so that there is one reading of it, with places, even where it has mistakes that
//! make `serde_yaml` give up on the whole.

use serde_json::Number;
use serde_yaml::Value;

use super::value::Kind;

/// Longest scalar that can be anything but text: no number and no keyword is longer.
const WORD_LIMIT: usize = 64;

/// The value of a plain scalar, or why it has none: a clause such as "is not a finite number".
pub fn plain(text: &str) -> Result<Kind, &'static str> {
    if text.is_empty() {
        return Ok(Kind::Null);
    }
    // Only these characters occur in numbers and keywords; with others the word alone would be read differently
    // than in its place (a comment, a mapping).
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_' | b'~');
    // A word of signs alone is none either: `---` by itself would be the end of a document.
    let is_sign = |b: u8| !b.is_ascii_alphanumeric() && b != b'~';
    if text.len() > WORD_LIMIT || !text.bytes().all(is_word) || text.bytes().all(is_sign) {
        return match text.len() > WORD_LIMIT && text.bytes().all(|b| b.is_ascii_digit()) {
            true => Err("is too large for a number"),
            false => Ok(Kind::Text(text.to_owned())),
        };
    }
    match serde_yaml::from_str::<Value>(text) {
        Ok(Value::Null) => Ok(Kind::Null),
        Ok(Value::Bool(value)) => Ok(Kind::Bool(value)),
        Ok(Value::Number(number)) => finite(&number).map(Kind::Number),
        Ok(_) => Ok(Kind::Text(text.to_owned())),
        Err(_) if text.bytes().any(|b| b.is_ascii_digit()) => Err("is too large for a number"),
        Err(_) => Ok(Kind::Text(text.to_owned())),
    }
}

fn finite(number: &serde_yaml::Number) -> Result<Number, &'static str> {
    if let Some(value) = number.as_u64() {
        return Ok(Number::from(value));
    }
    if let Some(value) = number.as_i64() {
        return Ok(Number::from(value));
    }
    number.as_f64().and_then(Number::from_f64).ok_or("is not a finite number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match plain(text) {
            Ok(Kind::Null) => "null".to_owned(),
            Ok(Kind::Bool(value)) => value.to_string(),
            Ok(Kind::Number(number)) => number.to_string(),
            Ok(Kind::Text(text)) => format!("{text:?}"),
            Ok(other) => format!("{other:?}"),
            Err(why) => why.to_owned(),
        }
    }

    #[test]
    fn scalars_mean_what_yaml_says() {
        for (text, meaning) in [
            ("", "null"),
            ("~", "null"),
            ("null", "null"),
            ("true", "true"),
            ("yes", "\"yes\""),
            ("10", "10"),
            ("-3", "-3"),
            ("0x1F", "31"),
            ("1e3", "1000.0"),
            ("0123", "\"0123\""),
            ("1.5", "1.5"),
            ("64MiB", "\"64MiB\""),
            ("18446744073709551615", "18446744073709551615"),
            (".inf", "is not a finite number"),
            ("-.INF", "is not a finite number"),
            (".nan", "is not a finite number"),
            ("---", "\"---\""),
            ("-", "\"-\""),
            ("a: b", "\"a: b\""),
        ] {
            assert_eq!(shown(text), meaning, "{text}");
        }
    }

    #[test]
    fn a_number_too_large_is_refused_or_finite_or_text() {
        for text in
            ["18446744073709551616", "-9223372036854775809", "1e999", &"9".repeat(60), &"9".repeat(500)]
        {
            match plain(text) {
                Err(_) | Ok(Kind::Text(_)) => {}
                Ok(Kind::Number(number)) => assert!(number.as_f64().is_some_and(f64::is_finite), "{text}"),
                Ok(other) => panic!("{text} is {other:?}"),
            }
        }
    }
}
