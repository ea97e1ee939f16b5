//! Where graphs are run: a folder of the test's own with the repository's `graphs` in it, and a `target/` to write
//! to.
//!
//! What holds: graphs with a port ([`PORTS`]) are there with one in its place that was free a moment ago, the same in all
//! graphs of a place, so that neither the machine nor another test can have it.

use rogue_tests::child::{Child, Done, Program};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{TcpListener, UdpSocket},
    path::{Path, PathBuf},
};

/// The ports that graphs in the repository have.
const PORTS: std::ops::RangeInclusive<u16> = 18500..=18599;

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

/// The command in a graph's `# With:` line: what runs in another terminal.
pub fn other_command(name: &str) -> Option<String> {
    let comment = comment(name);
    comment.lines().find_map(|line| line.strip_prefix("With:")).map(|command| command.trim().to_owned())
}

/// What a command gives the program.
fn words(command: &str) -> Vec<&str> {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("rogue-runtime"), "{command}");
    words.collect()
}

/// What to do with expected texts.
pub fn blessing() -> bool {
    std::env::var_os("ROGUE_BLESS").is_some_and(|value| value == "1")
}

/// A graph with other ports, if it has any.
fn elsewhere(text: &str, ports: &mut BTreeMap<u16, u16>) -> Option<String> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    let written: BTreeSet<u16> = numbers.filter(|port| PORTS.contains(port)).collect();
    let mut changed = text.to_owned();
    for port in &written {
        let free = *ports.entry(*port).or_insert_with(free_ports);
        changed = changed.replace(&port.to_string(), &free.to_string());
    }
    (!written.is_empty()).then_some(changed)
}

/// A port that is free together with the next one, over TCP and UDP.
fn free_ports() -> u16 {
    let free =
        |port| TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok();
    for _ in 0..1000 {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = first.local_addr().expect("it is bound").port();
        drop(first);
        if port < u16::MAX && free(port) && free(port + 1) {
            return port;
        }
    }
    panic!("no two consecutive ports are free");
}

impl Place {
    pub fn new() -> Place {
        let dir = tempfile::tempdir().expect("a folder");
        let here = dir.path().join("graphs");
        fs::create_dir(&here).expect("a folder");
        // Where graphs name components: beside their folder.
        let components = graphs().with_file_name("wasm-modules");
        std::os::unix::fs::symlink(components, dir.path().join("wasm-modules")).expect("a link");
        let mut ports = BTreeMap::new();
        for entry in fs::read_dir(graphs()).expect("the graphs") {
            let from = entry.expect("readable").path();
            let to = here.join(from.file_name().expect("a name"));
            match fs::read_to_string(&from).map(|text| elsewhere(&text, &mut ports)) {
                Ok(Some(changed)) => fs::write(to, changed).expect("written"),
                _ => std::os::unix::fs::symlink(from, to).expect("a link"),
            }
        }
        fs::create_dir(dir.path().join("target")).expect("a folder");
        let program = Program::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"), dir.path());
        Place { dir, program }
    }

    /// Runs a command as it is written in a comment.
    pub fn run(&self, command: &str) -> Done {
        self.program.run(&words(command))
    }

    /// Starts one.
    pub fn start(&self, command: &str) -> Child {
        Child::spawn(&mut self.program.command(&words(command)), b"")
    }

    /// A file that a graph has written.
    pub fn written(&self, name: &str) -> PathBuf {
        self.dir.path().join("target").join(name)
    }
}
