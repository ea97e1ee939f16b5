//! `file-reader`: replays Rogue's data files (spec section 13).
//!
//! - [`playlist::Playlist`] says which file comes next, [`input::Input`] reads records from one.
//! - This file is the module: parameters, card, and what becomes of each record.
//!
//! Where it differs from the original, on purpose: a torn last record makes no frame; it is reported with its
//! place, and its bytes are counted as lost outside of the graph.

pub mod input;
pub mod playlist;

use input::{Input, Next};
use playlist::Playlist;
use rogue_sdk::{card, prelude::*};
use serde::{Deserialize, Serialize};

/// Most bytes read in one call, so that a call stays short.
const BYTES_PER_CALL: u64 = 16 << 20;

/// What a record without payload counts as in that limit.
const EMPTY_COSTS: u64 = 4096;

/// Most names in `path`.
const PATHS_MAX: usize = 65_536;

/// Parameters of `file-reader`.
#[derive(Params, Clone, Debug, PartialEq)]
pub struct FileReaderParams {
    /// The file, or several in order; a name that ends in `.1` goes on with `.2`, `.3`, … as long as they are
    /// there.
    path: OneOrMany<String>,
    /// Frames a second; absent: as fast as they are taken.
    #[param(live)]
    rate: Option<f64>,
    /// How often all of it is replayed; 0 = for ever.
    #[param(default = 1)]
    repeat: u64,
}

/// What a successor goes on with: a place between two records.
#[derive(Serialize, Deserialize)]
struct Progress {
    paths: Vec<String>,
    place: (usize, u32),
    position: u64,
    passes: u64,
    pass_frames: u64,
    frames: u64,
    ended: bool,
}

const STATE: (&str, u32) = ("file-reader", 1);

/// The module.
pub struct FileReader {
    params: FileReaderParams,
    playlist: Playlist,
    input: Option<Input>,
    /// Where the first file opened is to be gone on with.
    resume_at: u64,
    pace: Pace,
    /// Passes that are over.
    passes: u64,
    /// Frames of this pass.
    pass_frames: u64,
    frames: u64,
    ended: bool,
    node: Node,
    show: Show,
}

struct Show {
    frames: Gauge,
    position: Gauge,
    empty: Counter,
    torn: Counter,
    torn_bytes: Counter,
}

impl Module for FileReader {
    type Params = FileReaderParams;
    const CARD: Card = Card::source("file-reader")
        .about("replays Rogue's data files")
        .readings(&[
            Reading::new("file", "the file in use"),
            Reading::new("frames", "frames given"),
            Reading::new("position", "place of the next record in the file in use"),
        ])
        .counters(&[
            card::Counter::new("empty", "records without payload, which make no frame"),
            card::Counter::new("torn", "files whose end is no whole record"),
            card::Counter::new("torn_bytes", "bytes of such ends"),
        ])
        .state(STATE.0, STATE.1, &[STATE.1])
        .log("pyrogue.streamReader");

    fn check(params: &FileReaderParams) -> Result<()> {
        let paths = params.path.as_slice();
        if paths.is_empty() || paths.len() > PATHS_MAX {
            return Err(Error::new(format_args!("path has {} names; write 1 to {PATHS_MAX}", paths.len())));
        }
        if paths.iter().any(String::is_empty) {
            return Err(Error::new("path has an empty name; name a file"));
        }
        match params.rate {
            Some(rate) if !(rate.is_finite() && rate > 0.0) => Err(Error::new(format_args!(
                "rate is {rate}; write frames a second above 0, or leave it out for as fast as they are taken"
            ))),
            _ => Ok(()),
        }
    }

    fn new(params: FileReaderParams, node: &Node) -> Result<Self> {
        Ok(FileReader {
            playlist: Playlist::new(params.path.as_slice().to_vec()),
            input: None,
            resume_at: 0,
            pace: Pace::new(params.rate),
            passes: 0,
            pass_frames: 0,
            frames: 0,
            ended: false,
            node: *node,
            show: Show {
                frames: node.gauge("frames"),
                position: node.gauge("position"),
                empty: node.counter("empty"),
                torn: node.counter("torn"),
                torn_bytes: node.outside_counter("torn_bytes"),
            },
            params,
        })
    }

