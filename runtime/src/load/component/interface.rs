//! What crosses the border of a component: the names it imports and exports, and who provides what it imports.

use std::path::Path;

use crate::{
    graph::{Sandbox, sandbox::GRANTS},
    load::LoadError,
};

/// The package of the contract, see `sdk/wit/`.
const PACKAGE: &str = "rogue:flow/";
/// The interfaces that every component may import.
const ALWAYS: [&str; 2] = ["types", "host"];
/// The versions spoken here: all that begin so, since from 0.1.0 on an interface only gains.
pub const SPOKEN: &str = "0.1";

/// The names at a component's border, such as `rogue:flow/host@0.1.0`, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// What it needs to run.
    pub imports: Vec<String>,
    /// What it offers.
    pub exports: Vec<String>,
}

/// What an import needs before it is provided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// This grant in the graph file, one of [`GRANTS`].
    Grant(&'static str),
    /// Nobody here provides it.
    Unknown,
}

impl Need {
    /// The need of an import.
    pub fn of(import: &str) -> Need {
        let Some((name, version)) = flow(import) else { return Need::Unknown };
        let grant = GRANTS.into_iter().find(|grant| *grant == name);
        match grant {
            _ if !is_spoken(version) => Need::Unknown,
            Some(grant) => Need::Grant(grant),
            None if ALWAYS.contains(&name) => Need::Nothing,
            None => Need::Unknown,
        }
    }
}

impl Interface {
    /// The version of `rogue:flow` that it was made for, if it is a component of modules.
    pub fn version(&self) -> Option<&str> {
        let versions = self.exports.iter().filter_map(|name| flow(name));
        versions.into_iter().find(|(name, _)| *name == "module").map(|(_, version)| version)
    }

    /// Whether it exports an interface of the contract in a version spoken here.
    pub fn exports_flow(&self, wanted: &str) -> bool {
        let mut all = self.exports.iter().filter_map(|name| flow(name));
        all.any(|(name, version)| name == wanted && is_spoken(version))
    }

    /// That every import is provided to a node with this sandbox.
    pub fn allowed(&self, file: &Path, sandbox: &Sandbox) -> Result<(), LoadError> {
        let unknown: Vec<String> =
            self.imports.iter().filter(|import| Need::of(import) == Need::Unknown).cloned().collect();
        if !unknown.is_empty() {
            return Err(LoadError::UnknownImports { file: file.to_owned(), imports: unknown });
        }
        for import in &self.imports {
            if let Need::Grant(grant) = Need::of(import)
                && !sandbox.grants(grant)
            {
                return Err(LoadError::NotGranted { file: file.to_owned(), import: import.clone(), grant });
            }
        }
        Ok(())
    }
}

/// Name and version of an interface of the contract.
fn flow(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.split_once('@')
}

/// Whether components made for this version of `rogue:flow` run here.
pub fn is_spoken(version: &str) -> bool {
    version.strip_prefix(SPOKEN).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_import_has_its_need() {
        for (import, need) in [
            ("rogue:flow/types@0.1.0", Need::Nothing),
            ("rogue:flow/host@0.1.7", Need::Nothing),
            ("rogue:flow/wall@0.1.0", Need::Grant("wall")),
            ("rogue:flow/random@0.1", Need::Grant("random")),
            ("rogue:flow/host@0.2.0", Need::Unknown),
            ("rogue:flow/host@0.10.0", Need::Unknown),
            ("rogue:flow/host", Need::Unknown),
            ("rogue:flow/files@0.1.0", Need::Unknown),
            ("wasi:random/random@0.2.3", Need::Unknown),
            ("", Need::Unknown),
        ] {
            assert_eq!(Need::of(import), need, "{import}");
        }
    }

    #[test]
    fn the_version_is_that_of_the_exported_module() {
        let of = |exports: &[&str]| {
            let exports = exports.iter().map(|name| (*name).to_owned()).collect();
            Interface { exports, ..Interface::default() }.version().map(str::to_owned)
        };
        assert_eq!(of(&["rogue:flow/source@0.1.0", "rogue:flow/module@0.3.1"]), Some("0.3.1".to_owned()));
        assert_eq!(of(&["rogue:flow/source@0.1.0", "run"]), None);
    }
}
