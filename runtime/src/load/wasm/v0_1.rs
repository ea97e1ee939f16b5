//! The data of `rogue:flow@0.1.0` as it crosses: `sdk/wit/v0.1/flow.wit`, type by type, in the order of that file.
//!
//! Used by everything in `wasm`; frames on their way in are in [`super::lower`]. Names and order of fields are those of the WIT; wasmtime compares them when an instance is made.

use wasmtime::component::{ComponentType, Lift, Lower};

/// A frame's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Meta {
    pub channel: u8,
    pub error: u8,
    pub flags: u16,
}

/// What a call is told.
#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub struct Told {
    pub now: u64,
    pub port: u32,
    pub room: u32,
    pub log: u8,
}

/// A frame and its way out.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
pub struct Sent {
    pub frame: u32,
    pub port: u32,
}

/// A frame, its way out, its new metadata.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
pub struct Retagged {
    pub frame: u32,
    pub port: u32,
    pub meta: Meta,
}

/// Some payload of a frame.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
pub struct Part {
    pub frame: u32,
    pub port: u32,
    pub meta: Meta,
    pub offset: u32,
    pub len: u32,
}

/// A frame and why it is dropped.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
pub struct Dropped {
    pub frame: u32,
    pub reason: u32,
}

/// Frames made inside and why they are dropped.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
pub struct Discarded {
    pub reason: u32,
    pub frames: u32,
}

/// What became of a frame, or what leaves.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(variant)]
pub enum Outcome {
    #[component(name = "pass")]
    Pass(Sent),
    #[component(name = "retag")]
    Retag(Retagged),
    #[component(name = "share")]
    Share(Retagged),
    #[component(name = "part")]
    Part(Part),
    #[component(name = "emitted")]
    Emitted(u32),
    #[component(name = "drop")]
    Drop(Dropped),
    #[component(name = "hold")]
    Hold(u32),
    #[component(name = "release")]
    Release(u32),
    #[component(name = "discard")]
    Discard(Discarded),
}

/// What became of the frames of a call.
#[derive(Clone, Debug, ComponentType, Lift)]
#[component(variant)]
pub enum Outcomes {
    #[component(name = "pass-all")]
    PassAll,
    #[component(name = "release-all")]
    ReleaseAll,
    #[component(name = "each")]
    Each(Vec<Outcome>),
}

/// What is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
pub enum Flow {
    #[component(name = "idle")]
    Idle,
    #[component(name = "more")]
    More,
    #[component(name = "ended")]
    Ended,
}

/// What a call did.
#[derive(Clone, Debug, ComponentType, Lift)]
#[component(record)]
pub struct Done {
    pub taken: u32,
    pub outcomes: Outcomes,
    pub flow: Flow,
    #[component(name = "wake-at")]
    pub wake_at: u64,
    pub fault: Option<String>,
    pub completed: u32,
}

/// State by schema and version.
#[derive(Clone, Debug, ComponentType, Lift, Lower)]
#[component(record)]
pub struct State {
    pub schema: String,
    pub version: u32,
    pub bytes: Vec<u8>,
}

/// What is wrong with a parameter.
#[derive(Clone, Debug, ComponentType, Lift)]
#[component(record)]
pub struct ParamFault {
    pub path: String,
    pub message: String,
}

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "wasmtime makes them out of the numbers of the cases")]
pub enum Level {
    #[component(name = "error")]
    Error,
    #[component(name = "warn")]
    Warn,
    #[component(name = "info")]
    Info,
    #[component(name = "debug")]
    Debug,
    #[component(name = "trace")]
    Trace,
}

/// What a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "wasmtime makes them out of the numbers of the cases")]
pub enum CounterKind {
    #[component(name = "event")]
    Event,
    #[component(name = "outside")]
    Outside,
    #[component(name = "gauge")]
    Gauge,
}

/// A counter's name and its value.
#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub struct CounterRef {
    pub id: u32,
    pub value: u64,
}
