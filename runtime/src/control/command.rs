//! What a running graph can be asked, and why it may refuse; [`answer`](super::answer) is what it answers.
//!
//! The socket, the command line and the tests make a [`Command`]; [`apply`](super::apply) is the one place that does
//! it. As JSON these are the protocol, which `docs/control.md` describes; [`PROTOCOL`] is its version. What holds:
//! unknown keys are errors, so that a mistyped one is not passed over.

use serde::{Deserialize, Serialize};
/// The version of the protocol. It grows when a client of before would misread an answer; new keys and new commands
/// are no reason.
pub const PROTOCOL: u32 = 1;

/// The longest a swap may wait for a module, in milliseconds: nothing else of the run is attended to meanwhile.
pub const PATIENCE_LIMIT_MS: u64 = 60_000;
/// The longest a new module may be on trial, in milliseconds.
pub const GRACE_LIMIT_MS: u64 = 86_400_000;

/// The longest a shadow or a rehearsal may take, in milliseconds.
pub const SHADOW_LIMIT_MS: u64 = 86_400_000;

/// The most payload bytes of a frame that a sample may be asked to have.
pub const SAMPLE_LIMIT: u32 = 64 << 20;

/// What a running graph is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// The plan: nodes, their modules and versions, their parameters.
    Show {},
    /// What every node does: frames, bytes, drops, time.
    Top {},
    /// Parameters and readings of a node.
    Get {
        /// The node.
        node: String,
        /// One of them; all if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Changes parameters of one node.
    Set {
        /// `node.param=value` each, the value in YAML (of which JSON is a part).
        changes: Vec<String>,
    },
    /// Changes what is logged.
    Log {
        /// `level` or `target=level` each.
        filters: Vec<String>,
    },
    /// Ends the run as Ctrl-C does.
    Stop {},
    /// Replaces the module of a node.
    Swap {
        /// The node.
        node: String,
        /// A file, with `#name` if it has several modules, or the name of a module.
        module: String,
        /// `param=value` each, on top of the parameters that run now.
        #[serde(default)]
        set: Vec<String>,
        /// Whether the state is handed over.
        #[serde(default = "yes")]
        keep_state: bool,
        /// How long a module may stay in a call before the swap is refused.
        #[serde(default = "patience")]
        patience_ms: u64,
        /// How long the new module is on trial: if it fails meanwhile, the one before comes back.
        #[serde(default = "grace")]
        grace_ms: u64,
        /// Frames that the new module is given in the shadow of the old one first; what both give is compared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shadow: Option<u64>,
        /// How long that may take, or a rehearsal.
        #[serde(default = "shadow_for")]
        shadow_for_ms: u64,
        /// A recording that both modules are given first; what both give is compared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rehearse: Option<String>,
        /// Compares, and does not swap.
        #[serde(default)]
        dry_run: bool,
        /// Swaps though they differ.
        #[serde(default)]
        accept: bool,
        /// How near payloads must be: `TYPE:DIFFERENCE`; equal if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance: Option<String>,
    },
    /// Shows a live sample of what leaves a node: the answer comes after lines with a `sample` each.
    Tap {
        /// The node.
        node: String,
        /// One of its outputs, or of its inputs where it has no output; all if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        port: Option<String>,
        /// How many samples; without a number until the client says something else or goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u64>,
        /// The most payload bytes that a sample has in hexadecimal.
        #[serde(default = "max_bytes")]
        max_bytes: u32,
        /// The whole payload, as base64.
        #[serde(default)]
        whole: bool,
        /// The shortest time between two samples.
        #[serde(default)]
        every_ms: u64,
    },
    /// Reads the graph file again and has the graph be what it says.
    Reload {
        /// Whether changes that were made to the running graph, and state that no module takes, may be lost.
        #[serde(default)]
        force: bool,
        /// How long a module may stay in a call before the reload is refused.
        #[serde(default = "patience")]
        patience_ms: u64,
    },
    /// Goes back to the module and parameters before the last swap.
    Rollback {
        /// The node.
        node: String,
    },
}

fn yes() -> bool {
    true
}

/// How long a swap or a reload waits for a module, unless told otherwise, in milliseconds.
pub const PATIENCE_MS: u64 = 2000;

fn patience() -> u64 {
    PATIENCE_MS
}

fn shadow_for() -> u64 {
    60_000
}

fn max_bytes() -> u32 {
    32
}

fn grace() -> u64 {
    5000
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// What kind of reason.
    pub kind: Kind,
    /// Where, what, and what to do.
    pub text: String,
}

/// Why a command was not done, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is no command, or names what is not there.
    Usage,
    /// It was refused; nothing was changed.
    Refused,
    /// The run is at its end, or has too many to answer.
    Gone,
}

impl Refusal {
    /// It is no command, or names what is not there.
    pub fn usage(text: impl Into<String>) -> Refusal {
        Refusal { kind: Kind::Usage, text: text.into() }
    }

    /// It was refused; nothing was changed.
    pub fn refused(text: impl Into<String>) -> Refusal {
        Refusal { kind: Kind::Refused, text: text.into() }
    }

    /// The run is at its end, or has too many to answer.
    pub fn gone(text: impl Into<String>) -> Refusal {
        Refusal { kind: Kind::Gone, text: text.into() }
    }
}

/// The first line of a connection: who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The program's version.
    pub rogue_runtime: String,
    /// The protocol's version.
    pub protocol: u32,
    /// The graph's name.
    pub graph: String,
    /// The name of the run: the graph's, or with the process's number behind it where another run has that.
    pub name: String,
    /// The process.
    pub pid: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_plain_json_and_unknown_keys_are_errors() {
        let read = |text: &str| serde_json::from_str::<Command>(text);
        let get = Command::Get { node: "q".to_owned(), name: None };
        assert_eq!(read(r#"{"command":"get","node":"q"}"#).expect("a command"), get);
        assert_eq!(serde_json::to_string(&get).expect("JSON"), r#"{"command":"get","node":"q"}"#);
        let swap = read(r#"{"command":"swap","node":"q","module":"fifo"}"#).expect("a command");
        let Command::Swap { keep_state: true, patience_ms: 2000, grace_ms: 5000, .. } = swap else {
            panic!("{swap:?}")
        };
        for wrong in [
            r#"{"command":"show","nod":1}"#,
            r#"{"command":"get"}"#,
            r#"{"command":"fly"}"#,
            r#"{"node":"q"}"#,
            r#"[]"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
