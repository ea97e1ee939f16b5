//! One check in a process of its own: a module that hangs or crashes takes only that with it.
//!
//! The parent ([`run`]) starts the tool itself with the hidden verb `alone`; the child ([`serve`]) makes the check and
//! writes its steps and its outcome into a file, since what a module prints is its own affair.
//!
//! What holds: a child that is late is killed; one whose parent has gone ends itself; a step is on record before it is
//! begun, so that it can be told where a module hung or crashed.

use super::{CHECKS, Check, Outcome};
use crate::{
    child,
    cli::AloneArgs,
    module::Chosen,
    say::{OK, Trouble},
};
use rogue_runtime::{graph::Found, load::inspect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

/// What became of a check.
#[derive(Debug)]
pub struct Told {
    /// Its outcome.
    pub outcome: Outcome,
    /// The end of what the process said on its error output.
    pub said: String,
    /// Whether it had to be killed.
    pub late: bool,
}

/// One line of the report.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    At(String),
    Passed(String),
    Failed(Vec<String>),
}

/// Makes a check in a new process of `program`, which is this tool.
///
/// # Errors
/// When there is no such process, or no file for its report.
pub fn run(program: &Path, check: &Check, chosen: &Chosen, limit: Duration) -> io::Result<Told> {
    let dir = tempfile::tempdir()?;
    let report = tempfile::NamedTempFile::new()?;
    let mut child = Command::new(program)
        .arg("alone")
        .args([&chosen.found.file, Path::new(&chosen.found.card.name), Path::new(check.name)])
        .arg(Value::Object(chosen.params.clone()).to_string())
        .args([dir.path(), report.path()])
        // The place of a panic is told without it; the way there is the runtime's.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let tail = child::Tail::default();
    let closed = child::listen(&mut child, tail.clone());
    let ended = child::wait(&mut child, &closed, limit)?;
    // The pipe is closed with the process, unless a child of the module's own still has it.
    let _ = closed.recv_timeout(child::LOOK);
    let lines = std::fs::read_to_string(report.path())?;
    let said = child::text(&tail);
    let late = ended.is_none();
    Ok(Told { outcome: outcome(&lines, ended, limit), said, late })
}

/// What the report and the process's end say together.
fn outcome(lines: &str, ended: Option<ExitStatus>, limit: Duration) -> Outcome {
    let lines: Vec<Line> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let at =
        lines.iter().rev().find_map(|line| if let Line::At(what) = line { Some(what.clone()) } else { None });
    let at = at.unwrap_or_else(|| "beginning".to_owned());
    let Some(status) = ended else {
        return Err(vec![format!("it did not come back within {limit:?} from {at}")]);
    };
    let told = lines.into_iter().find_map(|line| match line {
        Line::At(_) => None,
        Line::Passed(remark) => Some(Ok(remark)),
        Line::Failed(wrong) => Some(Err(wrong)),
    });
    let how = match status.signal() {
        Some(signal) => format!("was ended by signal {signal}{}", name(signal)),
        None => format!("ended by itself with exit code {}", status.code().unwrap_or_default()),
    };
    match told {
        Some(Err(wrong)) => Err(wrong),
        Some(Ok(remark)) if status.success() => Ok(remark),
        Some(Ok(_)) => Err(vec![format!("the process {how} when all was done")]),
        None => Err(vec![format!("the process {how}, while {at}")]),
    }
}

fn name(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        7 => " (bus error)",
        8 => " (arithmetic error)",
        9 => " (kill)",
        11 => " (segmentation fault)",
        _ => "",
    }
}

/// The child's side.
pub fn serve(args: &AloneArgs) -> Result<u8, Trouble> {
    end_with_parent();
    let level = log::LevelFilter::Warn;
    env_logger::Builder::new().filter_level(level).format_timestamp(None).init();
    rogue_runtime::host::set_log_level(level);
    let report = File::options().append(true).open(&args.report);
    let report =
        report.map_err(|error| Trouble::usage(format_args!("{}: {error}", args.report.display())))?;
    let write = |line: &Line| {
        // The parent tells what is missing.
        let text = serde_json::to_string(line).unwrap_or_default() + "\n";
        let _ = (&report).write_all(text.as_bytes());
    };
    let check = CHECKS.iter().find(|check| check.name == args.check);
    let check = check.ok_or_else(|| Trouble::usage(format_args!("there is no check `{}`", args.check)))?;
    let at = |what: &str| write(&Line::At(what.to_owned()));
    let outcome = chosen(args).map_err(|what| vec![what]);
    let outcome = outcome.and_then(|chosen| super::run(check, &chosen, &args.dir, &at));
    at("ending the process");
    write(&match outcome {
        Ok(remark) => Line::Passed(remark),
        Err(wrong) => Line::Failed(wrong),
    });
    Ok(OK)
}

/// The module as the parent found it.
fn chosen(args: &AloneArgs) -> Result<Chosen, String> {
    let params: Map<String, Value> =
        serde_json::from_str(&args.params).map_err(|error| format!("parameters: {error}"))?;
    let seen = inspect(&args.file).map_err(|error| error.to_string())?;
    let index =
        seen.cards.index_of(&args.name).ok_or_else(|| format!("the file has no module `{}`", args.name))?;
    let card = seen.cards.cards.get(index as usize).cloned();
    let card = card.ok_or_else(|| format!("the file has no module number {index}"))?;
    let packaging = seen.cards.packaging();
    Ok(Chosen { found: Found { card, file: args.file.clone(), index, sha256: None, packaging }, params })
}

/// Ends this process when the other end of its standard input is closed: it must not outlive its parent, whatever the
/// module does. By an abort, since nothing of the module's may run then.
fn end_with_parent() {
    thread::spawn(|| {
        let mut rest = Vec::new();
        let _ = io::stdin().read_to_end(&mut rest);
        std::process::abort();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &str = "{\"at\":\"a\"}\n{\"at\":\"b\"}\n";

    fn told(more: &str, raw: Option<i32>) -> String {
        let status = raw.map(ExitStatus::from_raw);
        match outcome(&format!("{STEPS}{more}"), status, Duration::from_secs(3)) {
            Ok(remark) => format!("ok {remark}"),
            Err(wrong) => wrong.join("; "),
        }
    }

    #[test]
    fn an_outcome_needs_a_report_and_a_good_end() {
        assert_eq!(told("{\"passed\":\"x\"}\n", Some(0)), "ok x");
        assert_eq!(told("{\"failed\":[\"x\",\"y\"]}\n", Some(11)), "x; y");
        assert_eq!(told("", None), "it did not come back within 3s from b");
        assert_eq!(told("", Some(11)), "the process was ended by signal 11 (segmentation fault), while b");
        assert_eq!(told("", Some(7 << 8)), "the process ended by itself with exit code 7, while b");
        assert_eq!(
            told("{\"passed\":\"\"}\n", Some(6)),
            "the process was ended by signal 6 (abort) when all was done"
        );
    }
}
