//! The parameters of `ratedrop`: three ways to say a rate, one of which is written.

use rogue_sdk::params::{Duration, Params};

/// One of `keep_every`, `min_interval`, or `period` with `value`.
#[derive(Params)]
pub struct RateDropParams {
    /// Passes every N-th frame, the first one included: 1 passes all.
    #[param(min = 1, live)]
    pub keep_every: Option<u64>,
    /// Passes the first frame, and each that comes at least this long after the last one that passed.
    #[param(live)]
    pub min_interval: Option<Duration>,
    /// Rogue's mode: true = `value` is a time in seconds, false = a number of frames.
    #[param(live)]
    pub period: Option<bool>,
    /// Rogue's value: seconds that must have passed since the start and since each frame that passed, or the frames
    /// dropped after each that passes. 0 passes all in either mode.
    #[param(min = 0, live)]
    pub value: Option<f64>,
}
