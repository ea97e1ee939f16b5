//! The parameter schema of a card, read: what `#[derive(Params)]` writes as JSON Schema, as a Rust type.
//!
//! [`Card::param_schema`](super::Card::param_schema) reads it; the graph checks parameters against it before any
//! code of the module runs. What holds: depth and number of properties are bounded, so a walk over it is too.

use serde_json::{Map, Value};

use super::NAME_LIMIT;

/// Deepest nesting of a schema: parameters are structs of plain values, seldom two levels deep.
pub const DEPTH_LIMIT: usize = 16;
/// Most properties of one object, and most choices of one enum or `anyOf`.
pub const WIDTH_LIMIT: usize = 256;

/// What one parameter may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The values that fit.
    pub kind: Kind,
    /// The value in force if the parameter is not written.
    pub default: Option<Value>,
    /// Whether it can be set while the node runs.
    pub live: bool,
    /// One line for people.
    pub about: String,
}

/// The values that fit a [`Schema`].
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Anything.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds, both included.
    Integer {
        /// Lower bound.
        min: Option<i128>,
        /// Upper bound.
        max: Option<i128>,
    },
    /// A number within bounds, both included.
    Number {
        /// Lower bound.
        min: Option<f64>,
        /// Upper bound.
        max: Option<f64>,
    },
    /// A text.
    Text,
    /// A duration such as `100ms`; a bare number only if a unit for it is named.
    Duration {
        /// The unit of a bare number.
        bare_unit: Option<String>,
    },
    /// A size such as `64MiB`, or a number of bytes.
    Size,
    /// One of these values.
    Enum(Vec<Value>),
    /// A list.
    Array {
        /// What its items may be.
        items: Box<Schema>,
        /// Fewest items.
        min: u64,
        /// Most items.
        max: u64,
    },
    /// What fits one of these.
    AnyOf(Vec<Schema>),
    /// A mapping.
    Object(Object),
}

/// A mapping with named properties.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Object {
    /// The properties in declared order.
    pub properties: Vec<(String, Schema)>,
    /// Those that must be written.
    pub required: Vec<String>,
    /// Whether other keys are allowed.
    pub open: bool,
}

impl Object {
    /// The schema of one property.
    pub fn get(&self, name: &str) -> Option<&Schema> {
        self.properties.iter().find(|(have, _)| have == name).map(|(_, schema)| schema)
    }
}

impl Schema {
    /// Reads a JSON Schema of the subset cards use; the error says what is wrong, with the path.
    pub fn read(json: &Value) -> Result<Schema, String> {
        read(json, DEPTH_LIMIT)
    }

    /// The properties, if this is the schema of a mapping.
    pub fn object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }
}

fn read(json: &Value, depth: usize) -> Result<Schema, String> {
    if depth == 0 {
        return Err(format!("nested deeper than {DEPTH_LIMIT}"));
    }
    let fields = match json {
        Value::Object(fields) => fields,
        Value::Bool(true) => {
            return Ok(Schema { kind: Kind::Any, default: None, live: false, about: String::new() });
        }
        _ => return Err("not a JSON object".to_owned()),
    };
    let live = match text(fields, "x-apply")? {
        None | Some("restart") => false,
        Some("live") => true,
        Some(other) => return Err(format!("x-apply is {other:?}, not live or restart")),
    };
    Ok(Schema {
        kind: kind(fields, depth)?,
        default: fields.get("default").cloned(),
        live,
        about: text(fields, "description")?.unwrap_or_default().to_owned(),
    })
}

