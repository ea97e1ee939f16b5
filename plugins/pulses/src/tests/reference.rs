//! The same by the words of `docs/modules.md` alone: slow, in wide numbers, one sample after the other.

use super::view::{Found, Record};
use std::collections::BTreeMap;

/// The parameters.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub threshold: i128,
    pub negative: bool,
    pub hysteresis: i128,
    pub baseline: usize,
    pub average: i128,
    pub min_width: usize,
    pub max_pulses: usize,
    pub pre: usize,
    pub post: usize,
    pub keep_empty: bool,
    pub signed: bool,
    pub big: bool,
    pub bits: u32,
    pub skip: usize,
}

impl Setting {
    /// As a graph would write it.
    pub fn params(&self) -> serde_json::Value {
        let format = match (self.signed, self.big) {
            (false, false) => "u16le",
            (true, false) => "i16le",
            (false, true) => "u16be",
            (true, true) => "i16be",
        };
        serde_json::json!({
            "threshold": self.threshold as u64,
            "polarity": if self.negative { "negative" } else { "positive" },
            "hysteresis": self.hysteresis as u64,
            "baseline": self.baseline,
            "average": self.average as u64,
            "min_width": self.min_width,
            "max_pulses": self.max_pulses,
            "pre": self.pre,
            "post": self.post,
            "empty": if self.keep_empty { "record" } else { "drop" },
            "format": format,
            "bits": self.bits,
            "skip": self.skip,
        })
    }
}

/// Running means (2^-32 counts, waveforms in them) and numbers of frames.
#[derive(Default)]
pub struct Reference {
    means: BTreeMap<u8, (i128, i128)>,
    numbers: BTreeMap<u8, u32>,
}

/// What becomes of a frame.
#[derive(Debug, PartialEq)]
pub enum Fate {
    Malformed,
    Empty,
    Record(Record),
}

impl Reference {
    pub fn waveform(&mut self, set: &Setting, channel: u8, payload: &[u8]) -> Fate {
        let number = self.numbers.entry(channel).or_insert(0);
        let sequence = *number;
        *number += 1;
        if payload.len() < set.skip || !(payload.len() - set.skip).is_multiple_of(2) {
            return Fate::Malformed;
        }
        let samples: Vec<i128> = payload[set.skip..].chunks(2).map(|pair| number_of(set, pair)).collect();
        if samples.len() < set.baseline {
            return Fate::Malformed;
        }
        let window = &samples[..set.baseline];
        let n = window.len() as i128;
        let sum: i128 = window.iter().sum();
        let own = (sum << 32).div_euclid(n);
        let variance = n * window.iter().map(|s| s * s).sum::<i128>() - sum * sum;
        let range = window.iter().max().unwrap() - window.iter().min().unwrap();
        let quiet = range < set.threshold;
        let (mean, averaged) = self.mean(set, channel, own, quiet);
        let base = (mean * 256 * 2 + (1 << 32)).div_euclid(2 << 32);

        let up = |sample: i128| if set.negative { -sample } else { sample };
        let above: Vec<i128> = samples.iter().map(|s| up(256 * s - base)).collect();
        let (low, high) = if set.signed {
            (-(1 << (set.bits - 1)), (1 << (set.bits - 1)) - 1)
        } else {
            (0, (1 << set.bits) - 1)
        };
        let mut all = find(set, &above);
        let found = all.len() as u32;
        all.truncate(set.max_pulses);
        if found == 0 && !set.keep_empty {
            return Fate::Empty;
        }
        let windows: Vec<(usize, usize)> = all
            .iter()
            .map(|(start, end)| (start.saturating_sub(set.pre), (end + set.post).min(samples.len())))
            .collect();
        let meets = |a: usize, b: usize| windows[a].0 < windows[b].1 && windows[b].0 < windows[a].1;
        let pulse = |at: usize| {
            let (start, end) = all[at];
            let peak = (start..end).rev().max_by_key(|i| above[*i]).unwrap();
            let end_of_range = if set.negative { samples[peak] <= low } else { samples[peak] >= high };
            let level = 256 * set.threshold;
            let time = match start {
                0 => 0,
                _ => {
                    let (y0, y1) = (above[start - 1], above[start]);
                    256 * (start as i128 - 1) + (256 * (level - y0)).div_euclid(y1 - y0)
                }
            };
            let neighbours = (at > 0 && meets(at - 1, at)) || (at + 1 < all.len() && meets(at, at + 1));
            let cut = start < set.pre || end + set.post > samples.len();
            let marks = [end_of_range, start == 0, end == samples.len(), neighbours, cut];
            Found {
                start: start as u32,
                width: (end - start) as u32,
                peak: peak as u32,
                height: above[peak] as i32,
                area: above[windows[at].0..windows[at].1].iter().sum::<i128>() as i64,
                time: time as u32,
                flags: bits(&marks),
                raw: samples[peak] as u16,
            }
        };
        let pulses: Vec<Found> = (0..all.len()).map(pulse).collect();
        let saturated = samples.iter().any(|s| *s <= low || *s >= high);
        Fate::Record(Record {
            channel,
            flags: bits(&[saturated, found as usize > all.len(), averaged, !quiet]),
            sequence,
            samples: samples.len() as u32,
            baseline: base as i32,
            noise: (variance * 65536 / (n * n)).isqrt() as u32,
            found,
            pulses,
        })
    }

    fn mean(&mut self, set: &Setting, channel: u8, own: i128, quiet: bool) -> (i128, bool) {
        if set.average == 1 {
            return (own, false);
        }
        if quiet {
            let (mean, of) = self.means.entry(channel).or_insert((own, 0));
            *of = (*of + 1).min(set.average);
            *mean += (own - *mean) / *of;
        }
        self.means.get(&channel).map_or((own, false), |(mean, _)| (*mean, true))
    }
}

fn number_of(set: &Setting, pair: &[u8]) -> i128 {
    let (low, high) = if set.big { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
    let value = i128::from(high) * 256 + i128::from(low);
    if set.signed && value >= 32768 { value - 65536 } else { value }
}

/// First sample and the one behind the last, of each pulse that is wide enough.
fn find(set: &Setting, above: &[i128]) -> Vec<(usize, usize)> {
    let (mut pulses, mut begun) = (Vec::new(), None);
    for (at, level) in above.iter().enumerate() {
        match begun {
            None if *level >= 256 * set.threshold => begun = Some(at),
            Some(start) if *level < 256 * (set.threshold - set.hysteresis) => {
                pulses.push((start, at));
                begun = None;
            }
            _ => {}
        }
    }
    pulses.extend(begun.map(|start| (start, above.len())));
    pulses.retain(|(start, end)| end - start >= set.min_width);
    pulses
}

fn bits(marks: &[bool]) -> u16 {
    (0..).zip(marks).map(|(bit, set)| u16::from(*set) << bit).sum()
}
