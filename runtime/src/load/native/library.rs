//! From a file to the tables of its modules.

use std::{
    collections::HashMap,
    mem::ManuallyDrop,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use abi_stable::library::{AbiHeaderRef, LibraryError};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use rogue_abi::{AbiMark, MARK_SYMBOL, ROGUE_ABI, ROOT_SYMBOL, RootRef, module_flags};
use sha2::{Digest, Sha256};

use crate::{
    card::Card,
    graph::Packaging,
    load::{
        LoadError,
        cards::{self, Cards},
        catalog::hex,
        copies,
        file::{self, Stamp},
        layout,
    },
};

/// An open library.
#[derive(Clone)]
pub struct Opened {
    /// SHA-256 of the file.
    pub content: [u8; 32],
    /// What the file says of itself.
    pub cards: Arc<Cards>,
    /// Its modules, as many as cards.
    pub modules: &'static [rogue_abi::Module],
}

/// Everything open in this process. Libraries stay, so this only grows: by one for each distinct content.
#[derive(Default)]
struct All {
    /// By content; `None`: open, but refused.
    by_content: HashMap<[u8; 32], Option<Opened>>,
    /// What is known of files that have not changed since.
    by_file: HashMap<PathBuf, (Stamp, Opened)>,
}

static ALL: Mutex<Option<All>> = Mutex::new(None);

/// Distinct libraries open in this process, refused ones included: none is ever closed.
pub fn libraries_open() -> usize {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    all.as_ref().map_or(0, |all| all.by_content.len())
}

/// Opens a file, unless its content is open.
pub fn open(file: &Path) -> Result<Opened, LoadError> {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    if let (Some(now), Some((then, opened))) = (Stamp::at(file), all.by_file.get(file))
        && now == *then
    {
        return Ok(opened.clone());
    }
    let (bytes, stamp) = file::read(file)?;
    let cards = Arc::new(cards::from_bytes(file, &bytes)?);
    if cards.packaging() != Packaging::Native {
        let what = format!("it was native and is a {} now", cards.packaging());
        return Err(LoadError::Changed { file: file.to_owned(), what });
    }
    let content: [u8; 32] = Sha256::digest(&bytes).into();
    let opened = match all.by_content.get(&content) {
        Some(Some(opened)) => opened.clone(),
        _ => {
            // Never closed, see the top of `native`.
            let library = ManuallyDrop::new(open_copy(file, &bytes, &content)?);
            all.by_content.insert(content, None);
            let modules = enter(file, &library)?;
            check(file, &cards, modules)?;
            let opened = Opened { content, cards, modules };
            all.by_content.insert(content, Some(opened.clone()));
            opened
        }
    };
    all.by_file.insert(file.to_owned(), (stamp, opened.clone()));
    Ok(opened)
}

/// Maps a private copy. Runs the library's initialisers.
fn open_copy(file: &Path, bytes: &[u8], content: &[u8; 32]) -> Result<Library, LoadError> {
    static AT_EXIT: std::sync::Once = std::sync::Once::new();
    let failed = |copy: PathBuf, why: std::io::Error| LoadError::Copy {
        file: file.to_owned(),
        copy,
        why: why.to_string(),
    };
    let copy = copies::place(&hex(content), file).map_err(|(copy, why)| failed(copy, why))?;
    AT_EXIT.call_once(|| {
        // SAFETY: `remove_copies` is a function of this program, which is never unloaded, and does not unwind.
        // Where it cannot be registered, the copies stay until the next process removes them.
        let _ = unsafe { libc::atexit(remove_copies) };
    });
    copies::write(&copy, bytes).map_err(|why| failed(copy.clone(), why))?;
    // SAFETY: initialisers of a native plugin are run, which is what loading one means: see `native`.
    match unsafe { Library::open(Some(&copy), RTLD_NOW | RTLD_LOCAL) } {
        Ok(library) => Ok(library),
        Err(error) => {
            let mut why = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(next) = cause {
                why = next.to_string();
                cause = next.source();
            }
            let mut why = why.replace(&format!("{}: ", copy.display()), "");
            if why.contains("failed to map segment") {
                why.push_str("; set TMPDIR to a directory from which programs may be run");
            }
            Err(LoadError::Open { file: file.to_owned(), why })
        }
    }
}

extern "C" fn remove_copies() {
    copies::remove();
}

/// Checks the mark and the layout of every table, then asks the library for its modules.
fn enter(file: &Path, library: &ManuallyDrop<Library>) -> Result<&'static [rogue_abi::Module], LoadError> {
    let missing =
        |name: &str| LoadError::Damaged { file: file.to_owned(), what: format!("it exports no {name}") };
    let other = |what: String| LoadError::OtherLayout { file: file.to_owned(), what };

    // SAFETY: the symbol is an `AbiMark`, at least as long as one (read from the file by `cards`).
    let mark = unsafe {
        let mark = library.get::<*const AbiMark>(MARK_SYMBOL).map_err(|_| missing(MARK_SYMBOL))?;
        mark.read_unaligned()
    };
    if mark.major != ROGUE_ABI.major {
        return Err(LoadError::OtherAbi { file: file.to_owned(), major: mark.major });
    }
    if (AbiMark { minor: ROGUE_ABI.minor, ..mark }) != ROGUE_ABI {
        return Err(other("the sizes of its tables differ".to_owned()));
    }

    // SAFETY: abi_stable's header symbol is what `AbiHeaderRef` points to; its own magic is checked next.
    let header = unsafe { library.get::<AbiHeaderRef>(ROOT_SYMBOL) };
    let header = *header.map_err(|_| missing(ROOT_SYMBOL))?;
    let root = header.upgrade().and_then(|header| header.init_root_module::<RootRef>());
    let root = root.map_err(|error| match error {
        LibraryError::AbiInstability(report) => {
            let report = report.to_string();
            log::debug!("{}: layout check failed\n{report}", file.display());
            other(layout::errors_of(&report))
        }
        LibraryError::IncompatibleVersionNumber { expected_version, actual_version, .. } => other(format!(
            "it was built with rogue-abi {actual_version}, this runtime has {expected_version}"
        )),
        LibraryError::InvalidAbiHeader(_) => other("it was built with another abi_stable".to_owned()),
        error => LoadError::Root { file: file.to_owned(), why: one_line(&error.to_string()) },
    })?;
    if root.abi() != ROGUE_ABI.major {
        return Err(LoadError::OtherAbi { file: file.to_owned(), major: root.abi() });
    }
    Ok(root.modules().as_slice())
}

