//! One open file of the writer.
//!
//! Used by `writer`. What holds: `len` is the end of the last whole record; what lies beyond after a failed
//! write is cut off.

use super::batch::{Batch, Written};
use rogue_sdk::{Error, Result, params::Params};
use std::{
    fs::{self, File, FileType, OpenOptions},
    io::{ErrorKind, Seek, SeekFrom},
    os::{fd::OwnedFd, unix::fs::FileTypeExt},
    path::Path,
};

/// What to do with a file that is there already.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Do not open it.
    Refuse,
    /// Begin it anew.
    Replace,
    /// Go on at its end.
    Append,
}

/// An open file.
pub struct Output {
    file: File,
    name: String,
    regular: bool,
    len: u64,
}

impl Output {
    /// Opens a file for a new recording.
    ///
    /// # Errors
    /// In the operator's words, with what to do.
    pub fn open(name: &str, how: IfExists) -> Result<Output> {
        look(name)?;
        let mut options = OpenOptions::new();
        options.write(true);
        match how {
            IfExists::Refuse => options.create_new(true),
            IfExists::Replace => options.create(true).truncate(true),
            IfExists::Append => options.create(true),
        };
        let file = options.open(name).map_err(|error| refused(name, &error))?;
        Output::at_end(file, name)
    }

    /// Opens a file that the node has made before, to go on; what is beyond `cut_to` goes.
    ///
    /// # Errors
    /// As [`Output::open`].
    pub fn reopen(name: &str, cut_to: Option<u64>) -> Result<Output> {
        look(name)?;
        let file = OpenOptions::new().write(true).open(name).map_err(|error| refused(name, &error))?;
        let mut output = Output::at_end(file, name)?;
        match cut_to {
            Some(border) if border < output.len => {
                output.cut(border).map_err(|error| refused(name, &error))?
            }
            _ => {}
        }
        Ok(output)
    }

    /// Takes over an open file at the place where its predecessor stopped.
    ///
    /// # Errors
    /// When it cannot say where that is.
    pub fn adopt(handle: OwnedFd, name: &str) -> Result<Output> {
        let mut file = File::from(handle);
        let regular = file.metadata()?.is_file();
        let len = if regular { file.stream_position()? } else { 0 };
        Ok(Output { file, name: name.to_owned(), regular, len })
    }

    fn at_end(mut file: File, name: &str) -> Result<Output> {
        let regular = file.metadata()?.is_file();
        let len = if regular { file.seek(SeekFrom::End(0))? } else { 0 };
        Ok(Output { file, name: name.to_owned(), regular, len })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of whole records.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Writes a batch.
    pub fn write(&mut self, batch: &mut Batch) -> Written {
        let written = batch.write_to(&mut self.file);
        self.len += written.bytes;
        written
    }

    /// Cuts off what a failed write left of a record; `false` if that cannot be done now.
    pub fn cut_back(&mut self) -> bool {
        !self.regular || self.cut(self.len).is_ok()
    }

    fn cut(&mut self, border: u64) -> std::io::Result<()> {
        self.file.set_len(border)?;
        self.file.seek(SeekFrom::Start(border))?;
        self.len = border;
        Ok(())
    }

    /// Returns when the disk has everything.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn sync(&self) -> std::io::Result<()> {
        if self.regular { self.file.sync_data() } else { Ok(()) }
    }

    /// The descriptor, for a successor.
    pub fn into_handle(self) -> OwnedFd {
        self.file.into()
    }
}

/// Opening a pipe waits for its reader, and a call must not wait; so the kind is looked at before.
fn look(name: &str) -> Result<()> {
    let kind = match fs::metadata(name) {
        Ok(about) => about.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refused(name, &error)),
    };
    if kind.is_dir() {
        return Err(Error::new(format_args!(
            "cannot write {name}: it is a directory; name a file in it (`path`)"
        )));
    }
    if kind.is_file() || kind.is_char_device() {
        return Ok(());
    }
    Err(Error::new(format_args!("cannot write {name}: it is {}; name a regular file (`path`)", a(kind))))
}

fn a(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "no regular file"
    }
}

fn refused(name: &str, error: &std::io::Error) -> Error {
    let folder = Path::new(name).parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).display();
    let what = match error.kind() {
        ErrorKind::AlreadyExists => {
            "it is there already; write another `path` (`{time}` in it makes each one new), or `if_exists: \
             replace` or `append`"
                .to_owned()
        }
        ErrorKind::NotFound => {
            format!("{error}: there is no directory {folder}; make it, or write another `path`")
        }
        ErrorKind::PermissionDenied => {
            format!("{error}; make the file and the directory {folder} writable, or write another `path`")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("{error}; make room, or write another `path`")
        }
        _ => format!("{error}; see to it, or write another `path`"),
    };
    Error::new(format_args!("cannot write {name}: {what}"))
}
