//! What a module says of itself: its ports, its parameters, its counters, its reasons to drop.
//!
//! A card is JSON, written at compile time by the SDK and read from the module's file without running its
//! code (`load` does that and hands the bytes to [`Card::parse_all`]). The graph is checked against it, the
//! engine numbers ports by it, and `inspect` and `list` print it.
//!
//! What holds: a `Card` that came out of [`Card::parse_all`] keeps every limit named here, its names are
//! unique and printable, its ports fit its shape, and its parameter schema is one [`schema::Schema`] reads.
//! Keys this version does not know are ignored, since a newer SDK may write more.

mod error;
mod ports;
pub mod schema;
mod tolerance;
mod validate;

pub use error::CardError;
pub(crate) use error::printable;
pub use tolerance::Tolerance;
pub use validate::is_name;

pub use ports::unlinked;
use ports::{count, port_name, port_number};

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The first bytes of `ROGUE_CARDS`; a little-endian u32 follows with the length of the JSON text.
pub const MAGIC: &[u8; 8] = b"RGCARDS1";
/// Most bytes of card text in one file: it is read before anything is known of the file.
pub const TEXT_LIMIT: usize = 1 << 20;
/// Most modules in one file.
pub const MODULE_LIMIT: usize = 256;
/// Most port declarations of one direction.
pub const FAMILY_LIMIT: usize = 256;
/// Most ports of one direction, families counted through: the engine keeps one list of links for each.
pub const PORT_LIMIT: u32 = 4096;
/// Longest name of anything in a card, in bytes.
pub const NAME_LIMIT: usize = 64;

/// One module's description of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of the card's own form; 1.
    pub card: u32,
    /// The module's name, as graph files say it.
    pub name: String,
    /// The module's version.
    #[serde(default)]
    pub version: String,
    /// One line for people.
    #[serde(default)]
    pub about: String,
    /// What kind of stage this is.
    pub shape: Shape,
    /// Endpoints only: where what the giving half gives comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub give: Option<Give>,
    /// Input ports, in numbering order.
    #[serde(default)]
    pub inputs: Vec<PortCard>,
    /// Output ports, in numbering order.
    #[serde(default)]
    pub outputs: Vec<PortCard>,
    /// The parameters' JSON Schema, of the subset [`schema::Schema`] reads.
    #[serde(default = "no_params")]
    pub params: Value,
    /// Values a running node shows.
    #[serde(default)]
    pub readings: Vec<Named>,
    /// Numbers a running node counts.
    #[serde(default)]
    pub counters: Vec<Named>,
    /// Reasons for which the module drops frames.
    #[serde(default)]
    pub drops: Vec<DropCard>,
    /// The state it hands over in a swap, if it has any.
    #[serde(default)]
    pub state: Option<StateCard>,
    /// How near the results of two versions of it must be where they are compared, such as `f32:0.001` ([`Tolerance`]); empty:
    /// every bit counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tolerance: String,
    /// Properties such as `blocking`; unknown ones are kept and mean nothing.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Prefix of its log targets; empty means the module's name.
    #[serde(default)]
    pub log: String,
}

fn no_params() -> Value {
    serde_json::json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// The kind of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Makes frames; has no input.
    Source,
    /// Takes and gives, in one thread.
    Transform,
    /// Takes frames; has no output.
    Sink,
    /// Two halves, take and give, which may live in two threads.
    Endpoint,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::Source => "source",
            Shape::Transform => "transform",
            Shape::Sink => "sink",
            Shape::Endpoint => "endpoint",
        })
    }
}

/// Where the frames of an endpoint's giving half come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Give {
    /// From its own taking half; the giving half ends after that has finished.
    Queue,
    /// From outside; the giving half is a source without end.
    Bridge,
}

/// One port, or a family of `count` ports addressed by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortCard {
    /// The port's name; `node.name` in a link.
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub about: String,
    /// How many ports; more than one makes a family.
    #[serde(default = "one")]
    pub count: u32,
    /// Whether it may stay unlinked. Ports of an endpoint always may.
    #[serde(default)]
    pub optional: bool,
}

fn one() -> u32 {
    1
}

/// A name with one line for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub about: String,
}

/// One reason for which a module drops frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropCard {
    /// The reason's name, as the ledger shows it.
    pub name: String,
    /// Whether the graph asked for it.
    pub intent: Intent,
    /// One line for people.
    #[serde(default)]
    pub about: String,
}

/// Whether frames dropped for a reason were meant to be dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Always asked for.
    Asked,
    /// Always a loss: it makes a run incomplete.
    Loss,
    /// Asked for if the graph writes this parameter, else a loss.
    Param(String),
}

