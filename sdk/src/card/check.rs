//! The rules a card keeps, checked when it is compiled: the same the runtime checks when it reads it.
//!
//! Called by `write`. A rule that is broken is a panic in a constant, which is a compile error with this text.

use super::{Card, Intent, Port, Shape};
use crate::params::json::same;
use crate::params::schema::is_name;

/// Most bytes of the cards of one file: what the runtime reads before it knows anything of the file.
pub const TEXT_LIMIT: usize = 1 << 20;
/// Most modules in one file.
pub const MODULE_LIMIT: usize = 256;
/// Most ports of one direction, families counted through.
pub const PORT_LIMIT: u32 = 4096;
/// Most port declarations, readings, counters, drop reasons or state versions: each is a line where listed.
const LIST_LIMIT: usize = 256;
/// Longest text for people, in bytes.
const ABOUT_LIMIT: usize = 4096;
/// Longest version, in bytes.
const VERSION_LIMIT: usize = 64;

/// Stops the build if the card breaks a rule.
pub(super) const fn check(card: &Card, version: &str, params_schema: &str) {
    assert!(is_name(card.name), "the name of a module is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long");
    assert!(
        version.len() <= VERSION_LIMIT && printable(version),
        "a version is one line of at most 64 bytes"
    );
    text(card.about);
    check_log(card.log);
    check_shape(card);
    check_ports(
        card.inputs,
        "an input's name is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long",
        "two inputs have the same name",
    );
    check_ports(
        card.outputs,
        "an output's name is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long",
        "two outputs have the same name",
    );
    check_values(card);
    check_drops(card, params_schema);
    if let Some(state) = card.state {
        assert!(is_name(state.schema), "the name of a state is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long");
        assert!(state.accepts.len() <= LIST_LIMIT, "a state accepts at most 256 versions");
    }
    assert!(
        card.tolerance.is_empty() || is_tolerance(card.tolerance.as_bytes()),
        "a tolerance is TYPE:DIFFERENCE, as in f32:0.001"
    );
    assert!(!(card.stateless && card.state.is_some()), "a module with `state` is not `stateless`");
}

/// A letter of a number's type, its bits, a colon, digits with at most one point.
const fn is_tolerance(text: &[u8]) -> bool {
    let (kind, mut rest) = match text {
        [b'i' | b'u', b'8', b':', rest @ ..] => (8, rest),
        [b'i' | b'u', b'1', b'6', b':', rest @ ..] => (16, rest),
        [b'i' | b'u' | b'f', b'3', b'2', b':', rest @ ..] => (32, rest),
        [b'i' | b'u' | b'f', b'6', b'4', b':', rest @ ..] => (64, rest),
        _ => (0, text),
    };
    let mut points = 0;
    let mut digits = 0;
    while let [byte, more @ ..] = rest {
        match *byte {
            b'.' => points += 1,
            b'0'..=b'9' => digits += 1,
            _ => return false,
        }
        rest = more;
    }
    kind > 0 && digits > 0 && points <= 1
}

const fn check_shape(card: &Card) {
    let (takes, gives) = (!card.inputs.is_empty(), !card.outputs.is_empty());
    match card.shape {
        Shape::Source => assert!(!takes && gives, "a source has no input and at least one output"),
        Shape::Sink => assert!(takes && !gives, "a sink has at least one input and no output"),
        Shape::Transform => assert!(takes && gives, "a transform has at least one input and one output"),
        Shape::Endpoint => assert!(takes && gives, "an endpoint has at least one input and one output"),
    }
    assert!(!card.bridge || matches!(card.shape, Shape::Endpoint), "only an endpoint can be a bridge");
}

