//! Says when a queue fills: once at 75 %, once when it is full, and again only after it was half empty.
//!
//! What holds: one line for each change, never one for each frame. A queue that blocks when it is full does what it is
//! for, so that is no warning.

use super::{
    amount::Amount,
    params::{FifoParams, Overflow},
};
use rogue_sdk::log::{self, Level};

/// Below this depth 75 % is as good as full, and full as good as in use: only a frame that meets it full counts.
const LEAST_DEPTH: u64 = 4;

/// How full the queue was when it was last said.
#[derive(Default, PartialEq, PartialOrd)]
enum Said {
    #[default]
    Nothing,
    Filling,
    Full,
}

/// What was said of a queue.
#[derive(Default)]
pub struct Alarm {
    said: Said,
}

impl Alarm {
    /// Looks at a queue that took what came.
    pub fn look(&mut self, waiting: Amount, params: &FifoParams) {
        let depth = if params.max_depth < LEAST_DEPTH { 0 } else { params.max_depth };
        let reaches = |quarters| {
            reaches(waiting.frames, depth, quarters)
                || reaches(waiting.bytes, params.max_held.bytes(), quarters)
        };
        if reaches(4) {
            self.full(waiting, params);
        } else if reaches(3) {
            self.filling(waiting, params);
        } else if !reaches(2) && (depth == params.max_depth || waiting.frames == 0) {
            self.said = Said::Nothing;
        }
    }

    fn filling(&mut self, waiting: Amount, params: &FifoParams) {
        if self.said < Said::Filling {
            self.said = Said::Filling;
            let level = level(params, Level::Warn);
            log::log!(level, "the queue is filling: {}", Waiting(waiting, params));
        }
    }

    /// A frame met the queue full.
    pub fn full(&mut self, waiting: Amount, params: &FifoParams) {
        if self.said < Said::Full {
            self.said = Said::Full;
            let level = level(params, Level::Error);
            log::log!(level, "the queue is full: {}", Waiting(waiting, params));
        }
    }
}

fn level(params: &FifoParams, level: Level) -> Level {
    if params.overflow == Overflow::Block { Level::Info } else { level }
}

/// Whether `part` is at least so many quarters of a bound; never where there is none (0).
fn reaches(part: u64, bound: u64, quarters: u64) -> bool {
    bound > 0 && part.saturating_mul(4) >= bound.saturating_mul(quarters)
}

/// What waits, of what may.
struct Waiting<'a>(Amount, &'a FifoParams);

impl std::fmt::Display for Waiting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Waiting(waiting, params) = self;
        write!(f, "{} frames ({} bytes) wait; ", waiting.frames, waiting.bytes)?;
        write!(f, "max_depth={}, max_held={}, ", params.max_depth, params.max_held)?;
        write!(f, "overflow={}", params.overflow.as_str())
    }
}
