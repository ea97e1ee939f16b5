//! What a graph's `module:` texts mean: [`FileCatalog`] answers `graph` out of files.
//!
//! A text with a `/` is a path from the graph file's directory; a name is looked up under `modules:` and
//! then on the search path, `NAME.wasm` as a component. `file.so#name` picks one of several modules in a file.
//! Reads files, runs nothing.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{LoadError, Search, cards, file, limits};
use crate::graph::{Catalog, Found, Wanted, limits::Limits};

/// The modules that the graph files of one directory can name.
#[derive(Clone, Debug)]
pub struct FileCatalog {
    base: PathBuf,
    search: Arc<Search>,
}

impl FileCatalog {
    /// `base` is the graph file's directory: paths in the graph begin there.
    pub fn new(base: impl Into<PathBuf>, search: Arc<Search>) -> FileCatalog {
        FileCatalog { base: base.into(), search }
    }

    /// The search path it asks.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// The module that a path means. In a file of several, `#name` picks one, else the one called `alias`.
    pub fn at_path(&self, text: &str, alias: Option<&str>, sha256: Option<&str>) -> Result<Found, String> {
        let (path, picked) = self.split(text);
        let cards = cards::read(&path).map_err(|error| sentence(&error))?;
        let shown = path.display();
        let index = match (picked, cards.cards.as_slice()) {
            (Some(name), _) => cards.index_of(name).ok_or_else(|| {
                format!(
                    "{shown} has no module `{name}`; it has {}. Correct what follows the `#`.",
                    cards.names()
                )
            })?,
            (None, [_]) => 0,
            (None, _) => alias.and_then(|name| cards.index_of(name)).ok_or_else(|| {
                format!("{shown} has several modules: {}. Say which, as in `{text}#name`.", cards.names())
            })?,
        };
        let card = cards.cards.get(index as usize).cloned();
        let card = card.ok_or_else(|| format!("{shown} has no module number {index}."))?;
        let sha256 =
            sha256.map(|wanted| verify(&path, wanted)).transpose().map_err(|error| sentence(&error))?;
        Ok(Found { card, file: path, index, sha256, packaging: cards.packaging() })
    }

    /// A path and the module picked behind its last `#`, unless a file has that very name.
    fn split<'t>(&self, text: &'t str) -> (PathBuf, Option<&'t str>) {
        match text.rsplit_once('#') {
            Some((path, picked)) if !self.base.join(text).exists() => (self.base.join(path), Some(picked)),
            _ => (self.base.join(text), None),
        }
    }
}

impl Catalog for FileCatalog {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        if let Some(entry) = wanted.entry {
            return self.at_path(&entry.path, Some(wanted.module), entry.sha256.as_deref());
        }
        if wanted.module.contains('/') {
            return self.at_path(wanted.module, None, None);
        }
        if wanted.module.ends_with(".so") || wanted.module.contains(".so#") {
            let text = wanted.module;
            return Err(format!(
                "`{text}` is a file's name; write it as a path, `./{text}`, or say the module's name."
            ));
        }
        if let Some((file, _)) = wanted.module.split_once(".wasm#") {
            return Err(format!(
                "`{file}.wasm` is a file's name; write it as a path, `./{}`, or say the module's name as \
                 `NAME.wasm`.",
                wanted.module
            ));
        }
        let hit = match wanted.module.strip_suffix(".wasm") {
            Some(name) => self.search.find_component(name)?,
            None => self.search.find(wanted.module)?,
        };
        let card = hit.plugin.cards.cards.get(hit.index as usize).cloned();
        let card = card.ok_or_else(|| format!("module `{}` was not found.", wanted.module))?;
        let packaging = hit.plugin.cards.packaging();
        Ok(Found { card, file: hit.plugin.file, index: hit.index, sha256: None, packaging })
    }

    fn names(&self) -> Vec<String> {
        self.search.names().into_iter().chain(self.search.component_names()).collect()
    }

    fn limits(&self) -> Limits {
        limits::read()
    }
}

/// The SHA-256 of a file, if it is the one wanted.
fn verify(path: &Path, wanted: &str) -> Result<String, LoadError> {
    let is = hex(&Sha256::digest(file::read(path)?.0));
    if is.eq_ignore_ascii_case(wanted) {
        return Ok(is);
    }
    Err(LoadError::OtherContent { file: path.to_owned(), wanted: wanted.to_owned(), is })
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

fn sentence(error: &LoadError) -> String {
    format!("{error}.")
}
