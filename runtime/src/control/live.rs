//! `show`, `get`, `set`, `log`, `stop`, `swap`, `reload`, `rollback`: a running graph is asked, and its answer shown.
//!
//! What holds: what comes from a run is shown without anything that moves the cursor; a refused change ends in its own
//! exit code.

mod text;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

pub use text::plain;
use text::{compared_only, exchanged, flow, listed, reloaded, table, text};

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Changed},
    cli::{
        GetArgs, LogArgs, ReloadArgs, RollbackArgs, SetArgs, Sheet, ShowArgs, ShowSheet, StopArgs, SwapArgs,
        Which,
    },
    client::{self, ANSWER, Client},
    columns::Columns,
    command::{Command, Kind, Refusal},
    exit,
    io::Io,
    numbers::time,
};

/// Where lines end in a pipe.
const WIDTH: usize = 100;

/// `show`: the plan as it runs; without `--run` a list, if several graphs run.
pub fn show(args: &ShowArgs, io: &mut Io<'_>) -> io::Result<u8> {
    if args.which.run.is_none() {
        let found = client::all();
        if found.runs.len() > 1 {
            return list(&found.runs, args.format, io);
        }
    }
    ask(&args.which, &Command::Show {}, io, |answer, run, io| match (answer, args.format) {
        (Answer::Show(show), ShowSheet::Table) => io.out.write_all(table(&show, run, width(io)).as_bytes()),
        (Answer::Show(show), ShowSheet::Yaml) => io.out.write_all(show.yaml.as_bytes()),
        (answer, _) => writeln!(io.out, "{:#}", content(&answer)),
    })
}

/// `get`: parameters and readings.
pub fn get(args: &GetArgs, io: &mut Io<'_>) -> io::Result<u8> {
    let (node, name) = match args.what.split_once('.') {
        Some((node, name)) => (node.to_owned(), Some(name.to_owned())),
        None => (args.what.clone(), None),
    };
    let one = name.is_some();
    ask(&args.which, &Command::Get { node, name }, io, |answer, _, io| match answer {
        Answer::Values(values) if args.format == Sheet::Table => match values.as_slice() {
            [value] if one => writeln!(io.out, "{}", text(&value.value)),
            values => io.out.write_all(listed(values, width(io)).as_bytes()),
        },
        answer => writeln!(io.out, "{:#}", content(&answer)),
    })
}

/// `set`: parameters of one node.
pub fn set(args: &SetArgs, io: &mut Io<'_>) -> io::Result<u8> {
    ask(&args.which, &Command::Set { changes: args.changes.clone() }, io, |answer, _, io| match answer {
        Answer::Set(Changed { node, params, pause_us }) => {
            writeln!(io.out, "node {node} runs with {}, paused for {pause_us:.1} us", flow(&params))
        }
        answer => writeln!(io.out, "{:#}", content(&answer)),
    })
}

/// `log`: what is logged.
pub fn log(args: &LogArgs, io: &mut Io<'_>) -> io::Result<u8> {
    ask(&args.which, &Command::Log { filters: args.filters.clone() }, io, |answer, run, io| match answer {
        Answer::Log { filters } => {
            writeln!(io.out, "{} logs {} from now on", run.hello.name, plain(&filters.join(", ")))
        }
        answer => writeln!(io.out, "{:#}", content(&answer)),
    })
}

/// `stop`: ends the run as Ctrl-C does.
pub fn stop(args: &StopArgs, io: &mut Io<'_>) -> io::Result<u8> {
    ask(&args.which, &Command::Stop {}, io, |answer, run, io| match answer {
        Answer::Stopping { drain_ms } => {
            let drain = time(std::time::Duration::from_millis(drain_ms));
            writeln!(io.out, "{} stops; what is held has {drain} to be delivered", run.hello.name)
        }
        answer => writeln!(io.out, "{:#}", content(&answer)),
    })
}

/// `swap`: another module in a node's place.
pub fn swap(args: &SwapArgs, io: &mut Io<'_>) -> io::Result<u8> {
    let ms = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let command = Command::Swap {
        node: args.node.clone(),
        module: module(&args.module)?,
        set: args.set.clone(),
        keep_state: !args.no_state,
        patience_ms: ms(args.patience),
        grace_ms: ms(args.grace),
        shadow: args.shadow,
        shadow_for_ms: ms(args.shadow_for),
        rehearse: args.rehearse.as_ref().map(absolute).transpose()?,
        dry_run: args.dry_run,
        accept: args.accept,
        tolerance: args.tolerance.clone(),
    };
    // Each of the two may take so long, beside what a swap takes.
    let longest = ANSWER.saturating_add(args.shadow_for.saturating_mul(2));
    ask_within(&args.which, &command, longest, io, swapped)
}

