//! The file in use and all that can become of it: opened, rolled over, closed, failed, gone on with.
//!
//! Used by `writer`; `control` is what an operator does with it, `succession` what a swap does. What holds:
//! - Every change of file is at the border of a record, after what was collected is written.
//! - After a failed write the file ends with a whole record, frames that have no place in it are dropped under
//!   `disk`, and the writer stays failed until it is told to open again. The run goes on.

mod control;
mod succession;

pub use succession::Progress;

use super::{
    DISK,
    batch::{Batch, Written},
    group::Group,
    output::{IfExists, Output},
};
use rogue_sdk::{Counter, Gauge, Node, log};

/// The file in use.
pub struct Disk {
    /// What is collected.
    pub batch: Batch,
    if_exists: IfExists,
    output: Option<Output>,
    progress: Progress,
    claimed: Option<String>,
    node: Node,
    show: Show,
}

struct Show {
    frames_written: Gauge,
    frames_synced: Gauge,
    total_size: Gauge,
    current_size: Gauge,
    files: Counter,
    write_errors: Counter,
}

impl Disk {
    /// Nothing is opened yet.
    pub fn new(node: &Node, if_exists: IfExists) -> Disk {
        let show = Show {
            frames_written: node.gauge("frames_written"),
            frames_synced: node.gauge("frames_synced"),
            total_size: node.gauge("total_size"),
            current_size: node.gauge("current_size"),
            files: node.counter("files"),
            write_errors: node.counter("write_errors"),
        };
        Disk {
            batch: Batch::default(),
            if_exists,
            output: None,
            progress: Progress::default(),
            claimed: None,
            node: *node,
            show,
        }
    }

    /// Neither open nor failed.
    pub fn is_closed(&self) -> bool {
        self.output.is_none() && self.progress.failed.is_none()
    }

    /// Whether frames are lost now.
    pub fn has_failed(&self) -> bool {
        self.progress.failed.is_some()
    }

    /// Whether no file takes a record of this size.
    pub fn is_too_large(&self, size: u64) -> bool {
        self.progress.group.as_ref().is_some_and(|group| group.is_too_large(size))
    }
}

/// What frames do.
impl Disk {
    /// Sees to it that a record of `size` bytes belongs to the file in use: rolls over if it does not. `false`
    /// if that failed.
    pub fn make_room(&mut self, size: u64) -> bool {
        let current = self.current_size();
        if !self.progress.group.as_ref().is_some_and(|group| group.rolls(current, size)) {
            return true;
        }
        self.settle();
        let Some(mut group) = self.progress.group.take_if(|_| self.output.is_some()) else { return false };
        group.next();
        self.output = None;
        match group.open(self.if_exists) {
            Ok(output) => self.opened(group, output),
            Err(error) => {
                self.progress.group = Some(group);
                self.fail(format!("{error}; then set open to true"));
            }
        }
        !self.has_failed()
    }

    /// Writes what is collected.
    pub fn flush(&mut self) {
        let Some(output) = &mut self.output else { return };
        if self.batch.is_empty() {
            return;
        }
        let Written { frames, bytes, torn, error } = output.write(&mut self.batch);
        self.progress.frames_written += frames;
        self.progress.bytes_written += bytes;
        let Some(error) = error else { return };
        self.show.write_errors.add(1);
        let (name, len) = (output.name().to_owned(), output.len());
        let cut = torn == 0 || output.cut_back();
        if let Some(group) = &mut self.progress.group {
            group.cut_to = (!cut).then_some(len);
        }
        let rest = match (torn, cut) {
            (0, _) => String::new(),
            (_, true) => format!("; {torn} bytes of a record in part were cut off"),
            (_, false) => format!("; {torn} bytes of a record in part could not be cut off"),
        };
        self.fail(format!(
            "write failed on {name} at byte {len}, after {} frames: {error}{rest}; {} frames that waited are lost, \
             and so are those that follow; make room, then set open to true",
            self.progress.frames_written,
            self.batch.frames(),
        ));
    }

    /// Writes what is collected and waits until the disk has it.
    pub fn settle(&mut self) {
        self.flush();
        if let Some(output) = &self.output
            && self.progress.is_ahead()
        {
            match output.sync() {
                Ok(()) => self.progress.synced(),
                Err(error) => {
                    self.show.write_errors.add(1);
                    let doubtful = self.progress.not_synced();
                    let name = output.name().to_owned();
                    self.fail(format!(
                        "the disk did not take {name}: {error}; of its last {doubtful} frames some may be missing \
                         there; check the disk, then set open to true"
                    ));
                }
            }
        }
        self.show_sizes();
    }

    fn opened(&mut self, group: Group, output: Output) {
        log::info!("opened {}", output.name());
        self.show.files.add(1);
        self.progress.group = Some(group);
        self.output = Some(output);
        self.show_state();
    }

    /// Gives up the file, and the frames that wait for it.
    fn fail(&mut self, why: String) {
        log::error!("{why}");
        self.progress.failed = Some(why);
        self.output = None;
        self.unclaim();
        for frame in self.batch.take_frames() {
            self.node.drop(frame, DISK);
        }
        self.show_state();
    }

    /// Bytes of the file in use, those collected included.
    fn current_size(&self) -> u64 {
        self.output.as_ref().map_or(0, Output::len) + self.batch.bytes()
    }
}

/// What is shown.
impl Disk {
    /// Sizes and counts; cheap enough for every batch.
    pub fn show_sizes(&self) {
        self.show.frames_written.set(self.progress.frames_written);
        self.show.frames_synced.set(self.progress.frames_synced);
        self.show.total_size.set(self.progress.bytes_written + self.batch.bytes());
        self.show.current_size.set(self.current_size());
    }

    fn show_state(&self) {
        match (&self.output, &self.progress.failed) {
            (Some(output), _) => {
                self.node.publish("file", output.name());
                self.publish("open", "true");
            }
            (None, Some(why)) => self.publish(&format!("failed: {why}"), "false"),
            (None, None) => self.publish("closed", "false"),
        }
        self.show_sizes();
    }

    fn publish(&self, state: &str, is_open: &str) {
        self.node.publish("state", state);
        self.node.publish("is_open", is_open);
    }
}
