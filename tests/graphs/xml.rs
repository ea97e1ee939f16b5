//! Whether a text is well-formed XML, as far as a picture needs it: elements, attributes, characters.

/// Says what is wrong.
pub fn is_well_formed(text: &str) -> Result<(), String> {
    let (mut open, mut roots, mut rest) = (Vec::new(), 0, text);
    while let Some(at) = rest.find('<') {
        characters(&rest[..at])?;
        if open.is_empty() && !rest[..at].trim().is_empty() {
            return Err(format!("text outside of the root: {:?}", &rest[..at]));
        }
        let tag = &rest[at + 1..];
        let end = tag.find('>').ok_or("a tag does not end")?;
        rest = &tag[end + 1..];
        let tag = &tag[..end];
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open.pop();
            if opened != Some(name) {
                return Err(format!("</{name}> ends {opened:?}"));
            }
            continue;
        }
        roots += usize::from(open.is_empty());
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = element(tag)?;
        if !empty {
            open.push(name);
        }
    }
    match (open.as_slice(), roots, rest.trim()) {
        ([], 1, "") => Ok(()),
        (open, roots, rest) => Err(format!("open: {open:?}, roots: {roots}, behind it: {rest:?}")),
    }
}

/// `name a="x" b="y"`: gives the name.
fn element(tag: &str) -> Result<&str, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c))
    };
    if !is_name(name) {
        return Err(format!("<{tag}> has no name"));
    }
    let mut seen = Vec::new();
    while !rest.trim().is_empty() {
        let wrong = || format!("attributes of <{tag}>");
        let (key, value) = rest.split_once("=\"").ok_or_else(wrong)?;
        let (value, after) = value.split_once('"').ok_or_else(wrong)?;
        let key = key.trim();
        if !is_name(key) || seen.contains(&key) {
            return Err(wrong());
        }
        characters(value)?;
        seen.push(key);
        rest = after;
    }
    Ok(name)
}

/// Entities are known ones, and no character is forbidden.
fn characters(text: &str) -> Result<(), String> {
    if text.contains(|c: char| c.is_control() && !"\n\r\t".contains(c)) {
        return Err(format!("a control character in {text:?}"));
    }
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"];
        if !known.iter().any(|entity| text[at..].starts_with(entity)) {
            return Err(format!("a bare & in {text:?}"));
        }
    }
    Ok(())
}

#[test]
fn what_is_not_well_formed_is_told() {
    assert_eq!(is_well_formed("<a b=\"1\" c=\"&lt;\">x &amp; y<d/></a>\n"), Ok(()));
    for wrong in [
        "",
        "<a>",
        "</a>",
        "<a></b>",
        "<a/><a/>",
        "<a b=1/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a>&</a>",
        "<a",
        "x<a/>",
    ] {
        assert!(is_well_formed(wrong).is_err(), "{wrong}");
    }
}
