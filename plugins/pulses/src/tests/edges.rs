//! Pulses at the edges of a waveform and of the range, and frames that are no waveform.

use super::{bytes, made, record};
use rogue_sdk::{
    bench::{Bench, json},
    log::Level,
};

#[test]
fn pulses_at_both_edges() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 2, "average": 9, "pre": 3, "post": 3 }));
    assert!(record(&mut bench, &[100; 6]).is_none(), "the mean is 100 from here on");
    let found = record(&mut bench, &[180, 100, 100, 100, 100, 100, 100, 100, 160]).unwrap();
    assert_eq!((found.baseline, found.flags), (256 * 100, 4 | 8), "its own window has a pulse in it");
    let [first, last] = &found.pulses[..] else { panic!("{found:?}") };
    assert_eq!((first.start, first.width, first.time, first.flags), (0, 1, 0, 2 | 16));
    assert_eq!((last.start, last.width, last.flags), (8, 1, 4 | 16));
    assert_eq!((first.area, last.area), (256 * 80, 256 * 60));
    bench.end().unwrap();
}

#[test]
fn a_waveform_that_is_one_plateau() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 1, "average": 2 }));
    assert!(record(&mut bench, &[100]).is_none());
    let found = record(&mut bench, &[300; 1000]).unwrap();
    assert_eq!(found.baseline, 256 * 200, "it is quiet, so the mean goes its way");
    let [pulse] = &found.pulses[..] else { panic!("{found:?}") };
    assert_eq!((pulse.start, pulse.width, pulse.peak, pulse.flags), (0, 1000, 0, 2 | 4));
    assert_eq!((pulse.height, pulse.area), (256 * 100, 256 * 100_000));
    bench.end().unwrap();
}

#[test]
fn the_threshold_itself_is_reached_and_one_below_is_not() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 2, "hysteresis": 10 }));
    assert!(record(&mut bench, &[100, 100, 149, 100]).is_none());
    let found = record(&mut bench, &[100, 100, 150, 140, 149, 139, 149, 100]).unwrap();
    let [pulse] = &found.pulses[..] else { panic!("{found:?}") };
    assert_eq!((pulse.start, pulse.width, pulse.time), (2, 3, 512), "the line meets it at the sample");
    // 100.5: 150 is half a count too low.
    assert!(record(&mut bench, &[100, 101, 150, 100]).is_none());
    assert!(record(&mut bench, &[100, 101, 151, 100]).is_some());
    bench.end().unwrap();
}

#[test]
fn saturation_at_either_end() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 2, "bits": 12 }));
    let found = record(&mut bench, &[3000, 3000, 4095, 4095, 3000]).unwrap();
    assert_eq!((found.flags, found.pulses[0].flags, found.pulses[0].raw), (1, 1, 4095));
    let found = record(&mut bench, &[3000, 3000, 4094, 0, 3000]).unwrap();
    assert_eq!((found.flags, found.pulses[0].flags), (1, 0), "an end that pulses do not go to");
    assert_eq!(record(&mut bench, &[3000, 3000, 4094, 1, 3000]).unwrap().flags, 0);
    assert_eq!(bench.counter("saturated"), 2);
    bench.reconfigure(json!({ "threshold": 50, "baseline": 2, "bits": 12, "polarity": "negative" })).unwrap();
    let found = record(&mut bench, &[3000, 3000, 0, 3000]).unwrap();
    assert_eq!((found.flags, found.pulses[0].flags, found.pulses[0].height), (1, 1, 256 * 3000));
    bench.end().unwrap();
}

#[test]
fn neighbours_that_share_samples_are_marked() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 2, "pre": 1, "post": 1 }));
    let samples = [0, 0, 0, 90, 0, 90, 0, 0, 90, 0, 0, 0];
    let found = record(&mut bench, &samples).unwrap();
    assert_eq!(found.pulses.iter().map(|pulse| pulse.flags).collect::<Vec<_>>(), [8, 8, 0]);
    bench.end().unwrap();
}

#[test]
fn frames_that_are_no_waveform_are_dropped_with_a_word() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 4, "skip": 6 }));
    for (size, says) in [
        (5, "a frame of 5 bytes is shorter than the header of 6 bytes that `skip` says"),
        (15, "9 bytes of waveform are half a sample too many"),
        (12, "a waveform of 3 samples is shorter than the `baseline` window of 4"),
    ] {
        bench.push(Bench::frame_of(&vec![0; size]).unwrap()).unwrap();
        let lines = bench.logged();
        assert_eq!((lines.len(), lines[0].level), (1, Level::Warn));
        assert_eq!(lines[0].message, format!("channel 0: {says}; it is dropped"));
    }
    bench.push(Bench::frame(0).unwrap()).unwrap();
    assert_eq!((bench.dropped("malformed"), bench.counter("waveforms"), bench.out_len()), (4, 0, 0));
    let mut good = vec![0xff; 6];
    good.extend(bytes(&[1, 1, 1, 1, 90]));
    bench.push(Bench::frame_of(&good).unwrap()).unwrap();
    let sent = bench.out().remove(0).to_vec();
    assert_eq!(sent[4], 4, "those before have numbers too");
    bench.end().unwrap();
}

#[test]
fn no_memory_is_an_error_not_a_panic() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 1 }));
    bench.set_no_memory(true);
    let error = bench.push(Bench::frame_of(&bytes(&[0, 99])).unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("no memory for a frame of this size"), "{error}");
}