    fn start(&mut self) -> Result<()> {
        // Every name is tried now: a mistake in the last one should not show after hours of replay.
        for path in self.playlist.paths() {
            Input::open(path)?;
        }
        if self.input.is_none() && !self.ended {
            self.open()?;
        }
        Ok(())
    }

    fn stop(&mut self) {
        if let Some(input) = self.input.take() {
            self.resume_at = input.position();
        }
    }

    fn reconfigure(&mut self, params: FileReaderParams) -> Result<Reconfigured> {
        if (FileReaderParams { rate: self.params.rate, ..params.clone() }) != self.params {
            return Ok(Reconfigured::Unsupported);
        }
        if params.rate != self.params.rate {
            self.pace = Pace::new(params.rate);
            self.params = params;
            self.node.wake_give();
        }
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        let progress = Progress {
            paths: self.playlist.paths().to_vec(),
            place: self.playlist.place(),
            position: self.input.as_ref().map_or(self.resume_at, Input::position),
            passes: self.passes,
            pass_frames: self.pass_frames,
            frames: self.frames,
            ended: self.ended,
        };
        State::of(STATE.0, STATE.1, &progress).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        let progress: Progress = state.read(STATE.0, STATE.1)?;
        // Other files are another replay.
        if progress.paths == self.playlist.paths() {
            self.playlist.seek(progress.place);
            self.resume_at = progress.position;
            (self.passes, self.pass_frames) = (progress.passes, progress.pass_frames);
            (self.frames, self.ended) = (progress.frames, progress.ended);
        }
        Ok(())
    }
}

impl FileReader {
    /// Opens the file in turn; at the end of the list begins the next pass, or ends.
    fn open(&mut self) -> Result<()> {
        if self.playlist.current().is_none() {
            self.passes += 1;
            let over = self.params.repeat != 0 && self.passes >= self.params.repeat;
            if !over && self.pass_frames == 0 {
                log::warn!("no frame in {}; it is not repeated", self.params.path);
            }
            if over || self.pass_frames == 0 {
                self.ended = true;
                return Ok(());
            }
            self.pass_frames = 0;
            self.playlist.seek((0, 1));
        }
        let Some(name) = self.playlist.current() else { return Ok(()) };
        let mut input = Input::open(&name)?;
        let position = std::mem::take(&mut self.resume_at);
        if position > 0 {
            input.seek(position)?;
        }
        self.node.publish("file", &name);
        self.input = Some(input);
        Ok(())
    }

    fn close(&mut self) {
        self.input = None;
        self.playlist.advance();
    }

    /// Gives frames; says what the call says.
    fn give(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        let mut budget = BYTES_PER_CALL;
        loop {
            if self.ended {
                return Ok(Flow::Ended);
            }
            if out.is_full() || budget == 0 {
                return Ok(Flow::More);
            }
            let Some(input) = &mut self.input else {
                self.open()?;
                continue;
            };
            if let Some(due) = self.pace.due_after(cx.now()) {
                cx.wake_at(due);
                return Ok(Flow::Idle);
            }
            let cost = match input.next(|size| out.request_for(0, size, true))? {
                Next::Frame(frame) => {
                    let size = frame.payload();
                    out.send(frame);
                    self.frames += 1;
                    self.pass_frames += 1;
                    self.pace.step();
                    size.into()
                }
                Next::Empty => {
                    self.show.empty.add(1);
                    EMPTY_COSTS
                }
                Next::End => {
                    self.show.position.set(input.position());
                    self.close();
                    EMPTY_COSTS
                }
                Next::Damaged { lost, why } => {
                    log::warn!("{why}");
                    self.show.torn.add(1);
                    self.show.torn_bytes.add(lost);
                    self.show.position.set(input.position());
                    self.close();
                    EMPTY_COSTS
                }
            };
            budget = budget.saturating_sub(cost);
        }
    }
}

impl Source for FileReader {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        let done = self.give(out, cx);
        self.show.frames.set(self.frames);
        if let Some(input) = &self.input {
            self.show.position.set(input.position());
        }
        done
    }
}
