//! Reads the cards of a module file, and what says how it was built, without running its code.
//!
//! Called by `search` for every file of a directory (so only headers, symbol tables and cards are read),
//! and by the loaders on the bytes they are about to open. The cards are a plain array of bytes, so nothing that
//! the system's loader would still have to fill in can matter. The first bytes say what kind of file it is, whatever
//! its name.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use object::read::{ReadCache, ReadRef};
use rogue_abi::{CARDS_MAGIC, CARDS_SYMBOL, MARK_SYMBOL, ROGUE_ABI};

use super::{
    LoadError, component,
    component::Interface,
    elf::Library,
    file::{self, Stamp},
};
use crate::{
    card::{Card, CardError, TEXT_LIMIT},
    graph::Packaging,
};

/// Most bytes of a module file: debug builds of large plugins stay far below, and it is read into memory.
pub const FILE_LIMIT: u64 = 256 << 20;

/// Files whose cards are remembered; beyond it the memory starts anew.
const CACHE_LIMIT: usize = 1 << 14;

/// Bytes before the JSON: the magic and the length.
const PREFIX: usize = CARDS_MAGIC.len() + 4;

/// Most bytes of cards in a file, with what precedes the text.
pub(super) const CARDS_LIMIT: u64 = (TEXT_LIMIT + PREFIX) as u64;

/// How a file is built, and what it has to do with the runtime it was built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A native plugin.
    Native {
        /// Major and minor version of its tables, as `ROGUE_ABI` says.
        abi: (u32, u32),
    },
    /// A component, with what it imports and exports.
    Component(Interface),
}

/// What a module file says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Cards {
    /// How the file is built.
    pub form: Form,
    /// One card per module, in the order of the file's modules.
    pub cards: Vec<Arc<Card>>,
    /// The JSON they were read from.
    text: Box<[u8]>,
}

impl Cards {
    /// What its modules are packaged as.
    pub fn packaging(&self) -> Packaging {
        match self.form {
            Form::Native { .. } => Packaging::Native,
            Form::Component(_) => Packaging::Component,
        }
    }

    /// The number of the module called `name`.
    pub fn index_of(&self, name: &str) -> Option<u32> {
        let found = self.cards.iter().position(|card| card.name == name);
        found.and_then(|index| u32::try_from(index).ok())
    }

    /// The modules' names, in the order of the file, as a person reads them: `a`, `b`.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.cards.iter().map(|card| format!("`{}`", card.name)).collect();
        names.join(", ")
    }

    /// The cards as JSON values, with everything that [`Card`] does not know.
    pub fn values(&self) -> Vec<serde_json::Value> {
        serde_json::from_slice(&self.text).unwrap_or_default()
    }
}

/// The cards of a file. What is known of a file that has not changed since is not read again.
pub fn read(file: &Path) -> Result<Arc<Cards>, LoadError> {
    type Known = std::collections::HashMap<std::path::PathBuf, (Stamp, Result<Arc<Cards>, LoadError>)>;
    static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

    let (opened, stamp) = file::open(file)?;
    {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, cards)) = known.as_ref().and_then(|known| known.get(file))
            && *then == stamp
        {
            return cards.clone();
        }
    }
    let cards = parse(file, &ReadCache::new(opened)).map(Arc::new);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if known.len() >= CACHE_LIMIT {
        known.clear();
    }
    known.insert(file.to_owned(), (stamp, cards.clone()));
    cards
}

/// The cards of a file whose content is `bytes`.
pub fn from_bytes(file: &Path, bytes: &[u8]) -> Result<Cards, LoadError> {
    parse(file, bytes)
}

fn parse<'d, R: ReadRef<'d>>(file: &Path, data: R) -> Result<Cards, LoadError> {
    const KIND: u64 = 4;
    let length = data.len().unwrap_or(0);
    match data.read_bytes_at(0, length.min(KIND)) {
        Ok(start) if component::is_wasm(start) => component::cards(file, data),
        _ => of_library(file, data),
    }
}

fn of_library<'d, R: ReadRef<'d>>(file: &Path, data: R) -> Result<Cards, LoadError> {
    let library = Library::parse(file, data)?;
    let damaged = |what: String| LoadError::Damaged { file: file.to_owned(), what };

    let Some((at, size)) = library.symbol(CARDS_SYMBOL) else {
        return Err(LoadError::NotAPlugin { file: file.to_owned() });
    };
    let abi = read_mark(file, &library)?;
    if size > CARDS_LIMIT {
        let why = CardError::TooLong(usize::try_from(size).unwrap_or(usize::MAX));
        return Err(LoadError::Cards { file: file.to_owned(), why });
    }
    let bytes =
        library.bytes(at, size).ok_or_else(|| damaged(format!("{CARDS_SYMBOL} points outside of it")))?;
    believe(file, Form::Native { abi }, bytes)
}

/// The cards that `bytes` are, if they keep every rule.
pub(super) fn believe(file: &Path, form: Form, bytes: &[u8]) -> Result<Cards, LoadError> {
    let cards = Card::parse_all(bytes).map_err(|why| LoadError::Cards { file: file.to_owned(), why })?;
    let text = bytes.get(PREFIX..).unwrap_or_default();
    let announced = bytes.get(CARDS_MAGIC.len()..PREFIX).and_then(|length| length.try_into().ok());
    let length = announced.map_or(0, |length| u32::from_le_bytes(length) as usize).min(text.len());
    Ok(Cards { form, cards: cards.into_iter().map(Arc::new).collect(), text: text[..length].into() })
}

/// Major and minor version of the tables, if they are ours.
fn read_mark<'d, R: ReadRef<'d>>(file: &Path, library: &Library<'d, R>) -> Result<(u32, u32), LoadError> {
    let damaged = |what: &str| LoadError::Damaged { file: file.to_owned(), what: what.to_owned() };
    let (at, size) = library.symbol(MARK_SYMBOL).ok_or_else(|| damaged("it has cards but no ROGUE_ABI"))?;
    let whole = size_of::<rogue_abi::AbiMark>() as u64;
    // A later version may say more; what is read here stays in front.
    let bytes = library.bytes(at, whole).filter(|_| size >= whole);
    let bytes = bytes.ok_or_else(|| damaged("ROGUE_ABI points outside of it"))?;
    let (magic, rest) = bytes.split_at(ROGUE_ABI.magic.len());
    if magic != ROGUE_ABI.magic {
        return Err(damaged("ROGUE_ABI does not begin with its magic"));
    }
    let word = |at: usize| {
        let word = rest.get(at..at + 4).and_then(|word| word.try_into().ok());
        word.map_or(0, u32::from_ne_bytes)
    };
    let hash = rest.get(8..16).and_then(|word| word.try_into().ok()).map_or(0, u64::from_ne_bytes);
    let (major, minor) = (word(0), word(4));
    if major != ROGUE_ABI.major {
        return Err(LoadError::OtherAbi { file: file.to_owned(), major });
    }
    if hash != ROGUE_ABI.layout_hash {
        let what = "the sizes of its tables differ".to_owned();
        return Err(LoadError::OtherLayout { file: file.to_owned(), what });
    }
    Ok((major, minor))
}
