//! A line of the protocol: a command that was read, an answer that is written.
//!
//! Used by `server`. Pure. What holds: whatever was read, there is a line to answer it.

use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    command::{Command, Refusal},
};

/// A line as a command, and the `id` that its answer is to have.
pub fn parsed(line: &[u8]) -> (Value, Result<Command, Refusal>) {
    let mut keys = match serde_json::from_slice::<Map<String, Value>>(line) {
        Ok(keys) => keys,
        Err(error) => {
            let text = format!("this is no line of JSON with a mapping in it: {error}");
            return (Value::Null, Err(Refusal::usage(text)));
        }
    };
    let id = keys.remove("id").unwrap_or(Value::Null);
    let command = serde_json::from_value(Value::Object(keys));
    (id, command.map_err(|error| Refusal::usage(format!("this is no command: {error}"))))
}

/// A line before the answer, with something that belongs to the same command.
pub fn before_answer(id: &Value, name: &str, content: &impl serde::Serialize) -> String {
    let mut keys = Map::new();
    if !id.is_null() {
        keys.insert("id".to_owned(), id.clone());
    }
    keys.insert(name.to_owned(), json!(content));
    Value::Object(keys).to_string() + "\n"
}

/// An answer as a line.
pub fn answer(id: Value, done: Result<Answer, Refusal>) -> String {
    let mut keys = Map::new();
    if !id.is_null() {
        keys.insert("id".to_owned(), id);
    }
    match done {
        Ok(answer) => keys.insert("ok".to_owned(), json!(answer)),
        Err(refusal) => keys.insert("error".to_owned(), json!(refusal)),
    };
    Value::Object(keys).to_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_command_with_an_id_or_says_why_not() {
        let (id, command) = parsed(br#"{"id":7,"command":"top"}"#);
        assert_eq!((id, command), (json!(7), Ok(Command::Top {})));
        for (line, text) in [
            (&b"rubbish"[..], "no line of JSON"),
            (b"[1]", "no line of JSON"),
            (b"\xff\xfe", "no line of JSON"),
            (br#"{"id":1}"#, "missing field `command`"),
            (br#"{"command":"top","x":1}"#, "unknown field `x`"),
        ] {
            let (_, command) = parsed(line);
            let refusal = command.expect_err("refused");
            assert!(refusal.text.contains(text), "{refusal}");
        }
        let line = answer(json!("a"), Err(Refusal::usage("no")));
        assert_eq!(line, "{\"id\":\"a\",\"error\":{\"kind\":\"usage\",\"text\":\"no\"}}\n");
        assert_eq!(
            answer(Value::Null, Ok(Answer::Stopping { drain_ms: 5 })),
            "{\"ok\":{\"stopping\":{\"drain_ms\":5}}}\n"
        );
    }
}
