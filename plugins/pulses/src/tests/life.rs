//! Parameters, what a running node takes over, and what goes over to a successor.

use super::{Pulses, made, record};
use rogue_sdk::{
    Reconfigured,
    bench::{Bench, json},
};

#[test]
fn parameters_that_make_no_sense() {
    let error = |params: serde_json::Value| Bench::transform::<Pulses>(params).err().unwrap().to_string();
    assert!(error(json!({})).contains("`threshold` must be set"));
    assert!(error(json!({ "threshold": 0 })).contains("from 1 to 65535, found 0"));
    assert!(error(json!({ "threshold": 5, "baseline": 32769 })).contains("from 1 to 32768"));
    assert!(error(json!({ "threshold": 5, "format": "u16" })).contains("format"));
    assert!(error(json!({ "threshold": 5, "bits": 17 })).contains("from 2 to 16, found 17"));
    assert!(error(json!({ "threshold": 5, "hysteresis": 6 })).contains(
        "hysteresis is 6 counts and threshold 5: a pulse would not end at the baseline; write at most the threshold"
    ));
}

#[test]
fn how_frames_are_read_is_fixed_and_the_rest_is_live() {
    let mut bench = made(json!({ "threshold": 50, "baseline": 1 }));
    assert!(record(&mut bench, &[0, 40]).is_none());
    assert_eq!(bench.reconfigure(json!({ "threshold": 30, "baseline": 1 })).unwrap(), Reconfigured::Done);
    assert_eq!(record(&mut bench, &[0, 40]).unwrap().sequence, 1);
    assert!(bench.reconfigure(json!({ "threshold": 30, "hysteresis": 31 })).is_err());
    for other in [json!({ "format": "i16le" }), json!({ "bits": 12 }), json!({ "skip": 2 })] {
        let mut params = json!({ "threshold": 99, "baseline": 1 });
        params.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        assert_eq!(bench.reconfigure(params).unwrap(), Reconfigured::Unsupported);
    }
    assert!(record(&mut bench, &[0, 40]).is_some(), "what was refused changed nothing");
    bench.end().unwrap();
}

#[test]
fn a_successor_has_the_baselines_and_the_numbers() {
    let params = json!({ "threshold": 50, "baseline": 1, "average": 4 });
    let mut bench = made(params.clone());
    for level in [100, 104] {
        assert!(record(&mut bench, &[level, level]).is_none());
    }
    bench.swap(params).unwrap();
    let found = record(&mut bench, &[105, 200]).unwrap();
    assert_eq!((found.sequence, found.baseline, found.flags & 4), (2, 256 * 103, 4));
    // Of another format the numbers go on, and the mean begins anew.
    bench.swap(json!({ "threshold": 50, "baseline": 1, "average": 4, "format": "i16le" })).unwrap();
    let found = record(&mut bench, &[300, 400]).unwrap();
    assert_eq!((found.sequence, found.baseline), (3, 256 * 300));
    bench.end().unwrap();
}

#[test]
fn state_that_is_none_is_refused() {
    let mut bench = made(json!({ "threshold": 50 }));
    let good = bench.snapshot().unwrap().unwrap();
    bench.restore(&good).unwrap();
    let mut refuse = |bytes: &str, says: &str| {
        let mut bad = good.clone();
        bad.bytes = bytes.as_bytes().to_vec();
        let error = bench.restore(&bad).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    };
    refuse("", "EOF");
    refuse(r#"{ "format": "u16le" }"#, "channels");
    refuse(
        r#"{ "format": "u16le", "channels": [[3, { "sequence": 0, "mean_q32": 9e18, "averaged": 1 }]] }"#,
        "floating point",
    );
    refuse(
        r#"{ "format": "u16le", "channels": [[3, { "sequence": 0, "mean_q32": 900000000000000000, "averaged": 1 }]] }"#,
        "the state's baseline of channel 3 is no sample",
    );
    let mut other = good.clone();
    other.version = 2;
    assert!(bench.restore(&other).unwrap_err().to_string().contains("takes pulses version 1"));
}

/// A mean over N waveforms follows a step by 1/N a waveform, and a waveform with a pulse in its window not at all.
#[test]
fn a_running_mean_ignores_pulses_in_the_window() {
    let mut bench = made(json!({ "threshold": 20, "baseline": 2, "average": 2, "empty": "record" }));
    let mut base = |samples: [u16; 3]| record(&mut bench, &samples).unwrap().baseline;
    assert_eq!(base([100, 140, 100]), 256 * 120, "there is no mean yet: its own");
    assert_eq!(base([100, 100, 100]), 256 * 100);
    assert_eq!(base([100, 140, 100]), 256 * 100);
    assert_eq!(base([110, 110, 110]), 256 * 105);
    assert_eq!(base([109, 109, 109]), 256 * 107);
    bench.end().unwrap();
}
