//! What an author names on the command line, as a module with its parameters.
//!
//! [`Chosen::find`] reads cards and runs no code of the module; [`Subject::load`] opens the file. Used by `check` and
//! `bench`, and by the project's own tests of its modules.

use crate::{
    cli::ModuleArgs,
    say::Trouble,
    stage::{NODE, yaml},
};
use rogue_runtime::{
    card::Card,
    graph::{self, Catalog, Found, Options, Sandbox, Wanted},
    host,
    load::{FileCatalog, Loader, Search},
    module::Module,
};
use serde_json::{Map, Value};
use std::{path::Path, sync::Arc};

/// What stands for an empty folder in the value of a parameter.
pub const DIR: &str = "{dir}";

/// What stands for it while YAML is read, where `{` would begin a mapping.
const DIR_IN_YAML: &str = "folder.of.this.check";

/// A module of a file and the parameters to try it with; nothing of its code has run.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Where it is, and its card.
    pub found: Found,
    /// Its parameters as written.
    pub params: Map<String, Value>,
}

/// A module that is open, with parameters that it can run with here.
pub struct Subject {
    /// Where it is, and its card.
    pub found: Found,
    /// The module.
    pub module: Arc<dyn Module>,
    /// Its parameters; `{dir}` has been replaced.
    pub params: Map<String, Value>,
}

impl Chosen {
    /// Finds the module that the arguments name; without a name, the one that the current folder builds.
    pub(crate) fn find(args: &ModuleArgs) -> Result<Chosen, Trouble> {
        let text = match &args.module {
            Some(text) => text.clone(),
            None => crate::build::the_one()?.display().to_string(),
        };
        let found = look(&text)?;
        let params = parameters(&found, &args.set)?;
        Ok(Chosen { found, params })
    }

    /// Its card.
    pub fn card(&self) -> &Card {
        &self.found.card
    }

    /// `even-bytes 0.1.0, a transform`.
    pub fn title(&self) -> String {
        title(self.card())
    }
}

/// Name, version and shape of a module.
pub fn title(card: &Card) -> String {
    let shape = card.shape.to_string();
    let article = if shape.starts_with('e') { "an" } else { "a" };
    let version = if card.version.is_empty() { String::new() } else { format!(" {}", card.version) };
    format!("{}{version}, {article} {shape}", card.name)
}

/// The module that a path means: `FILE.so`, `FILE.wasm`, or `FILE.so#NAME`.
fn look(text: &str) -> Result<Found, Trouble> {
    if !text.contains(".so") && !text.contains(".wasm") {
        return Err(Trouble::usage(format_args!(
            "`{text}` is no module's file. Say FILE.so or FILE.wasm, with #NAME in a file of several; `cargo rogue \
             build` says where the file of the module in this folder is."
        )));
    }
    let catalog = FileCatalog::new("", Arc::new(Search::new(&[], None, None)));
    catalog.at_path(text, None, None).map_err(Trouble::usage)
}

/// Reads `--set`s against the card, as a graph file is read.
fn parameters(found: &Found, set: &[String]) -> Result<Map<String, Value>, Trouble> {
    let name = &found.card.name;
    let written = |param: &String| {
        set.iter().any(|text| text.split(['=', '.']).next().is_some_and(|written| written == param))
    };
    if let Ok(schema) = found.card.param_schema()
        && let Some(object) = schema.object()
        && let Some(missing) = object.required.iter().find(|param| !written(param))
    {
        let about = object.get(missing).map(|schema| schema.about.as_str()).unwrap_or_default();
        return Err(Trouble::usage(format_args!(
            "module `{name}` needs its parameter `{missing}` ({}). Say it with --set {missing}=VALUE.",
            about.trim_end_matches('.')
        )));
    }
    let set: Vec<String> =
        set.iter().map(|text| format!("{NODE}.{}", text.replace(DIR, DIR_IN_YAML))).collect();
    let yaml = yaml(&found.card, &Map::new(), "source", "sink");
    let options = Options { env: None, set: &set };
    let checked = graph::load(&yaml, name, &options, &Around(found));
    let checked = checked.map_err(|errors| {
        let color = crate::say::color(&std::io::stderr());
        Trouble::laid_out(graph::render(&errors, &yaml, color))
    })?;
    let node = checked.plan.nodes.into_iter().find(|node| node.name == NODE);
    let mut params = Value::Object(node.map(|node| node.params).unwrap_or_default());
    put(&mut params, DIR_IN_YAML, DIR);
    Ok(if let Value::Object(params) = params { params } else { Map::new() })
}

/// The module, between a source and a sink that are never run.
struct Around<'a>(&'a Found);

impl Catalog for Around<'_> {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        let idle = |_| -> crate::stand_in::Body { Box::new(|_| rogue_runtime::module::Status::Ended) };
        Ok(match wanted.module {
            "source" => crate::stand_in::StandIn::source("source", idle).found(),
            "sink" => crate::stand_in::StandIn::sink("sink", idle).found(),
            _ => self.0.clone(),
        })
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Subject {
    /// Opens the module's file; `dir` is what `{dir}` stands for.
    ///
    /// # Errors
    /// Why the runtime does not take it.
    pub fn load(chosen: &Chosen, dir: &Path) -> Result<Subject, String> {
        // All that can be granted: what is tried here is the module, not a graph's trust in it.
        let sandbox = Sandbox { wall: true, random: true, ..Sandbox::default() };
        let loaded = Loader::new(host::table()).load(&chosen.found, &sandbox);
        let module = loaded.map_err(|error| error.to_string())?;
        let mut params = Value::Object(chosen.params.clone());
        put(&mut params, DIR, &dir.to_string_lossy());
        let params = if let Value::Object(params) = params { params } else { Map::new() };
        Ok(Subject { found: chosen.found.clone(), module, params })
    }

    /// Its card.
    pub fn card(&self) -> &Card {
        &self.found.card
    }

    /// Its parameters, a JSON object.
    pub fn params_text(&self) -> String {
        Value::Object(self.params.clone()).to_string()
    }
}

/// Replaces a word in every text.
fn put(value: &mut Value, word: &str, by: &str) {
    match value {
        Value::String(text) => *text = text.replace(word, by),
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, word, by)),
        Value::Object(fields) => fields.values_mut().for_each(|field| put(field, word, by)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_folder_is_put_into_every_text() {
        let mut params = json!({ "path": "{dir}/a", "list": ["{dir}", 7], "deep": { "x": "a{dir}b" } });
        put(&mut params, DIR, "/t");
        assert_eq!(params, json!({ "path": "/t/a", "list": ["/t", 7], "deep": { "x": "a/tb" } }));
    }
}
