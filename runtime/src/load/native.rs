//! Opens native plugins and makes them [`crate::module::Module`]s.
//!
//! Called by `swap` and by checks that run a module's own code. abi_stable checks the door (the layout of
//! every table, before anything is called); behind it the calls are plain `extern "C"` functions.
//!
//! What holds:
//! - A file is read once, checked and copied, and the copy is what is opened: [`super::copies`]. (So a plugin
//!   finds no library of its own beside itself by `$ORIGIN`.)
//! - One open per distinct content, for the life of the process: abi_stable keeps references into a library
//!   it has checked, so closing one would be unsound. 355 KiB for each distinct build.
//! - An instance is destroyed once, after its last half, its cold side and its interrupts are gone.
//! - What a plugin hands back is checked as far as it can be: counts against what was lent, handles against
//!   null, numbers against their range. A plugin that breaks these rules is a fault with a text.
//!
//! What cannot be contained: a plugin is native code in this process. One whose initialisers crash takes the
//! process with it as it is opened, and so does one that writes where it should not, overflows its stack or
//! calls `abort`. A module that cannot be trusted belongs into a sandbox.
#![allow(unsafe_code)]

mod half;
mod instance;
mod library;
mod module;

use std::{path::Path, sync::Arc};

use rogue_abi::HostPtr;

use super::{LoadError, catalog::hex};
use crate::{graph::Found, module::Module};

pub use library::libraries_open;

/// Opens plugin files for one table of host functions.
#[derive(Clone, Copy)]
pub struct Loader {
    host: HostPtr,
}

impl Loader {
    /// `host` is what every instance is given; the table lives as long as the process.
    pub fn new(host: HostPtr) -> Loader {
        Loader { host }
    }

    /// Opens the file of a module that a catalog found. The file must still be what the catalog saw.
    pub fn load(&self, found: &Found) -> Result<Arc<dyn Module>, LoadError> {
        let file: &Path = &found.file;
        let changed = |what: String| LoadError::Changed { file: file.to_owned(), what };
        let library = library::open(file)?;
        if let Some(wanted) = &found.sha256 {
            let is = hex(&library.content);
            if !is.eq_ignore_ascii_case(wanted) {
                return Err(LoadError::OtherContent { file: file.to_owned(), wanted: wanted.clone(), is });
            }
        }
        let name = &found.card.name;
        let index = found.index as usize;
        match library.cards.cards.get(index) {
            Some(card) if **card == *found.card => {}
            Some(card) if card.name == *name => {
                return Err(changed(format!("module `{name}` has another card")));
            }
            Some(_) | None => return Err(changed(format!("it has no module `{name}` at its place"))),
        }
        let table =
            library.modules.get(index).ok_or_else(|| changed(format!("it has no module number {index}")))?;
        Ok(Arc::new(module::NativeModule::new(table, self.host, found.card.clone())))
    }
}
