//! `file-writer`: writes frames to Rogue's data files (spec section 13).
//!
//! - `accept` decides what becomes of a frame and collects it in [`batch::Batch`].
//! - [`disk::Disk`] has the file: it writes batches, rolls over, and knows what to do when the disk fails.
//! - This file is the module: parameters, card, and what an operator may do while it runs.
//!
//! Where it differs from the original, on purpose: files are never opened over old content without being told
//! to; what was collected is written after a second at the latest; a failed write leaves no part of a record;
//! every frame that is not written is counted under a reason.

pub mod batch;
pub mod disk;
pub mod group;
pub mod meter;
pub mod output;

use crate::record::{HEADER, Header};
use core::time::Duration;
use disk::{Disk, Progress};
use meter::Meter;
use output::IfExists;
use rogue_sdk::{Reason, card, prelude::*};

/// Longest time that a frame waits in memory while none follows.
const FLUSH_AFTER: Duration = Duration::from_secs(1);

/// Parameters of `file-writer`.
#[derive(Params, Clone, Debug, PartialEq)]
pub struct FileWriterParams {
    /// The file; `{time}` in it becomes the time of opening, `YYYYMMDD_HHMMSS` in UTC. With `max_size` the
    /// files are `path.1`, `path.2`, …
    #[param(live)]
    path: String,
    /// What to do with a file that is there already. `append` does not look at what is in it.
    #[param(default = "refuse")]
    if_exists: IfExists,
    /// Whether it writes; frames that come while it is closed are dropped.
    #[param(default = true, live)]
    open: bool,
    /// Most bytes of a file before it goes on in the next; 0 = no limit. Taken at the next opening.
    #[param(default = 0, live)]
    max_size: Size,
    /// Bytes collected before they are written; 0 = each frame at once.
    #[param(default = "1MiB", live)]
    buffer_size: Size,
    /// Writes payloads only, without headers. Such a file cannot be replayed.
    #[param(default = false)]
    raw: bool,
    /// Drops frames with an error.
    #[param(default = false)]
    drop_errors: bool,
}

const STATE: (&str, u32) = ("file-writer", 1);
const HANDLE: &str = "file";

/// The module.
pub struct FileWriter {
    params: FileWriterParams,
    disk: Disk,
    meter: Meter,
    bandwidth: Gauge,
}

/// Frames that could not be written.
const DISK: Reason = FileWriter::CARD.reason("disk");

impl Module for FileWriter {
    type Params = FileWriterParams;
    const CARD: Card = Card::sink("file-writer")
        .about("writes frames to Rogue's data files")
        .inputs(&[Port::new(
            "channel",
            "port 0 keeps each frame's own channel, the others stamp their number",
        )
        .family(256)])
        .readings(&[
            Reading::new("state", "open, closed, or failed with the reason"),
            Reading::new("file", "the file in use"),
            Reading::new("is_open", "whether frames are written"),
            Reading::new("frames_written", "frames since the opening that the system has"),
            Reading::new("frames_synced", "frames since the opening that the disk is known to have"),
            Reading::new("total_size", "bytes since the opening, those still in memory included"),
            Reading::new("current_size", "bytes of the file in use, those still in memory included"),
            Reading::new("bandwidth", "bytes a second, over the last second"),
        ])
        .counters(&[
            card::Counter::new("files", "files opened"),
            card::Counter::new("write_errors", "writes that failed"),
        ])
        .drops(&[
            DropReason::asked("closed", "frames that came while it was closed"),
            DropReason::asked("empty", "frames without payload, which the format does not have"),
            DropReason::asked("error", "frames with an error, as drop_errors says"),
            DropReason::loss("too_large", "frames whose record no file takes: max_size, or 4 GiB"),
            DropReason::loss("disk", "frames that could not be written"),
        ])
        .state(STATE.0, STATE.1, &[STATE.1])
        .log("pyrogue.fileio.StreamWriter");

    fn check(params: &FileWriterParams) -> Result<()> {
        if params.path.is_empty() { Err(Error::new("path is empty; name a file")) } else { Ok(()) }
    }

    fn new(params: FileWriterParams, node: &Node) -> Result<Self> {
        Ok(FileWriter {
            disk: Disk::new(node, params.if_exists),
            meter: Meter::default(),
            bandwidth: node.gauge("bandwidth"),
            params,
        })
    }

