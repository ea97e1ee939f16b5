//! `${VAR}` and `${VAR:-default}` in scalar values.
//!
//! [`place`](super::place) calls this only if the caller of [`load`](super::load) passed a way to look variables
//! up (`--env`); the floor itself reads no environment. What holds: the result is the text of one scalar and is
//! never read as YAML structure; a value that was put in is not searched again.

/// Longest scalar after replacement: a parameter is a name, a path or a number.
pub const TEXT_LIMIT: usize = 64 << 10;

/// Why a text cannot be replaced: what is wrong, and what to do.
pub type Problem = (String, String);

/// The text with its variables replaced. `$${` stands for a literal `${`.
pub fn replace(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            return Err((
                "`${` without `}`".to_owned(),
                "write `${NAME}`, or `$${` for a literal `${`".to_owned(),
            ));
        };
        out.push_str(&variable(&rest[at + 2..at + end], env)?);
        rest = &rest[at + end + 1..];
        if out.len() > TEXT_LIMIT {
            return Err((
                format!("the value is longer than {TEXT_LIMIT} bytes after replacing variables"),
                "set a shorter variable".to_owned(),
            ));
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn variable(inside: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let mut bytes = name.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !starts || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err((
            format!("{} is not the name of a variable", super::suggest::quote(name)),
            "write `${NAME}` or `${NAME:-default}`".to_owned(),
        ));
    }
    match (env(name).filter(|value| default.is_none() || !value.is_empty()), default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err((
            format!("the variable `{name}` is not set"),
            format!("set it, or give it a default: `${{{name}:-value}}`"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "PORT" => Some("8000".to_owned()),
            "EMPTY" => Some(String::new()),
            "NEST" => Some("${PORT}".to_owned()),
            "LONG" => Some("x".repeat(TEXT_LIMIT)),
            _ => None,
        }
    }

    #[test]
    fn variables_are_replaced_once_and_have_defaults() {
        let text = |text: &str| replace(text, &env).expect("replaceable");
        assert_eq!(text("no variable, $5 and }"), "no variable, $5 and }");
        assert_eq!(text("a${PORT}b${PORT}"), "a8000b8000");
        assert_eq!(text("${NONE:-9}${PORT:-9}${EMPTY:-9}[${EMPTY}]"), "980009[]");
        assert_eq!(text("${NEST}"), "${PORT}");
        assert_eq!(text("$${PORT}"), "${PORT}");
        assert_eq!(text("${NONE:-}"), "");
    }

    #[test]
    fn what_cannot_be_replaced_says_why() {
        let why = |text: &str| replace(text, &env).expect_err("not replaceable").0;
        assert_eq!(why("${NONE}"), "the variable `NONE` is not set");
        assert_eq!(why("${PORT"), "`${` without `}`");
        assert_eq!(why("${}"), "\"\" is not the name of a variable");
        assert_eq!(why("${a b}"), "\"a b\" is not the name of a variable");
        assert!(why("${LONG}x${LONG}").contains("longer than"));
    }
}
