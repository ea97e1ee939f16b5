//! pyzmq at one version, which brings the real libzmq: put below `target/` by pip, once.
//!
//! Where it cannot be had the tests that need it fail and say why. `ROGUE_WITHOUT_LIBZMQ=1` in the environment lets them
//! pass without having tried anything; each says so.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// With libzmq 4.3.5 inside.
const VERSION: &str = "27.1.0";

/// Where the scripts of the tests are.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bridges")
}

/// A command that runs python3 with pyzmq; `None`: without is what was asked for.
pub fn python() -> Option<Command> {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    if std::env::var_os("ROGUE_WITHOUT_LIBZMQ").is_some_and(|value| value == "1") {
        eprintln!("SKIPPED: nothing is tried against libzmq, since ROGUE_WITHOUT_LIBZMQ=1 is set");
        return None;
    }
    let folder = FOLDER.get_or_init(installed);
    let path = std::env::join_paths([folder.clone(), scripts()]).expect("plain names");
    let mut command = Command::new("python3");
    command.arg("-B").env("PYTHONPATH", path);
    Some(command)
}

fn installed() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.join(format!("pyzmq-{VERSION}"));
    if folder.is_dir() {
        return folder;
    }
    let beside = tempfile::Builder::new().prefix(".pyzmq-").tempdir_in(target).expect("a folder");
    let said = install(beside.path()).unwrap_or_else(|why| {
        panic!(
            "pyzmq {VERSION} cannot be had, and nothing can be tried against libzmq without it: {why}\nIt takes \
             python3 with pip or venv, and a network once. Set ROGUE_WITHOUT_LIBZMQ=1 to do without these tests."
        )
    });
    match std::fs::rename(&said, &folder) {
        // Another test run was quicker.
        Err(_) if folder.is_dir() => {}
        renamed => renamed.expect("a folder in the same place"),
    }
    folder
}

/// Has pip put it into a folder in `to`: the pip of python3, else that of a virtual environment.
fn install(to: &Path) -> Result<PathBuf, String> {
    let packages = to.join("packages");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip"]);
    if said(Command::new("python3").args(["-m", "pip", "--version"])).is_err() {
        let venv = to.join("venv");
        said(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        pip = Command::new(venv.join("bin/python"));
        pip.args(["-m", "pip"]);
    }
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]);
    said(pip.arg("--target").arg(&packages).arg(format!("pyzmq=={VERSION}")))?;
    Ok(packages)
}

/// Runs a command; its error output where it fails.
fn said(command: &mut Command) -> Result<(), String> {
    let done = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr))),
    }
}

/// The example in Python that the documents show.
fn example() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bridges.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, rest) = page.split_once("in Python:\n\n```text\n").expect("it has an example in Python");
    rest.split_once("```").expect("the example ends").0.to_owned()
}

#[test]
fn the_python_of_the_documents_runs_where_there_is_rogue() {
    let example = example();
    let python = |code: &str| said(Command::new("python3").args(["-B", "-c", code, &example]));
    if python("import rogue.interfaces.stream").is_err() {
        eprintln!("SKIPPED: there is no Rogue to import here; the example is only seen to be Python");
        return python("import sys; compile(sys.argv[1], 'bridges.md', 'exec')").expect("it is Python");
    }
    let (_, ()) = crate::desk::on_ports(|port| {
        let run = format!(
            "import sys, rogue.interfaces.stream as stream\nsource, sink = stream.Master(), stream.Slave()\n\
             exec(sys.argv[1].replace('9000', '{port}'))"
        );
        match python(&run) {
            Ok(()) => Some(()),
            Err(why) if why.contains("in use") => None,
            Err(why) => panic!("{why}"),
        }
    });
}
