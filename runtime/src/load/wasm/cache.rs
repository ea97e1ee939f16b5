//! Compiled code of components, kept in the user's cache folder, so that a component is compiled once on a machine.
//!
//! Called by [`super::compiled`]. What holds: a file is named by what was compiled, by which wasmtime, with which
//! settings, for which machine; it is written beside and renamed; it begins with the sum of what follows,
//! which tells a damaged file. It is believed
//! only when file and folder belong to this user and nobody else can write or read them: compiled code is run as it is.
//! A cache that cannot be used is no error: the component is compiled, and the log says why at debug level.
#![allow(unsafe_code)]

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{Error, ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

use crate::load::catalog::hex;

/// First bytes of a file of this form.
const MAGIC: [u8; 8] = *b"RGCWASM2";
/// Magic and sum.
const PREFIX: usize = MAGIC.len() + 4;
/// Most bytes of the folder; beyond it what was used longest ago goes.
const FOLDER_LIMIT: u64 = 1 << 30;
/// Most bytes of one file: the largest component becomes less.
const FILE_LIMIT: u64 = 512 << 20;

/// The folder: `$XDG_CACHE_HOME/rogue-runtime/wasm`, else `~/.cache/…`; `None` where the user has neither.
pub fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("rogue-runtime/wasm"))
}

/// Compiled code in one folder.
pub struct Cache<'e> {
    engine: &'e Engine,
    folder: PathBuf,
}

impl<'e> Cache<'e> {
    /// The cache in `folder`, which is made if needed.
    pub fn open(engine: &'e Engine, folder: PathBuf) -> Result<Cache<'e>, Error> {
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        private(&fs::symlink_metadata(&folder)?)?;
        Ok(Cache { engine, folder })
    }

    /// What is kept of a component with this content.
    pub fn get(&self, content: &[u8; 32]) -> Option<Component> {
        let path = self.path(content);
        match self.read(&path) {
            Ok(component) => {
                // The time says what was used last. Failing only makes it look older.
                let _ = File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
                Some(component)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                log::debug!("{}: not used, compiled anew: {error}", path.display());
                None
            }
        }
    }

    /// Keeps a component.
    pub fn put(&self, content: &[u8; 32], component: &Component) {
        let path = self.path(content);
        if let Err(error) = self.write(&path, component).and_then(|()| self.sweep(&path)) {
            log::debug!("{}: not kept: {error}", path.display());
        }
    }

    fn path(&self, content: &[u8; 32]) -> PathBuf {
        let mut key = Sha256::new();
        key.update(MAGIC);
        key.update(content);
        key.update(Compatibility::of(self.engine).0.to_le_bytes());
        self.folder.join(format!("{}.cwasm", hex(&key.finalize())))
    }

    fn read(&self, path: &Path) -> Result<Component, Error> {
        let damaged = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
        let file =
            OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?;
        let meta = file.metadata()?;
        private(&meta)?;
        if !meta.is_file() || meta.len() > FILE_LIMIT {
            return Err(damaged("it is no file of compiled code"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
        file.take(FILE_LIMIT).read_to_end(&mut bytes)?;
        let (Some(sum), Some(code)) = (bytes.get(MAGIC.len()..PREFIX), bytes.get(PREFIX..)) else {
            return Err(damaged("it is cut short"));
        };
        if !bytes.starts_with(&MAGIC) || *sum != crc32fast::hash(code).to_le_bytes() {
            return Err(damaged("its sum is not that of its content"));
        }
        // SAFETY: the bytes are what `write` had from wasmtime: the sum says that they are whole, owner and mode that
        // nobody else has written them; wasmtime itself compares its version and its settings.
        let component = unsafe { Component::deserialize(self.engine, code) };
        component.map_err(|error| damaged(&format!("{error:#}")))
    }

    fn write(&self, path: &Path, component: &Component) -> Result<(), Error> {
        let code = component.serialize().map_err(Error::other)?;
        let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(&self.folder)?;
        file.write_all(&MAGIC)?;
        file.write_all(&crc32fast::hash(&code).to_le_bytes())?;
        file.write_all(&code)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Removes what was used longest ago, until the folder is within its limit, and what was left unfinished.
    fn sweep(&self, written: &Path) -> Result<(), Error> {
        const UNFINISHED: u64 = 3600;
        let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            let (path, used) = (entry.path(), meta.modified().unwrap_or(SystemTime::UNIX_EPOCH));
            let unfinished = entry.file_name().to_string_lossy().starts_with(".part-");
            let old = used.elapsed().is_ok_and(|age| age.as_secs() > UNFINISHED);
            match unfinished {
                true if old => drop(fs::remove_file(&path)),
                true => {}
                false => kept.push((used, meta.len(), path)),
            }
        }
        kept.sort();
        let mut total: u64 = kept.iter().map(|(_, len, _)| len).sum();
        for (_, len, path) in kept.iter().filter(|(_, _, path)| path != written) {
            if total <= FOLDER_LIMIT {
                break;
            }
            fs::remove_file(path)?;
            total -= len;
        }
        Ok(())
    }
}

/// Refuses what is not this user's alone.
fn private(meta: &fs::Metadata) -> Result<(), Error> {
    let ours = meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o077 == 0;
    match ours {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::PermissionDenied, "others can write or read it")),
    }
}

/// Settings, version and machine of an engine, as a number.
struct Compatibility(u64);

impl Compatibility {
    fn of(engine: &Engine) -> Compatibility {
        use std::hash::{Hash, Hasher};
        /// FNV-1a: the same in every process, which `std`'s default does not promise.
        struct Fnv(u64);
        impl Hasher for Fnv {
            fn finish(&self) -> u64 {
                self.0
            }
            fn write(&mut self, bytes: &[u8]) {
                for byte in bytes {
                    self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
            }
        }
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Compatibility(hasher.finish())
    }
}
