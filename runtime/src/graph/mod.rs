//! The pure floor: the text of a graph file to a [`Plan`], or every mistake in it with its place.
//!
//! The command line calls [`load`] with the text, what `--set` and `--env` gave, and a [`Catalog`] that finds
//! modules; the engine runs the plan. The steps, each in its file: [`place`] reads YAML to values with places,
//! [`set`] changes them, [`spec`] reads names, nodes and links, `check` compares them with the modules' cards,
//! [`build`] cuts and orders. [`print`] draws a plan, [`diff`] compares two, [`schema`] describes the file to an
//! editor, [`render`] shows mistakes.
//!
//! What holds: no input or output happens here, nothing panics on any text, and time is bounded by the limits in
//! [`place`].

mod build;
pub mod catalog;
mod check;
pub mod diff;
mod env;
pub mod error;
pub mod limits;
pub mod live;
pub mod place;
pub mod plan;
pub mod print;
mod render;
pub mod report;
pub mod sandbox;
mod scalar;
pub mod schema;
mod set;
pub mod spec;
mod suggest;
mod syntax;
mod text;
mod units;
pub mod value;
mod wrap;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use build::{Cycle, build};
pub use catalog::{Catalog, ModuleEntry, Wanted};
pub use diff::{Diff, diff};
pub use error::{GraphError, Level, Place};
pub use plan::{
    Found, OnFault, Packaging, Plan, PlanHalf, PlanLink, PlanNode, PlanSegment, PoolSpec, Port, Side,
};
pub use render::{render, render_within};
pub use sandbox::Sandbox;
pub use schema::schema;
pub use spec::Spec;
pub use wrap::wrap;

use report::{Report, Source, Spot};
use value::Placed;

/// How `${VAR}` is looked up; `None`: it is not replaced.
pub type Env<'a> = Option<&'a dyn Fn(&str) -> Option<String>>;

/// Most `--set` of one run.
const SET_LIMIT: usize = 1000;

/// What changes a graph beside its text.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// `--env`: how variables are looked up.
    pub env: Env<'a>,
    /// `--set`: `PATH=VALUE` each, in the order given.
    pub set: &'a [String],
}

/// A graph without errors.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What to run.
    pub plan: Plan,
    /// What was written.
    pub spec: Spec,
    /// What is probably not meant, sorted by place.
    pub warnings: Vec<GraphError>,
    report: Report,
}

/// Reads and checks a graph: `text` is the file's, `file` what the user calls it.
///
/// The errors are all of the graph at once, sorted by place, the file's before those of each `--set`. Warnings
/// are shown of a graph without errors.
pub fn load(
    text: &str,
    file: &str,
    options: &Options<'_>,
    catalog: &dyn Catalog,
) -> Result<Checked, Vec<GraphError>> {
    let mut report = Report::new(sources(text, file, options));
    let checked = run(file, options, catalog, &mut report);
    match checked {
        Some((plan, spec)) if !report.failed() => {
            let warnings = report.take(Level::Warning);
            Ok(Checked { plan, spec, warnings, report })
        }
        _ => Err(report.take(Level::Error)),
    }
}

fn sources(text: &str, file: &str, options: &Options<'_>) -> Vec<Source> {
    let graph = Source { name: file.to_owned(), text: Arc::from(without_mark(text)) };
    let set = |(index, text): (usize, &String)| Source {
        name: format!("--set {}", index + 1),
        text: Arc::from(text.as_str()),
    };
    std::iter::once(graph).chain(options.set.iter().take(SET_LIMIT).enumerate().map(set)).collect()
}

