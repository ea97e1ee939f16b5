//! Which frames pass, by the rules of spec section 10.

use super::RateDrop;
use core::time::Duration as Time;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};

/// A bench with these parameters: `made!({ "keep_every": 2 })`.
macro_rules! made {
    ($params:tt) => {
        Bench::transform::<RateDrop>(json!($params))
    };
}

/// Pushes a frame; whether it passed.
fn passes(bench: &mut Bench) -> Result<bool> {
    bench.push(Bench::frame_of(b"x")?)?;
    Ok(bench.out().len() == 1)
}

/// Pushes frames 0..n: the indexes of those that pass.
fn passing(bench: &mut Bench, n: usize) -> Result<Vec<usize>> {
    let mut indexes = Vec::new();
    for index in 0..n {
        if passes(bench)? {
            indexes.push(index);
        }
    }
    Ok(indexes)
}

/// Spec section 10, upstream's own test: value 2, frames 0..4 give 0 and 3.
#[test]
fn count_mode_passes_one_in_value_plus_one() -> Result<()> {
    let mut bench = made!({ "period": false, "value": 2 })?;
    assert_eq!(passing(&mut bench, 5)?, [0, 3]);
    assert_eq!(bench.dropped("rate"), 3);
    assert_eq!(passing(&mut bench, 5)?, [1, 4], "frames 6 and 9");
    bench.end()
}

/// Spec section 10: N = trunc(value).
#[test]
fn count_mode_cuts_the_fraction() -> Result<()> {
    let mut bench = made!({ "period": false, "value": 2.9 })?;
    assert_eq!(passing(&mut bench, 10)?, [0, 3, 6, 9]);
    bench.end()
}

/// Spec section 10: N = 0 forwards everything, and so does value 0 in period mode.
#[test]
fn value_0_passes_all() -> Result<()> {
    for params in [json!({ "period": false, "value": 0 }), json!({ "period": true, "value": 0 })] {
        let mut bench = Bench::transform::<RateDrop>(params)?;
        assert_eq!(passing(&mut bench, 4)?, [0, 1, 2, 3]);
        assert_eq!(bench.dropped("rate"), 0);
        bench.end()?;
    }
    Ok(())
}

/// Spec section 10: the first frame passes only if it comes later than one interval after construction.
#[test]
fn period_mode_counts_from_the_start() -> Result<()> {
    let mut bench = made!({ "period": true, "value": 0.1 })?;
    assert!(!passes(&mut bench)?);
    bench.advance(Time::from_millis(100))?;
    assert!(!passes(&mut bench)?, "exactly one interval is not later than it");
    bench.advance(Time::from_nanos(1))?;
    assert!(passes(&mut bench)?);
    assert_eq!(bench.dropped("rate"), 2);
    bench.end()
}

/// Spec section 10: re-armed from the arrival. 0.1 s with frames every 7 ms: 15 frames apart, 105 ms.
#[test]
fn period_mode_is_re_armed_from_the_arrival() -> Result<()> {
    let mut bench = made!({ "period": true, "value": 0.1 })?;
    let mut times = Vec::new();
    for step in 1..=60 {
        bench.advance(Time::from_millis(7))?;
        if passes(&mut bench)? {
            times.push(step * 7);
        }
    }
    assert_eq!(times, [105, 210, 315, 420]);
    bench.end()
}

/// Spec section 10: the interval is trunc(value * 1e6) microseconds.
#[test]
fn period_mode_counts_microseconds() -> Result<()> {
    let mut bench = made!({ "period": true, "value": 0.000_001_9 })?;
    bench.advance(Time::from_nanos(1000))?;
    assert!(!passes(&mut bench)?);
    bench.advance(Time::from_nanos(1))?;
    assert!(passes(&mut bench)?);
    bench.end()
}

/// Spec sections 10 and 18: no 32-bit overflow above 2147 s, and none anywhere.
#[test]
fn long_periods_do_not_overflow() -> Result<()> {
    let mut bench = made!({ "period": true, "value": 5000 })?;
    bench.advance(Time::from_secs(5000))?;
    assert!(!passes(&mut bench)?);
    bench.advance(Time::from_secs(1))?;
    assert!(passes(&mut bench)?);
    bench.end()?;

    for params in [json!({ "period": true, "value": 1e300 }), json!({ "period": false, "value": 1e300 })] {
        let mut bench = Bench::transform::<RateDrop>(params)?;
        passes(&mut bench)?;
        bench.advance(Time::from_secs(1 << 32))?;
        assert!(!passes(&mut bench)?);
        bench.end()?;
    }
    Ok(())
}

