//! `pulses`: finds pulses in 16-bit waveforms, a frame for each waveform of one digitizer channel, and gives a compact
//! record of each waveform that has some.
//!
//! - [`samples`] is the payload as numbers, and the loops that see every sample.
//! - [`baseline`] is mean and noise of the window in front of the pulses; [`channels`] what is kept from waveform to
//!   waveform of a channel.
//! - [`finder`] finds the pulses; [`record`] is the layout of what is given.
//!
//! What holds:
//! - Everything is computed in whole numbers, of which the smallest is 1/256 of a count or of a sample. So the same
//!   waveforms give the same bytes on every machine, compiled in whatever way.
//! - A waveform is a record, or dropped under a reason: one that cannot be read is never a fault.

mod baseline;
mod channels;
mod finder;
mod params;
mod record;
mod samples;
mod shown;

#[cfg(test)]
mod tests;

use baseline::Window;
use channels::Channels;
use finder::{Finder, Rules};
use params::{Empty, PulsesParams};
use record::{Head, flags};
use rogue_sdk::prelude::*;
use samples::{Samples, Scale};
use shown::Shown;

const MALFORMED: Reason = Pulses::CARD.reason("malformed");
const EMPTY: Reason = Pulses::CARD.reason("empty");

/// Most samples of a waveform: times are told in 1/256 of a sample in 32 bits.
const SAMPLES_MAX: usize = 1 << 24;

/// The output of the waveforms themselves.
const WAVEFORMS: u32 = 1;

struct Pulses {
    params: PulsesParams,
    scale: Scale,
    channels: Channels,
    finder: Finder,
    /// A waveform of several buffers is gathered here first.
    whole: Vec<u8>,
    /// The record in the making.
    record: Vec<u8>,
    shown: Shown,
    counters: Counters,
}

struct Counters {
    waveforms: Counter,
    pulses: Counter,
    saturated: Counter,
    narrow: Counter,
    left_out: Counter,
}

impl Module for Pulses {
    type Params = PulsesParams;
    const CARD: Card = Card::transform("pulses")
        .about("Finds pulses in 16-bit waveforms: baseline, threshold, peak, area, time")
        .outputs(&[
            Port::new("out", "a record for each waveform with pulses"),
            Port::new("waveforms", "the waveforms with pulses, as they came").optional(),
        ])
        .counters(&[
            card::Counter::new("waveforms", "waveforms looked at"),
            card::Counter::new("pulses", "pulses recorded"),
            card::Counter::new("saturated", "waveforms with a sample at an end of the range"),
            card::Counter::new("narrow", "pulses narrower than `min_width`, which are not recorded"),
            card::Counter::new("left_out", "pulses beyond `max_pulses`, which are not recorded"),
        ])
        .readings(&[
            Reading::new("channels", "channels seen"),
            Reading::new("baseline", "of one of the last waveforms, in counts, with its channel"),
            Reading::new("noise", "of the same waveform, rms in counts"),
        ])
        .drops(&[
            DropReason::loss("malformed", "frames that are no waveform: too short, half a sample, too long"),
            DropReason::asked("empty", "waveforms without a pulse"),
        ])
        .state(Channels::SCHEMA, Channels::VERSION, &[Channels::VERSION])
        .pure();

    fn check(params: &PulsesParams) -> Result<()> {
        params.check()
    }

    fn new(params: PulsesParams, node: &Node) -> Result<Self> {
        params.check()?;
        Ok(Pulses {
            scale: params.scale(),
            params,
            channels: Channels::default(),
            finder: Finder::default(),
            whole: Vec::new(),
            record: Vec::new(),
            shown: Shown::new(node),
            counters: Counters {
                waveforms: node.counter("waveforms"),
                pulses: node.counter("pulses"),
                saturated: node.counter("saturated"),
                narrow: node.counter("narrow"),
                left_out: node.counter("left_out"),
            },
        })
    }

    fn reconfigure(&mut self, params: PulsesParams) -> Result<Reconfigured> {
        params.check()?;
        if !params.reads_as(&self.params) {
            return Ok(Reconfigured::Unsupported);
        }
        self.scale = params.scale();
        self.params = params;
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        self.channels.snapshot(self.params.format).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.channels = Channels::restore(&state, self.params.format)?;
        Ok(())
    }
}

/// Adds what is not nothing: an addition to a shared counter costs more than to see that.
fn add(counter: &Counter, n: u64) {
    if n > 0 {
        counter.add(n);
    }
}

