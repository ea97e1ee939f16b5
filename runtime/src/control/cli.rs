//! The command line as clap reads it.
//!
//! [`read`] is called once by [`super::main`]; everything else sees [`Cli`]. What holds: every flag has an
//! environment variable, the command line wins over it, and no verb has a second name.

mod bare;
mod flags;
mod live;
mod verbs;

use std::{ffi::OsString, io::Write};

use clap::{CommandFactory, FromArgMatches, Parser};

pub use flags::{Globals, GraphArgs};
pub use live::{
    GetArgs, LogArgs, ReloadArgs, RollbackArgs, SetArgs, ShowArgs, ShowSheet, StopArgs, SwapArgs, TapArgs,
    TapSheet, TopArgs, Which,
};
pub use verbs::{CheckArgs, Drawing, GraphVerbArgs, InspectArgs, ListArgs, RunArgs, Sheet, Verb};

use super::{
    exit,
    io::{INDENT, Widths},
};
use crate::graph::wrap;

/// Runs dataflow graphs of stream modules, and looks at graphs and modules.
///
/// `rogue-runtime GRAPH` is short for `rogue-runtime run GRAPH`.
#[derive(Debug, Parser)]
#[command(
    name = "rogue-runtime",
    bin_name = "rogue-runtime",
    version,
    override_usage = "rogue-runtime [OPTIONS] GRAPH\n       rogue-runtime [OPTIONS] <VERB> …",
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs",
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = exit::HELP
)]
pub struct Cli {
    /// What every verb takes.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The definition, for help, manual pages and completions; what the environment holds is not shown.
pub fn command() -> clap::Command {
    fn hide(command: clap::Command) -> clap::Command {
        command.mut_args(|arg| arg.hide_env_values(true)).mut_subcommands(hide)
    }
    hide(Cli::command())
}

/// Reads the arguments, the program's name first.
///
/// # Errors
/// Clap's, which also is what `--help` and `--version` come as.
pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let exists = |name: &std::ffi::OsStr| std::path::Path::new(name).exists();
    let mut command = command();
    let args = bare::with_verb(args.into_iter().collect(), &command, exists);
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Shows what [`read`] gave: help as clap lays it out, an error in lines that fit the terminal.
///
/// Fails only if nobody reads it, so that is passed over.
pub fn show(error: &clap::Error) {
    let text = error.render().to_string();
    let narrow = Widths::now().err.filter(|width| error.use_stderr() && !fits(&text, *width));
    let _ = match narrow {
        Some(width) => std::io::stderr().write_all(wrap(&text, INDENT, width).as_bytes()),
        None => error.print(),
    };
}

fn fits(text: &str, width: usize) -> bool {
    text.lines().all(|line| line.chars().count() <= width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{path::PathBuf, time::Duration};

    fn parse(args: &str) -> Result<Cli, clap::Error> {
        read(["rogue-runtime"].into_iter().chain(args.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_graph_alone_is_run() {
        for args in [
            "g.yaml --for 10s --set a.b=1",
            "run g.yaml --for 10s --set a.b=1",
            "--for 10s --set a.b=1 g.yaml",
        ] {
            let cli = parse(args).expect(args);
            let Verb::Run(run) = cli.verb else { panic!("{args}: not run") };
            assert_eq!(run.graph.graph, PathBuf::from("g.yaml"), "{args}");
            assert_eq!(run.longest, Some(Duration::from_secs(10)), "{args}");
            assert_eq!(run.graph.set, ["a.b=1"], "{args}");
            assert_eq!(run.drain, Duration::from_secs(5), "{args}");
        }
    }

    #[test]
    fn global_flags_stand_anywhere_and_repeat() {
        let cli = parse("-v check -vv g.yaml --log fifo=debug --log info --plugin-path a --plugin-path b");
        let cli = cli.expect("parses");
        assert_eq!(cli.globals.log.len(), 2);
        assert_eq!(cli.globals.plugin_path, [PathBuf::from("a"), PathBuf::from("b")]);
        assert!(cli.globals.verbose >= 2);
        assert!(matches!(cli.verb, Verb::Check(_)));
    }

    #[test]
    fn wrong_usage_is_code_2() {
        for args in [
            "",
            "run",
            "g.yaml --for 10",
            "g.yaml --for -1s",
            "g.yaml h.yaml",
            "chekc g.yaml",
            "list g.yaml",
            "graph g.yaml --format png",
            "g.yaml --log fifo=loud",
            "g.yaml --color blue",
        ] {
            let error = parse(args).err().unwrap_or_else(|| panic!("`{args}` is accepted"));
            assert_eq!(error.exit_code(), i32::from(exit::USAGE), "{args}: {error}");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for args in ["--help", "-V", "run --help"] {
            assert_eq!(parse(args).err().map(|error| error.exit_code()), Some(0), "{args}");
        }
    }

    #[test]
    fn every_flag_has_an_environment_variable() {
        let root = Cli::command();
        let verbs = root.get_subcommands().flat_map(clap::Command::get_arguments);
        for arg in root.get_arguments().chain(verbs).filter(|arg| !arg.is_positional()) {
            let id = arg.get_id().as_str();
            let told = arg.get_help().is_some_and(|help| help.to_string().contains("[env: ROGUE_"));
            let has = arg.get_env().is_some_and(|name| name.to_string_lossy().starts_with("ROGUE_")) || told;
            assert!(has || ["help", "version"].contains(&id), "{id}");
        }
    }
}
