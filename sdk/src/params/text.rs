//! The text of parameters becomes a value.
//!
//! Used by [`super::read`]. `serde_json` has its own reading of floats, which is a fifth of what a small component's code
//! would be, and a component is compiled on an operator's machine; that of the standard library is as exact. What holds:
//! the value is the one that `serde_json` reads from the same text.

use hifijson::{Error, Expect, SliceLexer, num::LexWrite, str::LexAlloc, token::Lex};
use serde_json::{Map, Number, Value};

/// How deep lists and mappings may lie in each other.
const DEPTH: usize = 128;

/// Reads a text that is one value and nothing else; the error says what was expected.
pub(super) fn value(json: &str) -> Result<Value, String> {
    let mut lexer = SliceLexer::new(json.as_bytes());
    let read = lexer.exactly_one(Lex::ws_peek, |next, lexer| item(next, lexer, DEPTH));
    // It has the character in it that was not expected.
    read.map_err(|error| error.to_string().escape_debug().to_string())
}

fn item(next: u8, lexer: &mut SliceLexer<'_>, depth: usize) -> Result<Value, Error> {
    let within = depth.checked_sub(1).ok_or(Error::Depth)?;
    Ok(match next {
        b'a'..=b'z' => lexer.null_or_bool().ok_or(Expect::Value)?.map_or(Value::Null, Value::Bool),
        b'"' => Value::String(lexer.discarded().str_string()?.into_owned()),
        b'[' => {
            let mut list = Vec::new();
            lexer.discarded().seq(b']', Lex::ws_peek, |next, lexer| {
                list.push(item(next, lexer, within)?);
                Ok::<_, Error>(())
            })?;
            Value::Array(list)
        }
        b'{' => {
            let mut map = Map::new();
            lexer.discarded().seq(b'}', Lex::ws_peek, |next, lexer| {
                lexer.expect(|_| Some(next), b'"').ok_or(Expect::String)?;
                let key = lexer.str_string()?.into_owned();
                lexer.expect(Lex::ws_peek, b':').ok_or(Expect::Colon)?;
                let next = lexer.ws_peek().ok_or(Expect::Value)?;
                map.insert(key, item(next, lexer, within)?);
                Ok::<_, Error>(())
            })?;
            Value::Object(map)
        }
        b'-' | b'0'..=b'9' => {
            let (digits, parts) = lexer.num_string().validated()?;
            Value::Number(number(digits, parts.is_int()).ok_or(Expect::Value)?)
        }
        _ => Err(Expect::Value)?,
    })
}

/// A whole number where it is one that fits, negative only below 0; else a float, if there is one.
fn number(digits: &str, whole: bool) -> Option<Number> {
    if whole && let Ok(number) = digits.parse::<u64>() {
        return Some(number.into());
    }
    if whole && let Ok(number @ ..0) = digits.parse::<i64>() {
        return Some(number.into());
    }
    digits.parse().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts that are JSON or nearly.
    fn texts() -> impl Strategy<Value = String> {
        let number = prop_oneof![
            "-?(0|[1-9][0-9]{0,25})([.][0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
            any::<f64>().prop_map(|float| format!("{float:e}")),
            any::<f32>().prop_map(|float| float.to_string()),
            any::<i64>().prop_map(|whole| whole.to_string()),
            any::<u64>().prop_map(|whole| whole.to_string()),
            Just("-0".to_owned()),
        ];
        let text = prop_oneof![
            any::<String>().prop_map(|text| Value::String(text).to_string()),
            r#""([ -~]|\\[bfnrt/"u\\]|\\u[0-9a-fD]{4}|[\u{0}-\u{7f}é€𐍈]){0,8}""#,
        ];
        let word = prop_oneof![Just("null"), Just("true"), Just("false"), Just("tru"), Just(""), Just("nan")];
        let leaf = prop_oneof![4 => number, 4 => text.clone(), 1 => word.prop_map(str::to_owned)];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let list =
                prop::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(", ")));
            let entry = (text.clone(), inner).prop_map(|(key, value)| format!("{key} :{value}"));
            let mapping = prop::collection::vec(entry, 0..4).prop_map(|all| format!("{{{}}}", all.join(",")));
            prop_oneof![list, mapping]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn the_value_is_that_of_serde_json(json in texts(), cut in any::<prop::sample::Index>()) {
            let part: String = json.chars().take(cut.index(json.chars().count() + 1)).collect();
            for json in [json, part] {
                let (ours, theirs) = (value(&json), serde_json::from_str::<Value>(&json));
                prop_assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{}: {:?}, {:?}", json, ours, theirs);
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, text) in [
            ("", "value expected"),
            ("{", "value or end of sequence expected"),
            ("[1 2]", "comma or end of sequence expected"),
            ("{\"a\" 1}", "colon expected"),
            ("1 2", "end of file expected"),
            ("1e999", "value expected"),
            ("\"\\\t\"", "invalid escape character \\t"),
        ] {
            assert_eq!(value(json), Err(text.to_owned()), "{json}");
        }
        assert_eq!(value(&"[".repeat(1000)), Err("maximal depth exceeded".to_owned()));
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(value(&deep(DEPTH)).is_ok() && value(&deep(DEPTH + 1)).is_err());
    }
}
