//! The parameters of `pulses`. A *count* is a step of the digitizer, a *sample* one of its readings.

use crate::samples::Scale;
use rogue_sdk::{Error, Result, params::Params};

/// How pulses are found. Times are in samples, heights in counts.
#[derive(Params, Clone, Debug, PartialEq)]
pub struct PulsesParams {
    /// Counts from the baseline at which a pulse begins.
    #[param(min = 1, max = 65535, live)]
    pub threshold: u32,
    /// Which way pulses go.
    #[param(default = "positive", live)]
    pub polarity: Polarity,
    /// Counts by which a pulse must fall below the threshold to end; at most the threshold.
    #[param(default = 0, max = 65535, live)]
    pub hysteresis: u32,
    /// Samples at the beginning of each waveform whose mean is the baseline. A shorter waveform is malformed.
    #[param(default = 16, min = 1, max = 32768, live)]
    pub baseline: u32,
    /// Waveforms of a channel over which the baseline is averaged: each counts 1/N. A waveform whose window is not
    /// quiet (largest less smallest sample reaches the threshold) is left out. 1 = each waveform has its own.
    #[param(default = 1, min = 1, max = 1000000, live)]
    pub average: u32,
    /// Samples below which a pulse is too narrow to be one.
    #[param(default = 1, min = 1, max = 16777216, live)]
    pub min_width: u32,
    /// Most pulses recorded of a waveform.
    #[param(default = 64, min = 1, max = 65535, live)]
    pub max_pulses: u32,
    /// Samples in front of a pulse that its area includes.
    #[param(default = 0, max = 16777216, live)]
    pub pre: u32,
    /// Samples behind a pulse that its area includes.
    #[param(default = 0, max = 16777216, live)]
    pub post: u32,
    /// What becomes of a waveform without a pulse.
    #[param(default = "drop", live)]
    pub empty: Empty,
    /// How samples lie in the frame.
    #[param(default = "u16le")]
    pub format: Format,
    /// Bits of the digitizer: a sample at either end of their range is saturated.
    #[param(default = 16, min = 2, max = 16)]
    pub bits: u32,
    /// Bytes of header in front of the samples.
    #[param(default = 0)]
    pub skip: u32,
}

/// Which way pulses go.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// Above the baseline.
    Positive,
    /// Below it.
    Negative,
}

/// What becomes of a waveform without a pulse.
#[derive(Params, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// It is dropped as `empty`.
    Drop,
    /// It has a record without pulses.
    Record,
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

    /// Whether numbers are in two's complement.
    pub fn is_signed(self) -> bool {
        matches!(self, Format::I16Le | Format::I16Be)
    }
}

impl PulsesParams {
    /// What types cannot say.
    pub fn check(&self) -> Result<()> {
        if self.hysteresis > self.threshold {
            return Err(Error::new(format_args!(
                "hysteresis is {} counts and threshold {}: a pulse would not end at the baseline; write at most the \
                 threshold",
                self.hysteresis, self.threshold
            )));
        }
        Ok(())
    }

    /// How samples become numbers.
    pub fn scale(&self) -> Scale {
        Scale::new(self.format.is_signed(), self.polarity == Polarity::Negative, self.bits)
    }

    /// Whether frames are read as with these: what cannot change while it runs.
    pub fn reads_as(&self, other: &PulsesParams) -> bool {
        (self.format, self.bits, self.skip) == (other.format, other.bits, other.skip)
    }
}
