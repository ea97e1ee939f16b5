//! What is to run in a node's place, found, checked and opened beside the run.
//!
//! Made by [`apply`](super::apply), run on the thread of whoever asks. What holds: code of a module runs on a thread of
//! its own with a deadline; what comes out fits the module's schema and its own check.

use std::{path::PathBuf, sync::Arc};

use serde_json::{Map, Value};

use super::{answer::Comparison, command::Refusal, proof::Proof};
use crate::{
    graph::{self, Catalog, Found, GraphError, PlanNode, live},
    host,
    load::{FileCatalog, Loader, Search, Stamp},
    module::{Module, ParamFault},
    swap::{COLD_CALL, within},
};

/// A change of one node.
pub struct Change {
    /// The node as it runs.
    pub node: PlanNode,
    /// The module that runs.
    pub runs: Arc<dyn Module>,
    /// `node.param=value` each.
    pub set: Vec<String>,
    /// What is to be changed.
    pub kind: Kind,
    /// Where paths of modules begin.
    pub base: PathBuf,
    /// Where modules are looked for.
    pub search: Arc<Search>,
}

/// What is to be changed.
pub enum Kind {
    /// The parameters alone.
    Set,
    /// The module.
    Swap {
        /// A file or a name.
        module: String,
        /// Whether the state is handed over.
        keep_state: bool,
        /// How long a module may stay in a call.
        patience_ms: u64,
        /// How long the new module is on trial.
        grace_ms: u64,
        /// What is to be compared before.
        proof: Proof,
    },
}

/// A change that was found right.
pub struct Ready {
    /// What was asked for, of the node as it ran then.
    pub change: Change,
    /// Where the module was found.
    pub found: Found,
    /// The module.
    pub module: Arc<dyn Module>,
    /// All of its parameters.
    pub params: Map<String, Value>,
    /// Parameters of the module before that it does not have.
    pub left_out: Vec<String>,
    /// What was compared so far.
    pub compared: Vec<Comparison>,
    /// The module's file before it was opened.
    pub stamp: Option<Stamp>,
}

/// Finds, checks and opens what a change asks for. Waits for the module, at most [`COLD_CALL`].
///
/// # Errors
/// What is wrong with the module or the parameters; nothing was touched.
pub fn prepare(change: Change) -> Result<Ready, Refusal> {
    let found = match &change.kind {
        Kind::Set => change.node.found.clone(),
        Kind::Swap { module, .. } => find(&change, module)?,
    };
    let stamp = Stamp::at(&found.file);
    let (kept, left_out) = carried_over(&change.node.params, &found);
    let name = &change.node.name;
    let params =
        live::changed(name, &kept, &change.set, &found).map_err(|errors| refusal(errors, &change.kind))?;
    let module = open(&change, &found, &params)?;
    Ok(Ready { change, found, module, params, left_out, compared: Vec::new(), stamp })
}

fn find(change: &Change, module: &str) -> Result<Found, Refusal> {
    // Read anew: a module may have been built since the run began.
    let catalog = FileCatalog::new(change.base.clone(), Arc::new(change.search.again()));
    let found = catalog.find(&graph::Wanted { module, entry: None });
    let mut found = found.map_err(|why| {
        let near = graph::catalog::meant(module, &catalog);
        let near = near.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
        Refusal::refused(format!("node {}: {why}{near} Nothing was changed.", change.node.name))
    })?;
    // The graph as it runs is shown with it, wherever the reader is.
    found.file = std::path::absolute(&found.file).unwrap_or(found.file);
    Ok(found)
}

/// The parameters that a module has too, and the names of the others.
fn carried_over(params: &Map<String, Value>, found: &Found) -> (Map<String, Value>, Vec<String>) {
    let schema = found.card.param_schema().ok();
    let object = schema.as_ref().and_then(|schema| schema.object());
    let known = |name: &str| object.is_none_or(|object| object.open || object.get(name).is_some());
    let (kept, left): (Vec<_>, Vec<_>) = params.clone().into_iter().partition(|(name, _)| known(name));
    (kept.into_iter().collect(), left.into_iter().map(|(name, _)| name).collect())
}

/// Opens the module, unless it is the one that runs, and has it check its parameters.
fn open(change: &Change, found: &Found, params: &Map<String, Value>) -> Result<Arc<dyn Module>, Refusal> {
    let text = Value::Object(params.clone()).to_string();
    let (name, wanted, sandbox) = (change.node.name.clone(), found.clone(), change.node.sandbox);
    let runs = matches!(change.kind, Kind::Set).then(|| change.runs.clone());
    let asked = within(&name, COLD_CALL, move || {
        let module = match runs {
            Some(module) => module,
            None => Loader::new(host::table()).load(&wanted, &sandbox)?,
        };
        let faults = module.check(&text);
        Ok::<(Arc<dyn Module>, Vec<ParamFault>), crate::load::LoadError>((module, faults))
    });
    match asked {
        Some(Ok((module, faults))) if faults.is_empty() => Ok(module),
        Some(Ok((_, faults))) => Err(Refusal::refused(refused_params(&name, &faults))),
        Some(Err(error)) => Err(Refusal::refused(format!("node {name}: {error}; nothing was changed"))),
        None => Err(Refusal::refused(format!(
            "node {name}: {} did not return from opening it and checking its parameters within {} s; nothing was \
             changed. This is for the module's author to mend",
            found.file.display(),
            COLD_CALL.as_secs()
        ))),
    }
}

fn refused_params(node: &str, faults: &[ParamFault]) -> String {
    let line = |(path, what): &ParamFault| match path.as_str() {
        "" => format!("node {node}: {what}"),
        path => format!("node {node}: `{path}`: {what}"),
    };
    format!("{}; nothing was changed", faults.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn refusal(mut errors: Vec<GraphError>, kind: &Kind) -> Refusal {
    // The changes of a swap were written without the node's name: their places are elsewhere.
    if !matches!(kind, Kind::Set) {
        errors.iter_mut().for_each(|error| error.place = None);
    }
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Refusal::refused(format!("{}; nothing was changed", lines.join("\n")))
}
