//! Runs a graph through the real engine and says what it cost.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Options},
    host,
    load::{FileCatalog, Loader, Search},
    module::Module,
    swap,
};
use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

/// Runs of each graph; the best counts.
const ROUNDS: usize = 5;

/// What a frame cost.
pub struct Cost {
    /// Time from start to end, divided by the frames.
    pub ns: f64,
    /// Time that the process spent on processors meanwhile: what a busy machine changes little.
    pub cpu_ns: f64,
}

/// Time that this process has spent on processors.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.try_into().unwrap_or(0))
}

/// How often it is looked at whether all frames have arrived.
const LOOK: Duration = Duration::from_millis(1);

/// A graph, read, and its modules, loaded from this build.
fn loaded(yaml: &str) -> (graph::Plan, Vec<Arc<dyn Module>>) {
    let deps = std::env::current_exe().ok().and_then(|exe| exe.parent().map(ToOwned::to_owned));
    let search = Arc::new(Search::new(&deps.into_iter().collect::<Vec<_>>(), None, None));
    let catalog = FileCatalog::new(".", search);
    let checked = graph::load(yaml, "bench.yaml", &Options::default(), &catalog)
        .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, yaml, false)));
    let loader = Loader::new(host::table());
    let open = |node: &graph::PlanNode| loader.load(&node.found, &node.sandbox).expect("the module loads");
    let modules = checked.plan.nodes.iter().map(open).collect();
    (checked.plan, modules)
}

/// Starts a graph.
pub fn open(yaml: &str) -> swap::Running {
    let (plan, modules) = loaded(yaml);
    swap::start(plan, modules, Clock::Real).expect("the graph starts")
}

/// Runs a graph; gives the time from its start until a node has taken all `frames` and is done with them, and that on
/// processors. So the disk that a writer waits for at its end is not in it.
pub fn run(yaml: &str, frames: u64) -> (Duration, Duration) {
    let (plan, modules) = loaded(yaml);
    let (start, cpu_start) = (Instant::now(), cpu_time());
    let mut running = swap::start(plan, modules, Clock::Real).expect("the graph starts");
    let arrived =
        |running: &swap::Running| running.ledger(false).nodes.iter().any(|node| node.consumed >= frames);
    while !running.is_over() && !arrived(&running) {
        running.attend(LOOK);
    }
    let lasted = (start.elapsed(), cpu_time() - cpu_start);
    while !running.is_over() {
        running.attend(Duration::from_millis(100));
    }
    let ending = running.end();
    assert_eq!(ending.ledger.imbalance(), 0);
    assert_eq!(ending.ledger.lost(), 0, "{:#?}", ending.ledger);
    lasted
}

/// What a frame of this graph costs, which has `COUNT` where their number stands.
pub fn cost(graph: &str, frames: u64) -> Cost {
    let yaml = graph.replace("COUNT", &frames.to_string());
    let each = |time: Duration| time.as_nanos() as f64 / frames as f64;
    let best = Cost { ns: f64::INFINITY, cpu_ns: f64::INFINITY };
    (0..ROUNDS).map(|_| run(&yaml, frames)).fold(best, |best, (wall, cpu)| Cost {
        ns: best.ns.min(each(wall)),
        cpu_ns: best.cpu_ns.min(each(cpu)),
    })
}

/// Nanoseconds that one copy of 64 KiB takes, in the cache.
pub fn memcpy_64k() -> f64 {
    let (from, mut to) = (vec![1u8; 65536], vec![0u8; 65536]);
    let mut round = || {
        let start = Instant::now();
        for _ in 0..2000 {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        }
        start.elapsed().as_nanos() as f64 / 2000.0
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}
