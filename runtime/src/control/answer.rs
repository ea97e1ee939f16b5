//! What a running graph answers to a [`Command`](super::command::Command): part of the protocol that `docs/control.md`
//! describes.
//!
//! Made by `apply`, shown by the verbs. Plain data. What holds: keys are only ever added within one version of the
//! protocol.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a running graph answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To `show`.
    Show(Show),
    /// To `top`.
    Top(Top),
    /// To `get`.
    Values(Vec<NamedValue>),
    /// To `set`.
    Set(Changed),
    /// To `log`.
    Log {
        /// What was changed.
        filters: Vec<String>,
    },
    /// To `stop`.
    Stopping {
        /// How long what is held has to be delivered, in milliseconds.
        drain_ms: u64,
    },
    /// To `tap`, after its samples.
    Tapped(Tapped),
    /// To `swap` that only compares.
    Compared(ComparedOnly),
    /// To `reload`.
    Reloaded(Box<Reloaded>),
    /// To `swap` and `rollback`.
    Swapped(Box<Exchanged>),
}

/// The plan as it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// The graph's name.
    pub graph: String,
    /// Time since the start.
    pub seconds: f64,
    /// Whether it is running out.
    pub stopping: bool,
    /// Nodes in the order of the graph file.
    pub nodes: Vec<ShownNode>,
    /// `a >> b` each, in listed order.
    pub links: Vec<String>,
    /// The graph as it runs now, as a graph file.
    pub yaml: String,
    /// Where metrics are read, if they are.
    #[serde(default)]
    pub metrics: Option<String>,
}

/// A node as it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownNode {
    /// Its name.
    pub node: String,
    /// Its module.
    pub module: String,
    /// The module's version.
    pub version: String,
    /// The module's file.
    pub file: String,
    /// `native` or `component`.
    pub packaging: String,
    /// What kind of stage it is.
    pub shape: String,
    /// `running`, `failed`, or `waiting` for a new instance.
    pub health: String,
    /// Parameters as written, with what was changed since.
    pub params: Map<String, Value>,
    /// What its module shows of itself, by the names its card has: a number, or a text.
    #[serde(default)]
    pub readings: Map<String, Value>,
    /// What it may use, if it is sandboxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// What it is granted beyond its frames, if it is sandboxed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grant: Vec<String>,
    /// Threads that drive it, by the number of their segment.
    pub segments: Vec<usize>,
    /// The call that it is in, if it has been there for some time: `accept`, `produce` or `finish`.
    #[serde(default)]
    pub inside: Option<String>,
    /// How long it has been in that call, in milliseconds.
    #[serde(default)]
    pub inside_ms: Option<u64>,
}

/// What a sandboxed module may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: u64,
    /// Processor time of a call, in nanoseconds.
    pub call_ns: u64,
    /// Bytes of the frames that a call makes.
    pub output: u64,
}

/// What every node does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// The graph's name.
    pub graph: String,
    /// Time since the start.
    pub seconds: f64,
    /// The time that rates are of: about the last second.
    pub window_seconds: f64,
    /// Whether it is running out.
    pub stopping: bool,
    /// Nodes in the order of the graph file.
    pub nodes: Vec<TopNode>,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopNode {
    /// Its name.
    pub node: String,
    /// `running`, `failed`, or `waiting` for a new instance.
    pub health: String,
    /// Frames taken.
    #[serde(rename = "in")]
    pub taken: u64,
    /// Frames given, once whatever the number of links.
    pub out: u64,
    /// Frames dropped, by reason.
    pub dropped: Vec<DroppedFrames>,
    /// Frames inside.
    pub held: u64,
    /// Payload bytes taken.
    pub bytes_in: u64,
    /// Payload bytes given.
    pub bytes_out: u64,
    /// Frames taken in a second; of a source those given.
    pub frames_per_s: f64,
    /// Payload bytes of these.
    pub bytes_per_s: f64,
    /// Sampled share of the time inside the module.
    pub busy_percent: f64,
    /// How full it is, if it is a queue that says so.
    pub queue: Option<Fill>,
    /// Failures of the module.
    pub faults: u64,
    /// What the last of them said.
    pub last_fault: Option<String>,
    /// Frames that its last call left in its inbox.
    #[serde(default)]
    pub waiting: u64,
    /// The call that it is in, if it has been there for some time: `accept`, `produce` or `finish`.
    #[serde(default)]
    pub inside: Option<String>,
    /// How long it has been in that call, in milliseconds.
    #[serde(default)]
    pub inside_ms: Option<u64>,
}

/// Frames dropped for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedFrames {
    /// The reason.
    pub reason: String,
    /// How many.
    pub frames: u64,
    /// Whether the graph asks for it.
    pub asked: bool,
}

/// How full a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Frames in it.
    pub size: u64,
    /// The most it takes; none if it has no bound.
    pub depth: Option<u64>,
}

/// A parameter, a reading or a counter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedValue {
    /// `node.name`.
    pub name: String,
    /// As in force.
    pub value: Value,
    /// What it is.
    pub kind: ValueKind,
}

