//! Files that are full after so many bytes, for every process and on every kind of file system.
//!
//! A soft limit on the size of files holds for the whole process, far above what a test writes. A sparse file that
//! ends a few bytes below it takes these bytes and no more, as a full disk does: the write is short, the next fails.

use crate::watch::Id;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, atomic::AtomicBool},
};

/// Where files end.
const END: u64 = 1 << 30;

static LIMITED: LazyLock<()> = LazyLock::new(|| {
    // Without a handler the signal that comes with the error would end the process.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))
        .expect("a handler for SIGXFSZ");
    let limit = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, rustix::process::Rlimit { current: Some(END), ..limit })
        .expect("a lower limit");
});

/// A folder for the files of runs: in memory where there is such a place, since every writer syncs its file.
pub fn folder() -> tempfile::TempDir {
    let shm = Path::new("/dev/shm");
    tempfile::tempdir_in(shm).or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// Makes a file that takes `room` bytes more.
pub fn make_short(path: &Path, room: u64) -> std::io::Result<()> {
    LazyLock::force(&LIMITED);
    File::create(path)?.set_len(END - room)
}

/// What the records of a data file begin with, those behind the hole of a short file; `Err` if it ends amidst one.
pub fn records(path: &PathBuf, room: Option<u64>) -> Result<Vec<Id>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    file.seek(SeekFrom::Start(room.map_or(0, |room| END - room))).map_err(failed)?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    fs::remove_file(path).map_err(failed)?;
    let (mut rest, mut ids) = (&bytes[..], Vec::new());
    while !rest.is_empty() {
        let torn = || format!("the file ends amidst a record, {} bytes after the last border", rest.len());
        // Spec section 13: the length counts the payload and four bytes of the header.
        let (length, tail) = rest.split_first_chunk::<4>().ok_or_else(torn)?;
        let length = u32::from_le_bytes(*length) as usize;
        let payload = tail.get(4..length).ok_or_else(torn)?;
        let mut first = [0; 8];
        first.iter_mut().zip(payload).for_each(|(to, from)| *to = *from);
        ids.push(Id::from_le_bytes(first));
        rest = &tail[length..];
    }
    Ok(ids)
}
