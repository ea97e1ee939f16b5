//! Private copies of plugin files, named by content: what is opened is what was checked.
//!
//! Called by `native`. The system's loader takes two files of one path for one library, and a program dies
//! when a file it has mapped is overwritten; a copy nobody else can write avoids both. What holds: one
//! directory per process, for its user only, gone when the process ends. A process that was killed leaves
//! its directory to the next one, which sees by the lock that nobody lives there.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{Error, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// First part of the directories' names.
const PREFIX: &str = "rogue-runtime-";
/// The file in them that their process has locked.
const LOCK: &str = "lock";
/// Most left directories that one process removes, so that its start stays quick.
const SWEEP_LIMIT: usize = 64;

static HOME: OnceLock<Home> = OnceLock::new();

struct Home {
    path: PathBuf,
    /// Held, not used: the lock ends with the process.
    _lock: File,
}

/// Where a file of this content and name is to be; the directory is made if needed.
pub fn place(content: &str, file: &Path) -> Result<PathBuf, (PathBuf, Error)> {
    const STEM_LIMIT: usize = 100;
    let path = match HOME.get() {
        Some(home) => home.path.clone(),
        None => {
            let made = Home::make().map_err(|why| (std::env::temp_dir(), why))?;
            let path = made.path.clone();
            // Two threads cannot meet here: `native` calls under its lock.
            let _ = HOME.set(made);
            path
        }
    };
    let stem: String =
        file.file_stem().unwrap_or_default().to_string_lossy().chars().take(STEM_LIMIT).collect();
    Ok(path.join(content)).and_then(|dir| {
        let made = DirBuilder::new().mode(0o700).recursive(true).create(&dir);
        made.map(|()| dir.join(format!("{stem}.so"))).map_err(|why| (dir, why))
    })
}

/// Writes a copy, unless it is there.
pub fn write(copy: &Path, bytes: &[u8]) -> Result<(), Error> {
    if copy.exists() {
        return Ok(());
    }
    let unfinished = copy.with_extension("part");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o500).open(&unfinished)?;
    file.write_all(bytes)?;
    drop(file);
    std::fs::rename(&unfinished, copy)
}

/// Removes this process' copies. What is open stays usable.
pub fn remove() {
    if let Some(home) = HOME.get() {
        let _ = std::fs::remove_dir_all(&home.path);
    }
}

impl Home {
    fn make() -> Result<Home, Error> {
        let parent = std::env::temp_dir();
        let private = Permissions::from_mode(0o700);
        let dir = tempfile::Builder::new().prefix(PREFIX).permissions(private).tempdir_in(&parent)?;
        let unlocked = dir.path().join("lock.part");
        let lock = File::create(&unlocked)?;
        lock.lock()?;
        std::fs::rename(&unlocked, dir.path().join(LOCK))?;
        let home = Home { path: dir.keep(), _lock: lock };
        home.sweep(&parent);
        Ok(home)
    }

    /// Removes what processes of this user left behind. Failing is no error: the next one tries again.
    fn sweep(&self, parent: &Path) {
        let Ok(ours) = std::fs::metadata(&self.path) else { return };
        let Ok(entries) = std::fs::read_dir(parent) else { return };
        let named = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with(PREFIX);
        for entry in entries.flatten().filter(named).take(SWEEP_LIMIT) {
            let path = entry.path();
            let is_ours = entry.metadata().is_ok_and(|meta| meta.is_dir() && meta.uid() == ours.uid());
            if !is_ours || path == self.path {
                continue;
            }
            let Ok(lock) = File::open(path.join(LOCK)) else { continue };
            match lock.try_lock() {
                Ok(()) => drop(std::fs::remove_dir_all(&path)),
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
            }
        }
    }
}