/// Compares what the code says with what the file says.
fn check(file: &Path, cards: &Cards, modules: &'static [rogue_abi::Module]) -> Result<(), LoadError> {
    let lies = |module: &str, what: &str| LoadError::Lies {
        file: file.to_owned(),
        module: module.to_owned(),
        what: what.to_owned(),
    };
    if modules.len() != cards.cards.len() {
        let what = format!("the file has {} cards, its code {} modules", cards.cards.len(), modules.len());
        return Err(LoadError::Damaged { file: file.to_owned(), what });
    }
    let values = cards.values();
    for ((card, value), module) in cards.cards.iter().zip(&values).zip(modules) {
        if module.size as usize != size_of::<rogue_abi::Module>() {
            return Err(lies(&card.name, "its table has another size"));
        }
        let said: Option<serde_json::Value> = serde_json::from_str(module.card.as_str()).ok();
        if said.as_ref() != Some(value) {
            return Err(lies(&card.name, "the card in its code differs from the one in its file"));
        }
        if module.flags & KNOWN_FLAGS != flags_of(card) {
            return Err(lies(&card.name, "the flags of its table are not those of its card"));
        }
    }
    Ok(())
}

const FLAGS: [(&str, u64); 4] = [
    ("blocking", module_flags::BLOCKING),
    ("metadata_only", module_flags::METADATA_ONLY),
    ("stateless", module_flags::STATELESS),
    ("pure", module_flags::PURE),
];

const KNOWN_FLAGS: u64 =
    module_flags::BLOCKING | module_flags::METADATA_ONLY | module_flags::STATELESS | module_flags::PURE;

fn flags_of(card: &Card) -> u64 {
    FLAGS.iter().filter(|(name, _)| card.has(name)).fold(0, |all, (_, bit)| all | bit)
}

fn one_line(text: &str) -> String {
    const LIMIT: usize = 400;
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(LIMIT).collect()
}
