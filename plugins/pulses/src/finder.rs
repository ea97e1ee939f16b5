//! Finds pulses: where a waveform reaches the threshold, until it falls below it by the hysteresis.

use crate::{
    params::PulsesParams,
    record::{Pulse, flags},
    samples::{BLOCK, Samples, Scale},
};

/// The parameters as the search needs them, for one baseline.
pub struct Rules {
    /// The smallest key at which a pulse begins.
    begin: i32,
    /// The smallest key at which it goes on.
    go_on: i32,
    /// The level at which it begins, and the baseline, in 1/256 of a key.
    begin_q8: i64,
    zero_q8: i64,
    pre: usize,
    post: usize,
    min_width: usize,
    max_pulses: usize,
}

impl Rules {
    /// `baseline` is in 1/256 counts.
    pub fn new(params: &PulsesParams, scale: Scale, baseline: i32) -> Rules {
        let zero_q8 = scale.key_q8(baseline.into());
        let level = |counts: u32| zero_q8 + 256 * i64::from(counts);
        // The smallest whole number that is not below the level.
        let whole = |level: i64| ((level + 255) >> 8) as i32;
        Rules {
            begin: whole(level(params.threshold)),
            go_on: whole(level(params.threshold.saturating_sub(params.hysteresis))),
            begin_q8: level(params.threshold),
            zero_q8,
            pre: params.pre as usize,
            post: params.post as usize,
            min_width: params.min_width as usize,
            max_pulses: params.max_pulses as usize,
        }
    }
}

/// What was found, beside the pulses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Pulses, recorded or not.
    pub pulses: u32,
    /// Those too narrow to be one.
    pub narrow: u32,
    /// Whether any sample is at an end of the range.
    pub saturated: bool,
}

/// The search, and its memory.
#[derive(Default)]
pub struct Finder {
    /// The largest key of each block.
    tops: Vec<i16>,
    pulses: Vec<Pulse>,
    /// Where the last window of an area ends.
    reach: usize,
}

/// From its first sample to the one after its last.
struct Extent {
    start: usize,
    end: usize,
    peak: usize,
    peak_key: i16,
}

impl Finder {
    /// The pulses of the last waveform, in order, at most `max_pulses`.
    pub fn pulses(&self) -> &[Pulse] {
        &self.pulses
    }

    /// Finds all pulses.
    pub fn find<const BIG: bool>(&mut self, samples: &Samples<'_, BIG>, rules: &Rules) -> Found {
        self.pulses.clear();
        self.reach = 0;
        let (least, most) = samples.extremes(&mut self.tops);
        let mut found = Found { saturated: samples.scale.saturates(least, most), ..Found::default() };
        let mut from = 0;
        while let Some(start) = self.begin(samples, rules, from) {
            let extent = extent(samples, rules, start);
            from = extent.end;
            if extent.end - extent.start < rules.min_width {
                found.narrow += 1;
                continue;
            }
            found.pulses += 1;
            if self.pulses.len() < rules.max_pulses {
                let pulse = self.measure(samples, rules, &extent);
                self.pulses.push(pulse);
            }
        }
        found
    }

    /// The first sample from `from` on that reaches the threshold; blocks without any are passed over.
    fn begin<const BIG: bool>(
        &self,
        samples: &Samples<'_, BIG>,
        rules: &Rules,
        from: usize,
    ) -> Option<usize> {
        let mut from = from;
        while from < samples.len() {
            let block = from / BLOCK;
            let skip = self.tops.get(block..)?.iter().position(|top| i32::from(*top) >= rules.begin)?;
            from = from.max((block + skip) * BLOCK);
            let end = (block + skip + 1) * BLOCK;
            let at = samples.part(from, end).keys().position(|key| i32::from(key) >= rules.begin);
            match at {
                Some(at) => return Some(from + at),
                None => from = end,
            }
        }
        None
    }

    /// Height, area and time.
    fn measure<const BIG: bool>(
        &mut self,
        samples: &Samples<'_, BIG>,
        rules: &Rules,
        extent: &Extent,
    ) -> Pulse {
        let Extent { start, end, peak, peak_key } = *extent;
        let (from, to) = (start.saturating_sub(rules.pre), end.saturating_add(rules.post).min(samples.len()));
        let window = samples.part(from, to);
        let mut bits = 0;
        let overlaps = from < self.reach;
        for (set, bit) in [
            (samples.scale.tops(peak_key), flags::PULSE_SATURATED),
            (start == 0, flags::BEGINS_BEFORE),
            (end == samples.len(), flags::ENDS_BEHIND),
            (overlaps, flags::OVERLAPS),
            (start < rules.pre || samples.len() - end < rules.post, flags::CUT),
        ] {
            bits |= if set { bit } else { 0 };
        }
        if let Some(last) = self.pulses.last_mut().filter(|_| overlaps) {
            last.flags |= flags::OVERLAPS;
        }
        self.reach = to;
        Pulse {
            start: start as u32,
            width: (end - start) as u32,
            peak: peak as u32,
            height: (256 * i64::from(peak_key) - rules.zero_q8) as i32,
            area: 256 * window.sum() - rules.zero_q8 * window.len() as i64,
            time: crossing(samples, rules, start),
            flags: bits,
            raw: samples.scale.sample(peak_key.into()) as u16,
        }
    }
}

/// The pulse that begins at `start`.
fn extent<const BIG: bool>(samples: &Samples<'_, BIG>, rules: &Rules, start: usize) -> Extent {
    let mut extent = Extent { start, end: samples.len(), peak: start, peak_key: i16::MIN };
    for (at, key) in samples.part(start, samples.len()).keys().enumerate() {
        if i32::from(key) < rules.go_on {
            extent.end = start + at;
            break;
        }
        if key > extent.peak_key {
            (extent.peak, extent.peak_key) = (start + at, key);
        }
    }
    extent
}

/// Where the straight line between the samples before and at `start` meets the threshold, in 1/256 samples, rounded
/// down; 0 for a pulse that begins before the waveform.
fn crossing<const BIG: bool>(samples: &Samples<'_, BIG>, rules: &Rules, start: usize) -> u32 {
    let mut keys = samples.part(start.saturating_sub(1), start + 1).keys().map(i64::from);
    match (start, keys.next(), keys.next()) {
        (1.., Some(before), Some(at)) if at > before => {
            let part = (rules.begin_q8 - 256 * before) / (at - before);
            (256 * (start as i64 - 1) + part) as u32
        }
        _ => 256 * start as u32,
    }
}
