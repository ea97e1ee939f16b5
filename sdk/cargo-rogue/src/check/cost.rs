//! What a frame costs, once: `bench` measures more.

use super::{Outcome, Trial, one};
use crate::bench::{self, Wanted};

/// Bytes of the frames that are measured.
const SIZE: u32 = 1024;

/// Frames in each run, at most: enough to see what a module costs, not to compare two.
const FRAMES: u64 = 100_000;

/// A cost, which is a remark and no verdict.
pub fn cost(trial: &Trial<'_>) -> Outcome {
    trial.at("measuring what a frame costs");
    let wanted = Wanted { size: SIZE, frames: None, most: FRAMES, rounds: 3 };
    let cost = bench::measure(trial.subject, &wanted).map_err(one)?;
    Ok(cost.map_or_else(|| "it made no frame".to_owned(), |cost| cost.in_words()))
}
