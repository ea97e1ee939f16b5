//! Writes the JSON Schema text of a type, at compile time.
//!
//! Called by the code `#[derive(Params)]` generates.

use super::{Bound, Field, Type, WIDTH_LIMIT, is_name, listed};
use crate::params::json::{Json, as_text, same};

impl Type {
    /// Bytes of the JSON Schema text.
    pub const fn json_len(&self) -> usize {
        let mut json = Json::counter();
        self.write(&mut json, None);
        json.len()
    }

    /// The JSON Schema text; `N` is [`json_len`](Type::json_len).
    pub const fn json<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let mut json = Json::writer(&mut bytes);
        self.write(&mut json, None);
        assert!(json.len() == N, "N must be json_len()");
        bytes
    }

    const fn write(&self, json: &mut Json<'_>, field: Option<&Field>) {
        json.raw("{");
        match self {
            Type::Boolean => json.raw("\"type\":\"boolean\""),
            Type::Integer { min, max } => {
                json.raw("\"type\":\"integer\",\"minimum\":");
                json.integer(*min);
                json.raw(",\"maximum\":");
                json.integer(*max);
            }
            Type::Number { min, max } => {
                json.raw("\"type\":\"number\"");
                write_bound(json, "minimum", min);
                write_bound(json, "maximum", max);
            }
            Type::Text => json.raw("\"type\":\"string\""),
            Type::Duration { bare: None } => json.raw("\"type\":\"string\",\"format\":\"duration\""),
            Type::Duration { bare: Some(unit) } => {
                json.raw("\"type\":[\"string\",\"integer\"],\"format\":\"duration\",\"x-bare-unit\":");
                json.string(unit.name());
            }
            Type::Size => json.raw("\"type\":[\"string\",\"integer\"],\"format\":\"size\""),
            Type::Enum(values) => write_enum(json, values),
            Type::List(item) => {
                json.raw("\"type\":\"array\",\"items\":");
                item.write(json, None);
            }
            Type::OneOrMany(item) => {
                json.raw("\"anyOf\":[");
                item.write(json, None);
                json.raw(",{\"type\":\"array\",\"items\":");
                item.write(json, None);
                json.raw("}]");
            }
            Type::Object(fields) => write_object(json, fields),
        }
        if let Some(field) = field {
            field.write_rest(json);
        }
        json.raw("}");
    }
}

impl Field {
    const fn write_rest(&self, json: &mut Json<'_>) {
        if let Some(default) = self.default {
            json.key(false, "default");
            json.raw(default);
        }
        if !self.about.is_empty() {
            json.key(false, "description");
            json.string(self.about);
        }
        json.key(false, "x-apply");
        json.string(if self.live { "live" } else { "restart" });
    }
}

const fn write_bound(json: &mut Json<'_>, key: &str, bound: &Option<Bound>) {
    if let Some(bound) = bound {
        json.key(false, key);
        json.raw(bound.json);
    }
}

const fn write_enum(json: &mut Json<'_>, values: &[&str]) {
    assert!(!values.is_empty() && values.len() <= WIDTH_LIMIT, "an enum has 1 to 256 values");
    json.raw("\"enum\":[");
    let mut i = 0;
    while i < values.len() {
        assert!(!listed(values.split_at(i).0, values[i]), "two values of one enum have the same name");
        if i > 0 {
            json.raw(",");
        }
        json.string(values[i]);
        i += 1;
    }
    json.raw("]");
}

const fn write_object(json: &mut Json<'_>, fields: &[Field]) {
    assert!(fields.len() <= WIDTH_LIMIT, "a parameter struct has at most 256 fields");
    json.raw("\"type\":\"object\",\"properties\":{");
    let mut i = 0;
    while i < fields.len() {
        let field = &fields[i];
        assert!(is_name(field.name), "a parameter's name is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long");
        assert!(!declared(fields.split_at(i).0, field.name), "two parameters have the same name");
        json.key(i == 0, field.name);
        field.ty.write(json, Some(field));
        i += 1;
    }
    json.raw("},\"required\":[");
    let (mut i, mut first) = (0, true);
    while i < fields.len() {
        if fields[i].required {
            if !first {
                json.raw(",");
            }
            first = false;
            json.string(fields[i].name);
        }
        i += 1;
    }
    json.raw("],\"additionalProperties\":false");
}

const fn declared(fields: &[Field], name: &str) -> bool {
    let mut i = 0;
    while i < fields.len() {
        if same(fields[i].name, name) {
            return true;
        }
        i += 1;
    }
    false
}

/// For the derive: the schema text of a struct from its bytes.
#[doc(hidden)]
pub const fn schema_text(bytes: &'static [u8]) -> &'static str {
    as_text(bytes)
}
