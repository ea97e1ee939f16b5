//! The search path: from a module's name to the file it is in.
//!
//! Asked by `catalog` for every name in a graph that is no path, and by `list`. Directories are read at the
//! first question, each once. What holds: the first directory that has a name wins, and in it the native module
//! before the component; two files of one directory and one packaging that have the same name are an error for who
//! uses that name; files that are of other people's kinds are passed over in silence, and files that cannot be read
//! are remembered with the reason.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use super::{
    LoadError,
    cards::{self, Cards},
    file::Stamp,
};
use crate::graph::Packaging;

/// Most files that are looked at in one directory: a directory with more is not one of plugins.
pub const DIRECTORY_LIMIT: usize = 10_000;

/// Directories for everybody, looked at last.
const SYSTEM: [&str; 2] = ["/usr/local/lib/rogue-runtime", "/usr/lib/rogue-runtime"];

/// Where modules are looked for, and, once asked, what is there.
#[derive(Debug)]
pub struct Search {
    dirs: Vec<PathBuf>,
    index: OnceLock<Vec<Directory>>,
}

/// One directory of the search path.
#[derive(Debug)]
pub struct Directory {
    /// Its path.
    pub path: PathBuf,
    /// Why nothing could be read there; `None`: it was read.
    pub unread: Option<String>,
    /// Its plugin files, by file name.
    pub plugins: Vec<Plugin>,
    /// Files that may have been meant as plugins.
    pub broken: Vec<LoadError>,
    /// Where each name is: indices into `plugins`, and of the module in that file.
    names: BTreeMap<String, Vec<(usize, u32)>>,
}

/// One file of modules.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// Its path.
    pub file: PathBuf,
    /// What it says of itself.
    pub cards: Arc<Cards>,
}

/// Where a name was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The file.
    pub plugin: Plugin,
    /// The module's number in it.
    pub index: u32,
}

