//! From text to a parameter struct.
//!
//! [`parse`] is the body of [`Params::parse`]; the other functions are called by generated code.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde_json::Value;

use super::check::check;
use super::error::ParamError;
use super::schema::Type;
use super::types::InRange;
use super::{Params, TEXT_LIMIT};
use super::{text, words};

/// Reads the parameters of one node: first every mistake the schema knows, then what only the types know.
pub(super) fn parse<P: Params>(json: &str) -> Result<P, Vec<ParamError>> {
    let whole = |message: String| vec![ParamError { path: String::new(), message }];
    if json.len() > TEXT_LIMIT {
        return Err(whole(format!(
            "the parameters take {} bytes; at most {TEXT_LIMIT} are read",
            json.len()
        )));
    }
    let value = text::value(json).map_err(|error| whole(format!("not JSON: {error}")))?;
    let errors = check(&P::TYPE, &value);
    if !errors.is_empty() {
        return Err(errors);
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        vec![ParamError {
            path: if path == "." { String::new() } else { path },
            message: plain(error.inner()),
        }]
    })
}

/// The message without the place in the JSON: the user wrote a graph file and never saw that text.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// The value of a default.
pub fn default<T>(
    name: &str,
    json: &'static str,
    read: impl FnOnce(Value) -> Result<T, serde_json::Error>,
) -> Result<T, String> {
    let refused = |why| format!("the module's own default of `{name}`, {json}, is refused: {why}");
    let value = text::value(json).map_err(refused)?;
    read(value).map_err(|error| refused(plain(&error)))
}

/// The value of a default, for `Default`.
///
/// # Panics
/// If the author's own type refuses a default its `ParamType` allows; the build checks all other types.
pub fn default_or_panic<T>(value: Result<T, String>) -> T {
    match value {
        Ok(value) => value,
        Err(why) => panic!("{why}"),
    }
}

/// Refuses a number outside of the bounds of its field.
pub fn in_range<T: InRange, E: Error>(value: T, ty: &Type) -> Result<T, E> {
    match value.in_range(ty) {
        Ok(()) => Ok(value),
        Err(why) => Err(E::custom(why)),
    }
}

/// Reads the value of an enum; `from` knows the values `ty` lists.
pub fn one_of<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    ty: &'static Type,
    from: fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(OneOf { ty, from })
}

struct OneOf<T> {
    ty: &'static Type,
    from: fn(&str) -> Option<T>,
}

impl<T> Visitor<'_> for OneOf<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::expected(self.ty))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let found = || format!("the text {}", words::quoted(text));
        (self.from)(text).ok_or_else(|| E::custom(words::mismatch(self.ty, &found())))
    }
}
