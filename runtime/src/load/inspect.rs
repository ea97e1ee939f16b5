//! What `rogue-runtime inspect` and `rogue-runtime list` show: cards, read without running code.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{
    FileCatalog, LoadError, Search,
    cards::{self, Cards},
    catalog::hex,
    file,
};
use crate::{
    card::Card,
    graph::{Catalog, Found, Wanted},
};

/// A plugin file, looked at from outside.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// The file.
    pub file: PathBuf,
    /// Its length in bytes.
    pub len: u64,
    /// Its SHA-256 in hexadecimal, as `modules:` takes it.
    pub sha256: String,
    /// Its cards and the version of its tables.
    pub cards: Cards,
    /// The module that was asked for, if one was.
    pub module: Option<u32>,
}

/// Looks at a file.
pub fn inspect(path: &Path) -> Result<Inspected, LoadError> {
    let (bytes, _) = file::read(path)?;
    let cards = cards::from_bytes(path, &bytes)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    Ok(Inspected { file: path.to_owned(), len: bytes.len() as u64, sha256, cards, module: None })
}

/// Looks at what a person names: a file, `file.so#module`, or a module on the search path.
///
/// The error is one or more complete sentences.
pub fn inspect_named(text: &str, base: &Path, search: &Arc<Search>) -> Result<Inspected, String> {
    let look = |found: &Path, module| {
        let seen = inspect(found).map_err(|error| format!("{error}."))?;
        Ok(Inspected { module, ..seen })
    };
    let file = base.join(text);
    if file.exists() {
        return look(&file, None);
    }
    let catalog = FileCatalog::new(base, search.clone());
    let found: Found = match text.contains(".so#") {
        true => catalog.at_path(text, None, None)?,
        false if text.ends_with(".so") => return look(&file, None),
        false => catalog.find(&Wanted { module: text, entry: None })?,
    };
    look(&found.file, Some(found.index))
}

/// One module on the search path.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What it says of itself.
    pub card: Arc<Card>,
    /// The file it is in.
    pub file: PathBuf,
    /// The file that is taken instead, since its directory comes earlier.
    pub hidden_by: Option<PathBuf>,
}

/// Everything on the search path: modules by name, and the files that were passed over with the reason.
pub fn list(search: &Search) -> (Vec<Listed>, Vec<LoadError>) {
    let mut listed: Vec<Listed> = Vec::new();
    let mut broken = Vec::new();
    for dir in search.index() {
        let earlier = listed.len();
        for plugin in &dir.plugins {
            for card in &plugin.cards.cards {
                let first = listed[..earlier].iter().find(|other| other.card.name == card.name);
                let hidden_by = first.map(|other| other.file.clone());
                listed.push(Listed { card: card.clone(), file: plugin.file.clone(), hidden_by });
            }
        }
        broken.extend(dir.broken.iter().cloned());
    }
    listed.sort_by(|a, b| a.card.name.cmp(&b.card.name));
    (listed, broken)
}
