//! What is kept of each channel from waveform to waveform, and handed over in a swap.

use crate::params::Format;
use rogue_sdk::{Error, Result, State};
use serde::{Deserialize, Serialize};

/// The channels that were seen.
#[derive(Default)]
pub struct Channels {
    /// By number; as long as the largest that was seen.
    of: Vec<Option<Channel>>,
    seen: u64,
}

/// One of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Channel {
    /// The number of the next frame.
    sequence: u32,
    /// Running mean in 2^-32 counts; means nothing while `averaged` is 0.
    mean_q32: i64,
    /// Waveforms in it, at most what `average` says.
    averaged: u32,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    /// What the means are numbers of.
    format: String,
    channels: Vec<(u8, Channel)>,
}

/// In 1/256 counts, rounded to the nearest, a half up.
pub fn to_q8(mean_q32: i64) -> i32 {
    ((mean_q32 + (1 << 23)) >> 24) as i32
}

impl Channels {
    /// Name of the state's form.
    pub const SCHEMA: &str = "pulses";
    /// The version of it.
    pub const VERSION: u32 = 1;

    fn get(&mut self, channel: u8) -> &mut Channel {
        let at = usize::from(channel);
        if at >= self.of.len() {
            self.of.resize(at + 1, None);
        }
        let seen = &mut self.seen;
        self.of[at].get_or_insert_with(|| {
            *seen += 1;
            Channel::default()
        })
    }

    /// The number of this frame among those of its channel; after 32 bits it begins anew.
    pub fn next(&mut self, channel: u8) -> u32 {
        let channel = self.get(channel);
        let sequence = channel.sequence;
        channel.sequence = sequence.wrapping_add(1);
        sequence
    }

    /// The running mean of a channel after a waveform with this mean, and true; or the waveform's own and false, where
    /// there is none yet. One that is not clean is left out. The first count as if `over` were as many as there are.
    pub fn average(&mut self, channel: u8, own: i64, clean: bool, over: u32) -> (i64, bool) {
        let channel = self.get(channel);
        if clean {
            channel.averaged = channel.averaged.saturating_add(1).min(over);
            let before = if channel.averaged == 1 { own } else { channel.mean_q32 };
            channel.mean_q32 = before + (own - before) / i64::from(channel.averaged);
        }
        if channel.averaged == 0 { (own, false) } else { (channel.mean_q32, true) }
    }

    /// How many channels were seen.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// For a successor.
    pub fn snapshot(&self, format: Format) -> Result<State> {
        let channels =
            (0..=u8::MAX).zip(&self.of).filter_map(|(number, channel)| Some((number, (*channel)?)));
        let written = Written { format: format.as_str().to_owned(), channels: channels.collect() };
        State::of(Self::SCHEMA, Self::VERSION, &written)
    }

    /// What a predecessor wrote. Means of another format are left behind, numbers are kept.
    pub fn restore(state: &State, format: Format) -> Result<Channels> {
        let written: Written = state.read(Self::SCHEMA, Self::VERSION)?;
        let mut channels = Channels::default();
        for (number, mut channel) in written.channels {
            if !(-(1 << 47)..1 << 48).contains(&channel.mean_q32) {
                return Err(Error::new(format_args!(
                    "the state's baseline of channel {number} is no sample"
                )));
            }
            if written.format != format.as_str() {
                (channel.mean_q32, channel.averaged) = (0, 0);
            }
            *channels.get(number) = channel;
        }
        Ok(channels)
    }
}
