//! What the documents say of `cargo rogue` is what it does: verbs, flags, the table of checks.

use crate::desk::{Desk, root};
use std::{collections::BTreeSet, fs};

/// `--flags` in a text.
fn flags(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

/// What follows `cargo rogue` in the documents, up to the end of the code it is in.
fn calls() -> Vec<(String, String)> {
    let mut pages = vec![root().join("README.md"), root().join("ARCHITECTURE.md")];
    pages.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    let mut calls = Vec::new();
    for page in pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(page).unwrap();
        for line in text.lines() {
            for rest in line.split("cargo rogue ").skip(1) {
                let call = rest.split(['`', '#']).next().unwrap().split(" -- ").next().unwrap();
                calls.push((format!("{}: {line}", page.display()), call.to_owned()));
            }
        }
    }
    calls
}

#[test]
fn every_verb_and_flag_in_the_documents_exists() {
    let desk = Desk::new("usage");
    let help = desk.rogue(&["--help"]).ended(0).out;
    let mut count = 0;
    for (place, call) in calls() {
        let verb = call.split(' ').next().unwrap_or_default().trim_end_matches([',', '.']);
        assert!(help.contains(&format!("\n  {verb} ")), "{place}: there is no verb {verb:?}");
        let known = flags(&desk.rogue(&[verb, "--help"]).ended(0).out);
        let unknown: Vec<_> = flags(&call).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{place}: {verb} has no {unknown:?}");
        count += 1;
    }
    assert!(count >= 10, "only {count} calls were found");
}

#[test]
fn every_check_is_in_the_table() {
    let page = fs::read_to_string(root().join("docs/writing-a-module.md")).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| check |")).skip(2);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    let want: Vec<String> = cargo_rogue::check::CHECKS
        .iter()
        .map(|check| format!("| `{}` | {} |", check.name, check.about))
        .collect();
    assert_eq!(rows, want);
}

#[test]
fn help_tells_what_each_verb_is_for() {
    let desk = Desk::new("help");
    let help = desk.rogue(&["--help"]).ended(0).out;
    assert!(help.starts_with("Makes, builds, checks and measures a module"), "{help}");
    assert!(help.contains("Usage: cargo rogue <VERB>") && help.contains("Exit codes: 0 done"), "{help}");
    assert!(!help.contains("alone"), "what is for itself alone is not shown:\n{help}");
    for verb in ["new", "build", "check", "bench"] {
        let help = desk.rogue(&["rogue", verb, "--help"]).ended(0).out;
        assert!(help.contains(&format!("Usage: cargo rogue {verb}")), "{help}");
    }
    desk.rogue(&[]).ended(2).says("Usage: cargo rogue <VERB>");
    desk.rogue(&["biuld"]).ended(2).says("unrecognized subcommand 'biuld'");
}
