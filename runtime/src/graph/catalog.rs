//! What the graph asks of the outside: which module a name in a file means.
//!
//! `load` implements [`Catalog`] over the search path; tests implement it over a map. This is the only door of
//! the pure floor, so that a graph can be checked without files.

use super::{limits::Limits, plan::Found, suggest};

/// Finds modules for the names in a graph file.
pub trait Catalog {
    /// Finds the module for a `module:` text.
    ///
    /// The error is one or more complete sentences: what was looked for, where, and what to do.
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String>;

    /// The names that can be found without a path, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// What the system lets a run have.
    fn limits(&self) -> Limits {
        Limits::default()
    }
}

/// The name that was meant by one that is not found, if one is near.
pub fn meant(module: &str, catalog: &dyn Catalog) -> Option<String> {
    if module.contains('/') {
        return None;
    }
    let names = catalog.names();
    suggest::nearest(module, names.iter().map(String::as_str)).map(str::to_owned)
}

/// What a node asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The `module:` text as written: a name, or a path if it has a `/`.
    pub module: &'a str,
    /// The entry of that name under `modules:`, if there is one.
    pub entry: Option<&'a ModuleEntry>,
}

/// One entry under `modules:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleEntry {
    /// The module's file, relative to the graph file.
    pub path: String,
    /// What the file's SHA-256 must be: 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
}