const fn check_ports(ports: &[Port], bad_name: &str, twice: &str) {
    assert!(ports.len() <= LIST_LIMIT, "a module declares at most 256 ports of one direction");
    let (mut i, mut total) = (0, 0u32);
    while i < ports.len() {
        let port = &ports[i];
        if !is_name(port.name) {
            panic!("{}", bad_name);
        }
        text(port.about);
        assert!(port.count > 0, "a family has at least one port");
        total = total.saturating_add(port.count);
        let mut j = 0;
        while j < i {
            if same(ports[j].name, port.name) {
                panic!("{}", twice);
            }
            j += 1;
        }
        i += 1;
    }
    assert!(
        total <= PORT_LIMIT,
        "a module has at most 4096 ports of one direction, families counted through"
    );
}

/// Readings and counters are shown by one verb, so they share their names.
const fn check_values(card: &Card) {
    assert!(card.readings.len() <= LIST_LIMIT, "a module has at most 256 readings");
    assert!(card.counters.len() <= LIST_LIMIT, "a module has at most 256 counters");
    let mut i = 0;
    while i < card.readings.len() {
        let reading = &card.readings[i];
        assert!(is_name(reading.name), "a reading's name is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long");
        text(reading.about);
        let first = matches!(card.reading_index(reading.name), Some(index) if index as usize == i);
        assert!(first, "two readings have the same name");
        i += 1;
    }
    let mut i = 0;
    while i < card.counters.len() {
        let counter = &card.counters[i];
        assert!(is_name(counter.name), "a counter's name is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long");
        text(counter.about);
        let first = matches!(card.counter_index(counter.name), Some(index) if index as usize == i);
        assert!(first, "two counters have the same name");
        assert!(card.reading_index(counter.name).is_none(), "a reading and a counter have the same name");
        i += 1;
    }
}

const fn check_drops(card: &Card, params_schema: &str) {
    assert!(card.drops.len() <= LIST_LIMIT, "a module has at most 256 drop reasons");
    let mut i = 0;
    while i < card.drops.len() {
        let drop = &card.drops[i];
        assert!(is_name(drop.name), "a drop reason's name is [A-Za-z_][A-Za-z0-9_-]*, at most 64 long");
        text(drop.about);
        let first = matches!(card.drop_index(drop.name), Some(index) if index as usize == i);
        assert!(first, "two drop reasons have the same name");
        if let Intent::AskedIfWritten(param) = drop.intent {
            assert!(
                is_name(param) && has_key(params_schema, param),
                "a drop reason is asked for by a parameter that the module does not have"
            );
        }
        i += 1;
    }
}

/// Whether `"key":{` occurs in a schema; the quote in front cannot be an escaped one, since it ends a text.
const fn has_key(schema: &str, key: &str) -> bool {
    let (schema, key) = (schema.as_bytes(), key.as_bytes());
    let len = key.len() + 4;
    let mut at = 0;
    while at + len <= schema.len() {
        if schema[at] == b'"' && matches!(schema.split_at(at + len - 3).1, [b'"', b':', b'{', ..]) {
            let mut i = 0;
            while i < key.len() && schema[at + 1 + i] == key[i] {
                i += 1;
            }
            if i == key.len() {
                return true;
            }
        }
        at += 1;
    }
    false
}

const fn text(about: &str) {
    assert!(about.len() <= ABOUT_LIMIT, "a text of a card is longer than 4096 bytes");
    assert!(printable(about), "a text of a card has a line break or another control character");
}

/// Texts are printed on terminals, one line each.
const fn printable(text: &str) -> bool {
    let text = text.as_bytes();
    let mut i = 0;
    while i < text.len() {
        // U+0080 to U+009F, control characters too, are C2 80 to C2 9F in UTF-8.
        let high = text[i] == 0xc2 && i + 1 < text.len() && text[i + 1] < 0xa0;
        if text[i] < 0x20 || text[i] == 0x7f || high {
            return false;
        }
        i += 1;
    }
    true
}

/// A log filter is `target=level,target=level`.
const fn check_log(log: &str) {
    text(log);
    let log = log.as_bytes();
    let mut i = 0;
    while i < log.len() {
        assert!(
            log[i].is_ascii_graphic() && log[i] != b'=' && log[i] != b',',
            "a log target has ASCII letters, digits and signs only, without `=`, `,` and spaces"
        );
        i += 1;
    }
}
