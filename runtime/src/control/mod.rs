//! The command line: from arguments to an exit code.
//!
//! [`main`] is the whole program; `bin` and the tests' program call it. Each verb is in the file of its
//! name. What holds: a verb writes its result to [`io::Io::out`] and everything else to [`io::Io::err`]; what
//! a user, a file or a module does wrong ends in an error that says where, what, and what to do.

pub mod answer;
mod apply;
mod asker;
mod candidate;
mod card_text;
mod check;
mod cli;
mod client;
mod columns;
pub mod command;
mod completions;
mod drawing;
pub mod exit;
mod folder;
mod graph_file;
mod inspect;
mod io;
mod line;
mod list;
mod live;
mod logger;
mod metrics;
mod numbers;
mod pages;
mod panic_hook;
mod prepare;
mod proof;
mod rates;
mod reloading;
mod run;
mod sampling;
mod screen;
mod server;
mod shown;
mod table;
mod tap;
mod top;
mod verdict;
mod work;

use std::{io::IsTerminal, process::ExitCode, sync::Arc};

use clap::ColorChoice;

pub use verdict::{Missing, Verdict, verdict};

use cli::{Cli, Globals, Verb};
use io::{Io, Widths};
use logger::{Filter, Logger};
use screen::Screen;

/// Runs the program with the process's arguments, environment and streams.
pub fn main() -> ExitCode {
    let Cli { globals, verb } = match cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            cli::show(&error);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::USAGE));
        }
    };
    let terminal =
        std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let color = match globals.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !plain,
    };
    let screen = Screen::new(Box::new(std::io::stderr()), terminal && !globals.quiet, || Widths::now().err);
    panic_hook::install(screen.clone());
    let filter = Filter::new(Filter::level(globals.quiet, globals.verbose), &globals.log);
    let logger = logger::install(filter, screen.clone(), color);

    // Caught and noted by nobody: a write beyond the limit on a file's size is then an error like others. If it cannot
    // be caught, such a write ends the process, as it does with every program.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr());
    let mut io = Io { out: &mut out, err: &mut err, color, widths: Widths::now };
    let code = dispatch(&verb, &globals, &mut io, &screen, logger);
    logger.finish();
    ExitCode::from(code)
}

fn dispatch(verb: &Verb, globals: &Globals, io: &mut Io<'_>, screen: &Screen, logger: &Logger) -> u8 {
    let done = match verb {
        // Its code is the verdict's, whoever reads the result.
        Verb::Run(args) => return run::run(args, globals, io, screen, logger),
        Verb::Check(args) => check::check(args, globals, io),
        Verb::Graph(args) => drawing::graph(args, globals, io),
        Verb::Inspect(args) => inspect::inspect(args, globals, io),
        Verb::List(args) => list::list(args, globals, io),
        Verb::Show(args) => live::show(args, io),
        Verb::Top(args) => top::top(args, io),
        Verb::Get(args) => live::get(args, io),
        Verb::Set(args) => live::set(args, io),
        Verb::Swap(args) => live::swap(args, io),
        Verb::Tap(args) => tap::tap(args, io),
        Verb::Reload(args) => live::reload(args, io),
        Verb::Rollback(args) => live::rollback(args, io),
        Verb::Log(args) => live::log(args, io),
        Verb::Stop(args) => live::stop(args, io),
        Verb::Schema => list::schema(globals, io),
        Verb::Completions { shell } => completions::completions(*shell, io),
        Verb::Man { dir } => pages::man(dir.as_deref(), io),
    };
    match done.and_then(|code| io.out.flush().map(|()| code)) {
        Ok(code) => code,
        Err(error) if io::is_closed(&error) => exit::OK,
        Err(error) => {
            io.error(format!("the output cannot be written: {error}"));
            exit::INTERNAL
        }
    }
}
