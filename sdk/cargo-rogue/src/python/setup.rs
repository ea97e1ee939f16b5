//! The programs that a Python module is built with: the author's python3, and componentize-py at one version.
//!
//! What holds: componentize-py is taken from PATH if it is that version, else from the user's cache folder, where it is
//! put once; nothing else of the machine is changed, and a folder that is not whole is never used.

use crate::{
    child,
    say::{self, Trouble},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The version that modules are built with: its bindings are what `rogue_module.py` is written against.
const VERSION: &str = "0.25.1";

const ASK_LIMIT: Duration = Duration::from_secs(30);
const LOAD_LIMIT: Duration = Duration::from_secs(600);

/// A command that runs python3.
///
/// # Errors
/// When there is none, or an old one.
pub fn python() -> Result<Command, Trouble> {
    let mut ask = Command::new("python3");
    ask.args(["-c", "import sys; print(sys.version_info >= (3, 10), sys.version.split()[0])"]);
    let said = child::run(&mut ask, ASK_LIMIT).map_err(|what| {
        Trouble::failed(format_args!(
            "{what}\nA Python module is built with Python 3.10 or later: install it (Debian: `apt-get install python3 \
             python3-pip`), and have `python3` on PATH"
        ))
    })?;
    match said.trim().split_once(' ') {
        Some(("True", _)) => Ok(Command::new("python3")),
        _ => Err(Trouble::failed(format_args!(
            "`python3` is Python {}; componentize-py needs 3.10 or later",
            said.trim().trim_start_matches("False ")
        ))),
    }
}

/// A command that runs componentize-py; it is set up if it is not here.
///
/// # Errors
/// When it is not here and cannot be set up.
pub fn componentize() -> Result<Command, Trouble> {
    let mut command = found()?;
    // What it says of an author's mistake is Python's traceback; its own would hide that.
    command.env("RUST_BACKTRACE", "0").env_remove("RUST_LIB_BACKTRACE");
    Ok(command)
}

fn found() -> Result<Command, Trouble> {
    let on_path = child::run(Command::new("componentize-py").arg("--version"), ASK_LIMIT);
    if on_path.is_ok_and(|said| said.split_whitespace().next_back() == Some(VERSION)) {
        return Ok(Command::new("componentize-py"));
    }
    let folder = cache().map_err(Trouble::failed)?.join(format!("componentize-py-{VERSION}"));
    if !folder.is_dir() {
        load(&folder)?;
    }
    let mut command = python()?;
    let packages = std::env::var_os("PYTHONPATH").unwrap_or_default();
    let path = std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&packages)));
    command.env("PYTHONPATH", path.map_err(Trouble::failed)?);
    command.args([
        "-c",
        "import sys, componentize_py; sys.argv[0] = 'componentize-py'; sys.exit(componentize_py.script())",
    ]);
    Ok(command)
}

/// Has pip put componentize-py into `folder`, which appears when it is whole.
fn load(folder: &Path) -> Result<(), Trouble> {
    let wrong = |error: std::io::Error| Trouble::failed(format_args!("{}: {error}", folder.display()));
    let parent = folder.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(wrong)?;
    say::step(format_args!(
        "componentize-py {VERSION} is not here; pip puts it (17 MB) into {}",
        folder.display()
    ));
    let beside = tempfile::Builder::new().prefix(".part-").tempdir_in(parent).map_err(wrong)?;
    let mut command = pip(beside.path())?;
    command.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    command.arg(beside.path().join("packages")).arg(format!("componentize-py=={VERSION}"));
    child::run(&mut command, LOAD_LIMIT).map_err(|what| {
        Trouble::failed(format_args!(
            "{what}\ncomponentize-py {VERSION} could not be loaded. Without a network, install it elsewhere and put \
             it on PATH: `pip download componentize-py=={VERSION}` there, `pip install` the file here"
        ))
    })?;
    match std::fs::rename(beside.path().join("packages"), folder) {
        // Another process was quicker.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => renamed.map_err(wrong),
    }
}

/// A command that runs pip: that of python3, else one of a virtual environment made for it in `folder`.
fn pip(folder: &Path) -> Result<Command, Trouble> {
    let mut own = python()?;
    if child::run(own.args(["-m", "pip", "--version"]), ASK_LIMIT).is_ok() {
        let mut command = python()?;
        command.args(["-m", "pip"]);
        return Ok(command);
    }
    let venv = folder.join("venv");
    let mut make = python()?;
    child::run(make.args(["-m", "venv"]).arg(&venv), LOAD_LIMIT).map_err(|what| {
        Trouble::failed(format_args!(
            "{what}\npython3 has neither pip nor venv here: install one of them (Debian: `apt-get install \
             python3-pip`), or put componentize-py {VERSION} on PATH"
        ))
    })?;
    let mut command = Command::new(venv.join("bin/python"));
    command.args(["-m", "pip"]);
    Ok(command)
}

/// `$XDG_CACHE_HOME/rogue-runtime`, else `~/.cache/rogue-runtime`.
fn cache() -> Result<PathBuf, &'static str> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let named = std::env::var_os("XDG_CACHE_HOME").and_then(absolute);
    let folder = named.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    folder
        .map(|folder| folder.join("rogue-runtime"))
        .ok_or("no folder for caches: set HOME or XDG_CACHE_HOME")
}
