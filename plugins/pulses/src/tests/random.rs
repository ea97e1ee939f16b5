//! Random parameters and random waveforms: every byte of every record as the reference has it.

use super::{
    made,
    reference::{Fate, Reference, Setting},
    view::Record,
};
use fastrand::Rng;
use rogue_sdk::bench::Bench;

fn setting(rng: &mut Rng) -> Setting {
    let threshold = [1, 5, 40, 300, 20_000, 65_535][rng.usize(..6)];
    Setting {
        threshold,
        negative: rng.bool(),
        hysteresis: rng.i128(0..=threshold.min(60)),
        baseline: [1, 2, 7, 16, 50][rng.usize(..5)],
        average: [1, 1, 2, 5, 1000][rng.usize(..5)],
        min_width: [1, 1, 2, 5][rng.usize(..4)],
        max_pulses: [1, 3, 64][rng.usize(..3)],
        pre: [0, 1, 9, 1000][rng.usize(..4)],
        post: [0, 1, 9, 1000][rng.usize(..4)],
        keep_empty: rng.bool(),
        signed: rng.bool(),
        big: rng.bool(),
        bits: rng.u32(8..=16),
        skip: [0, 0, 1, 6][rng.usize(..4)],
    }
}

/// Samples with a baseline, noise, and shapes of any height, cut at the ends of some range.
fn waveform(rng: &mut Rng, set: &Setting) -> Vec<u8> {
    let len = [0, 1, 15, 16, 63, 64, 65, 128, 500, 700][rng.usize(..10)];
    let (least, most) = if set.signed { (-32768, 32767) } else { (0, 65535) };
    let (low, high) = if rng.bool() {
        (least, most)
    } else if set.signed {
        (-(1 << (set.bits - 1)), (1 << (set.bits - 1)) - 1)
    } else {
        (0, (1 << set.bits) - 1)
    };
    let base = rng.i32(low..=high);
    let noise = [0, 1, 5, 50, 70_000][rng.usize(..5)];
    let mut samples: Vec<i32> = (0..len).map(|_| base + rng.i32(-noise..=noise)).collect();
    for _ in 0..rng.usize(..6) {
        let (at, width) = (rng.usize(..len.max(1)), rng.usize(1..80));
        let (height, slope) = (rng.i32(-40_000..40_000) >> rng.u32(..10), rng.i32(-30..30));
        for (i, sample) in samples.iter_mut().skip(at).take(width).enumerate() {
            *sample += height + slope * i as i32;
        }
    }
    let mut bytes: Vec<u8> = (0..set.skip).map(|_| rng.u8(..)).collect();
    for sample in samples {
        let bits = sample.clamp(low, high) as u16;
        bytes.extend(if set.big { bits.to_be_bytes() } else { bits.to_le_bytes() });
    }
    let spoilt = rng.u8(..);
    if spoilt < 8 {
        bytes.truncate(rng.usize(..=bytes.len()));
    }
    bytes
}

#[test]
fn every_record_is_that_of_the_reference() {
    let (mut records, mut pulses, mut malformed, mut empty) = (0, 0, 0, 0);
    for seed in 0..600 {
        let mut rng = Rng::with_seed(seed);
        let set = setting(&mut rng);
        let mut bench = made(set.params());
        let mut reference = Reference::default();
        for number in 0..12 {
            let payload = waveform(&mut rng, &set);
            let channel = rng.u8(..3);
            let mut frame = match rng.bool() {
                true => Bench::frame_of(&payload).unwrap(),
                false => {
                    let mut frame = Bench::frame_with(rng.u32(1..300), payload.len() as u32).unwrap();
                    frame.write(0, &payload).unwrap();
                    frame
                }
            };
            frame.set_channel(channel);
            bench.set_downstream_pool([0, 5, 64][rng.usize(..3)]);
            bench.set_links(1, 0);
            bench.push(frame).unwrap();
            let is = bench.out().first().map(|frame| Record::read(&frame.to_vec()));
            match reference.waveform(&set, channel, &payload) {
                Fate::Malformed => malformed += 1,
                Fate::Empty => empty += 1,
                Fate::Record(wanted) => {
                    records += 1;
                    pulses += wanted.pulses.len();
                    assert_eq!(is, Some(wanted), "seed {seed}, waveform {number}: {set:?}");
                    continue;
                }
            }
            assert_eq!(is, None, "seed {seed}, waveform {number}: {set:?}");
        }
        assert_eq!(bench.faults(), [""; 0]);
        bench.end().unwrap();
    }
    let enough = records > 2000 && pulses > 5000 && malformed > 300 && empty > 300;
    assert!(
        enough,
        "too few to tell: {records} records, {pulses} pulses, {malformed} malformed, {empty} empty"
    );
}
