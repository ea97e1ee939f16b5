//! `waveform`: a digitizer that is none: waveforms of 16 bits with noise and pulses, to try an analysis without hardware.
//!
//! - [`shape`] is the form of a pulse, [`random`] where chance comes from, [`make`] puts a waveform together.
//!
//! What holds:
//! - Waveform i depends on the parameters and on i only: not on the rate, on the waveforms before it, or on the machine.
//!   All of it is whole numbers, after parameters were turned into such.
//! - A successor in a swap goes on with the next one.

mod make;
mod params;
mod random;
mod shape;

#[cfg(test)]
mod tests;

use make::Maker;
use params::WaveformParams;
use rogue_sdk::prelude::*;

struct Waveform {
    params: WaveformParams,
    maker: Maker,
    /// Waveforms made so far.
    made: u64,
    pace: Pace,
    node: Node,
    /// The waveform in the making, as bytes.
    bytes: Vec<u8>,
    waveforms: Counter,
    pulses: Counter,
}

const SCHEMA: &str = "waveform";
const VERSION: u32 = 1;

impl Module for Waveform {
    type Params = WaveformParams;
    const CARD: Card = Card::source("waveform")
        .about("Makes waveforms of a digitizer: noise and pulses of known form, for trials")
        .outputs(&[Port::new("out", "a frame for each waveform, of `samples` samples of 16 bits")])
        .counters(&[
            card::Counter::new("waveforms", "waveforms made"),
            card::Counter::new("pulses", "pulses put into them"),
        ])
        .state(SCHEMA, VERSION, &[VERSION]);

    fn check(params: &WaveformParams) -> Result<()> {
        params.check()
    }

    fn new(params: WaveformParams, node: &Node) -> Result<Self> {
        params.check()?;
        Ok(Waveform {
            maker: Maker::new(&params),
            made: 0,
            pace: Pace::new(params.rate),
            node: *node,
            bytes: Vec::new(),
            waveforms: node.counter("waveforms"),
            pulses: node.counter("pulses"),
            params,
        })
    }

    fn reconfigure(&mut self, params: WaveformParams) -> Result<Reconfigured> {
        if (WaveformParams { rate: self.params.rate, ..params.clone() }) != self.params {
            return Ok(Reconfigured::Unsupported);
        }
        self.pace = Pace::new(params.rate);
        self.params = params;
        // The time asked for belongs to the old rate.
        self.node.wake_give();
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        State::of(SCHEMA, VERSION, &self.made).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.made = state.read(SCHEMA, VERSION)?;
        Ok(())
    }
}

impl Waveform {
    fn next(&mut self, out: &Out) -> Result<Frame> {
        let (channel, pulses) = self.maker.make(self.made, &mut self.bytes);
        let mut frame = out.request(self.bytes.len() as u32)?;
        frame.write(0, &self.bytes)?;
        frame.set_channel(channel);
        self.waveforms.add(1);
        self.pulses.add(pulses.into());
        Ok(frame)
    }
}

impl Source for Waveform {
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        loop {
            if self.params.count.is_some_and(|count| self.made >= count) {
                return Ok(Flow::Ended);
            }
            if out.is_full() {
                return Ok(Flow::More);
            }
            if let Some(due) = self.pace.due_after(cx.now()) {
                cx.wake_at(due);
                return Ok(Flow::Idle);
            }
            let frame = self.next(out)?;
            out.send(frame);
            self.made = self.made.wrapping_add(1);
            self.pace.step();
        }
    }
}

export_module!(Waveform: Source);
