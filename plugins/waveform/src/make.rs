//! Puts a waveform together: baseline, noise, pulses; then cuts it to the digitizer's range.

use crate::{
    params::{Format, Polarity, WaveformParams},
    random::{NORMAL, Random},
    shape::shape,
};

/// The parameters as whole numbers, and the memory of it.
pub struct Maker {
    seed: u64,
    samples: usize,
    channels: Vec<u8>,
    baselines: Vec<i32>,
    /// What a step of [`Random::normal`] is, in 2^-32 counts.
    noise: i64,
    /// Pulses of every waveform, and in how many of 2^32 there is one more.
    pulses: (u32, u64),
    heights: (u32, u32),
    first: usize,
    sign: i64,
    shape: Vec<u32>,
    format: Format,
    range: (i64, i64),
    /// Samples in 1/65536 counts.
    sum: Vec<i64>,
}

/// Item `index` of a list that is cycled through.
fn cycled<T: Copy + Default>(list: &[T], index: u64) -> T {
    let at = index.checked_rem(list.len() as u64).unwrap_or(0);
    list.get(at as usize).copied().unwrap_or_default()
}

impl Maker {
    /// The one place where parameters that are no whole numbers become such; with basic operations only, which have one
    /// result everywhere.
    pub fn new(params: &WaveformParams) -> Maker {
        let two32 = (1u64 << 32) as f64;
        let (low, high) = params.format.range(params.bits);
        Maker {
            seed: params.seed,
            samples: params.samples as usize,
            channels: params.channel.as_slice().to_vec(),
            baselines: params.baseline.as_slice().to_vec(),
            noise: (params.noise * two32 / NORMAL) as i64,
            pulses: (params.pulses as u32, ((params.pulses - params.pulses.floor()) * two32) as u64),
            heights: (params.height - params.spread.min(params.height), 2 * params.spread),
            first: params.pretrigger as usize,
            sign: if params.polarity == Polarity::Negative { -1 } else { 1 },
            shape: shape(params.rise, params.decay),
            format: params.format,
            range: (low.into(), high.into()),
            sum: Vec::new(),
        }
    }

    /// Writes waveform `index` in place of what is in `to`; gives its channel and the number of its pulses.
    pub fn make(&mut self, index: u64, to: &mut Vec<u8>) -> (u8, u32) {
        let mut random = Random::of(self.seed, index);
        let baseline = i64::from(cycled(&self.baselines, index)) << 16;
        self.sum.clear();
        if self.noise == 0 {
            self.sum.resize(self.samples, baseline);
        } else {
            // At most 2^17 steps of 2^31: nothing overflows.
            let noise = self.noise;
            self.sum.extend((0..self.samples).map(|_| baseline + ((random.normal() * noise) >> 16)));
        }
        let (least, more) = self.pulses;
        let count = least + u32::from(random.next() >> 32 < more);
        for _ in 0..count {
            let at = self.first + random.below(self.samples.saturating_sub(self.first) as u64) as usize;
            let height = u64::from(self.heights.0) + random.below(u64::from(self.heights.1) + 1);
            let height = self.sign * height as i64;
            let samples = self.sum.iter_mut().skip(at);
            samples.zip(&self.shape).for_each(|(sample, part)| *sample += height * i64::from(*part));
        }
        self.write(to);
        (cycled(&self.channels, index), count)
    }

    fn write(&self, to: &mut Vec<u8>) {
        let (low, high) = self.range;
        // To the nearest count, as a converter does.
        let bits = self.sum.iter().map(|sample| ((sample + (1 << 15)) >> 16).clamp(low, high) as u16);
        to.clear();
        match self.format.is_big() {
            true => to.extend(bits.flat_map(u16::to_be_bytes)),
            false => to.extend(bits.flat_map(u16::to_le_bytes)),
        }
    }
}
