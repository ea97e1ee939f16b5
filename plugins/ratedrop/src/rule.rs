//! What the parameters come down to.

use super::params::RateDropParams;
use core::time::Duration;
use rogue_sdk::{Error, Result};

/// When a frame passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One passes, then so many are dropped.
    Count(u64),
    /// It comes later than this after the last that passed; the start counts as one (Rogue's period mode).
    Period(Duration),
    /// It comes at least this long after the last that passed; the first passes.
    Interval(Duration),
}

impl Rule {
    /// Reads the parameters.
    ///
    /// # Errors
    /// When they do not say exactly one thing.
    pub fn of(params: &RateDropParams) -> Result<Rule> {
        let rogue = params.period.is_some() || params.value.is_some();
        match (params.keep_every, params.min_interval, rogue) {
            (Some(every), None, false) => Ok(Rule::Count(every.saturating_sub(1))),
            (None, Some(interval), false) => Ok(Rule::Interval(interval.get())),
            (None, None, true) => Rule::of_rogue(params.period, params.value),
            _ => Err(Error::new(
                "write exactly one of `keep_every` (pass every N-th frame), `min_interval` (a time between frames), or \
                 `period` with `value` as Rogue has them",
            )),
        }
    }

    /// Spec section 10. Numbers beyond 64 bits stand for "never again": 2^64 frames, or 2^64 microseconds.
    fn of_rogue(period: Option<bool>, value: Option<f64>) -> Result<Rule> {
        match (period, value) {
            (Some(true), Some(value)) if value > 0.0 => {
                Ok(Rule::Period(Duration::from_micros((value * 1e6) as u64)))
            }
            (Some(_), Some(value)) => Ok(Rule::Count(value as u64)),
            (Some(_), None) => {
                Err(Error::new("`period` needs `value` beside it: seconds, or a number of frames"))
            }
            (None, _) => Err(Error::new(
                "`value` needs `period` beside it: true if it is a time in seconds, false if it is a number of frames",
            )),
        }
    }
}
