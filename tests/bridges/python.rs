//! Releases of libzmq, each as a release of pyzmq brings it: put below `target/` by pip, once.
//!
//! Where one cannot be had the tests that need it fail and say why. `ROGUE_WITHOUT_LIBZMQ=1` in the environment lets them
//! pass without having tried anything; each says so. Old releases are there for x86-64 alone; elsewhere each says so too.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// A release of libzmq.
pub struct Libzmq {
    /// The release of pyzmq that has it inside.
    pyzmq: &'static str,
    version: &'static str,
    /// It is of a Python that is no more: only the library is used, by `libzmq_alone/zmq.py`.
    alone: bool,
    folder: OnceLock<PathBuf>,
}

/// ZMTP 3.1, by its pyzmq.
pub static CURRENT: Libzmq =
    Libzmq { pyzmq: "27.1.0", version: "4.3.5", alone: false, folder: OnceLock::new() };
/// ZMTP 3.0: the oldest that PyPI has for Linux, and the next.
pub static OLD: [Libzmq; 2] = [
    Libzmq { pyzmq: "15.4.0", version: "4.1.5", alone: true, folder: OnceLock::new() },
    Libzmq { pyzmq: "17.1.2", version: "4.2.5", alone: true, folder: OnceLock::new() },
];

/// Where the scripts of the tests are.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bridges")
}

impl Libzmq {
    /// A command that runs python3 with it; `None`: without is what was asked for, or it is not there for this machine.
    pub fn python(&self) -> Option<Command> {
        if std::env::var_os("ROGUE_WITHOUT_LIBZMQ").is_some_and(|value| value == "1") {
            eprintln!("SKIPPED: nothing is tried against libzmq, since ROGUE_WITHOUT_LIBZMQ=1 is set");
            return None;
        }
        if self.alone && !cfg!(all(target_arch = "x86_64", target_env = "gnu")) {
            eprintln!("SKIPPED: libzmq {} is on PyPI for x86-64 with glibc alone", self.version);
            return None;
        }
        let folder = self.folder.get_or_init(|| self.installed()).clone();
        let mut command = Command::new("python3");
        command.arg("-B");
        let zmq = match self.alone {
            false => folder,
            true => {
                command.env("ROGUE_LIBZMQ", library(&folder));
                scripts().join("libzmq_alone")
            }
        };
        let path = std::env::join_paths([zmq, scripts()]).expect("plain names");
        command.env("PYTHONPATH", path);
        Some(command)
    }

    /// What a peer with it says when it has its sockets.
    pub fn ready(&self) -> String {
        format!("ready, libzmq {}\n", self.version)
    }

    fn installed(&self) -> PathBuf {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = target.join(format!("pyzmq-{}", self.pyzmq));
        if folder.is_dir() {
            return folder;
        }
        let beside = tempfile::Builder::new().prefix(".pyzmq-").tempdir_in(target).expect("a folder");
        let said = self.install(beside.path()).unwrap_or_else(|why| {
            panic!(
                "pyzmq {} cannot be had, and nothing can be tried against its libzmq without it: {why}\nIt takes \
                 python3 with pip or venv, and a network once. Set ROGUE_WITHOUT_LIBZMQ=1 to do without these tests.",
                self.pyzmq
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
    fn install(&self, to: &Path) -> Result<PathBuf, String> {
        let packages = to.join("packages");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip"]);
        if said(Command::new("python3").args(["-m", "pip", "--version"])).is_err() {
            let venv = to.join("venv");
            said(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
            pip = Command::new(venv.join("bin/python"));
            pip.args(["-m", "pip"]);
        }
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary",
            ":all:",
        ]);
        if self.alone {
            pip.args(["--platform", "manylinux1_x86_64", "--python-version", "27"]);
            pip.args(["--implementation", "cp", "--abi", "cp27mu", "--no-compile"]);
        }
        said(pip.arg("--target").arg(&packages).arg(format!("pyzmq=={}", self.pyzmq)))?;
        Ok(packages)
    }
}

/// The library in what was installed. It needs the system's libstdc++, and a libsodium that lies beside it, if any.
fn library(folder: &Path) -> PathBuf {
    let beside = std::fs::read_dir(folder.join("zmq/.libs")).expect("a folder with libraries");
    let mut libraries = beside.map(|entry| entry.expect("an entry").path());
    let is_it =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libzmq"));
    libraries.find(is_it).expect("libzmq among them")
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