    fn start(&mut self) -> Result<()> {
        let FileWriterParams { path, open, max_size, .. } = &self.params;
        self.disk.start(path, *open, max_size.bytes())
    }

    fn stop(&mut self) {
        self.disk.pause();
    }

    fn reconfigure(&mut self, params: FileWriterParams) -> Result<Reconfigured> {
        let live = FileWriterParams {
            if_exists: self.params.if_exists,
            raw: self.params.raw,
            drop_errors: self.params.drop_errors,
            ..params.clone()
        };
        if live != params {
            return Ok(Reconfigured::Unsupported);
        }
        self.disk.set(&params.path, params.open, params.max_size.bytes())?;
        if self.disk.batch.is_full(params.buffer_size.bytes()) {
            self.disk.flush();
        }
        self.params = params;
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        State::of(STATE.0, STATE.1, &self.disk.progress()).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.disk.restore(state.read::<Progress>(STATE.0, STATE.1)?);
        Ok(())
    }

    fn release_held(&mut self, held: &mut Held) {
        held.handles.extend(self.disk.release().map(|handle| (HANDLE.to_owned(), handle)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        match held.handles.iter().position(|(name, _)| name == HANDLE) {
            Some(at) if self.params.open => {
                self.disk.adopt(&self.params.path, held.handles.swap_remove(at).1)
            }
            _ => Ok(()),
        }
    }
}

impl FileWriter {
    /// Why a frame is not to be written, of the reasons that do not depend on the disk.
    fn unwanted(&self, frame: &Frame) -> Option<Reason> {
        const CLOSED: Reason = FileWriter::CARD.reason("closed");
        const EMPTY: Reason = FileWriter::CARD.reason("empty");
        const ERROR: Reason = FileWriter::CARD.reason("error");
        match () {
            () if self.disk.is_closed() => Some(CLOSED),
            () if frame.payload() == 0 => Some(EMPTY),
            () if self.params.drop_errors && frame.error() != 0 => Some(ERROR),
            () => None,
        }
    }

    /// The header of a frame's record (`None` inside if there is to be none), and the record's size.
    fn record(&self, frame: &Frame, port: u32) -> Option<(Option<Header>, u64)> {
        let payload = u64::from(frame.payload());
        if self.params.raw {
            return Some((None, payload));
        }
        let channel = u8::try_from(port).ok().filter(|port| *port != 0).unwrap_or(frame.channel());
        Some((Some(Header::of(frame, channel)?), payload + HEADER as u64))
    }
}

impl Sink for FileWriter {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<()> {
        const TOO_LARGE: Reason = FileWriter::CARD.reason("too_large");
        if let Some(reason) = self.unwanted(&frame) {
            cx.drop(frame, reason);
            return Ok(());
        }
        if self.disk.has_failed() {
            cx.drop(frame, DISK);
            return Ok(());
        }
        let record = self.record(&frame, cx.port()).filter(|(_, size)| !self.disk.is_too_large(*size));
        let Some((header, size)) = record else {
            log::warn!(
                "a frame of {} bytes fits into no file (max_size, or 4 GiB) and is lost",
                frame.payload()
            );
            cx.drop(frame, TOO_LARGE);
            return Ok(());
        };
        if !self.disk.make_room(size) {
            cx.drop(frame, DISK);
            return Ok(());
        }
        self.disk.batch.push(frame, header, cx.now());
        self.meter.add(size);
        if self.disk.batch.is_full(self.params.buffer_size.bytes()) {
            self.disk.flush();
        }
        Ok(())
    }

    fn wake(&mut self, cx: &Context<'_>) -> Result<()> {
        let due = |disk: &Disk| (!disk.batch.is_empty()).then(|| disk.batch.since() + FLUSH_AFTER);
        if due(&self.disk).is_some_and(|due| due <= cx.now()) {
            self.disk.flush();
        }
        if let Some(rate) = self.meter.tick(cx.now()) {
            self.bandwidth.set(rate);
        }
        self.disk.show_sizes();
        if let Some(next) = due(&self.disk).into_iter().chain(self.meter.due()).min() {
            cx.wake_at(next);
        }
        Ok(())
    }

    fn finish(&mut self, _: &Context<'_>) -> Result<Flow> {
        self.disk.settle();
        Ok(Flow::Ended)
    }
}
