//! The parameters of `waveform`. A *count* is a step of the digitizer, a *sample* one of its readings.

use rogue_sdk::{
    Error, Result,
    params::{OneOrMany, Params},
};

/// What waveforms are made, how many, and how fast. Times are in samples, heights in counts.
#[derive(Params, Clone, Debug, PartialEq)]
pub struct WaveformParams {
    /// Samples of a waveform.
    #[param(default = 1024, min = 1, max = 16777216)]
    pub samples: u32,
    /// Waveforms a second, of all channels together; absent: as fast as they are taken. What is missed is caught up with
    /// for at most a second.
    #[param(min = 0.001, max = 1000000000, live)]
    pub rate: Option<f64>,
    /// Waveforms in all; absent: for ever.
    pub count: Option<u64>,
    /// The channel: a number, or a list that is cycled through.
    #[param(default = 0)]
    pub channel: OneOrMany<u8>,
    /// Counts without a pulse: a number, or a list that is cycled through.
    #[param(default = 1000)]
    pub baseline: OneOrMany<i32>,
    /// Counts of noise, rms. It is nearly normal, and never more than 3.5 times this.
    #[param(default = 2.0, min = 0, max = 10000)]
    pub noise: f64,
    /// Pulses of a waveform in the mean; each has one of the two whole numbers next to it.
    #[param(default = 0.5, min = 0, max = 1000)]
    pub pulses: f64,
    /// Counts from the baseline to a pulse's peak, in the mean.
    #[param(default = 500, min = 0, max = 65535)]
    pub height: u32,
    /// Most counts by which heights differ from that; all are equally likely.
    #[param(default = 200, min = 0, max = 65535)]
    pub spread: u32,
    /// Samples from a pulse's beginning to its peak, on a straight line.
    #[param(default = 4, min = 1, max = 65536)]
    pub rise: u32,
    /// Samples in which it then falls to 37 %; 0 = at once.
    #[param(default = 20, min = 0, max = 65536)]
    pub decay: u32,
    /// Samples at the beginning of a waveform in which no pulse begins.
    #[param(default = 64)]
    pub pretrigger: u32,
    /// Which way pulses go.
    #[param(default = "positive")]
    pub polarity: Polarity,
    /// How samples lie in the frame.
    #[param(default = "u16le")]
    pub format: Format,
    /// Bits of the digitizer: what is beyond their range is cut.
    #[param(default = 16, min = 2, max = 16)]
    pub bits: u32,
    /// Another number makes other waveforms.
    #[param(default = 1)]
    pub seed: u64,
}

/// Which way pulses go.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// Above the baseline.
    Positive,
    /// Below it.
    Negative,
}

/// 16 bits, unsigned or in two's complement; the low or the high byte first.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Unsigned, little-endian.
    #[serde(rename = "u16le")]
    U16Le,
    /// Signed, little-endian.
    #[serde(rename = "i16le")]
    I16Le,
    /// Unsigned, big-endian.
    #[serde(rename = "u16be")]
    U16Be,
    /// Signed, big-endian.
    #[serde(rename = "i16be")]
    I16Be,
}

impl Format {
    /// Whether the high byte comes first.
    pub fn is_big(self) -> bool {
        matches!(self, Format::U16Be | Format::I16Be)
    }

    /// The smallest and the largest number of so many bits.
    pub fn range(self, bits: u32) -> (i32, i32) {
        match self {
            Format::U16Le | Format::U16Be => (0, (1 << bits) - 1),
            Format::I16Le | Format::I16Be => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        }
    }
}

impl WaveformParams {
    /// What types cannot say.
    pub fn check(&self) -> Result<()> {
        if self.channel.as_slice().is_empty() || self.baseline.as_slice().is_empty() {
            return Err(Error::new("`channel` and `baseline` need at least one number; `[]` has none"));
        }
        let (low, high) = self.format.range(self.bits);
        if let Some(outside) = self.baseline.iter().find(|level| !(low..=high).contains(*level)) {
            return Err(Error::new(format_args!(
                "baseline is {outside}, and {} bits of {} are {low} to {high}",
                self.bits,
                self.format.as_str()
            )));
        }
        if self.spread > self.height {
            return Err(Error::new(format_args!(
                "spread is {} and height {}: some pulses would go the other way; write at most the height",
                self.spread, self.height
            )));
        }
        if self.pulses > 0.0 && self.pretrigger >= self.samples {
            return Err(Error::new(format_args!(
                "pretrigger is {} of {} samples, which leaves no room for pulses; write less, or `pulses: 0`",
                self.pretrigger, self.samples
            )));
        }
        Ok(())
    }
}
