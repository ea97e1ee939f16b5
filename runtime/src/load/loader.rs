//! Opens the file of a module that a catalog found, whatever it is packaged as.
//!
//! Called by `control` and by checks that run a module's own code. What is opened is what the catalog saw: its
//! card, and its content where the graph names that.

use std::{sync::Arc, time::Duration};

use rogue_abi::HostPtr;

use super::{Cards, LoadError, catalog::hex, component, native};
use crate::{
    graph::{Found, Packaging, Sandbox},
    module::Module,
};

/// Seconds that compiling a MiB of a component may take.
const COMPILE_SECONDS: u64 = 10;

/// Opens module files for one table of host functions.
#[derive(Clone, Copy)]
pub struct Loader {
    host: HostPtr,
}

impl Loader {
    /// `host` is what every instance is given; the table lives as long as the process.
    pub fn new(host: HostPtr) -> Loader {
        Loader { host }
    }

    /// What opening a file may take beyond a usual call into a module: a component is compiled once on a machine, which is
    /// some seconds for each MiB of a large one on a busy machine.
    pub fn compiles_for(&self, found: &Found) -> Duration {
        let len = match found.packaging {
            Packaging::Native => 0,
            Packaging::Component => std::fs::metadata(&found.file).map_or(0, |meta| meta.len()),
        };
        Duration::from_secs(COMPILE_SECONDS * len.div_ceil(1 << 20))
    }

    /// Opens the file of a module that a catalog found. The file must still be what the catalog saw. A native module
    /// has no `sandbox`.
    pub fn load(&self, found: &Found, sandbox: &Sandbox) -> Result<Arc<dyn Module>, LoadError> {
        match found.packaging {
            Packaging::Native => native::load(self.host, found),
            Packaging::Component => component::load(found, sandbox),
        }
    }
}

/// That a file is what the catalog saw: its cards, and the SHA-256 of its content.
pub(super) fn unchanged(found: &Found, cards: &Cards, content: &[u8; 32]) -> Result<(), LoadError> {
    let changed = |what: String| LoadError::Changed { file: found.file.clone(), what };
    if let Some(wanted) = &found.sha256 {
        let is = hex(content);
        if !is.eq_ignore_ascii_case(wanted) {
            return Err(LoadError::OtherContent { file: found.file.clone(), wanted: wanted.clone(), is });
        }
    }
    let name = &found.card.name;
    match cards.cards.get(found.index as usize) {
        Some(card) if **card == *found.card => Ok(()),
        Some(card) if card.name == *name => Err(changed(format!("module `{name}` has another card"))),
        Some(_) | None => Err(changed(format!("it has no module `{name}` at its place"))),
    }
}
