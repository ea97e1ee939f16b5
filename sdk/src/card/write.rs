//! Writes cards at compile time: the JSON of one, and the whole of `ROGUE_CARDS`.
//!
//! Called by `export_module!`. What holds: every card written has passed `check`.

use crate::abi::CARDS_MAGIC;

use super::check::{MODULE_LIMIT, TEXT_LIMIT, check};
use super::{Card, Intent, Port, Shape};
use crate::params::json::{Json, same};

const HEADER: usize = CARDS_MAGIC.len() + size_of::<u32>();

/// One module of a file, with all its card says.
#[derive(Clone, Copy, Debug)]
pub struct CardSource {
    /// What the author wrote.
    pub card: Card,
    /// The version of its crate.
    pub version: &'static str,
    /// The JSON Schema of its parameters: `Params::SCHEMA`.
    pub schema: &'static str,
}

impl CardSource {
    /// Bytes of the card as JSON; see [`Card::json_len`].
    #[expect(clippy::len_without_is_empty, reason = "the length of a text that is never empty")]
    pub const fn len(&self) -> usize {
        self.card.json_len(self.version, self.schema)
    }

    /// The card as JSON; `N` is [`len`](CardSource::len). See [`Card::write_json`].
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        self.card.write_json(self.version, self.schema)
    }
}

impl Card {
    /// Bytes of the card as JSON.
    ///
    /// # Panics
    /// If the card breaks a rule; in a constant that is a compile error.
    pub const fn json_len(&self, version: &str, params_schema: &str) -> usize {
        let mut json = Json::counter();
        self.write(&mut json, version, params_schema);
        json.len()
    }

    /// The card as JSON; `N` is [`json_len`](Card::json_len) of the same arguments.
    ///
    /// # Panics
    /// If the card breaks a rule, or `N` is another; in a constant that is a compile error.
    pub const fn write_json<const N: usize>(&self, version: &str, params_schema: &str) -> [u8; N] {
        assert!(N == self.json_len(version, params_schema), "N must be json_len() of the same arguments");
        let mut bytes = [0; N];
        self.write(&mut Json::writer(&mut bytes), version, params_schema);
        bytes
    }

    pub(super) const fn write(&self, json: &mut Json<'_>, version: &str, params_schema: &str) {
        check(self, version, params_schema);
        json.raw("{\"card\":1");
        text(json, "name", self.name);
        text(json, "version", version);
        text(json, "about", self.about);
        text(json, "shape", self.shape.as_str());
        let endpoint = matches!(self.shape, Shape::Endpoint);
        if endpoint {
            text(json, "give", if self.bridge { "bridge" } else { "queue" });
        }
        ports(json, "inputs", self.inputs, endpoint);
        ports(json, "outputs", self.outputs, endpoint);
        json.key(false, "params");
        json.raw(params_schema);
        self.write_values(json);
        self.write_drops(json);
        self.write_state(json);
        if !self.tolerance.is_empty() {
            text(json, "tolerance", self.tolerance);
        }
        self.write_flags(json);
        text(json, "log", self.log);
        json.raw("}");
    }

    const fn write_values(&self, json: &mut Json<'_>) {
        json.key(false, "readings");
        json.raw("[");
        let mut i = 0;
        while i < self.readings.len() {
            named(json, i == 0, self.readings[i].name);
            text(json, "about", self.readings[i].about);
            json.raw("}");
            i += 1;
        }
        json.raw("]");
        json.key(false, "counters");
        json.raw("[");
        let mut i = 0;
        while i < self.counters.len() {
            named(json, i == 0, self.counters[i].name);
            text(json, "about", self.counters[i].about);
            json.raw("}");
            i += 1;
        }
        json.raw("]");
    }

    const fn write_drops(&self, json: &mut Json<'_>) {
        json.key(false, "drops");
        json.raw("[");
        let mut i = 0;
        while i < self.drops.len() {
            let drop = &self.drops[i];
            named(json, i == 0, drop.name);
            match drop.intent {
                Intent::Asked => text(json, "intent", "asked"),
                Intent::Loss => text(json, "intent", "loss"),
                Intent::AskedIfWritten(param) => {
                    json.key(false, "intent");
                    json.raw("\"param:");
                    json.escaped(param);
                    json.raw("\"");
                }
            }
            text(json, "about", drop.about);
            json.raw("}");
            i += 1;
        }
        json.raw("]");
    }

