//! Every verb and flag that a document names is in the program's help.

use super::page::Page;
use std::{collections::BTreeSet, process::Command};

fn help(args: &[&str]) -> String {
    help_of(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), args)
}

fn help_of(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).arg("--help").output().unwrap();
    assert!(out.status.success(), "{args:?} --help: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The verbs, from the list in the help: a line of it begins with two blanks and the verb.
fn verbs() -> BTreeSet<String> {
    let help = help(&[]);
    let list = help.lines().skip_while(|line| !line.starts_with("Verbs:")).skip(1);
    let list = list.take_while(|line| line.starts_with("  "));
    list.filter_map(|line| Some(line.strip_prefix("  ")?.split(' ').next()?.to_owned()))
        .filter(|verb| !verb.is_empty())
        .collect()
}

/// `--flag`s in a text.
fn flags(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = text.split(|c: char| !part(c)).filter(|word| word.starts_with("--") && word.len() > 3);
    words.map(|word| word.trim_end_matches('-').to_owned()).collect()
}

/// A command without the variables that are set for it in front: `NAME=value cargo …`.
fn without_variables(line: &str) -> &str {
    match line.split_once(' ') {
        Some((first, rest)) if first.split_once('=').is_some_and(|(name, _)| is_variable(name)) => {
            without_variables(rest.trim_start())
        }
        _ => line,
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// What documents say on a command line: code in the text, and lines of blocks, those of other programs left out.
fn command_lines() -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for page in Page::all() {
        for code in page.code() {
            lines.push((page.name.clone(), code));
        }
        for block in page.blocks().iter().filter(|block| block.language == "sh") {
            for line in block.text.lines().flat_map(|line| line.split("&&")) {
                lines.push((page.name.clone(), without_variables(line.trim()).to_owned()));
            }
        }
    }
    lines.retain(|(_, line)| {
        !["apt-get ", "cargo ", "clang", "git ", "pip ", "python3 ", "rustup ", "tests/", "wit-bindgen "]
            .iter()
            .any(|other| line.starts_with(other))
    });
    lines
}

#[test]
fn every_flag_in_the_documents_exists() {
    let mut known = flags(&help(&[]));
    for verb in verbs() {
        known.extend(flags(&help(&[&verb])));
    }
    // Flags of the author's tool stand alone too; where they stand with it, `tests/author` looks at them.
    for verb in ["new", "build", "pack", "check", "bench"] {
        known.extend(flags(&help_of(env!("CARGO_BIN_EXE_cargo-rogue-under-test"), &[verb])));
    }
    let mut count = 0;
    for (page, line) in command_lines() {
        for flag in flags(&line) {
            assert!(known.contains(&flag), "{page}: `{line}`: the program has no {flag}");
            count += 1;
        }
    }
    assert!(count > 15, "only {count} flags were found");
}

#[test]
fn every_verb_in_the_documents_exists() {
    let known = verbs();
    assert!(known.contains("run") && known.contains("check"), "{known:?}");
    let mut count = 0;
    for (page, line) in command_lines() {
        let Some(rest) = line.strip_prefix("rogue-runtime ") else { continue };
        let word = rest.split(' ').find(|word| !word.starts_with('-')).unwrap_or_default();
        let is_graph = word.contains(['.', '/']) || word.bytes().all(|byte| byte.is_ascii_uppercase());
        assert!(known.contains(word) || is_graph, "{page}: `{line}`: the program has no verb {word}");
        count += 1;
    }
    assert!(count > 5, "only {count} command lines were found");
}

/// The page on commands names each of them.
#[test]
fn every_verb_is_documented() {
    let page = Page::read("docs/commands.md");
    for verb in verbs() {
        assert!(
            page.text.contains(&format!("`{verb}")) || page.text.contains(&format!("rogue-runtime {verb}")),
            "{verb}"
        );
    }
}
