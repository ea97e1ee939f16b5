//! The verbs for a running graph and what each takes.

use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum, builder::FalseyValueParser};

use super::{Sheet, verbs::duration};
use crate::control::logger::Directive;

/// Which run is meant.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// The run, if several graphs run: its name, its process, or the path of its socket.
    #[arg(long, value_name = "NAME|PID|SOCKET", env = "ROGUE_RUN")]
    pub run: Option<String>,
}

/// `show`.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// Which run.
    #[command(flatten)]
    pub which: Which,
    /// As what; `yaml` is the graph as it runs now, as a graph file.
    #[arg(long, value_enum, default_value = "table", env = "ROGUE_FORMAT")]
    pub format: ShowSheet,
}

/// How `show` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowSheet {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// A graph file.
    Yaml,
}

/// `top`.
#[derive(Args, Clone, Debug)]
pub struct TopArgs {
    /// Which run.
    #[command(flatten)]
    pub which: Which,
    /// Shows it once and ends.
    #[arg(long, env = "ROGUE_ONCE", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub once: bool,
    /// How often it is shown.
    #[arg(long, value_name = "TIME", env = "ROGUE_EVERY", default_value = "1s", value_parser = duration)]
    pub every: Duration,
    /// As what; `json` is a line each time.
    #[arg(long, value_enum, default_value = "table", env = "ROGUE_FORMAT")]
    pub format: Sheet,
}

/// `get`.
#[derive(Args, Clone, Debug)]
pub struct GetArgs {
    /// A node, or one of its parameters and readings.
    #[arg(value_name = "NODE[.NAME]")]
    pub what: String,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
    /// As what.
    #[arg(long, value_enum, default_value = "table", env = "ROGUE_FORMAT")]
    pub format: Sheet,
}

/// `set`.
#[derive(Args, Clone, Debug)]
pub struct SetArgs {
    /// Parameters of one node. VALUE is YAML; without one the parameter has its default again.
    #[arg(value_name = "NODE.PARAM=VALUE", required = true)]
    pub changes: Vec<String>,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// `log`.
#[derive(Args, Clone, Debug)]
pub struct LogArgs {
    /// A level for all targets, or for those that begin with TARGET.
    #[arg(value_name = "LEVEL|TARGET=LEVEL", required = true, value_parser = directive)]
    pub filters: Vec<String>,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// `stop`.
#[derive(Args, Clone, Debug)]
pub struct StopArgs {
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// `swap`.
#[derive(Args, Clone, Debug)]
pub struct SwapArgs {
    /// The node.
    pub node: String,
    /// A module file, `FILE#MODULE`, or the name of a module.
    #[arg(value_name = "FILE|MODULE")]
    pub module: String,
    /// Changes a parameter; the others stay as they are. VALUE is YAML. Repeatable.
    #[arg(long, value_name = "PARAM=VALUE", env = "ROGUE_SWAP_SET", value_delimiter = '\n')]
    pub set: Vec<String>,
    /// Begins anew, without the state of the module that runs.
    #[arg(long, env = "ROGUE_NO_STATE", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_state: bool,
    /// How long a module may stay in a call before the swap is refused.
    #[arg(long, value_name = "TIME", env = "ROGUE_PATIENCE", default_value = "2s", value_parser = duration)]
    pub patience: Duration,
    /// How long the new module is on trial: if it fails meanwhile, the one before comes back.
    #[arg(long, value_name = "TIME", env = "ROGUE_GRACE", default_value = "5s", value_parser = duration)]
    pub grace: Duration,
    /// Gives the new module N of the live frames first, in the shadow of the old one, and refuses at the first difference.
    #[arg(long, value_name = "N", env = "ROGUE_SHADOW")]
    pub shadow: Option<u64>,
    /// How long --shadow or --rehearse may take.
    #[arg(long, value_name = "TIME", env = "ROGUE_SHADOW_FOR", default_value = "60s", value_parser = duration)]
    pub shadow_for: Duration,
    /// Gives both modules this recording of what comes to the node first, and refuses at the first difference.
    #[arg(long, value_name = "FILE", env = "ROGUE_REHEARSE")]
    pub rehearse: Option<std::path::PathBuf>,
    /// Compares as --shadow or --rehearse says to the end, and does not swap.
    #[arg(long, env = "ROGUE_DRY_RUN", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub dry_run: bool,
    /// Compares as --shadow or --rehearse says to the end, and swaps though they differ.
    #[arg(long, env = "ROGUE_ACCEPT", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub accept: bool,
    /// Payloads are rows of numbers of a type, and may differ by so much: f32:0.001.
    #[arg(long, value_name = "TYPE:DIFFERENCE", env = "ROGUE_TOLERANCE")]
    pub tolerance: Option<String>,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// `tap`.
#[derive(Args, Clone, Debug)]
pub struct TapArgs {
    /// The node, or one of its outputs; of a node that has none, what is brought to it.
    #[arg(value_name = "NODE[.PORT]")]
    pub what: String,
    /// Ends after so many frames.
    #[arg(long, value_name = "N", env = "ROGUE_TAP_LIMIT", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Shows one frame in this time at most.
    #[arg(long, value_name = "TIME", env = "ROGUE_TAP_EVERY", default_value = "0s", value_parser = duration)]
    pub every: Duration,
    /// Most bytes shown of a frame.
    #[arg(long, value_name = "N", env = "ROGUE_TAP_MAX_BYTES", default_value_t = 32)]
    pub max_bytes: u32,
    /// Writes whole frames into this file, which must not be there yet, in Rogue's format: `file-reader` reads it.
    #[arg(long, value_name = "FILE", env = "ROGUE_TAP_TO")]
    pub to: Option<std::path::PathBuf>,
    /// As what; `json` is a line each time.
    #[arg(long, value_enum, default_value = "hex", env = "ROGUE_TAP_FORMAT")]
    pub format: TapSheet,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// How `tap` shows frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TapSheet {
    /// For people: a line for each frame.
    Hex,
    /// For programs.
    Json,
}

/// `reload`.
#[derive(Args, Clone, Debug)]
pub struct ReloadArgs {
    /// Even where changes that were made to the running graph are undone, or state is lost that no module takes.
    #[arg(long, env = "ROGUE_FORCE", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub force: bool,
    /// How long a module may stay in a call before the reload is refused.
    #[arg(long, value_name = "TIME", env = "ROGUE_PATIENCE", default_value = "2s", value_parser = duration)]
    pub patience: Duration,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// `rollback`.
#[derive(Args, Clone, Debug)]
pub struct RollbackArgs {
    /// The node.
    pub node: String,
    /// Which run.
    #[command(flatten)]
    pub which: Which,
}

/// A filter as it was written, if it is one.
fn directive(text: &str) -> Result<String, String> {
    text.parse::<Directive>().map(|_| text.to_owned())
}
