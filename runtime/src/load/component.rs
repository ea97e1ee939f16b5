//! Sandboxed modules: WebAssembly components.
//!
//! [`cards`] reads what one says of itself, without running it and without the sandbox itself, so that every build can
//! show it; [`load`] hands one to the sandbox. Called by `cards` and by the loader.

mod interface;
mod sections;

use std::{path::Path, sync::Arc};

use object::read::ReadRef;
use sha2::{Digest, Sha256};

#[cfg(feature = "wasm")]
use super::wasm;
use super::{Cards, Form, LoadError, cards, file, loader};
use crate::{
    card::{Card, CardError, Shape},
    graph::{Found, Packaging, Sandbox},
    module::Module,
};

pub use interface::{Interface, Need, SPOKEN};

/// The first bytes of every WebAssembly file.
const MAGIC: &[u8; 4] = b"\0asm";

/// Whether the first bytes of a file are those of a WebAssembly file, as far as they go.
pub(super) fn is_wasm(start: &[u8]) -> bool {
    !start.is_empty() && (start.starts_with(MAGIC) || MAGIC.starts_with(start))
}

/// The cards of a component, and what it imports and exports.
pub(super) fn cards<'d, R: ReadRef<'d>>(file: &Path, data: R) -> Result<Cards, LoadError> {
    let seen = sections::read(file, data)?;
    let bytes = seen.cards.ok_or_else(|| LoadError::NoCards { file: file.to_owned() })?;
    let all = cards::believe(file, Form::Component(seen.interface), bytes)?;
    if let Form::Component(interface) = &all.form {
        fits(file, interface, &all.cards)?;
    }
    Ok(all)
}

/// That the exports are those that the cards need, in a version that is spoken here.
fn fits(file: &Path, interface: &Interface, cards: &[Arc<Card>]) -> Result<(), LoadError> {
    match interface.version() {
        None => {
            let what = "it has cards but does not export `rogue:flow/module`".to_owned();
            return Err(LoadError::Damaged { file: file.to_owned(), what });
        }
        Some(version) if !interface::is_spoken(version) => {
            return Err(LoadError::OtherFlow { file: file.to_owned(), version: version.to_owned() });
        }
        Some(_) => {}
    }
    for card in cards {
        let export = match card.shape {
            Shape::Source => "source",
            Shape::Transform | Shape::Sink if card.has("metadata_only") => "inspector",
            Shape::Transform | Shape::Sink => "processor",
            Shape::Endpoint => {
                let why = "an endpoint's halves are two threads, which a component does not have";
                let why = CardError::Wrong { module: card.name.clone(), what: why.to_owned() };
                return Err(LoadError::Cards { file: file.to_owned(), why });
            }
        };
        if !interface.exports_flow(export) {
            let what = format!("it is a {}, and the file does not export `rogue:flow/{export}`", card.shape);
            return Err(LoadError::Lies { file: file.to_owned(), module: card.name.clone(), what });
        }
    }
    Ok(())
}

/// Hands a component to the sandbox. The file must still be what the catalog saw, and ask for nothing that its node is
/// not granted.
pub(super) fn load(found: &Found, sandbox: &Sandbox) -> Result<Arc<dyn Module>, LoadError> {
    let (bytes, _) = file::read(&found.file)?;
    let cards = cards::from_bytes(&found.file, &bytes)?;
    let content: [u8; 32] = Sha256::digest(&bytes).into();
    loader::unchanged(found, &cards, &content)?;
    let Form::Component(interface) = &cards.form else {
        let what = format!("it was a {} and is none now", Packaging::Component);
        return Err(LoadError::Changed { file: found.file.clone(), what });
    };
    interface.allowed(&found.file, sandbox)?;
    run(found, sandbox, &bytes, content)
}

/// The module of a component whose bytes and cards have been checked.
#[cfg(feature = "wasm")]
fn run(
    found: &Found,
    sandbox: &Sandbox,
    bytes: &[u8],
    content: [u8; 32],
) -> Result<Arc<dyn Module>, LoadError> {
    wasm::load(found, sandbox, bytes, content)
        .map_err(|why| LoadError::Sandbox { file: found.file.clone(), why })
}

#[cfg(not(feature = "wasm"))]
fn run(
    found: &Found,
    _sandbox: &Sandbox,
    _bytes: &[u8],
    _content: [u8; 32],
) -> Result<Arc<dyn Module>, LoadError> {
    Err(LoadError::NoSandbox { file: found.file.clone() })
}
