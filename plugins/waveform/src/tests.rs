//! `waveform` on the bench.

use super::Waveform;
use core::time::Duration;
use rogue_sdk::{
    Flow, Frame, Reconfigured,
    bench::{Bench, json},
};

fn made(params: serde_json::Value) -> Bench {
    Bench::source::<Waveform>(params).unwrap()
}

fn all(bench: &mut Bench) -> Vec<Frame> {
    while bench.produce().unwrap() == Flow::More {}
    bench.out()
}

fn samples(frame: &Frame) -> Vec<u16> {
    frame.to_vec().chunks(2).map(|pair| u16::from_le_bytes(pair.try_into().unwrap())).collect()
}

/// Any change of a byte is a change of what recordings were made of. The sum (FNV-1a, 64 bits) was also computed by a
/// program in another language from the description alone.
#[test]
fn the_bytes_of_a_seed_never_change() {
    let mut bench = made(json!({ "count": 20, "samples": 256, "channel": [0, 1], "seed": 7, "pulses": 1.5 }));
    let mut sum = 0xcbf2_9ce4_8422_2325u64;
    for byte in all(&mut bench).iter().flat_map(Frame::to_vec) {
        sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    assert_eq!(sum, 0x67cd_87b9_22df_d29c, "{sum:#018x}");
}

#[test]
fn channels_and_baselines_go_round() {
    let params = json!({
        "count": 6, "samples": 3, "channel": [4, 9], "baseline": [10, 20, 30], "noise": 0, "pulses": 0
    });
    let mut bench = made(params);
    let frames: Vec<(u8, Vec<u16>)> = all(&mut bench).iter().map(|f| (f.channel(), samples(f))).collect();
    let wanted = [(4, 10), (9, 20), (4, 30), (9, 10), (4, 20), (9, 30)];
    assert_eq!(frames, wanted.map(|(channel, level)| (channel, vec![level; 3])));
    assert_eq!((bench.counter("waveforms"), bench.counter("pulses")), (6, 0));
    assert_eq!(bench.produce().unwrap(), Flow::Ended);
    bench.end().unwrap();
}

#[test]
fn a_pulse_has_the_form_asked_for() {
    let params = json!({
        "count": 50, "samples": 64, "noise": 0, "pulses": 1, "height": 400, "spread": 0, "rise": 4, "decay": 0,
        "pretrigger": 10, "baseline": 1000
    });
    for frame in all(&mut made(params)) {
        let samples = samples(&frame);
        let start = samples.iter().position(|sample| *sample != 1000).unwrap();
        assert!(start >= 10);
        let shape: Vec<u16> = samples[start..].iter().copied().take(5).collect();
        assert_eq!(shape, [1100, 1200, 1300, 1400, 1000][..shape.len()]);
    }
}

#[test]
fn pulses_and_noise_are_as_many_and_as_large_as_asked_for() {
    let mut bench =
        made(json!({ "count": 4000, "samples": 100, "noise": 5, "pulses": 2.25, "height": 0, "spread": 0 }));
    let frames = all(&mut bench);
    let pulses = bench.counter("pulses");
    assert!((8800..9200).contains(&pulses), "{pulses}");
    let values = frames.iter().flat_map(samples).map(|sample| f64::from(sample) - 1000.0);
    let (sum, squares, count) =
        values.fold((0.0, 0.0, 0.0), |(sum, squares, count), v| (sum + v, squares + v * v, count + 1.0));
    let (mean, rms) = (sum / count, f64::sqrt(squares / count));
    assert!(mean.abs() < 0.05 && (rms - 5.0).abs() < 0.05, "{mean} {rms}");
}

#[test]
fn what_is_beyond_the_range_is_cut_in_every_format() {
    for (format, least, most) in
        [("u16le", 0, 4095), ("i16le", -2048, 2047), ("u16be", 0, 4095), ("i16be", -2048, 2047)]
    {
        for (polarity, wanted) in [("positive", most), ("negative", least)] {
            let mut bench = made(json!({
                "count": 20, "samples": 200, "format": format, "bits": 12, "polarity": polarity, "baseline": 100,
                "pulses": 1, "height": 60000, "spread": 0, "pretrigger": 0, "rise": 1
            }));
            for frame in all(&mut bench) {
                let number = |pair: &[u8]| {
                    let (a, b) = if format.ends_with("be") { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
                    let bits = u16::from(b) << 8 | u16::from(a);
                    if format.starts_with('i') { i32::from(bits as i16) } else { i32::from(bits) }
                };
                let bytes = frame.to_vec();
                let numbers: Vec<i32> = bytes.chunks(2).map(number).collect();
                assert!(
                    numbers.iter().all(|n| (least..=most).contains(n)),
                    "{format} {polarity} {numbers:?}"
                );
                assert!(numbers.contains(&wanted), "{format} {polarity} {numbers:?}");
            }
        }
    }
}

#[test]
fn frames_of_several_buffers_have_the_same_bytes() {
    let params = json!({ "count": 5, "samples": 300 });
    let whole: Vec<Vec<u8>> = all(&mut made(params.clone())).iter().map(Frame::to_vec).collect();
    let mut bench = made(params);
    bench.set_downstream_pool(7);
    let frames = all(&mut bench);
    assert!(frames.iter().all(|frame| frame.buffer_count() > 1));
    assert_eq!(frames.iter().map(Frame::to_vec).collect::<Vec<_>>(), whole);
}

#[test]
fn a_successor_goes_on_and_another_seed_makes_others() {
    let params = json!({ "count": 10, "samples": 20, "pretrigger": 4 });
    let whole: Vec<Vec<u8>> = all(&mut made(params.clone())).iter().map(Frame::to_vec).collect();
    let mut bench = made(params.clone());
    bench.produce_up_to(4).unwrap();
    bench.swap(params).unwrap();
    assert_eq!(all(&mut bench).iter().map(Frame::to_vec).collect::<Vec<_>>(), whole);
    let other = all(&mut made(json!({ "count": 10, "samples": 20, "pretrigger": 4, "seed": 2 })));
    assert!(other.iter().zip(&whole).all(|(other, one)| other.to_vec() != *one));
    let mut state = bench.snapshot().unwrap().unwrap();
    state.version = 2;
    assert!(bench.restore(&state).unwrap_err().to_string().contains("takes waveform version 1"));
}

#[test]
fn the_rate_is_kept_and_live() {
    let mut bench = made(json!({ "samples": 2, "pretrigger": 0, "rate": 10, "count": 100 }));
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    bench.advance(Duration::from_millis(500)).unwrap();
    assert_eq!(bench.out_len(), 6);
    let faster = json!({ "samples": 2, "pretrigger": 0, "count": 100 });
    assert_eq!(bench.reconfigure(faster).unwrap(), Reconfigured::Done);
    bench.run().unwrap();
    assert_eq!(bench.out_len(), 100);
    assert_eq!(bench.reconfigure(json!({ "samples": 70, "count": 100 })).unwrap(), Reconfigured::Unsupported);
}

#[test]
fn no_memory_is_an_error_not_a_panic() {
    let mut bench = made(json!({}));
    bench.set_no_memory(true);
    assert!(bench.produce().unwrap_err().to_string().starts_with("no memory for a frame of this size"));
}

#[test]
fn parameters_that_make_no_sense() {
    let error = |params: serde_json::Value| Bench::source::<Waveform>(params).err().unwrap().to_string();
    assert!(error(json!({ "channel": [] })).contains("`[]` has none"));
    assert!(error(json!({ "baseline": -1 })).contains("baseline is -1, and 16 bits of u16le are 0 to 65535"));
    assert!(error(json!({ "height": 10, "spread": 11 })).contains("write at most the height"));
    assert!(error(json!({ "samples": 64 })).contains("pretrigger is 64 of 64 samples"));
    assert!(error(json!({ "noise": -1 })).contains("noise"));
    assert!(error(json!({ "rate": 0 })).contains("rate"));
}
