//! A graph that can be checked while its stages are swapped: `s >> x >> e`, where `s` numbers frames, `x` counts them, and
//! `e` sees that no number and no count is missing, doubled or out of order.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Catalog, Options, Sandbox, Wanted as Named},
    host,
    load::{FileCatalog, Loader, Search},
    metrics::Ledger,
    swap::{self, Ending, NewGraph, ReloadError, Reloaded, Running, SwapError, Swapped, Wanted},
};
use rogue_tests::fake::{PATIENCE, assert_balanced, attend_until};
use serde_json::{Map, Value, json};
use std::{path::PathBuf, sync::Arc, time::Duration};

fn catalog() -> FileCatalog {
    let exe = std::env::current_exe().expect("a test has a path");
    let deps = exe.parent().expect("in a folder").to_owned();
    FileCatalog::new(dist(), Arc::new(Search::new(&[deps], None, None)))
}

/// The folder of built components.
fn dist() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm-modules/dist"))
}

/// The stage that is swapped, native and sandboxed.
pub const NATIVE: &str = "carry";
/// As a component.
pub const COMPONENT: &str = "./carry.wasm#carry";

/// What a swap of node `x` could want.
pub fn wanted(module: &str, params: Value) -> Wanted {
    let found = catalog().find(&Named { module, entry: None }).unwrap_or_else(|error| panic!("{error}"));
    let sandbox = Sandbox::default();
    let module = Loader::new(host::table()).load(&found, &sandbox).unwrap_or_else(|error| panic!("{error}"));
    let Value::Object(params) = params else { panic!("an object") };
    let (node, patience) = ("x".to_owned(), PATIENCE);
    Wanted { node, found, module, params, sandbox, keep_state: true, patience, grace: Duration::ZERO }
}

/// How long modules that were replaced have to end, where some never do.
const SETTLE: Duration = Duration::from_millis(20);

/// The graph, running.
pub struct Desk {
    pub running: Running,
}

impl Desk {
    /// `count` frames through the stage, which `x` says in YAML.
    pub fn start(count: u64, x: &str) -> Desk {
        let yaml = format!(
            "nodes: {{s: {{module: bench-source, params: {{size: 64, count: {count}}}}}, x: {{{x}}}, \
             e: {{module: carry-check}}}}\nlinks: [s >> x >> e]"
        );
        Desk::of(&yaml)
    }

    /// Any graph.
    pub fn of(yaml: &str) -> Desk {
        let checked = graph::load(yaml, "test.yaml", &Options::default(), &catalog())
            .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, yaml, false)));
        let loader = Loader::new(host::table());
        let open = |node: &graph::PlanNode| loader.load(&node.found, &node.sandbox).expect("it loads");
        let modules = checked.plan.nodes.iter().map(open).collect();
        Desk { running: swap::start(checked.plan, modules, Clock::Real).expect("it starts") }
    }

    /// Has the graph be another.
    pub fn reload(&mut self, yaml: &str) -> Result<Reloaded, ReloadError> {
        self.reload_with(yaml, false)
    }

    /// The same, losing a state that nobody takes.
    pub fn reload_with(&mut self, yaml: &str, lose_state: bool) -> Result<Reloaded, ReloadError> {
        let checked = graph::load(yaml, "test.yaml", &Options::default(), &catalog())
            .unwrap_or_else(|errors| panic!("{}", graph::render(&errors, yaml, false)));
        let loader = Loader::new(host::table());
        let open = |node: &graph::PlanNode| Some(loader.load(&node.found, &node.sandbox).expect("it loads"));
        let modules = checked.plan.nodes.iter().map(open).collect();
        self.running.reload(NewGraph {
            plan: checked.plan,
            modules,
            rebuilt: Vec::new(),
            lose_state,
            patience: PATIENCE,
        })
    }

    /// Frames that have come to `e`.
    pub fn arrived(&self) -> u64 {
        self.book("e").taken
    }

    pub fn book(&self, node: &str) -> rogue_runtime::metrics::NodeBook {
        let ledger = self.running.ledger(false);
        ledger.nodes.into_iter().find(|book| book.name == node).expect("the node")
    }

    /// Waits until more frames have arrived.
    pub fn flows_on(&mut self) {
        let before = self.arrived();
        attend_until(&mut self.running, |running| {
            running.is_over() || running.ledger(false).nodes.last().is_some_and(|e| e.taken > before + 100)
        });
    }

    /// Counts everything; the books must be right to the frame.
    pub fn audit(&mut self) -> Ledger {
        self.running.settle(SETTLE);
        let books = self.running.audit(PATIENCE).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((books.imbalance(), books.unbalanced()), (0, vec![]), "{books:#?}");
        books
    }

    pub fn swap(&mut self, wanted: Wanted) -> Result<Swapped, SwapError> {
        self.running.swap(wanted)
    }

    /// Stops, or waits for the end; all that was made must have arrived in order.
    pub fn end(mut self) -> Ending {
        self.running.stop();
        attend_until(&mut self.running, Running::is_over);
        let ending = self.running.end();
        assert_balanced(&ending);
        ending
    }
}

/// Every frame that the source made came through, counted without a gap.
pub fn nothing_is_missing(ending: &Ending) {
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((x.taken, x.lost()), (s.out, 0), "{x:#?}");
    let counter = |name: &str| {
        let check = ending.status.iter().find(|status| status.book.name == "e").expect("the check");
        check.counters.iter().find(|(n, ..)| n == name).map_or(0, |(.., value)| *value)
    };
    assert_eq!((counter("good"), counter("bad"), e.taken), (s.out, 0, s.out));
}

/// An object of parameters.
pub fn params(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(params) => params,
        _ => panic!("an object"),
    }
}

/// No parameters.
pub fn none() -> Value {
    json!({})
}
