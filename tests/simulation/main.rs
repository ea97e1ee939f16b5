//! The engine simulated: random graphs, one thread that is all threads, a clock that only the simulation moves, faults
//! at named points, everything chosen by a seed; and after every step the books and every inbox are checked.
//!
//! `ROGUE_SIMULATION_SEEDS=100000` runs so many seeds, `ROGUE_SIMULATION_SEED=1234` one of them, with its graph and
//! all its steps. See `docs/proofs.md`.
#![expect(clippy::result_large_err, reason = "a failure is made once, and ends the test")]

mod act;
mod books;
mod change;
mod disk;
mod end;
mod graph;
mod lie;
mod model;
mod order;
mod point;
mod profile;
mod reload;
mod run;
mod self_test;
mod shop;
mod trace;
mod turn;
mod watch;

use point::{Hits, Point};
use run::{Failed, Options, run};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Seeds of an ordinary test run.
const SEEDS: u64 = 4000;
/// Lines of the trace that are shown of a failure.
const SHOWN: usize = 60;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")))
}

/// A run whose panic, which would be one of the engine, is a failure like any other.
fn guarded(seed: u64, dir: &Path, options: &Options) -> Result<run::Done, Failed> {
    catch_unwind(AssertUnwindSafe(|| run(seed, dir, options))).unwrap_or_else(|_| {
        let what = "the engine panicked; its text is above".to_owned();
        Err(Failed { step: 0, what, graph: String::new(), trace: trace::Trace::default() })
    })
}

/// What there is to know of a failure: its seed, its graph, its last steps, and how to see it again.
fn report(seed: u64, dir: &Path) -> String {
    let options = Options { lines: true, ..Options::default() };
    match guarded(seed, dir, &options) {
        Ok(_) => {
            format!("seed {seed} failed, and not when it was run again: a step depends on more than the seed")
        }
        Err(Failed { step, what, graph, trace }) => {
            let lines = trace.lines.unwrap_or_default();
            let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
            format!(
                "seed {seed} failed in step {step}\n\n{graph}\n{last}\n\n{what}\n\nagain, with all steps:\n  \
                 ROGUE_SIMULATION_SEED={seed} cargo test --release -p rogue-tests --test simulation -- --nocapture\n"
            )
        }
    }
}

#[test]
fn every_seed_keeps_the_books() {
    let dir = disk::folder();
    if let Some(seed) = number("ROGUE_SIMULATION_SEED") {
        let options = Options { lines: true, ..Options::default() };
        match guarded(seed, dir.path(), &options) {
            Ok(done) => println!(
                "{}\nseed {seed}: {} steps",
                done.trace.lines.unwrap_or_default().join("\n"),
                done.steps
            ),
            Err(Failed { step, what, graph, trace }) => {
                let lines = trace.lines.unwrap_or_default().join("\n");
                panic!("{graph}\n{lines}\n\nseed {seed} failed in step {step}: {what}");
            }
        }
        return;
    }
    let (seeds, start) = (number("ROGUE_SIMULATION_SEEDS").unwrap_or(SEEDS), Instant::now());
    let first = number("ROGUE_SIMULATION_FIRST").unwrap_or(0);
    let (next, steps) = (AtomicU64::new(first), AtomicU64::new(0));
    let (hits, failed) = (Mutex::new(Hits::default()), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let dir = disk::folder();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds || failed.lock().expect("not poisoned").is_some() {
                        return;
                    }
                    match guarded(seed, dir.path(), &Options::default()) {
                        Ok(done) => {
                            steps.fetch_add(done.steps, Ordering::Relaxed);
                            hits.lock().expect("not poisoned").add(&done.hits);
                        }
                        Err(_) => {
                            failed.lock().expect("not poisoned").get_or_insert(seed);
                        }
                    }
                }
            });
        }
    });
    if let Some(seed) = failed.into_inner().expect("not poisoned") {
        panic!("{}", report(seed, dir.path()));
    }
    let hits = hits.into_inner().expect("not poisoned");
    println!("{seeds} seeds, {} steps, {:.1} s", steps.into_inner(), start.elapsed().as_secs_f64());
    for point in Point::ALL {
        println!("{:>10} {point:?}", hits.of(point));
        assert!(hits.of(point) > 0 || seeds < SEEDS, "no seed reached {point:?}: it proves nothing about it");
    }
}

#[test]
fn a_seed_gives_the_same_steps_every_time() {
    let (one, other) = (disk::folder(), disk::folder());
    for seed in 0..200 {
        let number = |dir: &Path| match run(seed, dir, &Options::default()) {
            Ok(done) => (done.trace.number(), done.steps),
            Err(failed) => panic!("seed {seed}: {}", failed.what),
        };
        assert_eq!(number(one.path()), number(other.path()), "seed {seed} takes other steps the second time");
    }
}
