//! One open data file: reads records, distrusts every length.
//!
//! Used by `reader`. What holds: nothing is allocated for a length that the file does not have; a record that
//! cannot be whole is reported with its place and never given.

use super::super::record::{HEADER, Header};
use rogue_sdk::{Error, Frame, Result};
use std::{
    fs::{self, File},
    io::{ErrorKind, IoSliceMut, Read, Seek, SeekFrom},
};

/// Bytes read ahead.
const AHEAD: usize = 1 << 20;

/// A read of this many bytes or more goes straight into the frame.
const DIRECT: usize = 16 << 10;

/// Bytes read ahead behind such a read: the next header, or some small records.
const BEHIND: usize = 4 << 10;

/// What came next.
pub enum Next {
    /// A frame.
    Frame(Frame),
    /// A record without payload, which makes no frame (spec section 13).
    Empty,
    /// The file ended with a whole record.
    End,
    /// The rest is no record.
    Damaged {
        /// Bytes that were not given.
        lost: u64,
        /// What is wrong, and where.
        why: String,
    },
}

/// A file.
pub struct Input {
    file: File,
    name: String,
    /// Bytes of the file, as of the last look.
    len: u64,
    /// Place of the next byte.
    at: u64,
    ahead: Vec<u8>,
    from: usize,
    until: usize,
}

impl Input {
    /// Opens a file.
    ///
    /// # Errors
    /// In the operator's words, with what to do.
    pub fn open(name: &str) -> Result<Input> {
        let refused = |what: String| Error::new(format_args!("cannot read {name}: {what}"));
        let failed = |error: std::io::Error| {
            refused(match error.kind() {
                ErrorKind::NotFound => format!(
                    "{error}; check `path`, which is relative to the directory the run was started in"
                ),
                ErrorKind::PermissionDenied => format!("{error}; make it readable, or write another `path`"),
                _ => format!("{error}; see to it, or write another `path`"),
            })
        };
        // Opening a pipe would wait for its writer, so the kind is looked at before.
        let about = fs::metadata(name).map_err(failed)?;
        if about.is_dir() {
            return Err(refused("it is a directory; name a file in it (`path`)".to_owned()));
        }
        if !about.is_file() {
            return Err(refused("it is no regular file, and only those can be replayed".to_owned()));
        }
        let file = File::open(name).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        let ahead = vec![0; usize::try_from(len).unwrap_or(AHEAD).clamp(HEADER, AHEAD)];
        Ok(Input { file, name: name.to_owned(), len, at: 0, ahead, from: 0, until: 0 })
    }

    /// Place of the next record.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Goes to the place of a record.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn seek(&mut self, position: u64) -> Result<()> {
        self.file.seek(SeekFrom::Start(position)).map_err(|error| self.failed(&error))?;
        (self.at, self.from, self.until) = (position, 0, 0);
        Ok(())
    }

    /// Reads one record into a frame that `request` gives.
    ///
    /// # Errors
    /// When the disk fails, or there is no memory for the frame.
    pub fn next(&mut self, request: impl FnOnce(u32) -> Result<Frame>) -> Result<Next> {
        let at = self.at;
        let left = self.left(HEADER as u64)?;
        if left == 0 {
            return Ok(Next::End);
        }
        let mut head = [0; HEADER];
        let there = left.min(HEADER as u64) as usize;
        if !self.read(&mut head[..there])? {
            return Ok(self.shrunk(at));
        }
        let header = Header::decode(head);
        if there >= 4 && header.length == 0 {
            return Ok(Next::Damaged {
                lost: left,
                why: format!(
                    "{}: length 0 at byte {at}; the {left} bytes from there are not read",
                    self.name
                ),
            });
        }
        let payload = header.payload();
        let wanted = if there < 4 { HEADER as u64 } else { HEADER as u64 + u64::from(payload) };
        if there < HEADER || self.left(payload.into())? < payload.into() {
            let got = self.len.saturating_sub(at);
            return Ok(Next::Damaged {
                lost: got,
                why: format!(
                    "{}: the record at byte {at} is torn: it has {wanted} bytes, the file {got} more; it is not given",
                    self.name
                ),
            });
        }
        if payload == 0 {
            return Ok(Next::Empty);
        }
        let mut frame = request(payload).map_err(|error| {
            Error::new(format_args!(
                "{}, record at byte {at}, payload of {payload} bytes: {error}",
                self.name
            ))
        })?;
        if !self.fill(&mut frame, payload)? {
            return Ok(self.shrunk(at));
        }
        header.stamp(&mut frame);
        Ok(Next::Frame(frame))
    }

    /// Bytes left; looks at the file again if they are fewer than `wanted`, since it may still be written.
    fn left(&mut self, wanted: u64) -> Result<u64> {
        if self.len.saturating_sub(self.at) < wanted {
            let len = self.file.metadata().map_err(|error| self.failed(&error))?.len();
            self.len = len.max(self.at);
        }
        Ok(self.len.saturating_sub(self.at))
    }

    /// Fills a frame's buffers; `false` if the file ended before.
    fn fill(&mut self, frame: &mut Frame, payload: u32) -> Result<bool> {
        let mut left = payload as usize;
        for index in 0..frame.buffer_count() {
            let mut buffer = frame.buffer_mut(index)?;
            let room = buffer.room_mut()?;
            let here = room.len().min(left);
            if !self.read(&mut room[..here])? {
                return Ok(false);
            }
            left -= here;
        }
        frame.set_payload(payload)?;
        Ok(true)
    }

    /// Reads exactly; `false` if the file ended before.
    fn read(&mut self, mut to: &mut [u8]) -> Result<bool> {
        while !to.is_empty() {
            let ahead = &self.ahead[self.from..self.until];
            let n = if !ahead.is_empty() {
                let n = ahead.len().min(to.len());
                to[..n].copy_from_slice(&ahead[..n]);
                self.from += n;
                n
            } else if to.len() >= DIRECT {
                let behind = self.ahead.len().min(BEHIND);
                let parts = &mut [IoSliceMut::new(to), IoSliceMut::new(&mut self.ahead[..behind])];
                match self.file.read_vectored(parts) {
                    Ok(0) => return Ok(false),
                    Ok(n) => {
                        (self.from, self.until) = (0, n.saturating_sub(to.len()));
                        n.min(to.len())
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => 0,
                    Err(error) => return Err(self.failed(&error)),
                }
            } else {
                match self.file.read(&mut self.ahead) {
                    Ok(0) => return Ok(false),
                    Ok(n) => (self.from, self.until) = (0, n),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(self.failed(&error)),
                }
                0
            };
            self.at += n as u64;
            to = &mut to[n..];
        }
        Ok(true)
    }

    /// The file has become shorter than it was when the record was looked at.
    fn shrunk(&self, at: u64) -> Next {
        let got = self.at - at;
        Next::Damaged {
            lost: got,
            why: format!("{}: was cut to byte {} while the record at byte {at} was read", self.name, self.at),
        }
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::new(format_args!("cannot read {} at byte {}: {error}; check the disk", self.name, self.at))
    }
}
