//! Opens native plugins and makes them [`crate::module::Module`]s.
//!
//! Called by the loader. abi_stable checks the door (the layout of
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

use std::sync::Arc;

use rogue_abi::HostPtr;

use super::{LoadError, loader};
use crate::{graph::Found, module::Module};

pub use library::libraries_open;

/// Opens the file of a module that a catalog found. The file must still be what the catalog saw.
pub(super) fn load(host: HostPtr, found: &Found) -> Result<Arc<dyn Module>, LoadError> {
    let library = library::open(&found.file)?;
    loader::unchanged(found, &library.cards, &library.content)?;
    let table = library.modules.get(found.index as usize).ok_or_else(|| LoadError::Changed {
        file: found.file.clone(),
        what: format!("it has no module number {}", found.index),
    })?;
    Ok(Arc::new(module::NativeModule::new(table, host, found.card.clone())))
}
