//! From the arguments of a verb to a checked graph and its modules, with every mistake shown.
//!
//! Called by `run`, `check` and `graph`. What holds: errors of the text are all shown at once, and the
//! modules' own checks run only on a graph without such errors; a module that does not return from its check
//! is given up, named, and not asked again.

use std::{
    collections::HashSet,
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    cli::{Globals, GraphArgs},
    exit, graph_file,
    graph_file::GraphFile,
    io::Io,
};
use crate::{
    graph::{self, Checked, GraphError, Options},
    host,
    load::{FileCatalog, Loader, Search},
    module::{Module, ParamFault},
    swap::{COLD_CALL, within},
};

/// A graph without errors.
pub struct Prepared {
    /// What was checked.
    pub checked: Checked,
    file: GraphFile,
}

/// What of a node need not be opened.
pub enum Known {
    /// Nothing is known of it.
    Nothing,
    /// Its module; the parameters are others.
    Module(Arc<dyn Module>),
    /// It goes on as it is.
    All(Arc<dyn Module>),
}

/// Where modules are looked for.
pub fn search(globals: &Globals) -> Arc<Search> {
    let exe = std::env::current_exe().ok();
    let variable = std::env::var_os("ROGUE_PLUGIN_PATH");
    Arc::new(Search::new(&globals.plugin_path, variable.as_deref(), exe.as_deref()))
}

/// Reads and checks a graph; runs no code of modules. `starts`: it is run next, so that what its modules say themselves when
/// they start is not said here.
///
/// # Errors
/// The exit code; what is wrong has been shown.
pub fn graph(args: &GraphArgs, globals: &Globals, starts: bool, io: &mut Io<'_>) -> Result<Prepared, u8> {
    match read(args, search(globals)) {
        Ok(prepared) => {
            if !globals.quiet {
                let mut warnings = prepared.checked.warnings.clone();
                warnings.retain(|warning| !(starts && warning.said_at_start));
                io.note(&graph::render_within(&warnings, &prepared.file.text, io.color, (io.widths)().err));
            }
            Ok(prepared)
        }
        Err(Invalid { errors, text }) => Err(refuse(&errors, &text, io)),
    }
}

/// Reads and checks a graph, and shows nothing; runs no code of modules.
///
/// # Errors
/// Every mistake of it.
pub fn read(args: &GraphArgs, search: Arc<Search>) -> Result<Prepared, Invalid> {
    let file = graph_file::read(&args.graph, &mut std::io::stdin())
        .map_err(|error| Invalid { errors: vec![*error], text: String::new() })?;
    let set = args.changes(std::env::var("ROGUE_SET").ok().as_deref());
    let variable = |name: &str| std::env::var_os(OsStr::new(name)).and_then(|value| value.into_string().ok());
    let env: graph::Env<'_> = if args.variables { Some(&variable) } else { None };
    let catalog = FileCatalog::new(file.base.clone(), search);
    match graph::load(&file.text, &file.name, &Options { env, set: &set }, &catalog) {
        Ok(checked) => Ok(Prepared { checked, file }),
        Err(errors) => Err(Invalid { errors, text: file.text }),
    }
}

/// A graph with mistakes.
pub struct Invalid {
    errors: Vec<GraphError>,
    text: String,
}

impl Invalid {
    /// As `check` shows them, without colours.
    pub fn rendered(&self) -> String {
        graph::render_within(&self.errors, &self.text, false, None)
    }
}

fn refuse(errors: &[GraphError], text: &str, io: &mut Io<'_>) -> u8 {
    io.note(&graph::render_within(errors, text, io.color, (io.widths)().err));
    exit::INVALID
}

impl Prepared {
    /// Where paths of modules begin.
    pub fn base(&self) -> &Path {
        &self.file.base
    }

    /// Shows mistakes with their places.
    pub fn refuse(&self, errors: &[GraphError], io: &mut Io<'_>) {
        refuse(errors, &self.file.text, io);
    }

    /// Opens the modules, one for each node in the plan's order, and has each check its parameters.
    ///
    /// # Errors
    /// The exit code; what is wrong has been shown.
    pub fn modules(&self, io: &mut Io<'_>) -> Result<Vec<Arc<dyn Module>>, u8> {
        self.open(|_| Known::Nothing).map_err(|errors| {
            self.refuse(&errors, io);
            exit::INVALID
        })
    }

    /// The same of a graph that is to take the place of another; `known` says what runs in a node already.
    ///
    /// # Errors
    /// As `check` shows them, without colours.
    pub fn open_beside(&self, known: impl Fn(usize) -> Known) -> Result<Vec<Arc<dyn Module>>, String> {
        self.open(known).map_err(|errors| Invalid { errors, text: self.file.text.clone() }.rendered())
    }

    fn open(&self, known: impl Fn(usize) -> Known) -> Result<Vec<Arc<dyn Module>>, Vec<GraphError>> {
        let loader = Loader::new(host::table());
        let mut late: HashSet<PathBuf> = HashSet::new();
        let (mut modules, mut errors) = (Vec::new(), Vec::new());
        for (index, node) in self.checked.plan.nodes.iter().enumerate() {
            if late.contains(&node.found.file) {
                continue;
            }
            let (found, sandbox) = (node.found.clone(), node.sandbox);
            let params = serde_json::Value::Object(node.params.clone()).to_string();
            let runs = match known(index) {
                Known::All(module) => {
                    modules.push(module);
                    continue;
                }
                Known::Module(module) => Some(module),
                Known::Nothing => None,
            };
            let longest = COLD_CALL + loader.compiles_for(&found);
            let asked = within(&node.name, longest, move || {
                let module = match runs {
                    Some(module) => module,
                    None => loader.load(&found, &sandbox)?,
                };
                let faults = module.check(&params);
                Ok::<(Arc<dyn Module>, Vec<ParamFault>), crate::load::LoadError>((module, faults))
            });
            match asked {
                Some(Ok((module, faults))) => {
                    let place = |(path, what): &ParamFault| self.checked.place_param_error(index, path, what);
                    errors.extend(faults.iter().map(place));
                    modules.push(module);
                }
                Some(Err(error)) => errors.push(self.checked.place_node_error(index, &error.to_string())),
                None => {
                    let file = node.found.file.display();
                    let what = format!(
                        "{file} did not return from opening it and checking its parameters within {} s; this \
                         is for the module's author to mend",
                        longest.as_secs()
                    );
                    errors.push(self.checked.place_node_error(index, &what));
                    late.insert(node.found.file.clone());
                }
            }
        }
        if errors.is_empty() {
            return Ok(modules);
        }
        errors.sort_by(|a, b| (&a.file, a.place).cmp(&(&b.file, b.place)));
        Err(errors)
    }
}
