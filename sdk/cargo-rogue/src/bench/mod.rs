//! What a frame costs that passes through a module, in a real graph with full accounting.
//!
//! The same frames run through a graph with the module and through the graph without it; the difference is the
//! module and the hop to it. A source has no graph without it: there it is the whole.
//!
//! What holds: of several runs the best counts, since a busy machine only ever makes a run slower; times are also
//! given as a ratio to a copy of 64 KiB in the same process, so that machines can be compared.

mod report;
mod run;
pub mod verb;

use crate::module::Subject;
use rogue_runtime::card::Shape;
use std::{hint::black_box, time::Instant};

pub use run::Run;

/// What is to be measured.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Bytes of each frame; not for a source, which makes its own.
    pub size: u32,
    /// Frames of each run; `None`: as many as take about a quarter of a second.
    pub frames: Option<u64>,
    /// At most so many then.
    pub most: u64,
    /// How many runs, of which the best counts.
    pub rounds: usize,
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Payload bytes of the frames; `None` where the module makes them.
    pub size: Option<u32>,
    /// Frames in the best run.
    pub frames: u64,
    /// Nanoseconds a frame in the graph without the module; `None` for a source.
    pub without_ns: Option<f64>,
    /// Nanoseconds a frame in the graph with it.
    pub with_ns: f64,
    /// Nanoseconds of one copy of 64 KiB.
    pub memcpy_ns: f64,
}

impl Cost {
    /// What the module adds to a frame's cost; noise can make it negative.
    pub fn ns(&self) -> f64 {
        self.with_ns - self.without_ns.unwrap_or(0.0)
    }

    /// The same as a ratio to a copy of 64 KiB.
    pub fn ratio(&self) -> f64 {
        self.ns() / self.memcpy_ns
    }

    /// In one line.
    pub fn in_words(&self) -> String {
        let size = self.size.map_or_else(String::new, |size| format!(" of {size} bytes"));
        format!("{:.1} ns a frame{size}, {:.3} of a copy of 64 KiB", self.ns(), self.ratio())
    }
}

/// Frames of the run that tells how many a longer one may have.
const PILOT: u64 = 2000;

/// How long a run with as many frames as fit should take.
const RUN_NS: f64 = 250e6;

/// Measures. `None`: the module, a source, made no frame.
///
/// # Errors
/// Why a graph does not start, does not end, or failed.
pub fn measure(subject: &Subject, wanted: &Wanted) -> Result<Option<Cost>, String> {
    let source = subject.card().shape == Shape::Source;
    let frames = match wanted.frames {
        Some(frames) => frames,
        None => {
            let pilots = (0..3)
                .map(|_| run::with(subject, wanted.size, PILOT))
                .collect::<Result<Vec<Run>, String>>()?;
            let each = best(pilots).and_then(|run| run.ns_per_frame()).unwrap_or(RUN_NS);
            ((RUN_NS / each.max(1.0)) as u64).clamp(PILOT.min(wanted.most), wanted.most)
        }
    };
    let memcpy_ns = memcpy_64k(wanted.rounds);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    // By turns, so that a slow time of the machine meets both.
    for _ in 0..wanted.rounds.max(1) {
        if !source {
            without.push(run::without(wanted.size, frames)?);
        }
        with.push(run::with(subject, wanted.size, frames)?);
    }
    let without = best(without);
    let Some(with) = best(with) else { return Ok(None) };
    Ok(Some(Cost {
        size: (!source).then_some(wanted.size),
        frames: with.frames,
        without_ns: without.and_then(|run| run.ns_per_frame()),
        with_ns: with.ns_per_frame().unwrap_or(0.0),
        memcpy_ns,
    }))
}

/// The fastest of those that had frames.
fn best(runs: Vec<Run>) -> Option<Run> {
    let each = |run: &Run| run.ns_per_frame().unwrap_or(f64::INFINITY);
    runs.into_iter().filter(|run| run.frames > 0).min_by(|a, b| each(a).total_cmp(&each(b)))
}

/// Nanoseconds of one copy of 64 KiB, the best of several rounds.
fn memcpy_64k(rounds: usize) -> f64 {
    const COPIES: u32 = 2000;
    let (from, mut to) = (vec![1u8; 65536], vec![0u8; 65536]);
    let round = || {
        let start = Instant::now();
        for _ in 0..COPIES {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        }
        start.elapsed().as_nanos() as f64 / f64::from(COPIES)
    };
    std::iter::repeat_with(round).take(rounds.max(1)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_the_difference_of_the_graphs() {
        let cost =
            Cost { size: Some(64), frames: 10, without_ns: Some(40.0), with_ns: 54.2, memcpy_ns: 1420.0 };
        assert_eq!(cost.in_words(), "14.2 ns a frame of 64 bytes, 0.010 of a copy of 64 KiB");
        let source = Cost { size: None, without_ns: None, ..cost };
        assert_eq!(source.in_words(), "54.2 ns a frame, 0.038 of a copy of 64 KiB");
    }
}
