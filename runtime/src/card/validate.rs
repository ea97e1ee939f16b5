//! The rules a card must keep before anything believes it: limits, names, ports that fit the shape.
//!
//! Called by [`Card::parse_all`](super::Card::parse_all) only. A card comes from a file a user points at, so
//! every field is distrusted: a name is printed on terminals, a port count sizes tables in the engine.

use std::collections::HashSet;

use super::schema::{Kind, Schema};
use super::{Card, CardError, FAMILY_LIMIT, Intent, NAME_LIMIT, PORT_LIMIT, PortCard, Shape, Tolerance};

/// Most readings, counters, drop reasons or flags of one module: each takes a line wherever nodes are listed.
const LIST_LIMIT: usize = 256;
/// Longest text for people, in bytes.
const ABOUT_LIMIT: usize = 4096;

/// Whether a text is a name: `[A-Za-z_][A-Za-z0-9_-]*`, at most 64 bytes. Node names keep the same rule.
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= NAME_LIMIT
        && bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

impl Card {
    /// Checks every rule; the first that is broken is the error.
    pub(super) fn validate(&self) -> Result<(), CardError> {
        if self.card != 1 {
            return Err(CardError::Form {
                module: self.name.escape_debug().take(NAME_LIMIT).collect(),
                form: self.card,
            });
        }
        let result = name("name", &self.name)
            .and_then(|()| texts(self))
            .and_then(|()| ports(self))
            .and_then(|()| lists(self))
            .and_then(|()| state(self))
            .and_then(|()| tolerance(self));
        result.map_err(|what| self.wrong(what))?;
        let schema = self.param_schema()?;
        params(self, &schema).map_err(|what| self.wrong(what))
    }
}

fn name(what: &str, text: &str) -> Result<(), String> {
    if is_name(text) {
        return Ok(());
    }
    let shown: String = text.chars().take(NAME_LIMIT).collect();
    Err(format!("{what} {shown:?} is not a name ([A-Za-z_][A-Za-z0-9_-]*, at most {NAME_LIMIT} long)"))
}

fn about(what: &str, text: &str) -> Result<(), String> {
    if text.len() > ABOUT_LIMIT {
        return Err(format!("the text of {what} is longer than {ABOUT_LIMIT} bytes"));
    }
    // Texts are printed: an escape sequence in one would steer the terminal.
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(format!("the text of {what} has control characters"));
    }
    Ok(())
}

fn texts(card: &Card) -> Result<(), String> {
    about("version", &card.version)?;
    about("about", &card.about)?;
    about("log", &card.log)?;
    if card.version.len() > NAME_LIMIT || card.version.contains('\n') {
        return Err(format!("version is longer than one line of {NAME_LIMIT} bytes"));
    }
    if card.log.chars().any(|c| c.is_whitespace() || c == '=' || c == ',') {
        return Err("log has a character that a log filter cannot hold".to_owned());
    }
    Ok(())
}

fn ports(card: &Card) -> Result<(), String> {
    let rule = match card.shape {
        Shape::Source => (0, 1, "no input and at least one output"),
        Shape::Transform => (1, 1, "at least one input and one output"),
        Shape::Sink => (1, 0, "at least one input and no output"),
        Shape::Endpoint => (1, 1, "at least one input and one output"),
    };
    let fits =
        |ports: &[PortCard], wanted: usize| if wanted == 0 { ports.is_empty() } else { !ports.is_empty() };
    if !fits(&card.inputs, rule.0) || !fits(&card.outputs, rule.1) {
        return Err(format!("a {} has {}", card.shape, rule.2));
    }
    if (card.shape == Shape::Endpoint) != card.give.is_some() {
        return Err("`give` belongs to endpoints, and each must have it".to_owned());
    }
    direction("input", &card.inputs)?;
    direction("output", &card.outputs)
}

fn direction(what: &str, ports: &[PortCard]) -> Result<(), String> {
    if ports.len() > FAMILY_LIMIT {
        return Err(format!("more than {FAMILY_LIMIT} {what}s"));
    }
    let mut seen = HashSet::new();
    for port in ports {
        name(what, &port.name)?;
        about(&port.name, &port.about)?;
        if port.count == 0 {
            return Err(format!("{what} {} has count 0", port.name));
        }
        if !seen.insert(&port.name) {
            return Err(format!("two {what}s are named {}", port.name));
        }
    }
    if super::ports::count(ports) > PORT_LIMIT {
        return Err(format!("more than {PORT_LIMIT} {what} ports"));
    }
    Ok(())
}

fn lists(card: &Card) -> Result<(), String> {
    let drops = card.drops.iter().map(|drop| (&drop.name, &drop.about));
    unique("reading", card.readings.iter().map(|named| (&named.name, &named.about)))?;
    unique("counter", card.counters.iter().map(|named| (&named.name, &named.about)))?;
    unique("drop reason", drops)?;
    unique("flag", card.flags.iter().map(|flag| (flag, &card.log)))
}

fn unique<'a>(what: &str, items: impl Iterator<Item = (&'a String, &'a String)>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for (text, line) in items {
        name(what, text)?;
        about(text, line)?;
        if !seen.insert(text) {
            return Err(format!("{what} {text} is there twice"));
        }
        if seen.len() > LIST_LIMIT {
            return Err(format!("more than {LIST_LIMIT} entries of kind {what}"));
        }
    }
    Ok(())
}

fn state(card: &Card) -> Result<(), String> {
    let Some(state) = &card.state else { return Ok(()) };
    name("state schema", &state.schema)?;
    if state.accepts.len() > LIST_LIMIT {
        return Err(format!("state accepts more than {LIST_LIMIT} versions"));
    }
    Ok(())
}

fn tolerance(card: &Card) -> Result<(), String> {
    match card.tolerance.len() {
        0 => Ok(()),
        1..=NAME_LIMIT => {
            let told = card.tolerance.parse::<Tolerance>();
            told.map(drop).map_err(|why| why.escape_debug().to_string())
        }
        _ => Err(format!("tolerance is longer than {NAME_LIMIT} bytes")),
    }
}

fn params(card: &Card, schema: &Schema) -> Result<(), String> {
    let Kind::Object(object) = &schema.kind else {
        return Err("its params are not of type object".to_owned());
    };
    for (property, _) in &object.properties {
        name("parameter", property)?;
    }
    for drop in &card.drops {
        if let Intent::Param(param) = &drop.intent
            && object.get(param).is_none()
        {
            return Err(format!(
                "drop reason {} depends on parameter {param:?}, which is not declared",
                drop.name
            ));
        }
    }
    Ok(())
}
