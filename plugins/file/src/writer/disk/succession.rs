//! What goes to the next instance in a swap: the open file, and how far it is.
//!
//! Called by the module's `snapshot`, `restore`, `release_held` and `adopt`. What holds: a frame is written by
//! the instance that took it; the next one goes on at the border of a record.

use super::{
    super::{group::Group, output::Output},
    Disk,
};
use rogue_sdk::Result;
use serde::{Deserialize, Serialize};
use std::os::fd::OwnedFd;

/// What a successor goes on with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The recording, unless it was closed.
    pub(super) group: Option<Group>,
    /// Why it failed.
    pub(super) failed: Option<String>,
    pub(super) frames_written: u64,
    pub(super) frames_synced: u64,
    /// Frames that a sync which failed was for: no later one vouches for them.
    frames_doubtful: u64,
    pub(super) bytes_written: u64,
    /// Frames that wait, and their bytes: written before the descriptor is handed over.
    waiting: (u64, u64),
}

impl Progress {
    /// Whether there are frames that no sync was for.
    pub(super) fn is_ahead(&self) -> bool {
        self.frames_synced.saturating_add(self.frames_doubtful) < self.frames_written
    }

    /// A sync has succeeded.
    pub(super) fn synced(&mut self) {
        self.frames_synced = self.frames_written.saturating_sub(self.frames_doubtful);
    }

    /// A sync has failed: how many frames are in doubt now.
    pub(super) fn not_synced(&mut self) -> u64 {
        self.frames_doubtful = self.frames_written.saturating_sub(self.frames_synced);
        self.frames_doubtful
    }
}

impl Disk {
    /// Everything but the descriptor.
    pub fn progress(&self) -> Progress {
        Progress { waiting: (self.batch.frames(), self.batch.bytes()), ..self.progress.clone() }
    }

    /// Takes over what a predecessor wrote down.
    pub fn restore(&mut self, progress: Progress) {
        self.progress = progress;
    }

    /// The descriptor, with nothing waiting.
    pub fn release(&mut self) -> Option<OwnedFd> {
        self.flush();
        self.output.take().map(Output::into_handle)
    }

    /// Goes on with a predecessor's file, if it is that of the same path.
    ///
    /// # Errors
    /// When the descriptor is of no use.
    pub fn adopt(&mut self, path: &str, handle: OwnedFd) -> Result<()> {
        if let Some(group) = self.progress.group.as_ref().filter(|group| group.path == path) {
            self.output = Some(Output::adopt(handle, &group.file())?);
            let (frames, bytes) = std::mem::take(&mut self.progress.waiting);
            self.progress.frames_written += frames;
            self.progress.bytes_written += bytes;
        }
        Ok(())
    }
}
