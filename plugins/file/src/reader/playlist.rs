//! Which file comes next.
//!
//! Used by `reader`. A name that ends in `.1` begins a roll-over group: `.2`, `.3`, … follow until one is not
//! there, or is listed itself.

use crate::name;

/// The files of one pass, and where in it we are.
#[derive(Debug)]
pub struct Playlist {
    paths: Vec<String>,
    entry: usize,
    /// Member of the group that the entry begins.
    index: u32,
}

impl Playlist {
    /// From the first of `paths`.
    pub fn new(paths: Vec<String>) -> Playlist {
        Playlist { paths, entry: 0, index: 1 }
    }

    /// What was listed.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The place, for [`Playlist::seek`].
    pub fn place(&self) -> (usize, u32) {
        (self.entry, self.index)
    }

    /// Goes to a place.
    pub fn seek(&mut self, (entry, index): (usize, u32)) {
        (self.entry, self.index) = (entry, index);
    }

    /// The file in turn; `None` at the end.
    pub fn current(&self) -> Option<String> {
        let path = self.paths.get(self.entry)?;
        match path.strip_suffix(".1") {
            Some(base) => Some(name::member(base, self.index)),
            None => Some(path.clone()),
        }
    }

    /// Goes to the next file.
    pub fn advance(&mut self) {
        let base = self.paths.get(self.entry).and_then(|path| path.strip_suffix(".1"));
        if let (Some(base), Some(index)) = (base, self.index.checked_add(1)) {
            let next = name::member(base, index);
            if name::exists(&next) && !self.paths.contains(&next) {
                self.index = index;
                return;
            }
        }
        self.seek((self.entry + 1, 1));
    }
}
