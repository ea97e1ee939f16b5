//! A module's card: what it says of itself, as a constant, readable in its file without running it.
//!
//! An author writes one constant with the builder methods; `export_module!` turns it into the bytes of
//! `ROGUE_CARDS` with [`cards_bytes`]. The SDK looks up drop reasons, readings, counters and ports in it.
//!
//! ```
//! use rogue_sdk::card::{Card, DropReason, Reading};
//!
//! const CARD: Card = Card::transform("ratedrop")
//!     .about("Passes one frame in so many")
//!     .readings(&[Reading::new("passed", "frames passed on")])
//!     .drops(&[DropReason::asked("rate", "between two that pass")])
//!     .log("pyrogue.stream.RateDrop");
//!
//! const RATE: Option<u32> = CARD.drop_index("rate");
//! assert_eq!(RATE, Some(0));
//! ```
//!
//! What holds: a card that breaks a rule of the runtime (a bad name, two of one name, ports that do not fit
//! the shape) does not compile, since writing it as JSON is a constant expression.
//!
//! ```compile_fail
//! # use rogue_sdk::card::{Card, Port};
//! // "two inputs have the same name"
//! const CARD: Card = Card::sink("compare").inputs(&[Port::new("a", ""), Port::new("a", "")]);
//! const LEN: usize = CARD.json_len("1.0.0", "{}");
//! ```

mod check;
mod lookup;
mod parts;
mod write;

#[cfg(test)]
mod tests;

pub use check::{MODULE_LIMIT, PORT_LIMIT, TEXT_LIMIT};
pub use parts::{Counter, DropReason, Intent, Port, Reading, Shape, StateForm};
pub use write::{CardSource, cards_bytes, cards_len};

use crate::abi::module_flags;

const IN: &[Port] = &[Port::new("in", "")];
const OUT: &[Port] = &[Port::new("out", "")];
const IN_OPTIONAL: &[Port] = &[Port::new("in", "").optional()];
const OUT_OPTIONAL: &[Port] = &[Port::new("out", "").optional()];

/// What a module says of itself. Its version and parameter schema are added where it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Card {
    /// The module's name, as graph files say it.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// What kind of stage it is.
    pub shape: Shape,
    /// Endpoints only: whether give is a source from outside, not what take took.
    pub bridge: bool,
    /// Input ports, in numbering order.
    pub inputs: &'static [Port],
    /// Output ports, in numbering order.
    pub outputs: &'static [Port],
    /// Values a running node shows.
    pub readings: &'static [Reading],
    /// Numbers a running node counts.
    pub counters: &'static [Counter],
    /// Reasons for which the module drops frames.
    pub drops: &'static [DropReason],
    /// The state it hands over in a swap.
    pub state: Option<StateForm>,
    /// How near the results of two versions of it must be where they are compared; "" is equal.
    pub tolerance: &'static str,
    /// Producing may block: the module gets a thread of its own.
    pub blocking: bool,
    /// It reads no payload.
    pub metadata_only: bool,
    /// It has no state worth handing over.
    pub stateless: bool,
    /// It has no effect outside of its outputs.
    pub pure: bool,
    /// Prefix of its log targets; "" is the module's name.
    pub log: &'static str,
}

impl Card {
    const fn new(
        name: &'static str,
        shape: Shape,
        inputs: &'static [Port],
        outputs: &'static [Port],
    ) -> Card {
        Card {
            name,
            about: "",
            shape,
            bridge: false,
            inputs,
            outputs,
            readings: &[],
            counters: &[],
            drops: &[],
            state: None,
            tolerance: "",
            blocking: false,
            metadata_only: false,
            stateless: false,
            pure: false,
            log: "",
        }
    }

    /// A module that makes frames: one output `out`.
    pub const fn source(name: &'static str) -> Card {
        Card::new(name, Shape::Source, &[], OUT)
    }

    /// A module that takes and gives in one thread: an input `in`, an output `out`.
    pub const fn transform(name: &'static str) -> Card {
        Card::new(name, Shape::Transform, IN, OUT)
    }

