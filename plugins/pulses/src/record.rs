//! The layout of a record, version 1: little-endian, a head of 32 bytes, then 32 bytes for each pulse.
//!
//! | byte | head | |
//! | --- | --- | --- |
//! | 0 | u8 | version, 1 |
//! | 1 | u8 | channel |
//! | 2 | u16 | [`flags`] of the waveform |
//! | 4 | u32 | number of the frame among those of its channel, from 0, malformed ones included |
//! | 8 | u32 | samples of the waveform |
//! | 12 | i32 | baseline, 1/256 counts |
//! | 16 | u32 | noise: rms in the baseline's window, 1/256 counts |
//! | 20 | u32 | pulses found |
//! | 24 | u32 | pulses that follow |
//! | 28 | u16 | bytes of this head, 32 |
//! | 30 | u16 | bytes of each pulse, 32 |
//!
//! | byte | pulse | |
//! | --- | --- | --- |
//! | 0 | u32 | start: first sample that reaches the threshold |
//! | 4 | u32 | width: samples up to the first below the threshold by the hysteresis |
//! | 8 | u32 | peak: the first of the largest samples |
//! | 12 | i32 | height: peak from the baseline, 1/256 counts |
//! | 16 | i64 | area: sum over samples from the baseline, 1/256 counts; `pre` and `post` included |
//! | 24 | u32 | time: where the threshold is crossed, between two samples on a straight line, 1/256 samples |
//! | 28 | u16 | [`flags`] of the pulse |
//! | 30 | u16 | the peak's sample as the digitizer gave it |
//!
//! What holds: a version never changes; what is new comes behind, where the two sizes let readers step over it.

/// Bits of the two fields of flags.
pub mod flags {
    /// Waveform: a sample is at an end of the range.
    pub const SATURATED: u16 = 1;
    /// Waveform: more pulses were found than follow.
    pub const MORE: u16 = 2;
    /// Waveform: its baseline is the running mean of the channel.
    pub const AVERAGED: u16 = 4;
    /// Waveform: its window is not quiet, there may be a pulse in it.
    pub const UNQUIET: u16 = 8;

    /// Pulse: its peak is at the end of the range, so height and area are too small.
    pub const PULSE_SATURATED: u16 = 1;
    /// Pulse: the waveform's first sample is in it.
    pub const BEGINS_BEFORE: u16 = 2;
    /// Pulse: the waveform's last sample is in it.
    pub const ENDS_BEHIND: u16 = 4;
    /// Pulse: its area has samples that are also in that of a recorded neighbour.
    pub const OVERLAPS: u16 = 8;
    /// Pulse: the waveform ends before `pre` or `post` of its area.
    pub const CUT: u16 = 16;
}

/// The version of the layout.
pub const VERSION: u8 = 1;
/// Bytes of a head.
pub const HEAD: u16 = 32;
/// Bytes of a pulse.
pub const PULSE: u16 = 32;

/// What is said of a waveform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub channel: u8,
    pub flags: u16,
    pub sequence: u32,
    pub samples: u32,
    pub baseline: i32,
    pub noise: u32,
    pub found: u32,
}

/// What is said of a pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    pub start: u32,
    pub width: u32,
    pub peak: u32,
    pub height: i32,
    pub area: i64,
    pub time: u32,
    pub flags: u16,
    pub raw: u16,
}

/// Writes a record in place of what is in `to`.
pub fn write(to: &mut Vec<u8>, head: &Head, pulses: &[Pulse]) {
    to.clear();
    to.extend([VERSION, head.channel]);
    to.extend(head.flags.to_le_bytes());
    to.extend(head.sequence.to_le_bytes());
    to.extend(head.samples.to_le_bytes());
    to.extend(head.baseline.to_le_bytes());
    to.extend(head.noise.to_le_bytes());
    to.extend(head.found.to_le_bytes());
    to.extend((pulses.len() as u32).to_le_bytes());
    to.extend(HEAD.to_le_bytes());
    to.extend(PULSE.to_le_bytes());
    for pulse in pulses {
        to.extend(pulse.start.to_le_bytes());
        to.extend(pulse.width.to_le_bytes());
        to.extend(pulse.peak.to_le_bytes());
        to.extend(pulse.height.to_le_bytes());
        to.extend(pulse.area.to_le_bytes());
        to.extend(pulse.time.to_le_bytes());
        to.extend(pulse.flags.to_le_bytes());
        to.extend(pulse.raw.to_le_bytes());
    }
}
