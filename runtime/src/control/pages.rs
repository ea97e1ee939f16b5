//! `man`: the manual pages, made from the definition of the command line.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Command;
use clap_mangen::Man;

use super::{cli, exit, io::Io};

/// When what the pages say changed last.
const DATE: &str = "2026-11-24";

/// Prints the manual page, or writes those of the program and of each verb into `dir` and prints their paths.
pub fn man(dir: Option<&Path>, io: &mut Io<'_>) -> io::Result<u8> {
    let Some(dir) = dir else {
        io.out.write_all(&page(cli::command())?)?;
        return Ok(exit::OK);
    };
    match write_pages(dir) {
        Ok(files) => {
            for file in files {
                writeln!(io.out, "{}", file.display())?;
            }
            Ok(exit::OK)
        }
        Err((path, why)) => {
            io.error(format!(
                "{} cannot be written: {why}; name a directory you may write to",
                path.display()
            ));
            Ok(exit::USAGE)
        }
    }
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(command).date(DATE).render(&mut text)?;
    Ok(portable(&String::from_utf8_lossy(&text)).into_bytes())
}

/// The page in characters that every formatter reads, without blanks at the ends of lines, and without line breaks
/// beside an empty line, which formatters warn of.
fn portable(page: &str) -> String {
    let mut lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    let mut before = false;
    let empty = |line: Option<&&str>| line.is_some_and(|line| line.is_empty() || *line == ".sp");
    for index in 0..lines.len() {
        let breaks = lines.get(index) == Some(&".br");
        if breaks
            && (before || empty(lines.get(index + 1)))
            && let Some(line) = lines.get_mut(index)
        {
            *line = ".\\\"";
            continue;
        }
        before = empty(lines.get(index));
    }
    lines.retain(|line| *line != ".\\\"");
    let mut out = String::with_capacity(page.len());
    for line in lines {
        for c in line.chars() {
            match c {
                c if c.is_ascii() => out.push(c),
                c => out.push_str(&format!("\\[u{:04X}]", u32::from(c))),
            }
        }
        out.push('\n');
    }
    out
}

fn write_pages(dir: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    fs::create_dir_all(dir).map_err(|why| (dir.to_owned(), why))?;
    let mut root = cli::command();
    root.build();
    let verbs: Vec<Command> = root.get_subcommands().cloned().collect();
    let mut files = Vec::new();
    for command in std::iter::once(root).chain(verbs) {
        let file = dir.join(Man::new(command.clone()).get_filename());
        let written = page(command).and_then(|text| fs::write(&file, text));
        written.map_err(|why| (file.clone(), why))?;
        files.push(file);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(verb: impl FnOnce(&mut Io<'_>) -> io::Result<u8>) -> (u8, String, String) {
        crate::control::io::tests::written(crate::control::io::Widths::default, verb)
    }

    #[test]
    fn there_is_a_page_for_the_program_and_each_verb() {
        let dir = tempfile::tempdir().expect("a directory");
        let below = dir.path().join("man/man1");
        let (code, out, _) = run(|io| man(Some(&below), io));
        assert_eq!((code, out.lines().count()), (exit::OK, 19));
        let check = fs::read_to_string(below.join("rogue-runtime-check.1")).expect("a page");
        assert!(
            check.contains(".TH rogue\\-runtime\\-check 1") || check.contains(".TH rogue-runtime-check 1")
        );
        let (_, page, _) = run(|io| man(None, io));
        assert!(page.contains("Exit codes"), "{page}");
        let run = fs::read_to_string(below.join("rogue-runtime-run.1")).expect("a page");
        assert!(run.contains("ROGUE_DRAIN"), "{run}");
        assert!(page.is_ascii() && page.lines().all(|line| line.trim_end() == line), "{page}");
        assert!(page.contains(&format!(".TH rogue-runtime 1 {DATE} ")), "{page}");
    }

    #[test]
    fn pages_are_made_portable() {
        let page = "a … b \nWhen\n.br\n\n.br\nPossible\n.br\n.sp\nx\n.br\ny\n";
        assert_eq!(portable(page), "a \\[u2026] b\nWhen\n\nPossible\n.sp\nx\n.br\ny\n");
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_an_error() {
        let (code, out, err) = run(|io| man(Some(Path::new("/dev/null/man")), io));
        assert_eq!((code, out.as_str()), (exit::USAGE, ""));
        assert!(err.contains("/dev/null/man cannot be written"), "{err}");
    }
}
