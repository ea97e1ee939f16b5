//! The author's tool: `cargo rogue new`, `build`, `check` and `bench`.
//!
//! [`main`] is the whole program. [`check`](mod@check) is the contract of a module: the one suite that `cargo rogue
//! check` runs on anybody's module and the project's tests on each of its own; [`bench`](mod@bench) measures what a
//! module costs in a running graph.
//!
//! What holds: this crate stands above `rogue-runtime`, and no module depends on it; a module's code runs only in
//! `check` and `bench`, and in `check` only in a process of its own with a deadline.

pub mod bench;
mod build;
pub mod check;
mod child;
mod cli;
mod component;
pub mod module;
mod new;
mod pack;
mod python;
mod say;
mod stage;
mod stand_in;
pub mod wasm_target;

use clap::Parser;
use cli::{Cli, Verb};
use say::Trouble;
use std::process::ExitCode;

/// Runs the program with the process's arguments, environment and streams.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(cli::arguments(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Fails only if nobody reads it.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(say::USAGE));
        }
    };
    let done = match cli.verb {
        Verb::New(args) => new::new(&args),
        Verb::Build(args) => build::build(&args),
        Verb::Pack(args) => pack::pack(&args),
        Verb::Check(args) => check::verb::check(&args),
        Verb::Bench(args) => bench::verb::bench(&args),
        Verb::Alone(args) => check::alone::serve(&args),
    };
    ExitCode::from(done.unwrap_or_else(Trouble::show))
}
