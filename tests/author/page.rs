//! `docs/first-module.md` from its first command to its last: the page's own text is what is run.
//!
//! A block `sh` is run, a block `rust` becomes `src/lib.rs`, and each line of a block `text` must be in what the
//! commands before it have shown, whatever the numbers. What follows on `build --wasm` is left out where no component
//! can be built, and that is said.

use crate::desk::{Desk, root};
use std::fs;

const PAGE: &str = "docs/first-module.md";

/// What builds the tools: done here by the test run itself.
const TOOLS: &str = "cargo build --release\nexport PATH=\"$PWD/target/release:$PATH\"\n";

/// The fenced blocks: language and text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        match (line.strip_prefix("```"), open) {
            (Some(language), false) => blocks.push((language.to_owned(), String::new())),
            (Some(_), true) => {}
            (None, true) => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
                continue;
            }
            (None, false) => continue,
        }
        open = !open;
    }
    blocks
}

/// A line without what differs from run to run: numbers and the width of blanks.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    for word in line.split_whitespace() {
        let digits = |c: char| c.is_ascii_digit() || ".,".contains(c);
        for piece in word.split_inclusive(|c| !digits(c)) {
            let rest = piece.trim_start_matches(digits);
            if rest.len() < piece.len() && piece.starts_with(|c: char| c.is_ascii_digit()) {
                plain.push('#');
                plain.push_str(rest);
            } else {
                plain.push_str(piece);
            }
        }
        plain.push(' ');
    }
    plain
}

#[test]
fn the_page_of_the_first_module_is_run_from_its_first_to_its_last_line() {
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let mut blocks = blocks(&page).into_iter();
    assert_eq!(
        blocks.next(),
        Some(("sh".to_owned(), TOOLS.to_owned())),
        "the tools are built as on the path here"
    );

    let desk = Desk::new("page");
    let (mut folder, mut shown) = (String::new(), String::new());
    let (mut commands, mut expected, mut sources) = (0, 0, 0);
    for (language, text) in blocks {
        if text.contains("--wasm") && !crate::wasm::can_build(&desk) {
            break;
        }
        match language.as_str() {
            "sh" => {
                shown.clear();
                for line in text.lines() {
                    if let Some(into) = line.strip_prefix("cd ") {
                        folder = into.to_owned();
                        desk.settle(into);
                        continue;
                    }
                    let done = desk.sh(&folder, line).ended(0);
                    shown.push_str(&done.out);
                    commands += 1;
                }
            }
            "rust" => {
                fs::write(desk.dir.join(&folder).join("src/lib.rs"), &text).unwrap();
                sources += 1;
            }
            "text" => {
                let have: Vec<String> = shown.lines().map(plain).collect();
                for line in text.lines() {
                    assert!(
                        have.contains(&plain(line)),
                        "the page shows {line:?}, and this is what there was:\n{shown}"
                    );
                    expected += 1;
                }
            }
            other => panic!("{PAGE}: a block `{other}` is run by nobody"),
        }
    }
    assert!(
        commands >= 10 && expected >= 12 && sources >= 1,
        "{commands} commands, {expected} lines, {sources} sources"
    );
}

#[test]
fn numbers_are_not_compared() {
    assert_eq!(plain("  a 1,234.5 ns  x2 "), plain("a 7 ns x9"));
    assert_ne!(plain("a b"), plain("a c"));
}
