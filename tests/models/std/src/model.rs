//! Runs a model.

use crate::{registry, thread};
use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// Steps of one run: far above what the longest takes, so that only an endless loop meets it.
const MAX_BRANCHES: usize = 50_000;

/// Atomics of each size that threads may be the first to touch: see `registry`.
const SPARE: usize = 64;
/// The same where counters are summed, some 32 for each thread and account.
const COUNTERS: usize = 400;

/// [`check`], for a model that sums the pool's counters.
pub fn check_sums(name: &str, preemptions: usize, body: impl Fn() + Send + Sync + 'static) {
    explore(name, preemptions, COUNTERS, body);
}

/// Tries `body` in every order of its threads' steps with at most `preemptions` switches from a thread that could go on
/// (`LOOM_MAX_PREEMPTIONS` overrides), and with every value that a load may see. Says how many runs that took. With
/// `MODEL_TRACE` set, a model that fails shows the steps that led there.
pub fn check(name: &str, preemptions: usize, body: impl Fn() + Send + Sync + 'static) {
    explore(name, preemptions, SPARE, body);
}

fn explore(name: &str, preemptions: usize, spare: usize, body: impl Fn() + Send + Sync + 'static) {
    // The product's statics are the process's, so models take turns; a failed one leaves them in disorder.
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(|_| panic!("{name} is not tried: the model before it failed"));
    let runs = Arc::new(AtomicUsize::new(0));
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    builder.max_branches = MAX_BRANCHES;
    let (counted, begin, body) = (runs.clone(), Instant::now(), Arc::new(body));
    let model = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        registry::begin(spare);
        let body = body.clone();
        // A thread of its own, for its stack.
        let main = loom::thread::Builder::new().stack_size(thread::STACK_WORDS).spawn(move || {
            body();
            thread::end_locals();
        });
        let _ = main.map(|main| main.join());
    };
    if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| builder.check(model))) {
        registry::steps().iter().for_each(|step| println!("{step}"));
        std::panic::resume_unwind(panic);
    }
    registry::clear();
    drop(turn);
    let (runs, bound) = (runs.load(Ordering::Relaxed), builder.preemption_bound.unwrap_or(0));
    println!("{name}: {runs} runs, at most {bound} preemptions, {:.1} s", begin.elapsed().as_secs_f64());
}