fn kind(fields: &Map<String, Value>, depth: usize) -> Result<Kind, String> {
    if let Some(choices) = list(fields, "enum")? {
        return Ok(Kind::Enum(choices.to_vec()));
    }
    if let Some(choices) = list(fields, "anyOf")? {
        return choices
            .iter()
            .map(|choice| read(choice, depth - 1))
            .collect::<Result<_, _>>()
            .map(Kind::AnyOf);
    }
    match text(fields, "format")? {
        Some("duration") => {
            return Ok(Kind::Duration { bare_unit: text(fields, "x-bare-unit")?.map(str::to_owned) });
        }
        Some("size") => return Ok(Kind::Size),
        _ => {}
    }
    match fields.get("type") {
        None => Ok(Kind::Any),
        Some(Value::String(name)) => typed(name, fields, depth),
        Some(Value::Array(names)) if !names.is_empty() && names.len() <= WIDTH_LIMIT => {
            let one = |name: &Value| match name {
                Value::String(name) => {
                    let kind = typed(name, fields, depth)?;
                    Ok(Schema { kind, default: None, live: false, about: String::new() })
                }
                _ => Err("a type is not a text".to_owned()),
            };
            names.iter().map(one).collect::<Result<_, _>>().map(Kind::AnyOf)
        }
        Some(_) => Err("`type` is neither a text nor a list of them".to_owned()),
    }
}

fn typed(name: &str, fields: &Map<String, Value>, depth: usize) -> Result<Kind, String> {
    Ok(match name {
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer { min: integer(fields, "minimum")?, max: integer(fields, "maximum")? },
        "number" => Kind::Number { min: number(fields, "minimum")?, max: number(fields, "maximum")? },
        "string" => Kind::Text,
        "array" => {
            let items = fields.get("items").unwrap_or(&Value::Bool(true));
            let items = Box::new(read(items, depth - 1).map_err(|e| format!("items: {e}"))?);
            let bound = |key, default| {
                Ok::<u64, String>(match integer(fields, key)? {
                    Some(n) => u64::try_from(n).map_err(|_| format!("{key} is negative"))?,
                    None => default,
                })
            };
            Kind::Array { items, min: bound("minItems", 0)?, max: bound("maxItems", u64::MAX)? }
        }
        "object" => Kind::Object(object(fields, depth)?),
        other => return Err(format!("unknown type {other:?}")),
    })
}

fn object(fields: &Map<String, Value>, depth: usize) -> Result<Object, String> {
    let mut object = Object::default();
    match fields.get("properties") {
        None => {}
        Some(Value::Object(properties)) if properties.len() <= WIDTH_LIMIT => {
            for (name, json) in properties {
                if name.is_empty() || name.len() > NAME_LIMIT || name.chars().any(char::is_control) {
                    return Err(format!("bad property name {name:?}"));
                }
                object
                    .properties
                    .push((name.clone(), read(json, depth - 1).map_err(|e| format!("{name}: {e}"))?));
            }
        }
        Some(Value::Object(_)) => return Err(format!("more than {WIDTH_LIMIT} properties")),
        Some(_) => return Err("`properties` is not an object".to_owned()),
    }
    for name in list(fields, "required")?.unwrap_or_default() {
        match name.as_str() {
            Some(name) if object.get(name).is_some() => object.required.push(name.to_owned()),
            _ => return Err(format!("`required` names {name}, which is no property")),
        }
    }
    object.open = match fields.get("additionalProperties") {
        None | Some(Value::Bool(false)) => false,
        Some(_) => true,
    };
    Ok(object)
}

fn list<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<Option<&'a [Value]>, String> {
    match fields.get(key) {
        None => Ok(None),
        Some(Value::Array(items))
            if items.len() <= WIDTH_LIMIT && (!items.is_empty() || key == "required") =>
        {
            Ok(Some(items))
        }
        Some(Value::Array(_)) => Err(format!("`{key}` has none or more than {WIDTH_LIMIT} items")),
        Some(_) => Err(format!("`{key}` is not a list")),
    }
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    match fields.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` is not a text")),
    }
}

fn integer(fields: &Map<String, Value>, key: &str) -> Result<Option<i128>, String> {
    let Some(value) = fields.get(key) else { return Ok(None) };
    let whole = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    whole.map(Some).ok_or_else(|| format!("`{key}` is not a whole number"))
}

fn number(fields: &Map<String, Value>, key: &str) -> Result<Option<f64>, String> {
    let Some(value) = fields.get(key) else { return Ok(None) };
    value.as_f64().map(Some).ok_or_else(|| format!("`{key}` is not a number"))
}
