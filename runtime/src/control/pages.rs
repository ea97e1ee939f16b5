//! `completions` and `man`: what is made from the definition of the command line.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use super::{cli, exit, io::Io};

/// Prints the completions of a shell.
pub fn completions(shell: Shell, io: &mut Io<'_>) -> io::Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "rogue-runtime", &mut text);
    io.out.write_all(&text)?;
    Ok(exit::OK)
}

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
    Man::new(command).render(&mut text)?;
    Ok(text)
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
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = verb(&mut Io { out: &mut out, err: &mut err, color: false }).expect("written");
        (code, String::from_utf8_lossy(&out).into_owned(), String::from_utf8_lossy(&err).into_owned())
    }

    #[test]
    fn every_shell_has_completions_of_every_verb() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let (code, out, _) = run(|io| completions(shell, io));
            assert_eq!(code, exit::OK);
            for verb in ["inspect", "completions", "plugin-path"] {
                assert!(out.contains(verb), "{shell}: {verb}");
            }
        }
    }

    #[test]
    fn there_is_a_page_for_the_program_and_each_verb() {
        let dir = tempfile::tempdir().expect("a directory");
        let below = dir.path().join("man/man1");
        let (code, out, _) = run(|io| man(Some(&below), io));
        assert_eq!((code, out.lines().count()), (exit::OK, 9));
        let check = fs::read_to_string(below.join("rogue-runtime-check.1")).expect("a page");
        assert!(
            check.contains(".TH rogue\\-runtime\\-check 1") || check.contains(".TH rogue-runtime-check 1")
        );
        let (_, page, _) = run(|io| man(None, io));
        assert!(page.contains("Exit codes"), "{page}");
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_an_error() {
        let (code, out, err) = run(|io| man(Some(Path::new("/dev/null/man")), io));
        assert_eq!((code, out.as_str()), (exit::USAGE, ""));
        assert!(err.contains("/dev/null/man cannot be written"), "{err}");
    }
}
