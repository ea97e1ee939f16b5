//! A folder to make modules in, with the tools on the path.
//!
//! What holds: a folder has the same path in every run and begins empty, so that Cargo builds nothing twice; all
//! modules share one target folder, in which only one Cargo works at a time; nothing is fetched.

use rogue_tests::child::{self, Done};
use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Building everything that a module needs takes half a minute on a slow machine; this is far more.
const CARGO_LIMIT: Duration = Duration::from_secs(600);

/// What Cargo says to the tests that it runs, and where it builds: not for the modules made here.
const OF_CARGO: [&str; 8] = [
    "CARGO_BIN_",
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_CRATE_",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_PRIMARY_",
    "CARGO_TARGET_TMPDIR",
];

static CARGO: Mutex<()> = Mutex::new(());

/// A folder of a test's own.
pub struct Desk {
    pub dir: PathBuf,
}

/// The author's tool.
pub fn tool() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cargo-rogue-under-test"))
}

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The file of a test plugin.
pub fn plugin(name: &str) -> String {
    let file = child::plugins().join(format!("lib{}.so", name.replace('-', "_")));
    assert!(file.exists(), "{} was not built", file.display());
    file.display().to_string()
}

/// Where all of this happens.
fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("author")
}

impl Desk {
    /// An empty folder of this name.
    pub fn new(name: &str) -> Desk {
        let dir = place().join(name);
        if dir.exists() {
            fs::remove_dir_all(&dir).unwrap();
        }
        fs::create_dir_all(&dir).unwrap();
        Desk { dir }
    }

    /// A command here; of the environment only what a person has too, and the tools.
    pub fn command(&self, program: &str) -> Command {
        let bin = self.dir.join(".bin");
        if !bin.exists() {
            fs::create_dir(&bin).unwrap();
            symlink(tool(), bin.join("cargo-rogue")).unwrap();
            symlink(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), bin.join("rogue-runtime")).unwrap();
        }
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_cargo = OF_CARGO.iter().any(|begin| text.starts_with(begin));
            if of_cargo || text.starts_with("ROGUE_") || text == "NO_COLOR" {
                command.env_remove(&name);
            }
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&path))).unwrap();
        command
            .env("PATH", path)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", "target")
            .env("RUST_BACKTRACE", "0");
        command.env("ROGUE_PLUGIN_PATH", child::plugins()).current_dir(&self.dir);
        command
    }

    /// Runs the author's tool.
    pub fn rogue(&self, args: &[&str]) -> Done {
        child::run(self.command(tool().to_str().unwrap()).args(args))
    }

    /// Runs a line of a shell in a folder of this one; the line may call Cargo.
    pub fn sh(&self, folder: &str, line: &str) -> Done {
        let _turn = turn();
        let mut command = self.command("bash");
        command.args(["-euo", "pipefail", "-c", line]).current_dir(self.dir.join(folder));
        child::run_within(&mut command, CARGO_LIMIT)
    }

    /// Makes a new module ready to be built without a network, in the shared target folder.
    pub fn settle(&self, module: &str) {
        fs::copy(root().join("Cargo.lock"), self.dir.join(module).join("Cargo.lock")).unwrap();
        let target = place().join("target");
        fs::create_dir_all(&target).unwrap();
        symlink(target, self.dir.join(module).join("target")).unwrap();
    }

    /// What is here, but for the tools.
    pub fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.dir).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".bin");
        names.sort();
        names
    }
}

/// Waits for the turn to use Cargo.
fn turn() -> MutexGuard<'static, ()> {
    CARGO.lock().unwrap_or_else(PoisonError::into_inner)
}