impl Search {
    /// The path in its order: `given` (`--plugin-path`), `env` (`ROGUE_PLUGIN_PATH`, separated by colons),
    /// beside the executable `exe`, `../lib/rogue-runtime` from there, and the system's directories.
    pub fn new(given: &[PathBuf], env: Option<&OsStr>, exe: Option<&Path>) -> Search {
        let env = env.map(|value| std::env::split_paths(value).filter(|dir| !dir.as_os_str().is_empty()));
        let beside = exe.and_then(Path::parent);
        let installed = beside.and_then(Path::parent).map(|prefix| prefix.join("lib/rogue-runtime"));
        let all = given.iter().cloned();
        let all = all.chain(env.into_iter().flatten());
        let all = all.chain(beside.map(Path::to_owned)).chain(installed);
        let all = all.chain(SYSTEM.map(PathBuf::from));

        let mut dirs: Vec<PathBuf> = Vec::new();
        for dir in all {
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        Search { dirs, index: OnceLock::new() }
    }

    /// The same directories, to be read anew: what is in them may have changed.
    pub fn again(&self) -> Search {
        Search { dirs: self.dirs.clone(), index: OnceLock::new() }
    }

    /// The directories in their order.
    pub fn dirs(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// What is in each directory; read at the first call.
    pub fn index(&self) -> &[Directory] {
        self.index.get_or_init(|| self.dirs.iter().map(|dir| Directory::read(dir)).collect())
    }

    /// Every name that can be found, once, in alphabetical order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.index().iter().flat_map(|dir| dir.names.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The names of components, as graph files say them: `NAME.wasm`.
    pub fn component_names(&self) -> Vec<String> {
        let of_plugin = |plugin: &Plugin| -> Vec<String> {
            match plugin.cards.packaging() {
                Packaging::Native => vec![],
                Packaging::Component => {
                    plugin.cards.cards.iter().map(|card| format!("{}.wasm", card.name)).collect()
                }
            }
        };
        self.index().iter().flat_map(|dir| dir.plugins.iter().flat_map(of_plugin)).collect()
    }

    /// The file that has the module `name`, native or not; the error is for people.
    pub fn find(&self, name: &str) -> Result<Hit, String> {
        self.find_as(name, &[Packaging::Native, Packaging::Component])
    }

    /// The component that has the module `name`; the error is for people.
    pub fn find_component(&self, name: &str) -> Result<Hit, String> {
        self.find_as(name, &[Packaging::Component])
    }

    /// The file of one of these packagings, the first first.
    fn find_as(&self, name: &str, packagings: &[Packaging]) -> Result<Hit, String> {
        let dirs = self.index().iter().enumerate();
        for (at, dir, packaging) in dirs.flat_map(|(at, dir)| packagings.iter().map(move |p| (at, dir, *p))) {
            match dir.hits(name, packaging).as_slice() {
                [] => {}
                [(plugin, index)] => {
                    self.warn_of_broken(name, at, &plugin.file);
                    return Ok(Hit { plugin: (*plugin).clone(), index: *index });
                }
                [first, second, ..] => {
                    return Err(format!(
                        "module `{name}` is in two files of one directory: {} and {}. Remove one, or name the \
                         file you mean under `modules:`.",
                        first.0.file.display(),
                        second.0.file.display()
                    ));
                }
            }
        }
        match packagings.contains(&Packaging::Native) {
            true => Err(self.not_found(name, &format!("module `{name}`"))),
            false => Err(self.not_found(name, &format!("a component with the module `{name}`"))),
        }
    }

    /// A file that by its name should have been taken, but cannot be read, is worth a word.
    fn warn_of_broken(&self, name: &str, at: usize, taken: &Path) {
        let earlier = self.index().iter().take(at + 1).flat_map(|dir| &dir.broken);
        for error in earlier.filter(|error| may_hold(error, name)) {
            log::warn!("module `{name}` is taken from {}, since {error}", taken.display());
        }
    }

    fn not_found(&self, name: &str, what: &str) -> String {
        const SHOWN: usize = 3;
        let looked: Vec<String> = self.index().iter().map(Directory::summary).collect();
        let mut text = format!("{what} was not found. Looked in {}.", looked.join(", "));
        let mut broken: Vec<&LoadError> = self.index().iter().flat_map(|dir| &dir.broken).collect();
        broken.sort_by_key(|error| !may_hold(error, name));
        for error in broken.iter().take(SHOWN) {
            text.push_str(&format!(" Passed over: {error}."));
        }
        if broken.len() > SHOWN {
            let more = broken.len() - SHOWN;
            text.push_str(&format!(" {more} more files were passed over; `rogue-runtime list` names them."));
        }
        text.push_str(" Build it, add its directory with --plugin-path, or name its file under `modules:`.");
        text
    }
}

/// Whether a file that cannot be read has a name like that of a module, as in `libmy_filter.so`.
fn may_hold(error: &LoadError, name: &str) -> bool {
    let plain = |text: &str| text.replace('-', "_").to_lowercase();
    let stem = error.file().file_stem().map(|stem| plain(&stem.to_string_lossy()));
    stem.is_some_and(|stem| {
        let stem = stem.strip_prefix("lib").unwrap_or(&stem);
        stem == plain(name)
    })
}

impl Directory {
    fn read(path: &Path) -> Directory {
        let mut this = Directory {
            path: path.to_owned(),
            unread: None,
            plugins: Vec::new(),
            broken: Vec::new(),
            names: BTreeMap::new(),
        };
        match libraries(path) {
            Ok(files) => files.into_iter().for_each(|file| this.add(file)),
            Err(why) => this.unread = Some(why),
        }
        this
    }

    fn add(&mut self, file: PathBuf) {
        match cards::read(&file) {
            Ok(cards) => {
                for (index, card) in (0u32..).zip(&cards.cards) {
                    self.names.entry(card.name.clone()).or_default().push((self.plugins.len(), index));
                }
                self.plugins.push(Plugin { file, cards });
            }
            Err(
                LoadError::NotAPlugin { .. }
                | LoadError::NoCards { .. }
                | LoadError::CoreModule { has_cards: false, .. },
            ) => {}
            Err(error) => self.broken.push(error),
        }
    }

    /// The files of one packaging that have a module, and its number in them.
    fn hits(&self, name: &str, packaging: Packaging) -> Vec<(&Plugin, u32)> {
        let places = self.names.get(name).into_iter().flatten();
        let hits = places.filter_map(|&(plugin, index)| Some((self.plugins.get(plugin)?, index)));
        hits.filter(|(plugin, _)| plugin.cards.packaging() == packaging).collect()
    }

    fn summary(&self) -> String {
        let path = self.path.display();
        match &self.unread {
            Some(why) => format!("{path} ({why})"),
            None => match self.names.len() {
                0 => format!("{path} (no module)"),
                1 => format!("{path} (1 module)"),
                n => format!("{path} ({n} modules)"),
            },
        }
    }
}

/// The `.so` and `.wasm` files of a directory, sorted, each file once whatever its names.
fn libraries(path: &Path) -> Result<Vec<PathBuf>, String> {
    let plain = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => "no such directory".to_owned(),
        _ => error.to_string(),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(plain)? {
        let file = entry.map_err(plain)?.path();
        if !["so", "wasm"].iter().any(|ending| file.extension() == Some(OsStr::new(ending))) {
            continue;
        }
        if files.len() == DIRECTORY_LIMIT {
            return Err(format!("more than {DIRECTORY_LIMIT} such files: not a directory of plugins"));
        }
        files.push(file);
    }
    files.sort();
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| Stamp::at(file).is_none_or(|stamp| seen.insert(stamp.identity())));
    Ok(files)
}
