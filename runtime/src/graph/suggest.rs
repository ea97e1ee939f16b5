//! "Did you mean": the name that was probably meant, and user text made fit for a message.

/// Longest piece of a user's text in a message, in characters.
const SHOWN_LIMIT: usize = 60;

/// Most steps of one search, a step being one character against another; a file with a hundred slips beside
/// thousands of long names would take seconds without it.
const WORK_LIMIT: usize = 2_000_000;

/// The known name nearest to `written`, if it is near enough to be a slip.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nothing longer is a slip of a name.
    if written.len() > 128 {
        return None;
    }
    let wanted = folded(written);
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    let mut work = 0;
    for name in known {
        let have = folded(name);
        let Some(distance) = distance(&wanted, &have, allowed, &mut work) else { continue };
        if distance < have.chars().count() && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
        if work > WORK_LIMIT {
            break;
        }
    }
    best.map(|(_, name)| name)
}

fn folded(text: &str) -> String {
    text.to_lowercase().replace('-', "_")
}

/// How far a name is from what was written, if not further than allowed.
fn distance(wanted: &str, have: &str, allowed: usize, work: &mut usize) -> Option<usize> {
    if wanted == have {
        return Some(0);
    }
    // `depth` or `max` for `max_depth`: a whole word of the name was written, or its beginning.
    if wanted.len() > 2 && (have.starts_with(wanted) || have.split('_').any(|word| word == wanted)) {
        return Some(allowed);
    }
    let (wanted_length, have_length) = (wanted.chars().count(), have.chars().count());
    if wanted_length.abs_diff(have_length) > allowed {
        return None;
    }
    *work += wanted_length * have_length;
    Some(strsim::osa_distance(wanted, have)).filter(|distance| *distance <= allowed)
}

/// The help for an unknown name: the nearest one, or all of them if they are few.
pub fn help(written: &str, known: &[&str], what: &str) -> Option<String> {
    if let Some(name) = nearest(written, known.iter().copied()) {
        return Some(format!("did you mean `{name}`?"));
    }
    match known {
        [] => None,
        [one] => Some(format!("the only {what} is `{one}`")),
        _ if known.len() <= 16 => Some(format!("{what}s are {}", list(known))),
        _ => None,
    }
}

/// `a`, `b` and `c`
pub fn list(names: &[&str]) -> String {
    let ticked: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match ticked.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A user's text in double quotes, without control characters, cut if it is long.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", shown(text))
}

/// A user's text in backticks, without control characters, cut if it is long.
pub fn tick(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// A user's text without control characters, cut if it is long.
pub fn plain(text: &str) -> String {
    shown(text)
}

fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == SHOWN_LIMIT {
            shown.push('…');
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["max_depth", "max_held", "overflow"];
        assert_eq!(nearest("max_dept", known), Some("max_depth"));
        assert_eq!(nearest("maxdepth", known), Some("max_depth"));
        assert_eq!(nearest("max-depth", known), Some("max_depth"));
        assert_eq!(nearest("depth", known), Some("max_depth"));
        assert_eq!(nearest("OVERFLOW", known), Some("overflow"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }

    #[test]
    fn shown_text_is_short_and_without_control_characters() {
        assert_eq!(quote("a\u{1b}[1mb"), "\"a\\u{1b}[1mb\"");
        assert_eq!(quote(&"é".repeat(100)).chars().count(), SHOWN_LIMIT + 3);
    }
}
