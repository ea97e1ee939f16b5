//! Mean and noise of the samples at the beginning of a waveform.

use crate::samples::Samples;

/// What a window comes down to; in counts of the digitizer, whatever the polarity.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    samples: i64,
    sum: i64,
    /// N² times the variance: N Σs² - (Σs)².
    spread_squared: u64,
    /// The largest less the smallest sample.
    range: u32,
}

impl Window {
    /// Of the first `len` samples, at least 1 and at most 32,768: so no sum here overflows.
    pub fn of<const BIG: bool>(samples: &Samples<'_, BIG>, len: usize) -> Window {
        let part = samples.part(0, len);
        let (count, keys, squares) = (part.len().max(1) as i64, part.sum(), part.sum_of_squares());
        let (least, most) = part.span();
        Window {
            samples: count,
            sum: samples.scale.sample_sum(keys, count),
            // The same of keys as of samples: they differ by a constant and a sign.
            spread_squared: (count as u64 * squares).saturating_sub(keys.unsigned_abs().pow(2)),
            range: (i32::from(most) - i32::from(least)).max(0).unsigned_abs(),
        }
    }

    /// The mean in 2^-32 counts, rounded down.
    pub fn mean_q32(&self) -> i64 {
        // In two steps of 16 bits, since a sum has 31 and 63 are too few for all at once.
        let (high, rest) =
            ((self.sum << 16).div_euclid(self.samples), (self.sum << 16).rem_euclid(self.samples));
        (high << 16) + (rest << 16) / self.samples
    }

    /// The largest less the smallest sample, in counts.
    pub fn spread(&self) -> u32 {
        self.range
    }

    /// The standard deviation (over N, not N - 1) in 1/256 counts, rounded down.
    pub fn rms_q8(&self) -> u32 {
        let n2 = self.samples.unsigned_abs().pow(2);
        let variance_q16 = ((self.spread_squared / n2) << 16) + ((self.spread_squared % n2) << 16) / n2;
        variance_q16.isqrt() as u32
    }
}
