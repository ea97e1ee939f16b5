//! The modules that graphs of the simulation are made of, loaded once, as the runtime loads them.

use rogue_runtime::{
    graph::{self, Catalog, Found, Options, Plan, Sandbox, Wanted},
    host,
    load::{FileCatalog, Loader, Search},
    module::Module,
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

const MODULES: [&str; 13] = [
    "compare",
    "fifo",
    "file-writer",
    "filter",
    "pattern",
    "ratedrop",
    "tag",
    "wild-bridge",
    "wild-fork",
    "wild-queue",
    "wild-sink",
    "wild-source",
    "wild-stage",
];

/// The modules by name.
pub struct Shop(BTreeMap<&'static str, (Found, Arc<dyn Module>)>);

/// The one shop.
pub static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    // Nobody reads what modules say of the faults that are meant.
    host::set_log_level(log::LevelFilter::Off);
    let deps: PathBuf = rogue_tests::child::plugins();
    let catalog = FileCatalog::new(".", Arc::new(Search::new(&[deps], None, None)));
    let loader = Loader::new(host::table());
    let load = |name: &'static str| {
        let found = catalog.find(&Wanted { module: name, entry: None }).expect("the module was built");
        let module = loader.load(&found, &Sandbox::default()).expect("the module loads");
        (name, (found, module))
    };
    Shop(MODULES.into_iter().map(load).collect())
});

impl Catalog for Shop {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        self.0.get(wanted.module).map(|(found, _)| found.clone()).ok_or_else(|| "not in the shop".to_owned())
    }

    fn names(&self) -> Vec<String> {
        MODULES.map(str::to_owned).to_vec()
    }
}

impl Shop {
    /// The plan of a graph file.
    pub fn plan(&self, text: &str) -> Result<Plan, String> {
        graph::load(text, "simulation.yaml", &Options::default(), self)
            .map(|checked| checked.plan)
            .map_err(|errors| format!("the graph is refused:\n{}", graph::render(&errors, text, false)))
    }

    /// The module of that name, which a plan has.
    pub fn module(&self, name: &str) -> Arc<dyn Module> {
        self.0[name].1.clone()
    }
}
