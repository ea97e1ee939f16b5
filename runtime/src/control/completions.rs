//! `completions`: what a shell needs to complete these commands.
//!
//! Made from the definition of the command line; for bash, zsh and fish with what that does not know: a graph may
//! stand without a verb, `--until` takes a node of the graph, `inspect` the name of a module. The shells ask the
//! program itself for these.

use std::io;

use clap_complete::Shell;

use super::{cli, exit, io::Io};

/// What bash runs instead of the generated function, which it calls.
const BASH: &str = include_str!("completions/tail.bash");
/// What fish reads after the generated text.
const FISH: &str = include_str!("completions/tail.fish");
/// The functions that [`ZSH_CHANGES`] name.
const ZSH: &str = include_str!("completions/head.zsh");
/// Parts of the text for zsh, and what stands in their place.
const ZSH_CHANGES: [(&str, &str); 4] = [
    (":NODE:_default'", ":NODE:_rogue-runtime_nodes'"),
    ("the name of a module:_default'", "the name of a module:_rogue-runtime_modules'"),
    ("            (run)\n", "            (run|*.yaml|*.yml)\n"),
    (
        "'rogue-runtime commands' commands \"$@\"\n",
        "'rogue-runtime commands' commands \"$@\"\n    _files -g '*.(yaml|yml)'\n",
    ),
];

/// Prints the completions of a shell.
pub fn completions(shell: Shell, io: &mut Io<'_>) -> io::Result<u8> {
    io.out.write_all(script(shell).as_bytes())?;
    Ok(exit::OK)
}

fn script(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "rogue-runtime", &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    match shell {
        // The generator looks for its verbs under another name than it gave them.
        Shell::Bash => text.replace("rogue__subcmd__runtime", "rogue__runtime") + BASH,
        Shell::Fish => text + FISH,
        Shell::Zsh => {
            let with = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
            let text = ZSH_CHANGES.iter().fold(text, with);
            text.replacen("autoload -U is-at-least\n\n", &format!("autoload -U is-at-least\n\n{ZSH}"), 1)
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_completions_of_every_verb() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let text = script(shell);
            for verb in ["inspect", "completions", "plugin-path"] {
                assert!(text.contains(verb), "{shell}: {verb}");
            }
        }
    }

    #[test]
    fn what_is_changed_in_the_generated_text_is_there() {
        let text = script(Shell::Zsh);
        for (_, to) in ZSH_CHANGES {
            assert!(text.contains(to), "{to} is not in\n{text}");
        }
        assert!(text.contains("\n_rogue-runtime_nodes() {") && text.contains("\n_rogue-runtime_modules() {"));
        let text = script(Shell::Bash);
        let name = "rogue__runtime__subcmd__check";
        assert!(text.contains(&format!("cmd=\"{name}\"")) && text.contains(&format!(" {name})")), "{text}");
        assert!(text.starts_with("_rogue__runtime() {\n"), "{text}");
        assert!(script(Shell::Fish).contains("\nfunction __fish_rogue_runtime_needs_command\n"));
    }
}
