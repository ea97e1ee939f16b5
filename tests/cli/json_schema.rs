//! As much of JSON Schema as `rogue-runtime schema` uses; a keyword or pattern that is not known here fails, so that
//! nothing is accepted unseen.

use serde_json::{Map, Value};

/// A schema.
pub struct Schema {
    pub text: Value,
}

impl Schema {
    pub fn new(text: Value) -> Schema {
        Schema { text }
    }

    /// Says where the value breaks the schema.
    pub fn accepts(&self, value: &Value) -> Result<(), String> {
        accepts(&self.text, value, "")
    }
}

fn accepts(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let fields = match schema {
        Value::Bool(true) => return Ok(()),
        Value::Bool(false) => return Err(format!("{at}: nothing may be here")),
        Value::Object(fields) => fields,
        other => panic!("{at}: {other} is no schema"),
    };
    for (keyword, rule) in fields {
        keyword_accepts(keyword, rule, fields, value, at)?;
    }
    Ok(())
}

fn keyword_accepts(
    keyword: &str,
    rule: &Value,
    fields: &Map<String, Value>,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {value} {what} {rule}"));
    let list = |rule: &Value| rule.as_array().cloned().unwrap_or_else(|| panic!("{keyword}: {rule}"));
    let number = |value: &Value| value.as_f64();
    match keyword {
        "$schema" | "title" | "description" | "default" | "patternErrorMessage" | "doNotSuggest" => Ok(()),
        // Ours: how a parameter is applied, and units of bare numbers.
        _ if keyword.starts_with("x-") => Ok(()),
        "type" => {
            let kinds = if rule.is_array() { list(rule) } else { vec![rule.clone()] };
            if kinds.iter().any(|kind| is_a(value, kind)) { Ok(()) } else { wrong("is no") }
        }
        "const" if value != rule => wrong("is not"),
        "enum" if !list(rule).contains(value) => wrong("is none of"),
        "minimum" if number(value).zip(number(rule)).is_some_and(|(is, least)| is < least) => {
            wrong("is below")
        }
        "maximum" if number(value).zip(number(rule)).is_some_and(|(is, most)| is > most) => wrong("is above"),
        "exclusiveMinimum" if number(value).zip(number(rule)).is_some_and(|(is, least)| is <= least) => {
            wrong("is not above")
        }
        "pattern" if value.as_str().is_some_and(|text| !matches(rule, text)) => wrong("does not match"),
        "minItems"
            if value.as_array().is_some_and(|items| (items.len() as u64) < rule.as_u64().unwrap_or(0)) =>
        {
            wrong("has too few items")
        }
        "const" | "enum" | "minimum" | "maximum" | "exclusiveMinimum" | "pattern" | "minItems" => Ok(()),
        "required" => {
            let Some(object) = value.as_object() else { return Ok(()) };
            let missing = |key: &Value| !object.contains_key(key.as_str().unwrap_or_default());
            if list(rule).iter().any(missing) { wrong("lacks one of") } else { Ok(()) }
        }
        "anyOf" => {
            let tried: Vec<_> = list(rule).iter().map(|choice| accepts(choice, value, at)).collect();
            if tried.iter().any(Result::is_ok) { Ok(()) } else { Err(format!("{at}: none of {tried:?}")) }
        }
        "allOf" => list(rule).iter().try_for_each(|one| accepts(one, value, at)),
        "if" => {
            let branch = if accepts(rule, value, at).is_ok() { "then" } else { "else" };
            fields.get(branch).map_or(Ok(()), |schema| accepts(schema, value, at))
        }
        "then" | "else" => Ok(()),
        "items" => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items.into_iter().try_for_each(|(index, item)| accepts(rule, item, &format!("{at}[{index}]")))
        }
        "properties" => {
            let known = value.as_object().into_iter().flatten();
            known.into_iter().try_for_each(|(key, value)| match rule.get(key) {
                Some(schema) => accepts(schema, value, &format!("{at}.{key}")),
                None => Ok(()),
            })
        }
        "additionalProperties" => {
            let known = fields.get("properties").and_then(Value::as_object);
            let mut others = value.as_object().into_iter().flatten();
            others.try_for_each(|(key, value)| match known.is_some_and(|known| known.contains_key(key)) {
                true => Ok(()),
                false => accepts(rule, value, &format!("{at}.{key}")),
            })
        }
        "propertyNames" => {
            let mut names = value.as_object().into_iter().flat_map(Map::keys);
            names.try_for_each(|name| accepts(rule, &Value::String(name.clone()), at))
        }
        other => panic!("{at}: the keyword {other} is not known here"),
    }
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        other => panic!("{other:?} is no type"),
    }
}

fn matches(pattern: &Value, text: &str) -> bool {
    const COMPONENT_OR_PATH: &str = ")(\\.wasm)?$|/";
    let name = |first: &str, more: &str| {
        let others = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        text.len() <= 64
            && text.starts_with(|c: char| c.is_ascii_alphabetic() || first.contains(c))
            && text.chars().all(others)
    };
    let amount = |units: &[&str]| {
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (amount, unit) = text.split_at(end);
        amount.starts_with(|c: char| c.is_ascii_digit())
            && amount.ends_with(|c: char| c.is_ascii_digit())
            && amount.parse::<f64>().is_ok()
            && units.contains(&unit)
    };
    match pattern.as_str() {
        Some("^[A-Za-z_][A-Za-z0-9_-]{0,63}$") => name("_", "_-"),
        Some("^[A-Za-z_][A-Za-z0-9_-]{0,63}(\\.wasm)?$") => {
            matches(&"^[A-Za-z_][A-Za-z0-9_-]{0,63}$".into(), text.strip_suffix(".wasm").unwrap_or(text))
        }
        Some("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$") => name("_0123456789", "_.-"),
        Some("/") => text.contains('/'),
        Some(">>|<<|==") => [">>", "<<", "=="].iter().any(|operator| text.contains(operator)),
        Some("^[0-9A-Fa-f]{64}$") => text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        Some("^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$") => amount(&["ns", "us", "ms", "s", "m", "h"]),
        Some("^[0-9]+(\\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$") => {
            amount(&["B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"])
        }
        Some(names) if names.starts_with("^(") && names.ends_with(COMPONENT_OR_PATH) => {
            let name = text.strip_suffix(".wasm").unwrap_or(text);
            let names = &names[2..names.len() - COMPONENT_OR_PATH.len()];
            text.contains('/') || names.split('|').any(|known| known == name)
        }
        other => panic!("the pattern {other:?} is not known here"),
    }
}
