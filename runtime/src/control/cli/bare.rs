//! `rogue-runtime GRAPH` is `rogue-runtime run GRAPH`: puts the verb in where it is left out.
//!
//! Called on the arguments before clap reads them, since clap cannot tell a file's name from a mistyped verb.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// The arguments with `run` behind the program's name, if the first that is no flag is a graph.
///
/// It is a graph unless it is a verb, or looks like one (letters only) and no file has that name: clap then
/// says which verb may have been meant.
pub fn with_verb(
    mut args: Vec<OsString>,
    command: &Command,
    exists: impl Fn(&OsStr) -> bool,
) -> Vec<OsString> {
    let Some(word) = first_word(args.get(1..).unwrap_or_default(), command) else { return args };
    let is_verb = word.to_str().is_some_and(|word| command.find_subcommand(word).is_some());
    let like_one = word.to_str().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
    if !is_verb && (!like_one || exists(word)) {
        args.insert(1, OsString::from("run"));
    }
    args
}

/// The first argument that is neither a flag nor a flag's value.
fn first_word<'a>(args: &'a [OsString], command: &Command) -> Option<&'a OsStr> {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let Some(text) = arg.to_str() else { return Some(arg) };
        match text {
            "--" => return args.next().map(OsString::as_os_str),
            "-" => return Some(arg),
            _ if !text.starts_with('-') => return Some(arg),
            _ if takes_next(text, command) => {
                args.next();
            }
            _ => {}
        }
    }
    None
}

/// Whether the value of this flag is the next argument.
fn takes_next(flag: &str, command: &Command) -> bool {
    let run = command.find_subcommand("run").into_iter().flat_map(Command::get_arguments);
    let mut known = command.get_arguments().chain(run).filter(|arg| arg.get_action().takes_values());
    match flag.strip_prefix("--") {
        // With `=` the value is in the same argument.
        Some(long) => known.any(|arg| arg.get_long() == Some(long)),
        // `-vvx`: only the last of a row of short flags can take what follows.
        None => known.any(|arg| arg.get_short().is_some_and(|short| flag.ends_with(short))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn with(args: &str) -> String {
        let args: Vec<OsString> = args.split(' ').map(OsString::from).collect();
        let command = super::super::Cli::command();
        let args = with_verb(args, &command, |name| name == "here");
        args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_verb_is_put_in_for_a_graph() {
        assert_eq!(with("p g.yaml"), "p run g.yaml");
        assert_eq!(with("p --for 10s g.yaml"), "p run --for 10s g.yaml");
        assert_eq!(with("p --for=10s g.yaml"), "p run --for=10s g.yaml");
        assert_eq!(with("p -v --set list=1 ./list"), "p run -v --set list=1 ./list");
        assert_eq!(with("p -"), "p run -");
        assert_eq!(with("p -- -g.yaml"), "p run -- -g.yaml");
        assert_eq!(with("p here"), "p run here");
    }

    #[test]
    fn a_verb_or_what_looks_like_one_is_left_alone() {
        for args in
            ["p", "p list", "p -v list", "p --plugin-path list check g.yaml", "p chekc g.yaml", "p --help"]
        {
            assert_eq!(with(args), args);
        }
    }
}
