//! The verb `build`: Cargo builds the module in the current folder; this says where it is and what it is.
//!
//! Also asked by `check` and `bench` when no file is named, and by the project's build of its components. What was
//! built is read from Cargo's own messages, so that a target directory, a target or a workspace of the author's
//! choosing is followed.

use crate::{
    cli::BuildArgs,
    module::title,
    python,
    say::{self, OK, Trouble},
    wasm_target::{self, Toolchain},
};
use rogue_runtime::{card::Card, load::cards};
use serde::Deserialize;
use std::{
    ffi::OsString,
    fmt::Write,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Builds, and shows each plugin that came of it.
pub fn build(args: &BuildArgs) -> Result<u8, Trouble> {
    if let Some(file) = &args.python {
        return python::build(args, file);
    }
    let here = std::env::current_dir().unwrap_or_default();
    let mut text = String::new();
    for file in built(args, Path::new("."))? {
        let cards = cards::read(&file).map_err(Trouble::failed)?;
        show(&file, &cards.cards.iter().map(|card| &**card).collect::<Vec<_>>(), &here, &mut text);
    }
    say::out(&text)?;
    Ok(OK)
}

/// Builds the module in the current folder; there must be one.
pub fn the_one() -> Result<PathBuf, Trouble> {
    let mut files = built(&BuildArgs::default(), Path::new("."))?;
    match (files.pop(), files.as_slice()) {
        (Some(file), []) => {
            let here = std::env::current_dir().unwrap_or_default();
            Ok(file.strip_prefix(&here).map(ToOwned::to_owned).unwrap_or(file))
        }
        _ => Err(Trouble::usage(
            "several plugins are built here; say which, as FILE.so. `cargo rogue build` shows them.",
        )),
    }
}

/// What Cargo says in one line; other messages have none of this.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    target: Target,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Default, Deserialize)]
struct Target {
    #[serde(default)]
    kind: Vec<String>,
}

/// Builds what is in a folder; gives the modules' files, at least one.
pub fn built(args: &BuildArgs, folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    if !folder.join("Cargo.toml").exists() {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        return Err(Trouble::usage(format_args!(
            "{} has no Cargo.toml: this is not the folder of a module. Go there, or make one with `cargo rogue new`.",
            folder.display()
        )));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(&cargo);
    command.args(["build", "--message-format=json-render-diagnostics"]).current_dir(folder);
    if args.wasm {
        Toolchain::find_or_set_up(folder).map_err(Trouble::failed)?.apply(&mut command);
    }
    if !args.debug {
        command.arg("--release");
    }
    command.args(&args.cargo).stdout(Stdio::piped());
    let failed = |error| Trouble::failed(format_args!("{}: {error}", cargo.display()));
    let mut child = command.spawn().map_err(failed)?;
    let lines = child.stdout.take().map(|out| BufReader::new(out).lines());
    let messages = lines.into_iter().flatten().map_while(Result::ok);
    let ending = if args.wasm { "wasm" } else { "so" };
    let files: Vec<PathBuf> = messages.filter_map(|line| libraries(&line, ending)).flatten().collect();
    if !child.wait().map_err(failed)?.success() {
        return Err(Trouble::failed("the module does not build; what Cargo says is above"));
    }
    let mut modules = Vec::new();
    for file in files {
        let is_module = match args.wasm {
            true => wasm_target::make_component(&file).map_err(Trouble::failed)?,
            false => cards::read(&file).is_ok(),
        };
        modules.extend(is_module.then_some(file));
    }
    match modules.is_empty() {
        true => Err(Trouble::failed(
            "no plugin was built here. A module's crate has `crate-type = [\"cdylib\"]` under [lib] in its Cargo.toml, \
             and `export_module!` in its source.",
        )),
        false => Ok(modules),
    }
}

/// The libraries of one message, if it is about a module's crate.
fn libraries(line: &str, ending: &str) -> Option<Vec<PathBuf>> {
    let message: Message = serde_json::from_str(line).ok()?;
    let plugin =
        message.reason == "compiler-artifact" && message.target.kind.iter().any(|kind| kind == "cdylib");
    let is_library = |file: &PathBuf| file.extension().is_some_and(|is| is == ending);
    plugin.then(|| message.filenames.into_iter().filter(is_library).collect())
}

/// Where it is, what it is, how to run it.
pub(crate) fn show(file: &Path, cards: &[&Card], here: &Path, text: &mut String) {
    let near = |path: &Path| path.strip_prefix(here).unwrap_or(path).display().to_string();
    let (what, size) = match file.extension().is_some_and(|ending| ending == "wasm") {
        true => ("file  ", sandboxed(file)),
        false => ("plugin", String::new()),
    };
    let _ = writeln!(text, "{what}  {}{size}", near(file));
    for card in cards {
        let about = if card.about.is_empty() { String::new() } else { format!(": {}", card.about) };
        let _ = writeln!(text, "module  {}{about}\n        {}", title(card), ports(card));
    }
    let graph = if here.join("graph.yaml").exists() { "graph.yaml" } else { "GRAPH" };
    let folder = file.parent().map(near).filter(|near| !near.is_empty()).unwrap_or(".".to_owned());
    let _ = writeln!(text, "run     rogue-runtime run {graph} --plugin-path {}", quoted(&folder));
}

/// What is said of a component besides its place.
fn sandboxed(file: &Path) -> String {
    let length = file.metadata().map_or(0, |meta| meta.len());
    format!(", a component of {} KiB", say::thousands(length.div_ceil(1024)))
}

/// `in >> out; parameters: level, mode (required)`.
fn ports(card: &Card) -> String {
    let names = |ports: &[rogue_runtime::card::PortCard]| {
        let name = |port: &rogue_runtime::card::PortCard| match port.count {
            1 => port.name.clone(),
            count => format!("{} ({count} ports)", port.name),
        };
        ports.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let links = [names(&card.inputs), names(&card.outputs)].join(" >> ");
    let params = card.param_schema().ok().and_then(|schema| {
        let object = schema.object()?.clone();
        let name = |(name, _): &(String, _)| match object.required.contains(name) {
            true => format!("{name} (required)"),
            false => name.clone(),
        };
        Some(object.properties.iter().map(name).collect::<Vec<_>>().join(", "))
    });
    match params.filter(|params| !params.is_empty()) {
        Some(params) => format!("{}; parameters: {params}", links.trim()),
        None => links.trim().to_owned(),
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    match !path.is_empty() && path.chars().all(plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_libraries_of_plugins_are_picked_from_what_cargo_says() {
        let line = |kind: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"kind":["{kind}"]}},"filenames":["/t/libx.so","/t/x.d","/t/x.wasm"]}}"#
            )
        };
        assert_eq!(libraries(&line("cdylib"), "so"), Some(vec![PathBuf::from("/t/libx.so")]));
        assert_eq!(libraries(&line("cdylib"), "wasm"), Some(vec![PathBuf::from("/t/x.wasm")]));
        assert_eq!(libraries(&line("lib"), "so"), None);
        assert_eq!(libraries(r#"{"reason":"build-finished","success":true}"#, "so"), None);
        assert_eq!(libraries("what a build script prints", "so"), None);
    }

    #[test]
    fn paths_are_quoted_for_a_shell() {
        assert_eq!(quoted("target/release"), "target/release");
        assert_eq!(quoted("/my dir/it's"), r"'/my dir/it'\''s'");
    }
}
