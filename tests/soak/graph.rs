//! `s >> x >> e` at full rate: `s` numbers frames, `x` counts them and is replaced, `e` sees that no number and no count is
//! missing, doubled or out of order.

use crate::{footprint::Footprint, ways::Step};
use rogue_runtime::{
    engine::Clock,
    graph::{self, Catalog, Options, Sandbox, Wanted as Named},
    host,
    load::{FileCatalog, Loader, Search},
    swap::{self, Running, Wanted},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Longest time that anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The graph, running.
pub struct Soak {
    running: Running,
    catalog: FileCatalog,
    loader: Loader,
    /// What was opened already.
    known: HashMap<&'static str, Wanted>,
    swaps: u64,
}

impl Soak {
    pub fn start(x: Step) -> Soak {
        let exe = std::env::current_exe().expect("a test has a path");
        let deps = exe.parent().expect("in a folder").to_owned();
        let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm-modules/dist");
        let catalog = FileCatalog::new(dist, Arc::new(Search::new(&[deps], None, None)));
        let loader = Loader::new(host::table());
        let yaml = format!(
            "nodes: {{s: {{module: bench-source, params: {{size: 64, count: {}}}}}, \
             x: {{module: \"{}\", params: {}}}, e: {{module: carry-check}}}}\nlinks: [s >> x >> e]",
            u64::MAX,
            x.module,
            x.params
        );
        let checked = graph::load(&yaml, "soak.yaml", &Options::default(), &catalog)
            .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, &yaml, false)));
        let open = |node: &graph::PlanNode| loader.load(&node.found, &node.sandbox).expect("it loads");
        let modules = checked.plan.nodes.iter().map(open).collect();
        let running = swap::start(checked.plan, modules, Clock::Real).expect("the graph starts");
        let mut soak = Soak { running, catalog, loader, known: HashMap::new(), swaps: 0 };
        soak.flows_on(0);
        soak
    }

    fn wanted(&mut self, step: &Step) -> Wanted {
        let (catalog, loader) = (&self.catalog, &self.loader);
        let known = self.known.entry(step.module).or_insert_with(|| {
            let found = catalog.find(&Named { module: step.module, entry: None });
            let found = found.unwrap_or_else(|error| panic!("{error}"));
            let sandbox = Sandbox::default();
            let module = loader.load(&found, &sandbox).unwrap_or_else(|error| panic!("{error}"));
            let (node, params) = ("x".to_owned(), serde_json::Map::new());
            let (keep_state, patience, grace) = (true, PATIENCE, Duration::ZERO);
            Wanted { node, found, module, params, sandbox, keep_state, patience, grace }
        });
        let Value::Object(params) = &step.params else { panic!("an object") };
        Wanted { params: params.clone(), ..known.clone() }
    }

    fn arrived(&self) -> u64 {
        self.running.ledger(false).nodes[2].taken
    }

    /// Waits until frames have come through.
    fn flows_on(&mut self, seen: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.arrived() == seen {
            assert!(Instant::now() < deadline, "nothing has come through since swap {}", self.swaps);
            std::thread::yield_now();
        }
        assert_eq!((self.running.attend(Duration::ZERO).len(), self.running.is_over()), (0, false));
    }

    /// Swaps in full flow; how long the graph was paused.
    pub fn swap(&mut self, step: &Step) -> Duration {
        let (wanted, seen) = (self.wanted(step), self.arrived());
        self.swaps += 1;
        let done = self.running.swap(wanted).unwrap_or_else(|error| panic!("swap {}: {error}", self.swaps));
        assert_eq!(done.dropped, 0, "swap {}", self.swaps);
        assert!(done.state.is_some(), "swap {}: the state was not carried on", self.swaps);
        assert_eq!(done.after.lost(), 0, "swap {}: {:#?}", self.swaps, done.after);
        self.flows_on(seen);
        done.pause
    }

    /// Everything is counted while all is paused: the books are right to the frame, and nothing was out of order so far.
    pub fn audit(&mut self) {
        assert!(self.running.settle(PATIENCE), "a module that was replaced does not end");
        let books = self.running.audit(PATIENCE).unwrap_or_else(|error| panic!("{error}"));
        let off = (books.imbalance(), books.unbalanced().len(), books.lost());
        assert_eq!(off, (0, 0, 0), "after swap {}: {books:#?}", self.swaps);
        let [s, x, e] = books.nodes.as_slice() else { panic!("three nodes") };
        let under_way = x.queued + e.queued + x.held.unsigned_abs();
        assert_eq!(s.out, e.taken + under_way, "after swap {}: {books:#?}", self.swaps);
        assert_eq!(self.counter("bad"), 0, "after swap {}", self.swaps);
    }

    fn counter(&self, name: &str) -> u64 {
        let status = self.running.status();
        status[2].counters.iter().find(|(n, ..)| n == name).map_or(0, |(.., value)| *value)
    }

    /// What the process takes when all that was replaced has ended, and the system has taken its threads back, of which
    /// there were so many before.
    pub fn footprint(&mut self, threads: usize) -> Footprint {
        assert!(self.running.settle(PATIENCE), "a module that was replaced does not end");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = Footprint::now();
            if now.threads <= threads || Instant::now() > deadline {
                return now;
            }
            std::thread::yield_now();
        }
    }

    /// Stops, lets the graph run out, and compares source, check and books; how many frames there were.
    pub fn end(mut self) -> u64 {
        self.running.stop();
        let deadline = Instant::now() + PATIENCE;
        while !self.running.is_over() {
            assert!(Instant::now() < deadline, "it does not run out");
            self.running.attend(Duration::from_millis(1));
        }
        let ending = self.running.end();
        let books = &ending.ledger;
        let off = (books.imbalance(), books.unbalanced().len(), books.holding().len(), books.lost());
        assert_eq!((off, ending.stuck.len(), ending.faults.len()), ((0, 0, 0, 0), 0, 0), "{books:#?}");
        let [s, x, e] = books.nodes.as_slice() else { panic!("three nodes") };
        assert_eq!((x.taken, e.taken), (s.out, s.out), "{books:#?}");
        let check = &ending.status[2].counters;
        let counter = |name: &str| check.iter().find(|(n, ..)| n == name).map(|(.., value)| *value);
        // Every frame had the next number, and the next count.
        assert_eq!((counter("good"), counter("bad")), (Some(s.out), Some(0)));
        s.out
    }
}