    const fn write_state(&self, json: &mut Json<'_>) {
        json.key(false, "state");
        let Some(state) = self.state else {
            json.raw("null");
            return;
        };
        json.raw("{\"schema\":");
        json.string(state.schema);
        json.key(false, "version");
        json.integer(state.version as i128);
        json.key(false, "accepts");
        json.raw("[");
        let mut i = 0;
        while i < state.accepts.len() {
            if i > 0 {
                json.raw(",");
            }
            json.integer(state.accepts[i] as i128);
            i += 1;
        }
        json.raw("]}");
    }

    const fn write_flags(&self, json: &mut Json<'_>) {
        json.key(false, "flags");
        json.raw("[");
        let flags = self.flags();
        let (mut i, mut first) = (0, true);
        while i < flags.len() {
            if flags[i].0 {
                if !first {
                    json.raw(",");
                }
                first = false;
                json.string(flags[i].1);
            }
            i += 1;
        }
        json.raw("]");
    }
}

/// Bytes of `ROGUE_CARDS` for the modules of one file.
///
/// # Panics
/// If there are none or more than [`MODULE_LIMIT`], two of one name, a card that breaks a rule, or more text
/// than [`TEXT_LIMIT`]; in a constant that is a compile error.
pub const fn cards_len(cards: &[CardSource]) -> usize {
    let mut json = Json::counter();
    write_cards(&mut json, cards);
    assert!(json.len() <= TEXT_LIMIT, "the cards of one file take at most 1 MiB");
    HEADER + json.len()
}

/// The bytes of `ROGUE_CARDS`; `N` is [`cards_len`] of the same cards.
///
/// ```
/// use rogue_sdk::card::{Card, CardSource, cards_bytes, cards_len};
/// use rogue_sdk::params::{NoParams, Params};
///
/// const CARDS: &[CardSource] = &[CardSource {
///     card: Card::sink("null"),
///     version: "0.1.0",
///     schema: NoParams::SCHEMA,
/// }];
/// static ROGUE_CARDS: [u8; cards_len(CARDS)] = cards_bytes(CARDS);
/// assert!(ROGUE_CARDS.starts_with(b"RGCARDS1"));
/// ```
///
/// # Panics
/// As [`cards_len`] does.
pub const fn cards_bytes<const N: usize>(cards: &[CardSource]) -> [u8; N] {
    assert!(N == cards_len(cards), "N must be cards_len() of the same cards");
    let mut bytes = [0; N];
    let (magic, rest) = bytes.split_at_mut(CARDS_MAGIC.len());
    magic.copy_from_slice(&CARDS_MAGIC);
    let (length, json) = rest.split_at_mut(size_of::<u32>());
    // cards_len keeps it below TEXT_LIMIT.
    length.copy_from_slice(&((N - HEADER) as u32).to_le_bytes());
    write_cards(&mut Json::writer(json), cards);
    bytes
}

const fn write_cards(json: &mut Json<'_>, cards: &[CardSource]) {
    assert!(!cards.is_empty() && cards.len() <= MODULE_LIMIT, "a file has 1 to 256 modules");
    json.raw("[");
    let mut i = 0;
    while i < cards.len() {
        let CardSource { card, version, schema } = &cards[i];
        let mut j = 0;
        while j < i {
            assert!(!same(cards[j].card.name, card.name), "two modules of one file have the same name");
            j += 1;
        }
        if i > 0 {
            json.raw(",");
        }
        card.write(json, version, schema);
        i += 1;
    }
    json.raw("]");
}

const fn ports(json: &mut Json<'_>, key: &str, ports: &[Port], endpoint: bool) {
    json.key(false, key);
    json.raw("[");
    let mut i = 0;
    while i < ports.len() {
        let port = &ports[i];
        named(json, i == 0, port.name);
        text(json, "about", port.about);
        json.key(false, "count");
        json.integer(port.count as i128);
        json.key(false, "optional");
        json.boolean(endpoint || port.optional);
        json.raw("}");
        i += 1;
    }
    json.raw("]");
}

/// Opens an item of a list: `{"name":"…"`.
const fn named(json: &mut Json<'_>, first: bool, name: &str) {
    if !first {
        json.raw(",");
    }
    json.raw("{\"name\":");
    json.string(name);
}

const fn text(json: &mut Json<'_>, key: &str, value: &str) {
    json.key(false, key);
    json.string(value);
}
