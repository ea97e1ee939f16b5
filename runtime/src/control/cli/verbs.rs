//! The verbs and what each takes.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{ArgAction, Args, Subcommand, ValueEnum, builder::FalseyValueParser};
use clap_complete::Shell;

use super::{
    super::metrics::address,
    GraphArgs,
    live::{
        GetArgs, LogArgs, ReloadArgs, RollbackArgs, SetArgs, ShowArgs, StopArgs, SwapArgs, TapArgs, TopArgs,
    },
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Runs a graph until its sources have ended.
    Run(RunArgs),
    /// Checks a graph and says every mistake in it at once.
    Check(CheckArgs),
    /// Draws a graph as it would run: nodes, links, and the segments that drive them.
    Graph(GraphVerbArgs),
    /// Shows what a module says of itself, without running it.
    Inspect(InspectArgs),
    /// Lists the modules that graphs can name.
    List(ListArgs),
    /// Shows a running graph: its nodes, their modules and parameters; a list, if several run.
    Show(ShowArgs),
    /// Shows what every node of a running graph does, again and again.
    Top(TopArgs),
    /// Shows a live sample of the frames that leave a node of a running graph, or saves them.
    Tap(TapArgs),
    /// Reads parameters and readings of a node of a running graph.
    Get(GetArgs),
    /// Changes parameters of a node of a running graph.
    Set(SetArgs),
    /// Replaces the module of a node of a running graph; no frame is lost.
    Swap(SwapArgs),
    /// Reads the graph file of a running graph again; the graph becomes what it says, and no frame is lost.
    Reload(ReloadArgs),
    /// Goes back to the module and parameters that a node had before its last swap.
    Rollback(RollbackArgs),
    /// Changes what a running graph logs.
    Log(LogArgs),
    /// Stops a running graph, as Ctrl-C does.
    Stop(StopArgs),
    /// Prints the JSON Schema of graph files that use the modules at hand, for editors.
    Schema,
    /// Prints what a shell needs to complete these commands.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual page.
    Man {
        /// Writes the pages of the program and of each verb into this directory instead.
        #[arg(long, value_name = "DIR", env = "ROGUE_MAN_DIR")]
        dir: Option<PathBuf>,
    },
}

/// `run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// The graph.
    #[command(flatten)]
    pub graph: GraphArgs,
    /// Stops after this time.
    #[arg(long = "for", value_name = "TIME", env = "ROGUE_FOR", value_parser = duration)]
    pub longest: Option<Duration>,
    /// Stops when this node has come to its end.
    #[arg(long, value_name = "NODE", env = "ROGUE_UNTIL")]
    pub until: Option<String>,
    /// Reloads the graph whenever its file changes.
    #[arg(long, env = "ROGUE_WATCH", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub watch: bool,
    /// How long a stop may take to deliver what is held.
    #[arg(long, value_name = "TIME", env = "ROGUE_DRAIN", default_value = "5s", value_parser = duration)]
    pub drain: Duration,
    /// Names a module that has not returned from a call for so long.
    #[arg(long, value_name = "TIME", env = "ROGUE_WATCHDOG", default_value = "1s", value_parser = duration)]
    pub watchdog: Duration,
    /// Lets Prometheus read metrics at this address, under /metrics: PORT is for this machine alone, 0 a free one.
    #[arg(long, value_name = "[ADDRESS:]PORT", env = "ROGUE_METRICS", value_parser = address)]
    pub metrics: Option<SocketAddr>,
    /// Opens no control socket: the run is not found by `show`, `top` and the like.
    #[arg(long, env = "ROGUE_NO_CONTROL", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_control: bool,
}

/// `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The graph.
    #[command(flatten)]
    pub graph: GraphArgs,
    /// Runs no code of any module: its own check of its parameters is left out.
    #[arg(long, env = "ROGUE_NO_CODE", value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_code: bool,
}

/// `graph`.
#[derive(Args, Clone, Debug)]
pub struct GraphVerbArgs {
    /// The graph.
    #[command(flatten)]
    pub graph: GraphArgs,
    /// As what.
    #[arg(long, value_enum, default_value = "text", env = "ROGUE_GRAPH_FORMAT")]
    pub format: Drawing,
}

/// `inspect`.
#[derive(Args, Clone, Debug)]
pub struct InspectArgs {
    /// A module file, `FILE#MODULE`, a component's module as `NAME.wasm`, or the name of a module.
    #[arg(value_name = "FILE|MODULE")]
    pub what: String,
    /// As what.
    #[arg(long, value_enum, default_value = "table", env = "ROGUE_FORMAT")]
    pub format: Sheet,
}

/// `list`.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// As what.
    #[arg(long, value_enum, default_value = "table", env = "ROGUE_FORMAT")]
    pub format: Sheet,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Drawing {
    /// Segments and their nodes, line by line.
    Text,
    /// For Graphviz.
    Dot,
    /// For Markdown pages.
    Mermaid,
    /// A picture.
    Svg,
}

/// How a list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sheet {
    /// For people.
    Table,
    /// For programs.
    Json,
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<rogue_sdk::params::Duration>().map(Duration::from)
}
