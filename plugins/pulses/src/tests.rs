//! `pulses` on the bench.

mod edges;
mod life;
mod random;
mod reference;
mod view;

use super::Pulses;
use rogue_sdk::bench::{Bench, json};
use view::Record;

/// A bench with these parameters.
fn made(params: serde_json::Value) -> Bench {
    Bench::transform::<Pulses>(params).unwrap()
}

/// Samples as unsigned little-endian bytes.
fn bytes(samples: &[u16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// The record of one waveform; `None` if there is none.
fn record(bench: &mut Bench, samples: &[u16]) -> Option<Record> {
    bench.set_links(1, 0);
    bench.push(Bench::frame_of(&bytes(samples)).unwrap()).unwrap();
    let sent = bench.out();
    assert!(sent.len() <= 1);
    sent.first().map(|frame| Record::read(&frame.to_vec()))
}

/// The layout, byte by byte, for a waveform that can be done in the head: baseline 100, a pulse of 3 samples.
#[test]
fn a_record_byte_by_byte() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 4, "pre": 1, "post": 2 }));
    let mut frame =
        Bench::frame_of(&bytes(&[101, 99, 100, 102, 100, 200, 400, 300, 101, 99, 100, 100])).unwrap();
    frame.set_channel(7);
    frame.set_error(3);
    frame.set_flags(0xbeef);
    bench.push(frame).unwrap();
    let sent = bench.out().remove(0);
    assert_eq!((sent.channel(), sent.error(), sent.flags()), (7, 3, 0xbeef));
    // Mean 100.5, variance (0.25 + 2.25 + 0.25 + 2.25) / 4 = 1.25, of which the root is 1.118 = 286 / 256.
    let mut wanted = vec![1, 7, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0];
    wanted.extend((25728i32).to_le_bytes());
    wanted.extend(286u32.to_le_bytes());
    wanted.extend([1, 0, 0, 0, 1, 0, 0, 0, 32, 0, 32, 0]);
    wanted.extend([5, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0]);
    wanted.extend((256 * 400 - 25728i32).to_le_bytes());
    // Samples 4 to 9.
    wanted.extend((256 * (100 + 200 + 400 + 300 + 101 + 99) - 6 * 25728i64).to_le_bytes());
    // From 100 at 4 to 200 at 5 the line meets 150.5 at 4.505.
    wanted.extend((4 * 256 + 129u32).to_le_bytes());
    wanted.extend([0, 0, 0x90, 1]);
    assert_eq!(sent.to_vec(), wanted);
    bench.end().unwrap();
}

#[test]
fn what_is_counted_and_shown() {
    let mut bench =
        made(json!({ "threshold": 10, "baseline": 2, "max_pulses": 2, "min_width": 2, "bits": 12 }));
    assert!(record(&mut bench, &[5, 5, 5, 5]).is_none());
    let found = record(&mut bench, &[5, 5, 20, 20, 5, 99, 5, 30, 30, 30, 5, 4095, 4095]).unwrap();
    assert_eq!((found.found, found.pulses.len(), found.flags), (3, 2, 1 | 2));
    let count = |name: &str| bench.counter(name);
    assert_eq!((count("waveforms"), count("pulses"), count("left_out")), (2, 2, 1));
    assert_eq!((count("narrow"), count("saturated"), bench.dropped("empty")), (1, 1, 1));
    assert_eq!(bench.reading("channels").as_deref(), Some("1"));
    assert_eq!(bench.reading("baseline").as_deref(), Some("5.00 (channel 0)"));
    assert_eq!(bench.reading("noise").as_deref(), Some("0.00"));
    let mut last = Bench::frame_of(&bytes(&[7, 9, 20])).unwrap();
    last.set_channel(3);
    bench.push(last).unwrap();
    assert_eq!(bench.reading("baseline").as_deref(), Some("5.00 (channel 0)"), "it is not time yet");
    bench.finish().unwrap();
    assert_eq!(bench.reading("channels").as_deref(), Some("2"));
    assert_eq!(bench.reading("baseline").as_deref(), Some("8.00 (channel 3)"));
    assert_eq!(bench.reading("noise").as_deref(), Some("1.00"));
    assert!(bench.logged().is_empty());
    bench.end().unwrap();
}

#[test]
fn waveforms_with_pulses_leave_by_the_second_output() {
    let mut bench = made(json!({ "threshold": 10, "baseline": 1, "empty": "record" }));
    for samples in [[0, 0, 0], [0, 20, 0]] {
        bench.push(Bench::frame_of(&bytes(&samples)).unwrap()).unwrap();
    }
    let ports: Vec<(u32, usize)> =
        std::iter::from_fn(|| bench.pop()).map(|(port, frame)| (port, frame.payload() as usize)).collect();
    assert_eq!(ports, [(0, 32), (0, 64), (1, 6)]);
    assert_eq!(bench.dropped("empty"), 0);
    bench.set_links(1, 0);
    bench.push(Bench::frame_of(&bytes(&[0, 20, 0])).unwrap()).unwrap();
    assert_eq!(bench.out_len(), 1, "nobody wants the waveform");
    bench.end().unwrap();
}
