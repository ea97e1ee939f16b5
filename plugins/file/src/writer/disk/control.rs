//! Opening, closing and changing over, as parameters say.
//!
//! Called by the module's `start`, `stop` and `reconfigure`. What holds: a refusal leaves things as they were.

use super::{super::group::Group, Disk, Progress};
use crate::name;
use rogue_sdk::{Error, Result, log};
use std::os::unix::fs::FileTypeExt;

impl Disk {
    /// Opens what the parameters say, or goes on where this instance or its predecessor stopped.
    ///
    /// # Errors
    /// When the file cannot be had. One that had failed before just stays failed.
    pub fn start(&mut self, path: &str, open: bool, max_size: u64) -> Result<()> {
        if self.output.is_some() {
            let base = self.progress.group.as_ref().map(|group| group.base.clone()).unwrap_or_default();
            self.claim(&base)?;
        } else if !open {
            self.progress = Progress::default();
        } else {
            match self.open(path, max_size) {
                Err(error) if self.has_failed() => log::error!("{error}"),
                done => done?,
            }
        }
        self.show_state();
        Ok(())
    }

    /// New parameters while it runs.
    ///
    /// # Errors
    /// When the file cannot be had; the one in use goes on.
    pub fn set(&mut self, path: &str, open: bool, max_size: u64) -> Result<()> {
        let same = self.progress.group.as_ref().is_some_and(|group| group.path == path);
        match (open, self.output.is_some()) {
            (true, true) if same => {}
            (true, true) => self.change_over(path, max_size)?,
            (true, false) => self.open(path, max_size)?,
            (false, _) => self.close(),
        }
        self.show_state();
        Ok(())
    }

    /// Opens with none open: goes on with a recording of the same path that failed or was handed over, else begins.
    fn open(&mut self, path: &str, max_size: u64) -> Result<()> {
        match self.progress.group.clone().filter(|group| group.path == path) {
            Some(mut group) => {
                self.claim(&group.base)?;
                let output = group.open(self.if_exists).inspect_err(|_| self.unclaim())?;
                self.progress.failed = None;
                self.opened(group, output);
            }
            None => {
                let base = name::with_time(path, self.node.wall());
                self.claim(&base)?;
                let begun = Group::begin(path, base, max_size, self.if_exists);
                let (group, output) = begun.inspect_err(|_| self.unclaim())?;
                self.progress = Progress::default();
                self.opened(group, output);
            }
        }
        Ok(())
    }

    /// Opens the new recording before the old one is closed, so that a refusal changes nothing.
    fn change_over(&mut self, path: &str, max_size: u64) -> Result<()> {
        let base = name::with_time(path, self.node.wall());
        let (new, old) = (claim_name(&base)?, self.claimed.clone());
        if old.as_ref() == Some(&new) {
            return Err(Error::new(format_args!(
                "{base} is the file that is being written; set another path"
            )));
        }
        self.claimed = None;
        let begun = self.claim(&base).and_then(|()| {
            Group::begin(path, base, max_size, self.if_exists).inspect_err(|_| self.unclaim())
        });
        let new = std::mem::replace(&mut self.claimed, old);
        let (group, output) = begun?;
        self.close();
        self.claimed = new;
        self.progress = Progress::default();
        self.opened(group, output);
        Ok(())
    }

    /// Writes what is collected and closes for good: what follows is another recording.
    pub fn close(&mut self) {
        self.settle();
        if let Some(output) = self.output.take() {
            log::info!("closed {} after {} bytes", output.name(), output.len());
        }
        self.unclaim();
        self.progress.group = None;
        self.progress.failed = None;
    }

    /// Writes what is collected and closes; the same recording may be gone on with.
    pub fn pause(&mut self) {
        self.settle();
        self.output = None;
        self.unclaim();
        self.show_state();
    }

    /// One file has one writer in a graph; a device may have many.
    fn claim(&mut self, base: &str) -> Result<()> {
        let name = claim_name(base)?;
        if std::fs::metadata(base).is_ok_and(|about| about.file_type().is_char_device()) {
            return Ok(());
        }
        self.node.claim(&name)?;
        self.claimed = Some(name);
        Ok(())
    }

    pub(super) fn unclaim(&mut self) {
        if let Some(name) = self.claimed.take() {
            self.node.unclaim(&name);
        }
    }
}

fn claim_name(base: &str) -> Result<String> {
    let path = std::path::absolute(base)
        .map_err(|error| Error::new(format_args!("cannot write {base:?}: {error}; write another `path`")))?;
    Ok(format!("file:{}", path.display()))
}