impl Serialize for Intent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Intent::Asked => serializer.serialize_str("asked"),
            Intent::Loss => serializer.serialize_str("loss"),
            Intent::Param(name) => serializer.collect_str(&format_args!("param:{name}")),
        }
    }
}

impl<'de> Deserialize<'de> for Intent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match (text.as_str(), text.strip_prefix("param:")) {
            ("asked", _) => Ok(Intent::Asked),
            ("loss", _) => Ok(Intent::Loss),
            (_, Some(name)) => Ok(Intent::Param(name.to_owned())),
            _ => Err(serde::de::Error::custom("a drop's intent is `asked`, `loss` or `param:NAME`")),
        }
    }
}

/// The state a module hands over in a swap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateCard {
    /// Name of the state's form.
    pub schema: String,
    /// The version it writes.
    pub version: u32,
    /// The versions it accepts.
    #[serde(default)]
    pub accepts: Vec<u32>,
}

impl Card {
    /// Reads and validates the cards of one module file: the bytes of `ROGUE_CARDS`.
    ///
    /// Bytes behind the announced length are ignored, since a section may be padded.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Card>, CardError> {
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(CardError::NotCards)?;
        let Some((length, text)) = rest.split_first_chunk::<4>() else {
            return Err(CardError::CutShort { announced: 4, have: rest.len() });
        };
        let announced = u32::from_le_bytes(*length) as usize;
        if announced > TEXT_LIMIT {
            return Err(CardError::TooLong(announced));
        }
        let text = text.get(..announced).ok_or(CardError::CutShort { announced, have: text.len() })?;
        // What this version does not know is shown to people all the same, so it has to be JSON as well: reading a
        // `Card` alone passes over a number or a text in it that is none.
        serde_json::from_slice::<Vec<Value>>(text).map_err(|e| CardError::json(&e))?;
        let cards: Vec<Card> = serde_json::from_slice(text).map_err(|e| CardError::json(&e))?;
        if cards.is_empty() || cards.len() > MODULE_LIMIT {
            return Err(CardError::ModuleCount(cards.len()));
        }
        for (index, card) in cards.iter().enumerate() {
            card.validate()?;
            if cards[..index].iter().any(|earlier| earlier.name == card.name) {
                return Err(CardError::TwoOfOneName(card.name.clone()));
            }
        }
        Ok(cards)
    }

    /// How many input ports, families counted through.
    pub fn input_count(&self) -> u32 {
        count(&self.inputs)
    }

    /// How many output ports, families counted through.
    pub fn output_count(&self) -> u32 {
        count(&self.outputs)
    }

    /// The number of the input a link calls `text`: a port's name, or a number that falls into a family.
    pub fn input_port(&self, text: &str) -> Option<u32> {
        port_number(&self.inputs, text)
    }

    /// The number of the output a link calls `text`: a port's name, or a number that falls into a family.
    pub fn output_port(&self, text: &str) -> Option<u32> {
        port_number(&self.outputs, text)
    }

    /// What a link calls input `number`: its name, or the number in a family.
    pub fn input_name(&self, number: u32) -> String {
        port_name(&self.inputs, number)
    }

    /// What a link calls output `number`: its name, or the number in a family.
    pub fn output_name(&self, number: u32) -> String {
        port_name(&self.outputs, number)
    }

    /// Whether the module has two halves.
    pub fn is_endpoint(&self) -> bool {
        self.shape == Shape::Endpoint
    }

    /// Whether the card carries a flag, such as `blocking`.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|have| have == flag)
    }

    /// The module's drop reasons in declared order, each with whether a graph that writes `written` asked for it.
    pub fn drop_intents(&self, written: &Map<String, Value>) -> Vec<(&str, bool)> {
        let asked = |intent: &Intent| match intent {
            Intent::Asked => true,
            Intent::Loss => false,
            Intent::Param(name) => written.contains_key(name),
        };
        self.drops.iter().map(|drop| (drop.name.as_str(), asked(&drop.intent))).collect()
    }

    /// The parameter schema, read.
    pub fn param_schema(&self) -> Result<schema::Schema, CardError> {
        schema::Schema::read(&self.params).map_err(|what| self.wrong(format!("its params: {what}")))
    }

    /// The prefix of its log targets.
    pub fn log_target(&self) -> &str {
        if self.log.is_empty() { &self.name } else { &self.log }
    }

    fn wrong(&self, what: String) -> CardError {
        CardError::wrong(&self.name, &what)
    }
}

#[cfg(test)]
mod tests;
