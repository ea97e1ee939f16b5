//! A folder of a test's own with graphs in it, and the program to run there.

use rogue_tests::child::{self, Done, Program};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A place to run graphs in.
pub struct Place {
    dir: tempfile::TempDir,
    /// The program in it.
    pub program: Program,
}

/// The repository's graphs.
pub fn graphs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate of the workspace").join("graphs")
}

/// The file of a plugin, such as `libfifo.so`.
pub fn plugin(file: &str) -> PathBuf {
    let file = child::plugins().join(file);
    assert!(file.exists(), "{} was not built", file.display());
    file
}

/// One source without end, and a sink.
pub const ENDLESS: &str = "name: endless
nodes:
  src: { module: pattern, params: { size: 64 } }
  view: { module: debug, params: { max_bytes: 0 } }
links: [ src >> view ]
";

/// Ten frames.
pub const SHORT: &str = "name: short
nodes:
  src: { module: pattern, params: { size: 64, count: 10 } }
  view: { module: debug, params: { max_bytes: 0 } }
links: [ src >> view ]
";

impl Place {
    pub fn new() -> Place {
        let dir = tempfile::tempdir().expect("a folder");
        let program = Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir.path());
        Place { dir, program }
    }

    /// A path in this place.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Puts a file here.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Runs the program to its end, with the plugins of this build.
    pub fn run(&self, args: &[&str]) -> Done {
        self.program.run(args).sound()
    }

    /// Runs a graph of this text, as `g.yaml`.
    pub fn graph(&self, text: &str) -> Done {
        self.file("g.yaml", text);
        self.run(&["g.yaml"])
    }
}