#[test]
fn keep_every_n_is_value_n_minus_1() -> Result<()> {
    let mut bench = made!({ "keep_every": 3 })?;
    assert_eq!(passing(&mut bench, 7)?, [0, 3, 6]);
    bench.end()?;
    let mut bench = made!({ "keep_every": 1 })?;
    assert_eq!(passing(&mut bench, 3)?, [0, 1, 2]);
    bench.end()
}

#[test]
fn min_interval_passes_the_first_frame() -> Result<()> {
    let mut bench = made!({ "min_interval": "10ms" })?;
    assert!(passes(&mut bench)?);
    bench.advance(Time::from_nanos(9_999_999))?;
    assert!(!passes(&mut bench)?);
    bench.advance(Time::from_nanos(1))?;
    assert!(passes(&mut bench)?, "at least this long, so exactly this long is enough");
    assert!(!passes(&mut bench)?);
    bench.end()
}

#[test]
fn exactly_one_way_is_written() {
    for params in [
        json!({}),
        json!({ "keep_every": 2, "min_interval": "1s" }),
        json!({ "keep_every": 2, "value": 1 }),
        json!({ "min_interval": "1s", "period": true, "value": 1 }),
    ] {
        let error =
            Bench::transform::<RateDrop>(params).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("exactly one of `keep_every`"), "{error}");
    }
    for (params, missing) in [(json!({ "period": true }), "`value`"), (json!({ "value": 1 }), "`period`")] {
        let error =
            Bench::transform::<RateDrop>(params).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(&format!("needs {missing}")), "{error}");
    }
    for params in [json!({ "keep_every": 0 }), json!({ "period": false, "value": -1 })] {
        assert!(Bench::transform::<RateDrop>(params).is_err());
    }
}

#[test]
fn a_successor_goes_on_counting() -> Result<()> {
    let mut bench = made!({ "keep_every": 4 })?;
    assert_eq!(passing(&mut bench, 2)?, [0]);
    bench.swap(json!({ "keep_every": 4 }))?;
    assert_eq!(passing(&mut bench, 3)?, [2], "frame 4");
    bench.swap(json!({ "keep_every": 2 }))?;
    assert_eq!(passing(&mut bench, 2)?, [1], "no more frames are dropped than the new rule says");
    bench.end()
}

#[test]
fn a_successor_keeps_the_deadline() -> Result<()> {
    let mut bench = made!({ "period": true, "value": 10 })?;
    bench.advance(Time::from_secs(9))?;
    bench.swap(json!({ "period": true, "value": 10 }))?;
    bench.advance(Time::from_secs(1))?;
    assert!(!passes(&mut bench)?);
    bench.advance(Time::from_nanos(1))?;
    assert!(passes(&mut bench)?, "counted from the first start");
    bench.swap(json!({ "min_interval": "5s" }))?;
    assert!(!passes(&mut bench)?, "counted from the last frame that passed");
    bench.advance(Time::from_secs(5))?;
    assert!(passes(&mut bench)?);
    bench.end()
}

#[test]
fn a_state_of_another_kind_is_refused() -> Result<()> {
    let mut bench = made!({ "keep_every": 4 })?;
    for (schema, version) in [("ratedrop", 2), ("pattern", 1)] {
        assert!(bench.restore(&State::of(schema, version, &json!({ "left": 0, "last": null }))?).is_err());
    }
    assert!(bench.restore(&State { schema: "ratedrop".into(), version: 1, bytes: b"{".to_vec() }).is_err());
    assert_eq!(passing(&mut bench, 5)?, [0, 4]);
    bench.end()
}

#[test]
fn every_parameter_is_live() -> Result<()> {
    let mut bench = made!({ "keep_every": 1000 })?;
    assert_eq!(passing(&mut bench, 2)?, [0]);
    assert_eq!(bench.reconfigure(json!({ "keep_every": 2 }))?, Reconfigured::Done);
    assert_eq!(passing(&mut bench, 4)?, [1, 3]);
    assert!(bench.reconfigure(json!({ "keep_every": 2, "min_interval": "1s" })).is_err());
    assert_eq!(passing(&mut bench, 4)?, [1, 3]);
    assert_eq!(bench.reconfigure(json!({ "period": true, "value": 1 }))?, Reconfigured::Done);
    assert!(!passes(&mut bench)?, "counted from the change");
    bench.advance(Time::from_millis(1001))?;
    assert!(passes(&mut bench)?);
    bench.end()
}
