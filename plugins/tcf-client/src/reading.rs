//! One stream that is read: reads that are out, what they bring, and how it becomes frames.
//!
//! Used by `session`. What holds: no read goes out while the graph has enough to take; what is lost, cut or passed over is
//! counted, and the next frame says so by its error.

use super::{
    params::{Framing, Settings},
    seen::Follows,
    shared::Shared,
};
use rogue_sdk::{Result as Done, log, prelude::*};
use rogue_tcf_client::{Client, Code, Error, Lost, Pending, ReadDone};
use rogue_tcf_wire::framing::{Header, Parser};
use std::{collections::VecDeque, time::Duration};

/// The error of a frame before which something is missing, unless it has one of its own.
pub const MISSING: u8 = 1;
/// Longest sleep while a successor may take over.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// What a look at a stream came to.
pub enum Step {
    /// It goes on.
    On,
    /// It has ended; `leave`: this is still connected to it.
    Over { leave: bool },
}

/// A stream.
pub struct Reading {
    id: String,
    size: usize,
    reads: usize,
    window: usize,
    pending: VecDeque<Pending<ReadDone>>,
    /// None where each answer is a frame.
    parser: Option<Parser>,
    /// Bytes the parser has passed over that are counted.
    skipped: u64,
    /// Something is missing before the next frame.
    missing: bool,
    /// The graph has to take something first.
    blocked: bool,
}

impl Reading {
    pub fn new(id: &str, settings: &Settings) -> Reading {
        Reading {
            id: id.to_owned(),
            size: settings.read_size,
            reads: settings.reads,
            window: settings.window(),
            pending: VecDeque::new(),
            parser: (settings.framing == Framing::Length).then(|| Parser::new(settings.max_payload)),
            skipped: 0,
            missing: false,
            blocked: false,
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether there may be answers that wait for the graph.
    pub fn has_more(&self) -> bool {
        self.blocked && !self.pending.is_empty()
    }

    /// Takes what was answered, and asks for more.
    ///
    /// # Errors
    /// The channel has ended, and all answers before that are taken.
    pub fn work(&mut self, client: &Client, shared: &Shared) -> Result<Step, Error> {
        loop {
            self.blocked = {
                let mut exchange = shared.exchange();
                let blocked = exchange.paused || exchange.inbox_bytes >= self.window;
                exchange.inbox_wanted |= blocked;
                blocked
            };
            if self.blocked {
                return Ok(Step::On);
            }
            let mut asked = Ok(());
            while self.pending.len() < self.reads && asked.is_ok() {
                asked = client.read(&self.id, self.size).map(|pending| self.pending.push_back(pending));
            }
            let Some(read) = self.pending.front_mut().and_then(Pending::take) else {
                return asked.map(|()| Step::On);
            };
            match read {
                Ok(done) => {
                    self.pending.pop_front();
                    if self.take(done, shared) {
                        return Ok(Step::Over { leave: true });
                    }
                }
                Err(Error::Refused(report)) if report.is(Code::Cancelled) => {
                    log::info!("stream {} is gone: {report}", self.id);
                    return Ok(Step::Over { leave: false });
                }
                Err(Error::Refused(report)) => {
                    // A type may have streams that can only be written.
                    match report.is(Code::Unsupported) {
                        true => log::info!("stream {} cannot be read, and is left", self.id),
                        false => log::warn!("stream {} cannot be read on: {report}", self.id),
                    }
                    return Ok(Step::Over { leave: !report.is(Code::Other) });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes one answer; whether it was the last.
    fn take(&mut self, done: ReadDone, shared: &Shared) -> bool {
        let status = &shared.status;
        status.bytes_read.add(done.data.len() as u64);
        match done.lost {
            Lost::Bytes(0) => {}
            Lost::Bytes(bytes) => {
                status.peer_lost.add(bytes);
                self.gap(shared);
            }
            Lost::Unknown => {
                status.unknown_gaps.add(1);
                self.gap(shared);
            }
        }
        let mut frames = Vec::new();
        match self.parser.take() {
            None if done.data.is_empty() => {}
            None => frames.extend(self.frame(&Header::default(), &done.data, shared)),
            Some(mut parser) => {
                let mut rest = &done.data[..];
                loop {
                    match parser.next(&mut rest) {
                        Ok(None) => break,
                        Ok(Some(framed)) => {
                            frames.extend(self.frame(&framed.header, &framed.payload, shared))
                        }
                        Err(bad) => self.bad(&bad.to_string(), shared),
                    }
                }
                status.skipped_bytes.add(parser.skipped() - self.skipped);
                self.skipped = parser.skipped();
                self.parser = Some(parser);
            }
        }
        self.give(frames, shared);
        done.eos
    }

    /// Bytes are missing: a frame that had begun is not gone on with.
    fn gap(&mut self, shared: &Shared) {
        self.missing = true;
        if self.parser.as_mut().is_some_and(Parser::gap) {
            shared.status.cut_frames.add(1);
        }
    }

    fn bad(&mut self, why: &str, shared: &Shared) {
        self.missing = true;
        shared.status.bad_frames.add(1);
        log::warn!("in stream {}: {why}", self.id);
    }

    /// A frame of these bytes, if one can be made.
    fn frame(&mut self, header: &Header, payload: &[u8], shared: &Shared) -> Option<(Header, bool, Frame)> {
        let made = || -> Done<Frame> {
            let channel = u8::try_from(header.channel).map_err(|_| {
                rogue_sdk::Error::new(format_args!("channel {} of a frame is not 0 to 255", header.channel))
            })?;
            let mut frame = shared.status.node.request(0, u32::try_from(payload.len())?)?;
            frame.write(0, payload)?;
            frame.set_channel(channel);
            frame.set_flags(header.flags);
            frame.set_error(header.error);
            Ok(frame)
        };
        match made() {
            Ok(frame) => Some((*header, std::mem::take(&mut self.missing), frame)),
            Err(error) => {
                self.bad(&error.to_string(), shared);
                None
            }
        }
    }

    /// Leaves frames for the giving half, unless a successor has been told of all before them: it will read them again.
    fn give(&mut self, frames: Vec<(Header, bool, Frame)>, shared: &Shared) {
        if frames.is_empty() {
            return;
        }
        let status = &shared.status;
        let mut exchange = shared.exchange();
        while exchange.paused {
            if exchange.stopping {
                return;
            }
            drop(exchange);
            shared.wait(PAUSE_MAX, |exchange| exchange.stopping || !exchange.paused);
            exchange = shared.exchange();
        }
        for (header, mut missing, mut frame) in frames {
            if self.parser.is_some() {
                match exchange.seen.take(&self.id, header.sequence, header.time_ns) {
                    Follows::Again => {
                        status.repeated.add(1);
                        continue;
                    }
                    Follows::After(frames) => {
                        status.missed_frames.add(frames);
                        missing |= frames > 0;
                    }
                }
            }
            if missing && frame.error() == 0 {
                frame.set_error(MISSING);
            }
            exchange.inbox_bytes += frame.payload() as usize;
            exchange.inbox.push_back(frame);
        }
        status.queued.set(exchange.inbox.len() as u64);
        drop(exchange);
        status.node.wake_give();
    }

    /// It has ended, or its channel.
    pub fn end(self, shared: &Shared) {
        if self.parser.is_some_and(|parser| parser.is_within()) && !shared.is_stopping() {
            shared.status.cut_frames.add(1);
            log::warn!("stream {} has ended within a frame", self.id);
        }
    }
}
