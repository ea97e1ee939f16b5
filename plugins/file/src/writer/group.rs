//! What one recording writes to: one file, or files `name.1`, `name.2`, … that roll over.
//!
//! Used by `writer`; handed to a successor as it is.

use super::output::{IfExists, Output};
use crate::name;
use rogue_sdk::{Error, Result};
use serde::{Deserialize, Serialize};

/// A recording: its names, and which file is in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// `path` as the graph writes it.
    pub path: String,
    /// The same with the time in it.
    pub base: String,
    /// Number of the file in use; `None` = it never rolls over.
    pub index: Option<u32>,
    /// Most bytes of a file; 0 = it never rolls over.
    pub max_size: u64,
    /// Whether the file in use was opened by this node, so that it may be gone on with.
    pub own: bool,
    /// Where the file in use must be cut before it is gone on with.
    pub cut_to: Option<u64>,
}

impl Group {
    /// Begins a recording: with a limit as file 1 (spec section 13), or, when appending, as the last there is.
    ///
    /// # Errors
    /// As [`Output::open`].
    pub fn begin(path: &str, base: String, max_size: u64, how: IfExists) -> Result<(Group, Output)> {
        let index = match (max_size, how) {
            (0, _) => None,
            (_, IfExists::Append) => Some(name::last_member(&base).max(1)),
            _ => Some(1),
        };
        let mut group = Group { path: path.to_owned(), base, index, max_size, own: false, cut_to: None };
        let output = group.open(how)?;
        if index.is_some() && how == IfExists::Replace {
            group.remove_followers()?;
        }
        Ok((group, output))
    }

    /// Opens the file in use: as a new one, or to go on with it.
    ///
    /// # Errors
    /// As [`Output::open`].
    pub fn open(&mut self, how: IfExists) -> Result<Output> {
        let file = self.file();
        let output = if self.own { Output::reopen(&file, self.cut_to)? } else { Output::open(&file, how)? };
        self.own = true;
        self.cut_to = None;
        Ok(output)
    }

    /// Goes on to the next file.
    pub fn next(&mut self) {
        self.index = self.index.map(|index| index.saturating_add(1));
        self.own = false;
        self.cut_to = None;
    }

    /// Name of the file in use.
    pub fn file(&self) -> String {
        self.index.map_or_else(|| self.base.clone(), |index| name::member(&self.base, index))
    }

    /// Whether a record of `size` bytes goes to the next file, with `current` bytes in this one. To reach the
    /// limit exactly is allowed.
    pub fn rolls(&self, current: u64, size: u64) -> bool {
        self.max_size > 0 && current.saturating_add(size) > self.max_size
    }

    /// Whether no file takes a record of `size` bytes.
    pub fn is_too_large(&self, size: u64) -> bool {
        self.max_size > 0 && size > self.max_size
    }

    /// A group that is replaced is replaced as a whole: a reader would go on into what is left of the old one.
    fn remove_followers(&self) -> Result<()> {
        for index in 2..=name::last_member(&self.base) {
            let old = name::member(&self.base, index);
            std::fs::remove_file(&old).map_err(|error| {
                Error::new(format_args!(
                    "cannot remove {old}, which a reader would take for a part of this recording: {error}; \
                     remove it, or write another `path`"
                ))
            })?;
        }
        Ok(())
    }
}
