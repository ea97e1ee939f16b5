//! `prbs-source`: makes frames of pseudo-random words (spec section 15).

use crate::pattern::Pattern;
use rogue_sdk::{card, prelude::*};
use serde::{Deserialize, Serialize};

/// Parameters of `prbs-source`.
#[derive(Params, Clone, Debug, PartialEq)]
pub struct PrbsSourceParams {
    /// Bytes of a frame: a multiple of the word, at least three words.
    #[param(default = 2048)]
    size: Size,
    /// Frames a second; absent: as fast as they are taken.
    #[param(live)]
    rate: Option<f64>,
    /// Frames in all; absent: for ever.
    count: Option<u64>,
    /// Bits of a word: a multiple of 32 from 32 to 512.
    #[param(default = 32, min = 32, max = 512)]
    width: u32,
    /// Bits of the word that make the next one.
    #[param(default = [1, 2, 6, 31])]
    taps: Vec<u32>,
    /// Channel of the frames.
    #[param(default = 0)]
    channel: u8,
    /// Words 2, 3, … hold their own index in place of pseudo-random bits; `prbs-check` then needs
    /// `check_payload: false`, as in Rogue.
    #[param(default = false)]
    send_count: bool,
}

/// What a successor goes on with.
#[derive(Serialize, Deserialize)]
struct Progress {
    sequence: u32,
    given: u64,
}

const STATE: (&str, u32) = ("prbs-source", 1);

/// The module.
pub struct PrbsSource {
    params: PrbsSourceParams,
    size: u32,
    pattern: Pattern,
    pace: Pace,
    progress: Progress,
    /// A frame of several buffers is made here first.
    whole: Vec<u8>,
    node: Node,
    tx_count: Counter,
    tx_bytes: Counter,
}

/// The size as a frame may have it.
fn frame_size(params: &PrbsSourceParams, pattern: &Pattern) -> Result<u32> {
    let size = params.size.bytes();
    match u32::try_from(size) {
        Ok(fits) if pattern.is_size(fits as usize) => Ok(fits),
        _ => Err(Error::new(format_args!("size: {}", pattern.size_error(size)))),
    }
}

impl Module for PrbsSource {
    type Params = PrbsSourceParams;
    const CARD: Card = Card::source("prbs-source")
        .about("makes Rogue's pseudo-random test frames")
        .outputs(&[Port::new("out", "frames of `size` bytes, sequence numbers 0, 1, 2, …")])
        .counters(&[
            card::Counter::new("tx_count", "frames made"),
            card::Counter::new("tx_bytes", "bytes made"),
        ])
        .state(STATE.0, STATE.1, &[STATE.1])
        .log("pyrogue.prbs.tx");

    fn check(params: &PrbsSourceParams) -> Result<()> {
        frame_size(params, &Pattern::new(params.width, &params.taps)?)?;
        match params.rate {
            Some(rate) if !(rate.is_finite() && rate > 0.0) => Err(Error::new(format_args!(
                "rate is {rate}; write frames a second above 0, or leave it out for as fast as they are taken"
            ))),
            _ => Ok(()),
        }
    }

    fn new(params: PrbsSourceParams, node: &Node) -> Result<Self> {
        let pattern = Pattern::new(params.width, &params.taps)?;
        Ok(PrbsSource {
            size: frame_size(&params, &pattern)?,
            pattern,
            pace: Pace::new(params.rate),
            progress: Progress { sequence: 0, given: 0 },
            whole: Vec::new(),
            node: *node,
            tx_count: node.counter("tx_count"),
            tx_bytes: node.counter("tx_bytes"),
            params,
        })
    }

    fn reconfigure(&mut self, params: PrbsSourceParams) -> Result<Reconfigured> {
        if (PrbsSourceParams { rate: self.params.rate, ..params.clone() }) != self.params {
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
        State::of(STATE.0, STATE.1, &self.progress).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.progress = state.read(STATE.0, STATE.1)?;
        Ok(())
    }
}

impl PrbsSource {
    fn make(&mut self, out: &Out<'_>) -> Result<Frame> {
        let mut frame = out.request_for(0, self.size, true)?;
        let (sequence, count, size) = (self.progress.sequence, self.params.send_count, self.size as usize);
        if frame.buffer_count() == 1 {
            let mut buffer = frame.buffer_mut(0)?;
            match buffer.room_mut()?.get_mut(..size) {
                Some(room) => self.pattern.write(sequence, room, count),
                None => return Err(Error::new("the pool downstream gave less than it was asked for")),
            }
            buffer.set_payload(self.size)?;
        } else {
            self.whole.resize(size, 0);
            self.pattern.write(sequence, &mut self.whole, count);
            frame.write(0, &self.whole)?;
        }
        frame.set_channel(self.params.channel);
        self.progress.sequence = sequence.wrapping_add(1);
        self.progress.given += 1;
        self.tx_count.add(1);
        self.tx_bytes.add(self.size.into());
        Ok(frame)
    }
}

impl Source for PrbsSource {
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Flow> {
        loop {
            if self.params.count.is_some_and(|count| self.progress.given >= count) {
                return Ok(Flow::Ended);
            }
            if out.is_full() {
                return Ok(Flow::More);
            }
            if let Some(due) = self.pace.due_after(cx.now()) {
                cx.wake_at(due);
                return Ok(Flow::Idle);
            }
            self.pace.step();
            let frame = self.make(out)?;
            out.send(frame);
        }
    }
}
