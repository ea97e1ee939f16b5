//! The pure floor as a whole: text in, plan or mistakes out.

mod attack;
mod diffs;
mod fake;
mod mistakes;
mod plans;
mod print;
mod property;
mod sets;
mod warnings;
mod wrong;

use super::*;

/// Checks a graph file named `g.yaml`.
fn check(text: &str) -> Result<Checked, Vec<GraphError>> {
    load(text, "g.yaml", &Options::default(), &fake::Modules)
}

fn plan(text: &str) -> Plan {
    match check(text) {
        Ok(checked) => checked.plan,
        Err(errors) => panic!("{}", render(&errors, text, false)),
    }
}

/// Each mistake as `line:col+len message | help`.
fn mistakes(text: &str) -> Vec<String> {
    match check(text) {
        Ok(_) => vec![],
        Err(errors) => errors.iter().map(short).collect(),
    }
}

fn short(error: &GraphError) -> String {
    let place = error.place.map(|p| format!("{}:{}+{} ", p.line, p.col, p.len)).unwrap_or_default();
    let help = error.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
    format!("{place}{}{help}", error.message)
}
