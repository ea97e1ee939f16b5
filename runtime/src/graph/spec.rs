//! What a graph file says, key by key: placed values to names, nodes and links, before any module is looked up.
//!
//! An own walk instead of a typed derive, so that every unknown key, wrong type and bad name of a file is
//! reported, not the first. [`check`](super::check) then compares a [`Spec`] with the modules' cards. What holds:
//! node names are names, every link end has the form of `node` or `node.port`, values are within their limits.

mod link;
mod node;
mod sandbox;
mod walk;

pub use link::{End, SpecLink};
pub use node::SpecNode;

use crate::card::is_name;

use super::catalog::ModuleEntry;
use super::report::{Report, Spot};
use super::suggest::tick;
use super::value::{Entry, Placed};
use walk::{fields, text_of};

/// The keys of a graph file.
pub const TOP_KEYS: [&str; 4] = ["name", "modules", "nodes", "links"];
/// The keys of a node.
pub const NODE_KEYS: [&str; 7] = ["module", "params", "pool", "on_fault", "batch", "limits", "grant"];
/// Longest path of a module file, in bytes; that of the operating system.
const PATH_LIMIT: usize = 4096;
/// Most nodes: each may take a thread and its tables.
pub const NODE_COUNT_LIMIT: usize = 4096;
/// Most links, `==` counted twice.
pub const LINK_COUNT_LIMIT: usize = 16_384;

/// A graph file as written.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// `name:`, if it is there.
    pub name: Option<String>,
    /// `modules:` in written order.
    pub modules: Vec<SpecModule>,
    /// `nodes:` in written order.
    pub nodes: Vec<SpecNode>,
    /// `links:` in written order, chains taken apart.
    pub links: Vec<SpecLink>,
    /// Whether every link could be read; if not, a node that seems unlinked may not be.
    pub links_complete: bool,
}

/// One entry of `modules:`.
#[derive(Clone, Debug)]
pub struct SpecModule {
    /// The name nodes use.
    pub name: String,
    /// Where the name is.
    pub spot: Spot,
    /// The file.
    pub entry: ModuleEntry,
}

impl Spec {
    /// Reads the whole of a graph file; what cannot be read is reported and left out.
    pub fn read(root: &Placed, report: &mut Report) -> Spec {
        let mut spec = Spec { links_complete: true, ..Spec::default() };
        let Some(entries) = fields(root, "a graph file", &TOP_KEYS, report) else { return spec };
        for Entry { key, value, .. } in entries {
            match key.as_str() {
                "name" => spec.name = name(value, report),
                "modules" => spec.modules = modules(value, report),
                "nodes" => spec.nodes = nodes(value, report),
                "links" => (spec.links, spec.links_complete) = link::read_all(value, report),
                _ => {}
            }
        }
        if root.get("nodes").is_none() {
            let help = "add `nodes:` with at least one `name: { module: … }`";
            report.error(root.spot, "the graph has no `nodes:`").help(help);
        } else if root.get("links").is_none() {
            spec.links_complete = false;
            let help = "add `links:` with lines such as `- a >> b`";
            report.error(root.spot, "the graph has no `links:`").help(help);
        }
        spec
    }

    /// The node of a name.
    pub fn node(&self, name: &str) -> Option<&SpecNode> {
        self.nodes.iter().find(|node| node.name == name)
    }
}

fn name(value: &Placed, report: &mut Report) -> Option<String> {
    let text = text_of(value, "`name` of the graph", report)?;
    let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    // A running graph is found by its name, which is part of a file name then.
    if !fits || text.is_empty() || text.starts_with(['.', '-']) || text.len() > 64 {
        let help = "use letters, digits, `_`, `-` and `.`, at most 64, beginning with a letter or a digit";
        report.error(value.spot, format!("{} is not a name for a graph", tick(text))).help(help);
        return None;
    }
    Some(text.to_owned())
}

fn modules(value: &Placed, report: &mut Report) -> Vec<SpecModule> {
    let Some(entries) = value.entries() else {
        let message = format!("`modules` must be a mapping from names to files, not {}", value.describe());
        report
            .error(value.spot, message)
            .help("write `modules: { threshold: ./target/release/libthreshold.so }`");
        return vec![];
    };
    let read = |entry: &Entry| {
        if !is_name(&entry.key) {
            bad_name("module", &entry.key, entry.key_spot, report);
        }
        let entry_read = module(&entry.key, &entry.value, report)?;
        Some(SpecModule { name: entry.key.clone(), spot: entry.key_spot, entry: entry_read })
    };
    entries.iter().filter_map(read).collect()
}

fn module(name: &str, value: &Placed, report: &mut Report) -> Option<ModuleEntry> {
    let what = format!("module {}", tick(name));
    if value.text().is_some() {
        return Some(ModuleEntry { path: path(value, &what, report)?, sha256: None });
    }
    let entries = fields(value, &what, &["path", "sha256"], report)?;
    let (mut file, mut sha256) = (None, None);
    for Entry { key, value, .. } in entries {
        match key.as_str() {
            "path" => file = path(value, &what, report),
            "sha256" => sha256 = digest(value, &what, report),
            _ => {}
        }
    }
    if value.get("path").is_none() {
        report
            .error(value.spot, format!("{what} has no `path`"))
            .help("add the module's file: `path: ./x.so`");
    }
    Some(ModuleEntry { path: file?, sha256 })
}

fn path(value: &Placed, what: &str, report: &mut Report) -> Option<String> {
    let text = text_of(value, &format!("the path of {what}"), report)?;
    if text.is_empty() || text.len() > PATH_LIMIT || text.contains('\0') {
        let message =
            format!("the path of {what} is empty, longer than {PATH_LIMIT} bytes or has a zero in it");
        report.error(value.spot, message).help("write the module's file, relative to the graph file");
        return None;
    }
    Some(text.to_owned())
}

fn digest(value: &Placed, what: &str, report: &mut Report) -> Option<String> {
    let text = text_of(value, &format!("`sha256` of {what}"), report)?;
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        let help = "write the 64 hexadecimal digits that `sha256sum` prints";
        report.error(value.spot, format!("`sha256` of {what} is not a SHA-256")).help(help);
        return None;
    }
    Some(text.to_ascii_lowercase())
}

fn nodes(value: &Placed, report: &mut Report) -> Vec<SpecNode> {
    let Some(entries) = value.entries() else {
        let message = format!("`nodes` must be a mapping from names to nodes, not {}", value.describe());
        report.error(value.spot, message).help("write each node as `name: { module: … }`, without a `-`");
        return vec![];
    };
    if entries.is_empty() {
        report.error(value.spot, "`nodes` is empty").help("add at least one `name: { module: … }`");
    }
    if entries.len() > NODE_COUNT_LIMIT {
        let message = format!("there are {} nodes, more than the limit of {NODE_COUNT_LIMIT}", entries.len());
        report.error(value.spot, message).help("split the graph");
        return vec![];
    }
    entries.iter().map(|entry| node::read(entry, report)).collect()
}

fn bad_name(what: &str, name: &str, spot: Spot, report: &mut Report) {
    let help = "use letters, digits, `_` and `-`, at most 64, beginning with a letter or `_`";
    report.error(spot, format!("{} is not a name for a {what}", tick(name))).help(help);
}
