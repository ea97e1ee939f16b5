//! The verb `check`: every check in a process of its own, one line for each, and a verdict.

use super::{
    CHECKS, Check,
    alone::{self, Told},
};
use crate::{
    cli::{CheckArgs, Format},
    module::Chosen,
    say::{self, FAILED, OK, Trouble, count},
};
use serde_json::{Value, json};
use std::fmt::Write;

/// Lines of a failed module's own words that are shown.
const WORDS: usize = 8;

/// One check and what became of it; `None`: it was left out.
type Row = (&'static Check, Option<Told>);

/// Runs the suite.
pub fn check(args: &CheckArgs) -> Result<u8, Trouble> {
    let chosen = Chosen::find(&args.module)?;
    let program = std::env::current_exe()
        .map_err(|error| Trouble::failed(format_args!("this program cannot be found again: {error}")))?;
    let text = args.module.format == Format::Text;
    if text {
        say::out(&format!("{}, of {}\n\n", chosen.title(), chosen.found.file.display()))?;
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut go_on = true;
    for check in CHECKS {
        let told = match go_on {
            true => Some(alone::run(&program, check, &chosen, args.limit).map_err(|error| {
                Trouble::failed(format_args!("no process for the check `{}`: {error}", check.name))
            })?),
            false => None,
        };
        if let Some(told) = &told {
            // One that does not open cannot be checked, and one that hangs would do so again.
            go_on &= !told.late && (check.name != "opens" || told.outcome.is_ok());
        }
        if text {
            say::out(&line(check, told.as_ref()))?;
        }
        rows.push((check, told));
    }
    let failed = failed(&rows);
    say::out(&if text { verdict(&rows) } else { format!("{:#}\n", as_json(&chosen, &rows)) })?;
    Ok(if failed.is_empty() { OK } else { FAILED })
}

fn failed(rows: &[Row]) -> Vec<&'static str> {
    let failed = |row: &&Row| row.1.as_ref().is_some_and(|told| told.outcome.is_err());
    rows.iter().filter(failed).map(|(check, _)| check.name).collect()
}

/// One check as people read it.
fn line(check: &Check, told: Option<&Told>) -> String {
    let name = check.name;
    let Some(told) = told else { return format!("  -       {name:<11} left out\n") };
    match &told.outcome {
        Ok(remark) if remark.is_empty() => format!("  ok      {name:<11} {}\n", check.about),
        Ok(remark) => format!("  ok      {name:<11} {}: {remark}\n", check.about),
        Err(wrong) => {
            let mut text = format!("  FAILED  {name:<11} it must be that {}\n", check.about);
            for what in wrong {
                let _ = writeln!(text, "          - {}", what.replace('\n', "\n            "));
            }
            let idle =
                |line: &&str| line.trim().is_empty() || line.starts_with("note: run with `RUST_BACKTRACE");
            let words: Vec<&str> = told.said.lines().filter(|line| !idle(line)).collect();
            for word in words.iter().skip(words.len().saturating_sub(WORDS)) {
                let _ = writeln!(text, "          | {word}");
            }
            text
        }
    }
}

fn verdict(rows: &[Row]) -> String {
    let failed = failed(rows);
    let left_out = rows.iter().filter(|(_, told)| told.is_none()).count();
    let left_out = if left_out == 0 { String::new() } else { format!("; {left_out} left out") };
    match failed.as_slice() {
        [] => format!("\nPASSED: {}\n", count(rows.len(), "check")),
        names => {
            format!(
                "\nFAILED: {} of {}: {}{left_out}\n",
                names.len(),
                count(rows.len(), "check"),
                names.join(", ")
            )
        }
    }
}

fn as_json(chosen: &Chosen, rows: &[Row]) -> Value {
    let checks: Vec<Value> = rows
        .iter()
        .map(|(check, told)| {
            let passed = told.as_ref().map(|told| told.outcome.is_ok());
            let mut value = json!({ "name": check.name, "about": check.about, "passed": passed });
            match told.as_ref().map(|told| &told.outcome) {
                Some(Ok(remark)) => value["remark"] = json!(remark),
                Some(Err(wrong)) => value["wrong"] = json!(wrong),
                None => {}
            }
            value
        })
        .collect();
    json!({
        "file": chosen.found.file.to_string_lossy(),
        "module": chosen.card().name,
        "version": chosen.card().version,
        "params": chosen.params,
        "passed": failed(rows).is_empty(),
        "checks": checks
    })
}