    /// A module that takes frames: one input `in`.
    pub const fn sink(name: &'static str) -> Card {
        Card::new(name, Shape::Sink, IN, &[])
    }

    /// A module of two halves: an input `in`, an output `out`, either of which may stay unlinked.
    /// What take took comes out of give, unless it is a [`bridge`](Card::bridge).
    pub const fn endpoint(name: &'static str) -> Card {
        Card::new(name, Shape::Endpoint, IN_OPTIONAL, OUT_OPTIONAL)
    }

    /// One line for people; at most 4096 bytes.
    pub const fn about(self, about: &'static str) -> Card {
        Card { about, ..self }
    }

    /// The input ports in place of `in`. Ports are numbered through, a family takes as many numbers as it has.
    pub const fn inputs(self, inputs: &'static [Port]) -> Card {
        Card { inputs, ..self }
    }

    /// The output ports in place of `out`.
    pub const fn outputs(self, outputs: &'static [Port]) -> Card {
        Card { outputs, ..self }
    }

    /// Values a running node shows, beside its parameters.
    pub const fn readings(self, readings: &'static [Reading]) -> Card {
        Card { readings, ..self }
    }

    /// Numbers a running node counts.
    pub const fn counters(self, counters: &'static [Counter]) -> Card {
        Card { counters, ..self }
    }

    /// Reasons for which the module drops frames.
    pub const fn drops(self, drops: &'static [DropReason]) -> Card {
        Card { drops, ..self }
    }

    /// The state it hands over in a swap: the name of its form, the version it writes, those it reads.
    pub const fn state(self, schema: &'static str, version: u32, accepts: &'static [u32]) -> Card {
        Card { state: Some(StateForm { schema, version, accepts }), ..self }
    }

    /// How near the results of two versions of it must be where they are compared before a swap: payloads are rows of
    /// little-endian numbers of one type (`i8` to `i64`, `u8` to `u64`, `f32`, `f64`), and two of them may differ by so much,
    /// as in `f32:0.001`. A command may say otherwise.
    pub const fn tolerance(self, tolerance: &'static str) -> Card {
        Card { tolerance, ..self }
    }

    /// An endpoint whose giving half is a source from outside (a socket).
    pub const fn bridge(self) -> Card {
        Card { bridge: true, ..self }
    }

    /// A source that can only block: it gets a thread of its own and is interrupted to end.
    pub const fn blocking(self) -> Card {
        Card { blocking: true, ..self }
    }

    /// A module that reads no payload.
    pub const fn metadata_only(self) -> Card {
        Card { metadata_only: true, ..self }
    }

    /// A module without state worth handing over in a swap.
    pub const fn stateless(self) -> Card {
        Card { stateless: true, ..self }
    }

    /// A module without an effect outside of its outputs: it may run beside another to be compared with it.
    pub const fn pure(self) -> Card {
        Card { pure: true, ..self }
    }

    /// Prefix of its log targets, as Rogue has them: `pyrogue.stream.Fifo`.
    pub const fn log(self, log: &'static str) -> Card {
        Card { log, ..self }
    }

    /// The prefix of its log targets: [`log`](Card::log), or the module's name.
    pub const fn log_target(&self) -> &'static str {
        if self.log.is_empty() { self.name } else { self.log }
    }

    /// Its flags as the bits of `rogue_abi::module_flags`.
    pub const fn flag_bits(&self) -> u64 {
        let flags = self.flags();
        let (mut i, mut bits) = (0, 0);
        while i < flags.len() {
            if flags[i].0 {
                bits |= flags[i].2;
            }
            i += 1;
        }
        bits
    }

    /// Each flag: whether it is set, its name in the card, its bit in the table.
    const fn flags(&self) -> [(bool, &'static str, u64); 4] {
        [
            (self.blocking, "blocking", module_flags::BLOCKING),
            (self.metadata_only, "metadata_only", module_flags::METADATA_ONLY),
            (self.stateless, "stateless", module_flags::STATELESS),
            (self.pure, "pure", module_flags::PURE),
        ]
    }
}