/// The waveform in a payload, as pairs of bytes; or why there is none.
fn pairs<'a>(payload: &'a [u8], params: &PulsesParams) -> Result<&'a [[u8; 2]]> {
    let Some(bytes) = payload.get(params.skip as usize..) else {
        return Err(Error::new(format_args!(
            "a frame of {} bytes is shorter than the header of {} bytes that `skip` says",
            payload.len(),
            params.skip
        )));
    };
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(Error::new(format_args!("{} bytes of waveform are half a sample too many", bytes.len())));
    }
    if pairs.len() < params.baseline as usize {
        return Err(Error::new(format_args!(
            "a waveform of {} samples is shorter than the `baseline` window of {}",
            pairs.len(),
            params.baseline
        )));
    }
    if pairs.len() > SAMPLES_MAX {
        return Err(Error::new(format_args!(
            "a waveform of {} samples; most are {SAMPLES_MAX}",
            pairs.len()
        )));
    }
    Ok(pairs)
}

impl Pulses {
    /// Looks at a waveform, and leaves in `finder` and `record` what was found.
    fn look<const BIG: bool>(&mut self, pairs: &[[u8; 2]], channel: u8, sequence: u32) -> Head {
        let samples = Samples::<BIG>::new(pairs, self.scale);
        let window = Window::of(&samples, self.params.baseline as usize);
        let clean = window.spread() < self.params.threshold;
        let own = window.mean_q32();
        let (mean_q32, averaged) = match self.params.average {
            1 => (own, false),
            over => self.channels.average(channel, own, clean, over),
        };
        let baseline = channels::to_q8(mean_q32);
        let found = self.finder.find(&samples, &Rules::new(&self.params, self.scale, baseline));
        let mut bits = 0;
        for (set, bit) in [
            (found.saturated, flags::SATURATED),
            (found.pulses > self.finder.pulses().len() as u32, flags::MORE),
            (averaged, flags::AVERAGED),
            (!clean, flags::UNQUIET),
        ] {
            bits |= if set { bit } else { 0 };
        }
        self.counters.waveforms.add(1);
        add(&self.counters.saturated, found.saturated.into());
        add(&self.counters.narrow, found.narrow.into());
        let noise = window.rms_q8();
        Head {
            channel,
            flags: bits,
            sequence,
            samples: pairs.len() as u32,
            baseline,
            noise,
            found: found.pulses,
        }
    }

    fn waveform(&mut self, payload: &[u8], channel: u8) -> Result<Head> {
        let sequence = self.channels.next(channel);
        let pairs = pairs(payload, &self.params)?;
        Ok(match self.params.format.is_big() {
            false => self.look::<false>(pairs, channel, sequence),
            true => self.look::<true>(pairs, channel, sequence),
        })
    }
}

impl Transform for Pulses {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        let looked = match frame.contiguous() {
            Some(payload) => self.waveform(payload, frame.channel()),
            None => {
                let mut whole = std::mem::take(&mut self.whole);
                whole.resize(frame.payload() as usize, 0);
                let read = frame.read(0, &mut whole);
                let looked = self.waveform(&whole, frame.channel());
                self.whole = whole;
                read?;
                looked
            }
        };
        let head = match looked {
            Ok(head) => head,
            Err(why) => {
                log::warn!("channel {}: {why}; it is dropped", frame.channel());
                cx.drop(frame, MALFORMED);
                return Ok(());
            }
        };
        self.shown.show(&head, self.channels.seen(), cx.now());
        let pulses = self.finder.pulses();
        if head.found == 0 && self.params.empty == Empty::Drop {
            cx.drop(frame, EMPTY);
            return Ok(());
        }
        record::write(&mut self.record, &head, pulses);
        let mut sent = out.request(self.record.len() as u32)?;
        sent.write(0, &self.record)?;
        sent.copy_metadata(&frame);
        out.send(sent);
        add(&self.counters.pulses, pulses.len() as u64);
        add(&self.counters.left_out, u64::from(head.found) - pulses.len() as u64);
        if head.found > 0 && out.links(WAVEFORMS) > 0 {
            out.send_to(WAVEFORMS, frame);
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Out, _: &Context) -> Result<Flow> {
        self.shown.show_last();
        Ok(Flow::Ended)
    }
}

export_module!(Pulses: Transform);
