//! Graphs of components between modules in plain Rust.

use rogue_runtime::{
    engine::Clock,
    graph::{self, Catalog, Found, Options, Plan, Wanted},
    host,
    load::{FileCatalog, Loader, Search},
    module::Module,
    swap::{self, Ending, Running, StartError},
};
use rogue_tests::fake::{Fake, attend_until};
use std::{path::PathBuf, sync::Arc};

/// The folder of built components.
pub fn dist() -> PathBuf {
    rogue_tests::dist::folder()
}

/// Modules in Rust by name, components by path from the folder of built ones.
struct Both<'f> {
    fakes: &'f [Fake],
    files: FileCatalog,
}

impl Catalog for Both<'_> {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        match self.fakes.iter().find(|fake| fake.card().name == wanted.module) {
            Some(fake) => Ok(fake.found()),
            None => self.files.find(wanted),
        }
    }

    fn names(&self) -> Vec<String> {
        self.fakes.iter().map(|fake| fake.card().name.clone()).collect()
    }
}

/// A module found for a text such as `./attacks.wasm#loops`.
pub fn found(text: &str) -> Found {
    let files = FileCatalog::new(dist(), Arc::new(Search::new(&[], None, None)));
    files.find(&Wanted { module: text, entry: None }).unwrap_or_else(|error| panic!("{error}"))
}

/// The plan of a graph.
pub fn plan(yaml: &str, fakes: &[Fake]) -> Plan {
    let files = FileCatalog::new(dist(), Arc::new(Search::new(&[], None, None)));
    match graph::load(yaml, "test.yaml", &Options::default(), &Both { fakes, files }) {
        Ok(checked) => checked.plan,
        Err(errors) => panic!("{}", graph::render(&errors, yaml, false)),
    }
}

/// Starts a graph.
pub fn start(yaml: &str, fakes: &[Fake]) -> Result<Running, StartError> {
    let plan = plan(yaml, fakes);
    let loader = Loader::new(host::table());
    let open = |node: &graph::PlanNode| -> Arc<dyn Module> {
        match fakes.iter().find(|fake| fake.card().name == node.module) {
            Some(fake) => Arc::new(fake.clone()),
            None => loader.load(&node.found, &node.sandbox).unwrap_or_else(|error| panic!("{error}")),
        }
    };
    let modules = plan.nodes.iter().map(open).collect();
    swap::start(plan, modules, Clock::Real)
}

/// Runs a graph to its end.
pub fn run(yaml: &str, fakes: &[Fake]) -> Ending {
    let mut running = start(yaml, fakes).unwrap_or_else(|error| panic!("{error}"));
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    rogue_tests::fake::assert_balanced(&ending);
    ending
}
