//! How parameters are spoken of in errors: what was expected, what was found.
//!
//! Called by `check` and by the types that read themselves, so that one mistake has one wording.

use serde_json::Value;

use super::schema::Type;

/// Most characters of a written value that an error repeats.
const SHOWN_LIMIT: usize = 64;

/// "expected a whole number from 0 to 255, found 300".
pub(super) fn mismatch(ty: &Type, found: &str) -> String {
    format!("expected {}, found {found}", expected(ty))
}

/// What fits a type.
pub(super) fn expected(ty: &Type) -> String {
    match ty {
        Type::Boolean => "true or false".to_owned(),
        Type::Integer { min, max } => {
            let low = *min <= i128::from(i64::MIN);
            let high = *max >= i128::from(i64::MAX);
            match (low, high) {
                (true, true) => "a whole number".to_owned(),
                (false, true) => format!("a whole number of {min} or more"),
                (true, false) => format!("a whole number of {max} or less"),
                (false, false) => format!("a whole number from {min} to {max}"),
            }
        }
        Type::Number { min, max } => match (min, max) {
            (None, None) => "a number".to_owned(),
            (Some(min), None) => format!("a number of {} or more", min.json),
            (None, Some(max)) => format!("a number of {} or less", max.json),
            (Some(min), Some(max)) => format!("a number from {} to {}", min.json, max.json),
        },
        Type::Text => "a text".to_owned(),
        Type::Duration { bare: None } => "a time with its unit, such as `100ms` or `5s`".to_owned(),
        Type::Duration { bare: Some(unit) } => {
            format!("a time such as `100ms` or `5s`, or a whole number of {}", unit.words())
        }
        Type::Size => "a size such as `64MiB`, or a whole number of bytes".to_owned(),
        Type::Enum([one]) => format!("`{one}`"),
        Type::Enum(values) => format!("one of {}", names(values.iter().copied())),
        Type::List(item) => format!("a list, each item {}", expected(item)),
        Type::OneOrMany(item) => format!("{}, or a list of them", expected(item)),
        Type::Object(_) => "a mapping of names to values".to_owned(),
    }
}

/// A written value.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

/// A text a user wrote, made safe to print and cut if it is long.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_LIMIT).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN_LIMIT).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// "`a`, `b`, `c`".
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
