//! Compares written parameters with what they may be, and reports every mistake, not the first.
//!
//! Called by [`Params::parse`](super::Params::parse) before anything is deserialised.
//! What holds: nothing here knows a module; a message says what was expected and what was found.

use serde_json::{Map, Value};

use super::error::ParamError;
use super::schema::{Field, Type};
use super::types::between;
use super::words;

/// Most mistakes reported at once: more than anyone reads, and a long list of wrong items stays bounded.
pub(super) const ERROR_LIMIT: usize = 64;

/// All mistakes in `value`, at most [`ERROR_LIMIT`].
pub(super) fn check(ty: &Type, value: &Value) -> Vec<ParamError> {
    let mut errors = Vec::new();
    at(ty, value, String::new(), &mut errors);
    errors
}

fn at(ty: &Type, value: &Value, path: String, errors: &mut Vec<ParamError>) {
    if errors.len() >= ERROR_LIMIT {
        return;
    }
    let fits = match (ty, value) {
        (Type::Boolean, Value::Bool(_)) | (Type::Text, Value::String(_)) => true,
        (Type::Integer { min, max }, Value::Number(number)) => {
            let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            whole.is_some_and(|whole| (*min..=*max).contains(&whole))
        }
        (Type::Number { min, max }, Value::Number(number)) => {
            number.as_f64().is_some_and(|number| between(number, min, max))
        }
        (Type::Enum(values), Value::String(text)) => values.contains(&text.as_str()),
        (Type::Duration { .. }, Value::String(text)) => {
            return parsed(text.parse::<super::Duration>(), path, errors);
        }
        (Type::Duration { bare: Some(unit) }, Value::Number(number)) => {
            number.as_u64().is_some_and(|count| count.checked_mul(unit.nanos()).is_some())
        }
        (Type::Size, Value::String(text)) => return parsed(text.parse::<super::Size>(), path, errors),
        (Type::Size, Value::Number(number)) => number.is_u64(),
        (Type::List(item) | Type::OneOrMany(item), Value::Array(items)) => {
            for (i, value) in items.iter().enumerate() {
                at(item, value, format!("{path}[{i}]"), errors);
            }
            true
        }
        // A text or mapping that is wrong in itself has its own message; of the rest, both spellings are told.
        (Type::OneOrMany(item), Value::String(_) | Value::Object(_))
            if !matches!(item, Type::Integer { .. }) =>
        {
            return at(item, value, path, errors);
        }
        (Type::OneOrMany(item), _) => {
            let mut wrong = Vec::new();
            at(item, value, path.clone(), &mut wrong);
            wrong.is_empty()
        }
        (Type::Object(fields), Value::Object(map)) => return object(fields, map, &path, errors),
        _ => false,
    };
    if !fits {
        errors.push(ParamError { path, message: words::mismatch(ty, &words::found(value)) });
    }
}

fn parsed<T>(result: Result<T, String>, path: String, errors: &mut Vec<ParamError>) {
    if let Err(message) = result {
        errors.push(ParamError { path, message });
    }
}

fn object(fields: &[Field], map: &Map<String, Value>, path: &str, errors: &mut Vec<ParamError>) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, value) in map {
        match fields.iter().find(|field| field.name == name) {
            // `null` is how a file says "not this one"; it stands for an absent optional field only.
            Some(field) if value.is_null() && !field.required && field.default.is_none() => {}
            Some(field) => at(&field.ty, value, inside(name), errors),
            None if errors.len() < ERROR_LIMIT => {
                errors.push(ParamError { path: inside(name), message: unknown(name, fields) });
            }
            None => return,
        }
    }
    for field in fields.iter().filter(|field| field.required && !map.contains_key(field.name)) {
        if errors.len() < ERROR_LIMIT {
            let message =
                format!("the parameter `{}` must be set: {}", field.name, words::expected(&field.ty));
            errors.push(ParamError { path: path.to_owned(), message });
        }
    }
}

fn unknown(name: &str, fields: &[Field]) -> String {
    let name = words::quoted(name);
    if fields.is_empty() {
        return format!("there is no parameter {name}; none is taken here");
    }
    format!("there is no parameter {name}; there are {}", words::names(fields.iter().map(|field| field.name)))
}
