//! Opening a file that may be anything: a directory, a pipe nobody writes to, a device.
//!
//! Called by `cards` and `native` before they read. What holds: what is returned is an ordinary file of
//! 1 byte to [`FILE_LIMIT`], and its [`Stamp`] was taken from the open descriptor, not from the path. A reload compares stamps,
//! too, of modules and of the graph file.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use super::{LoadError, cards::FILE_LIMIT};

/// What says that a file is still the one it was: file system, inode, length, both change times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    dev: u64,
    ino: u64,
    /// Length in bytes.
    pub len: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(meta: &std::fs::Metadata) -> Stamp {
        Stamp {
            dev: meta.dev(),
            ino: meta.ino(),
            len: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// The stamp of what is at `path` now, links followed.
    pub fn at(path: &Path) -> Option<Stamp> {
        std::fs::metadata(path).ok().map(|meta| Stamp::of(&meta))
    }

    /// What changes when it is written; a new name for it is no writing.
    fn written(&self) -> (u64, (i64, i64)) {
        (self.len, self.modified)
    }

    /// What names the file itself, whatever its paths.
    pub fn identity(&self) -> (u64, u64) {
        (self.dev, self.ino)
    }
}

/// Opens an ordinary file for reading. Never waits, not even for a pipe.
pub fn open(file: &Path) -> Result<(File, Stamp), LoadError> {
    let unreadable = |why: std::io::Error| match why.kind() {
        ErrorKind::NotFound => LoadError::Missing { file: file.to_owned() },
        _ => LoadError::Unreadable { file: file.to_owned(), why: why.to_string() },
    };
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(file)
        .map_err(unreadable)?;
    let meta = opened.metadata().map_err(unreadable)?;
    let kind = meta.file_type();
    if !kind.is_file() {
        let kind = match () {
            () if kind.is_dir() => "a directory",
            () if kind.is_fifo() => "a pipe",
            () if kind.is_char_device() || kind.is_block_device() => "a device",
            () => "no ordinary file",
        };
        return Err(LoadError::NotAFile { file: file.to_owned(), kind });
    }
    match meta.len() {
        0 => Err(LoadError::Empty { file: file.to_owned() }),
        len if len > FILE_LIMIT => Err(LoadError::TooBig { file: file.to_owned(), len }),
        _ => Ok((opened, Stamp::of(&meta))),
    }
}

/// The whole content of an ordinary file, and its stamp. One that is written meanwhile is refused: what was read may be
/// half of each. One that loses its name to another is read to its end.
pub fn read(file: &Path) -> Result<(Vec<u8>, Stamp), LoadError> {
    read_then(file, || ())
}

/// The same, with something done after the first byte: for tests.
fn read_then(file: &Path, meanwhile: impl FnOnce()) -> Result<(Vec<u8>, Stamp), LoadError> {
    let (mut opened, stamp) = open(file)?;
    let unreadable =
        |why: std::io::Error| LoadError::Unreadable { file: file.to_owned(), why: why.to_string() };
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.len).unwrap_or(0));
    (&mut opened).take(1).read_to_end(&mut bytes).map_err(unreadable)?;
    meanwhile();
    // A file that grows while it is read stays within the limit.
    (&mut opened).take(FILE_LIMIT).read_to_end(&mut bytes).map_err(unreadable)?;
    let after = opened.metadata().map_err(unreadable)?;
    match bytes.len() as u64 {
        len if len > FILE_LIMIT => Err(LoadError::TooBig { file: file.to_owned(), len }),
        len if len != stamp.len || Stamp::of(&after).written() != stamp.written() => {
            Err(LoadError::BeingWritten { file: file.to_owned() })
        }
        _ => Ok((bytes, stamp)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_or_replaced_is_another_and_one_that_is_gone_is_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("g.yaml");
        std::fs::write(&path, "a").expect("written");
        let first = Stamp::at(&path).expect("it is there");
        assert_eq!(Stamp::at(&path), Some(first));
        std::fs::write(&path, "ab").expect("written");
        let second = Stamp::at(&path).expect("it is there");
        assert_ne!(first, second);
        let other = dir.path().join("other");
        std::fs::write(&other, "ab").expect("written");
        std::fs::rename(&other, &path).expect("renamed");
        assert_ne!(Stamp::at(&path), Some(second));
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(Stamp::at(&path), None);
    }

    #[test]
    fn a_file_that_is_written_while_it_is_read_is_refused_and_one_that_loses_its_name_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("m.so");
        let fresh = || std::fs::write(&path, [7; 5000]).expect("written");
        let longer = || std::fs::write(&path, [8; 9000]).expect("written");
        let shorter = || std::fs::write(&path, [8; 10]).expect("written");
        let emptied = || std::fs::write(&path, []).expect("written");
        for write in [&longer as &dyn Fn(), &shorter, &emptied] {
            fresh();
            let error = read_then(&path, write).expect_err("it was written");
            assert!(matches!(error, LoadError::BeingWritten { .. }), "{error}");
        }
        let other = dir.path().join("other");
        let renamed = || {
            std::fs::write(&other, [9; 5000]).expect("written");
            std::fs::rename(&other, &path).expect("renamed");
        };
        let removed = || std::fs::remove_file(&path).expect("removed");
        for change in [&renamed as &dyn Fn(), &removed] {
            fresh();
            let (bytes, stamp) = read_then(&path, change).expect("it is whole");
            assert_eq!((bytes, stamp.len), (vec![7; 5000], 5000));
        }
    }
}