/// `reload`: the graph file again.
pub fn reload(args: &ReloadArgs, io: &mut Io<'_>) -> io::Result<u8> {
    let patience_ms = u64::try_from(args.patience.as_millis()).unwrap_or(u64::MAX);
    let command = Command::Reload { force: args.force, patience_ms };
    ask(&args.which, &command, io, |answer, run, io| match answer {
        Answer::Reloaded(done) => io.out.write_all(reloaded(&run.hello.name, &done).as_bytes()),
        answer => writeln!(io.out, "{:#}", content(&answer)),
    })
}

/// `rollback`: the module before.
pub fn rollback(args: &RollbackArgs, io: &mut Io<'_>) -> io::Result<u8> {
    ask(&args.which, &Command::Rollback { node: args.node.clone() }, io, swapped)
}

/// Asks the run that is meant, and shows its answer or says what is wrong.
fn ask(
    which: &Which,
    command: &Command,
    io: &mut Io<'_>,
    show: impl FnOnce(Answer, &Client, &mut Io<'_>) -> io::Result<()>,
) -> io::Result<u8> {
    ask_within(which, command, ANSWER, io, show)
}

/// The same, for what may take so long.
fn ask_within(
    which: &Which,
    command: &Command,
    longest: Duration,
    io: &mut Io<'_>,
    show: impl FnOnce(Answer, &Client, &mut Io<'_>) -> io::Result<()>,
) -> io::Result<u8> {
    let asked = client::find(which.run.as_deref());
    let asked = asked.and_then(|mut run| Ok((run.ask_within(command, longest)?, run)));
    match asked {
        Ok((Ok(answer), run)) => show(answer, &run, io).map(|()| exit::OK),
        Ok((Err(refusal), _)) => Ok(refused(&refusal, io)),
        Err(error) => {
            io.error(plain(&error));
            Ok(exit::USAGE)
        }
    }
}

/// Shows a refusal; its exit code.
pub fn refused(refusal: &Refusal, io: &mut Io<'_>) -> u8 {
    let text = plain(&refusal.text);
    // Mistakes of a graph file come as `check` shows them.
    match text.starts_with("error: ") || text.starts_with("warning: ") {
        true => io.note(&format!("{text}\n")),
        false => io.error(text),
    }
    match refusal.kind {
        Kind::Usage | Kind::Gone => exit::USAGE,
        Kind::Refused => exit::REFUSED,
    }
}

fn width(io: &Io<'_>) -> usize {
    (io.widths)().out.unwrap_or(WIDTH)
}

/// What is in an answer, without what kind it is.
pub fn content(answer: &Answer) -> Value {
    match json!(answer) {
        Value::Object(keys) => keys.into_iter().next().map_or(Value::Null, |(_, value)| value),
        other => other,
    }
}

fn list(runs: &[Client], format: ShowSheet, io: &mut Io<'_>) -> io::Result<u8> {
    if format != ShowSheet::Table {
        let runs: Vec<Map<String, Value>> = runs.iter().map(client::described).collect();
        writeln!(io.out, "{:#}", json!({ "runs": runs }))?;
        return Ok(exit::OK);
    }
    let mut columns = Columns::titled(&["name", "graph", ">pid", "socket"]);
    for run in runs {
        let (hello, path) = (&run.hello, run.path.display().to_string());
        columns.row([plain(&hello.name), plain(&hello.graph), hello.pid.to_string(), plain(&path)]);
    }
    io.out.write_all(columns.text("", width(io)).as_bytes())?;
    Ok(exit::OK)
}

fn swapped(answer: Answer, _: &Client, io: &mut Io<'_>) -> io::Result<()> {
    match answer {
        Answer::Swapped(done) => io.out.write_all(exchanged(*done).as_bytes()),
        Answer::Compared(done) => io.out.write_all(compared_only(&done).as_bytes()),
        answer => writeln!(io.out, "{:#}", content(&answer)),
    }
}

/// A path as the run is told.
fn absolute(path: &PathBuf) -> io::Result<String> {
    Ok(std::path::absolute(path)?.display().to_string())
}

/// A module as the run is told: a path from anywhere, or a name.
fn module(text: &str) -> io::Result<String> {
    let file = text.rsplit_once('#').map_or(text, |(file, _)| file);
    if text.contains('/') || Path::new(file).is_file() || Path::new(text).is_file() {
        return Ok(std::path::absolute(text)?.display().to_string());
    }
    Ok(text.to_owned())
}
