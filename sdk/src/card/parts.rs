//! What a card is made of: ports, readings, counters, drop reasons.
//!
//! Used by authors in the constant of their [`Card`](super::Card).

/// What kind of stage a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Shape {
    /// As the card writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Shape::Source => "source",
            Shape::Transform => "transform",
            Shape::Sink => "sink",
            Shape::Endpoint => "endpoint",
        }
    }
}

/// A port, or a family of ports that links address by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Port {
    /// `node.name` in a link.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// How many; more than one is a family.
    pub count: u32,
    /// Whether it may stay unlinked.
    pub optional: bool,
}

impl Port {
    /// One port that must be linked.
    pub const fn new(name: &'static str, about: &'static str) -> Port {
        Port { name, about, count: 1, optional: false }
    }

    /// A family of `count` ports, 1 to 4096: `node.0`, `node.1`, …; plain `node` is its first.
    pub const fn family(self, count: u32) -> Port {
        Port { count, ..self }
    }

    /// It may stay unlinked. Ports of an endpoint always may.
    pub const fn optional(self) -> Port {
        Port { optional: true, ..self }
    }
}

/// A value a running node shows, such as the port a socket is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// `get node.name`.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
}

impl Reading {
    /// A reading.
    pub const fn new(name: &'static str, about: &'static str) -> Reading {
        Reading { name, about }
    }
}

/// A number a running node counts, which survives a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counter {
    /// `get node.name`.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
}

impl Counter {
    /// A counter.
    pub const fn new(name: &'static str, about: &'static str) -> Counter {
        Counter { name, about }
    }
}

/// Whether frames dropped for a reason were meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Always.
    Asked,
    /// Never: it makes a run incomplete.
    Loss,
    /// If the graph writes this parameter; a policy by default is a loss.
    AskedIfWritten(&'static str),
}

/// A reason for which a module drops frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DropReason {
    /// As the ledger shows it.
    pub name: &'static str,
    /// Whether such drops are meant.
    pub intent: Intent,
    /// One line for people.
    pub about: &'static str,
}

impl DropReason {
    /// Frames the graph asked to drop.
    pub const fn asked(name: &'static str, about: &'static str) -> DropReason {
        DropReason { name, intent: Intent::Asked, about }
    }

    /// Frames that are lost.
    pub const fn loss(name: &'static str, about: &'static str) -> DropReason {
        DropReason { name, intent: Intent::Loss, about }
    }

    /// Frames the graph asked to drop if it writes parameter `param`, else a loss.
    pub const fn asked_if_written(
        name: &'static str,
        param: &'static str,
        about: &'static str,
    ) -> DropReason {
        DropReason { name, intent: Intent::AskedIfWritten(param), about }
    }
}

/// The state a module hands over in a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateForm {
    /// Name of its form.
    pub schema: &'static str,
    /// The version written.
    pub version: u32,
    /// The versions read.
    pub accepts: &'static [u32],
}