/// What a named value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A parameter that the running module takes.
    Live,
    /// A parameter that takes a new instance.
    Restart,
    /// What the node shows.
    Reading,
}

/// Parameters that were changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The node.
    pub node: String,
    /// Its parameters now, as written.
    pub params: Map<String, Value>,
    /// How long its segments were paused, in microseconds.
    pub pause_us: f64,
}

/// What a swap did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchanged {
    /// The node.
    pub node: String,
    /// What ran before: module, version and packaging.
    pub was: String,
    /// The module that runs now.
    pub module: String,
    /// Its version.
    pub version: String,
    /// How it is packaged.
    pub packaging: String,
    /// Its file.
    pub file: String,
    /// Its parameters, as written.
    pub params: Map<String, Value>,
    /// Parameters of the module before that it does not have.
    pub left_out: Vec<String>,
    /// How long the node's segments were paused, in microseconds.
    pub pause_us: f64,
    /// The state that was handed over.
    pub state: Option<StateHandedOver>,
    /// Frames that the old one held and the new one took.
    pub moved: u64,
    /// Frames that it did not take, counted as `swapped`.
    pub dropped: u64,
    /// What was compared before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Comparison>,
    /// The books before.
    pub before: Books,
    /// The books after.
    pub after: Books,
}

/// A frame as a tap shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The output it left by; of a node without outputs the input it is brought to.
    pub port: String,
    /// Payload bytes of the whole frame.
    pub size: u32,
    /// Channel.
    pub channel: u8,
    /// Error.
    pub error: u8,
    /// Flags.
    pub flags: u16,
    /// When it was made, by the run's clock.
    pub stamp_ns: u64,
    /// The first bytes in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// All bytes as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// What a tap came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tapped {
    /// Frames that left while it was open.
    pub seen: u64,
    /// Those that were shown.
    pub shown: u64,
    /// Those that it had no room for, or no time left to show.
    pub missed: u64,
    /// Why it ended: `limit`, `asked`, `node_ended`, `run_ended`.
    pub ended: TapEnd,
}

/// Why a tap ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TapEnd {
    /// It has shown as many frames as were asked for.
    Limit,
    /// The client said something else, or went.
    Asked,
    /// The node has come to its end.
    NodeEnded,
    /// The run has.
    RunEnded,
}

/// What was compared, where nothing was to be swapped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedOnly {
    /// The node.
    pub node: String,
    /// What runs: module and version.
    pub runs: String,
    /// What was compared with it.
    pub module: String,
    /// Its version.
    pub version: String,
    /// How, and what came of it.
    pub compared: Vec<Comparison>,
}

/// What two modules made of the same frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// `shadow` or `rehearsal`.
    pub how: String,
    /// Frames that both were given.
    pub frames: u64,
    /// Frames that both gave alike.
    pub equal: u64,
    /// Frames that differ, or that one of them alone gave; and drops that differ.
    pub different: u64,
    /// How near payloads had to be, if not equal: of the command, or of the module's card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<String>,
    /// How often the new one was too slow, and both began anew.
    pub resynchronised: u64,
    /// How long the node's segment was paused for all of it, in microseconds.
    pub paused_us: f64,
    /// The first difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The folder with `input.dat`, `old.dat` and `new.dat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_saved: Option<String>,
}

/// State that went from one module to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateHandedOver {
    /// The name of its form.
    pub schema: String,
    /// The version of its form.
    pub version: u32,
    /// How much.
    pub bytes: usize,
}

/// The ledger of the whole graph: `created + shared = consumed + dropped + held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Frames made.
    pub created: u64,
    /// Frames made for further links.
    pub shared: u64,
    /// Frames done with.
    pub consumed: u64,
    /// Frames dropped.
    pub dropped: u64,
    /// Those of them that nobody asked to lose.
    pub lost: u64,
    /// Frames under way.
    pub held: i64,
}

/// What a reload did; all lists are of nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reloaded {
    /// Those that go on as they are.
    pub kept: Vec<String>,
    /// Those whose module was replaced.
    pub replaced: Vec<ReplacedNode>,
    /// Those whose module took other parameters, or of which the file says something else.
    pub set: Vec<String>,
    /// Those that are new.
    pub added: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
    /// Those that stay, with other links.
    pub relinked: Vec<String>,
    /// Segments there are now.
    pub segments: usize,
    /// Those of them that were not paused.
    pub segments_untouched: usize,
    /// How long the others were, in microseconds.
    pub pause_us: f64,
    /// Frames that modules held and others took over.
    pub moved: u64,
    /// Frames that nobody took: they are counted as `swapped`.
    pub dropped: u64,
    /// How often the graph has been changed since its start.
    pub changes: u64,
    /// The books before.
    pub before: Books,
    /// The books after.
    pub after: Books,
}

/// A node whose module was replaced by a reload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplacedNode {
    /// Its name.
    pub node: String,
    /// The module that runs now.
    pub module: String,
    /// Its version.
    pub version: String,
    /// The state that was handed over.
    pub state: Option<StateHandedOver>,
    /// Frames that the one before held and this one took.
    pub moved: u64,
    /// Frames that it did not take.
    pub dropped: u64,
}
