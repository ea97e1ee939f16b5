//! Flags that several verbs share.

use std::path::PathBuf;

use clap::{ArgAction, Args, ColorChoice, builder::FalseyValueParser};

use crate::control::logger::Directive;

/// What every verb takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Globals {
    /// Shows less, whatever -v says: only errors are logged, no status line, only the verdict at the end.
    #[arg(short, long, global = true, env = "ROGUE_QUIET", value_parser = FalseyValueParser::new(),
        action = ArgAction::SetTrue, help_heading = "Everywhere")]
    pub quiet: bool,
    /// Shows more: -v info and the nodes' readings at the end, -vv debug, -vvv trace.
    #[arg(short, long, global = true, env = "ROGUE_VERBOSE", action = ArgAction::Count,
        help_heading = "Everywhere")]
    pub verbose: u8,
    /// When errors and logs have colours.
    #[arg(
        long,
        global = true,
        env = "ROGUE_COLOR",
        default_value = "auto",
        value_name = "WHEN",
        help_heading = "Everywhere"
    )]
    pub color: ColorChoice,
    /// What is logged: off, error, warn, info, debug or trace, alone or for the targets that begin with
    /// TARGET. Repeatable.
    #[arg(
        long,
        global = true,
        env = "ROGUE_LOG",
        value_delimiter = ',',
        value_name = "LEVEL|TARGET=LEVEL",
        help_heading = "Everywhere"
    )]
    pub log: Vec<Directive>,
    /// A directory to look for modules in, before all others. Repeatable.
    /// [env: ROGUE_PLUGIN_PATH, separated by colons, is looked at next]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub plugin_path: Vec<PathBuf>,
}

/// What every verb takes that reads a graph.
#[derive(Args, Clone, Debug)]
pub struct GraphArgs {
    /// The graph file; `-` is the standard input.
    pub graph: PathBuf,
    /// Changes the graph, as in `fifo.max_depth=10` or `nodes.q={module: fifo}`. VALUE is YAML. Repeatable.
    /// [env: ROGUE_SET, one in each line]
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Replaces ${VAR} and ${VAR:-default} in the values of the graph.
    #[arg(long = "env", env = "ROGUE_ENV", value_parser = FalseyValueParser::new(),
        action = ArgAction::SetTrue)]
    pub variables: bool,
}

impl GraphArgs {
    /// The changes in force: those of the command line, or else those of `ROGUE_SET`.
    pub fn changes(&self, variable: Option<&str>) -> Vec<String> {
        match (self.set.is_empty(), variable) {
            (true, Some(lines)) => {
                lines.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
            }
            _ => self.set.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_come_from_the_command_line_or_else_from_the_variable() {
        let args = |set: &[&str]| GraphArgs {
            graph: "g".into(),
            set: set.iter().map(|set| (*set).to_owned()).collect(),
            variables: false,
        };
        assert_eq!(args(&["a.b=1"]).changes(Some("c.d=2")), ["a.b=1"]);
        assert_eq!(args(&[]).changes(Some("c.d=2, 3\n\ne.f=4\n")), ["c.d=2, 3", "e.f=4"]);
        assert!(args(&[]).changes(None).is_empty());
    }
}
