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
    graph::{Catalog, Found, Packaging, Wanted},
};

/// A module file, looked at from outside.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// The file.
    pub file: PathBuf,
    /// Its length in bytes.
    pub len: u64,
    /// Its SHA-256 in hexadecimal, as `modules:` takes it.
    pub sha256: String,
    /// Its cards, and how it is built.
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

/// Looks at what a person names: a file, `file.so#module`, or a module on the search path, `NAME.wasm` as a component.
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
    let is_file = text.ends_with(".so") || (text.ends_with(".wasm") && text.contains('/'));
    let found: Found = match text.contains(".so#") || text.contains(".wasm#") {
        true => catalog.at_path(text, None, None)?,
        false if is_file => return look(&file, None),
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
    /// What the file is.
    pub packaging: Packaging,
    /// The file that is taken instead for its name: its directory comes earlier, or it is native in the same one.
    pub hidden_by: Option<PathBuf>,
    /// Of a component: the one that is taken instead for `NAME.wasm`.
    pub component_hidden_by: Option<PathBuf>,
}

impl Listed {
    /// What a graph file writes to name it: `NAME`, else `NAME.wasm`; `None`: another file is taken for both.
    pub fn says(&self) -> Option<String> {
        match (&self.hidden_by, self.packaging, &self.component_hidden_by) {
            (None, ..) => Some(self.card.name.clone()),
            (Some(_), Packaging::Component, None) => Some(format!("{}.wasm", self.card.name)),
            _ => None,
        }
    }
}

/// Everything on the search path: modules by name, and the files that were passed over with the reason.
pub fn list(search: &Search) -> (Vec<Listed>, Vec<LoadError>) {
    let mut listed: Vec<Listed> = Vec::new();
    let mut broken = Vec::new();
    for dir in search.index() {
        let earlier = listed.len();
        let files =
            |packaging| dir.plugins.iter().filter(move |plugin| plugin.cards.packaging() == packaging);
        for packaging in [Packaging::Native, Packaging::Component] {
            // Two files of one directory and one packaging do not hide each other: that is an error for who names them.
            let before = listed.len();
            for plugin in files(packaging) {
                for card in &plugin.cards.cards {
                    let first = |of: &[Listed], only: &[Packaging]| {
                        let same =
                            |other: &&Listed| other.card.name == card.name && only.contains(&other.packaging);
                        of.iter().find(same).map(|other| other.file.clone())
                    };
                    let both = [Packaging::Native, Packaging::Component];
                    let hidden_by = first(&listed[..before], &both);
                    let component_hidden_by = match packaging {
                        Packaging::Native => None,
                        Packaging::Component => first(&listed[..earlier], &[Packaging::Component]),
                    };
                    let (card, file) = (card.clone(), plugin.file.clone());
                    listed.push(Listed { card, file, packaging, hidden_by, component_hidden_by });
                }
            }
        }
        broken.extend(dir.broken.iter().cloned());
    }
    listed.sort_by(|a, b| a.card.name.cmp(&b.card.name));
    (listed, broken)
}
