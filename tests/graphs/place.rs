//! Where graphs are run: a folder of the test's own with the repository's `graphs` in it, and a `target/` to write
//! to.

use rogue_tests::child::{Done, Program};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A place to run graphs in.
pub struct Place {
    /// Keeps the folder.
    dir: tempfile::TempDir,
    /// The program in it.
    pub program: Program,
}

/// The repository's graphs.
pub fn graphs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate of the workspace").join("graphs")
}

/// Names of the files with this ending in a folder, without it.
pub fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let files = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    files.filter_map(|file| Some(file.strip_suffix(ending)?.to_owned())).collect()
}

/// Names of the graphs that are to be run.
pub fn all() -> BTreeSet<String> {
    let all = names(&graphs(), ".yaml");
    assert!(all.len() >= 10, "the graphs are not where they were: {all:?}");
    all
}

/// The text of a graph.
pub fn text(name: &str) -> String {
    let file = graphs().join(format!("{name}.yaml"));
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The comment that a graph begins with.
pub fn comment(name: &str) -> String {
    let text = text(name);
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The command in a graph's `# Run:` line.
pub fn command(name: &str) -> String {
    let comment = comment(name);
    let run = comment.lines().find_map(|line| line.strip_prefix("Run:"));
    run.unwrap_or_else(|| panic!("graphs/{name}.yaml has no `# Run:` line")).trim().to_owned()
}

/// What to do with expected texts.
pub fn blessing() -> bool {
    std::env::var_os("ROGUE_BLESS").is_some_and(|value| value == "1")
}

impl Place {
    pub fn new() -> Place {
        let dir = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(graphs(), dir.path().join("graphs")).expect("a link");
        fs::create_dir(dir.path().join("target")).expect("a folder");
        let program = Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir.path());
        Place { dir, program }
    }

    /// Runs a command as it is written in a comment.
    pub fn run(&self, command: &str) -> Done {
        let mut words = command.split_whitespace();
        assert_eq!(words.next(), Some("rogue-runtime"), "{command}");
        self.program.run(&words.collect::<Vec<_>>())
    }

    /// A file that a graph has written.
    pub fn written(&self, name: &str) -> PathBuf {
        self.dir.path().join("target").join(name)
    }
}