/// A text without the byte order mark that some editors write: it takes no column.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn run(
    file: &str,
    options: &Options<'_>,
    catalog: &dyn Catalog,
    report: &mut Report,
) -> Option<(Plan, Spec)> {
    let mut root = place::read(&report.text(0), 0, 0, options.env, report);
    if options.set.len() > SET_LIMIT {
        let message = format!("{} `--set` are given, more than the limit of {SET_LIMIT}", options.set.len());
        report.error(Spot::start(0), message).help("write the values into the file");
    }
    for number in 1..=options.set.len().min(SET_LIMIT) {
        if let Some(root) = &mut root {
            set::apply(root, number, options.env, report);
        }
    }
    let spec = Spec::read(&root?, report);
    let resolved = check::check(&spec, catalog, report)?;
    let name = spec.name.clone().unwrap_or_else(|| stem(file));
    match build(name, resolved.nodes, resolved.links) {
        Ok(plan) => {
            let spots: Vec<Spot> = spec.nodes.iter().map(|node| node.spot).collect();
            check::warn::warn(&plan, &spots, report);
            let limits = catalog.limits();
            check::buffers::warn(&plan, &spots, limits.receive_buffer, report);
            check::needs::warn(&plan, &spots, &limits, report);
            Some((plan, spec))
        }
        Err(cycles) => {
            for cycle in cycles {
                report_cycle(&cycle, &spec, &resolved.link_spots, report);
            }
            None
        }
    }
}

/// The name of a graph that has none.
fn stem(file: &str) -> String {
    Path::new(file).file_stem().map_or_else(|| "graph".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn report_cycle(cycle: &Cycle, spec: &Spec, link_spots: &[Spot], report: &mut Report) {
    let names: Vec<&str> = cycle
        .nodes
        .iter()
        .chain(cycle.nodes.first())
        .filter_map(|n| spec.nodes.get(*n))
        .map(|n| &*n.name)
        .collect();
    let shown = match names.as_slice() {
        [first, .., last] if names.len() > 12 => {
            format!("{first} >> {} >> … >> {last}", names[1..8].join(" >> "))
        }
        all => all.join(" >> "),
    };
    // The link that closes the cycle is the one written last.
    let Some(spot) = cycle.links.iter().filter_map(|link| link_spots.get(*link)).max() else { return };
    let help = "a cycle must cross an endpoint: put a `fifo` into it";
    report.error(*spot, format!("the links go round: {shown}")).help(help);
}

impl Checked {
    /// Places what a module says of its own parameters: `path` as in `channel`, `peers[2].port` or `peers.2.port`;
    /// an empty path means all of them.
    ///
    /// The deepest part of the path that is written gives the place; the module's words become the message.
    pub fn place_param_error(&self, node: usize, path: &str, message: &str) -> GraphError {
        let Some(spec) = self.spec.nodes.get(node) else {
            return self.report.make(Level::Error, Spot::start(0), message.to_owned());
        };
        let (mut spot, mut reached) = (spec.params_spot, spec.params.as_ref());
        for key in path.split(['.', '[', ']']).filter(|key| !key.is_empty() && *key != "?") {
            let Some(value) = reached else { break };
            let next = match (&value.kind, key.parse::<usize>()) {
                (value::Kind::List(items), Ok(index)) => items.get(index),
                _ => value.get(key).map(|entry| &entry.value),
            };
            reached = next;
            spot = next.map_or(spot, |next: &Placed| next.spot);
        }
        let path = path.trim_matches('.');
        let about = if path.is_empty() { String::new() } else { format!("{}: ", suggest::tick(path)) };
        self.report.make(Level::Error, spot, format!("node `{}`: {about}{message}", spec.name))
    }

    /// Places what went wrong with a node as a whole, at its `module:`.
    pub fn place_node_error(&self, node: usize, message: &str) -> GraphError {
        let spec = self.spec.nodes.get(node);
        let spot =
            spec.map_or(Spot::start(0), |node| node.module.as_ref().map_or(node.spot, |(_, spot)| *spot));
        let name = spec.map_or("?", |node| node.name.as_str());
        self.report.make(Level::Error, spot, format!("node `{name}`: {message}"))
    }
}
