//! A node without a graph: what an instance needs around it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
};

use rogue_runtime::{
    graph::{Catalog, Found, Sandbox, Wanted},
    host::{self, NodeShared, nodes},
    load::{FileCatalog, Loader, Search},
    module::{Call, ColdError, Half, Instance, Made, Module, OutItem, Outbox, Status},
    pool::{self, Account},
};
use rogue_sdk::Frame;

/// Where the plugins of this workspace are.
pub fn plugins() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.parent().unwrap().to_owned()
}

/// The file of a test plugin.
pub fn file(name: &str) -> PathBuf {
    plugins().join(format!("libtest_{}.so", name.replace('-', "_")))
}

/// What a path means.
pub fn find(text: &str) -> Result<Found, String> {
    let search = Arc::new(Search::new(&[plugins()], None, None));
    FileCatalog::new(".", search).find(&Wanted { module: text, entry: None })
}

/// A loader for the real table.
pub fn loader() -> Loader {
    Loader::new(host::table())
}

/// A module of a test plugin, by its name on the search path.
pub fn module(name: &str) -> Arc<dyn Module> {
    loader().load(&find(name).unwrap(), &Sandbox::default()).unwrap()
}

/// A module of a file.
pub fn module_at(file: &Path) -> Result<Arc<dyn Module>, String> {
    let found = find(file.to_str().unwrap())?;
    loader().load(&found, &Sandbox::default()).map_err(|error| error.to_string())
}

/// A registered node.
pub struct Stage {
    account: &'static Account,
    pub shared: Arc<NodeShared>,
}

impl Stage {
    pub fn new() -> Stage {
        let account = Account::open().unwrap();
        let shared = Arc::new(NodeShared::new("test", 0, false, 64));
        nodes::register(account, shared.clone());
        Stage { account, shared }
    }

    pub fn create(&self, module: &dyn Module, params: &str) -> Result<Made, ColdError> {
        module.create(self.account.node_ref(), params)
    }

    /// Frames of one byte, from `first` on.
    pub fn frames(&self, first: u8, count: u8) -> Vec<Option<Frame>> {
        let frame = |byte: u8| {
            let id = self.account.id();
            let mut frame = pool::request_from(id, id, 4).unwrap();
            frame.write(0, &[byte]).unwrap();
            frame
        };
        (first..first + count).map(|byte| Some(frame(byte))).collect()
    }

    pub fn counter(&self, name: &str) -> u64 {
        self.shared.counter(name, rogue_abi::counter_kind::EVENT).load(Ordering::Relaxed)
    }

    /// Frames alive that belong to the node.
    pub fn alive(&self) -> u64 {
        pool::live_by_holder().get(&self.account.id()).copied().unwrap_or(0)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        nodes::forget(self.account);
        self.account.close();
    }
}

/// Bytes and ports of results.
pub fn shown(items: &[OutItem]) -> Vec<(u8, u32)> {
    items.iter().map(|item| (item.frame.contiguous().unwrap()[0], item.port)).collect()
}

/// What a call left behind.
pub struct After {
    pub status: Status,
    pub taken: usize,
    pub inside: usize,
    pub completed_out: usize,
}

/// One call.
pub fn call(
    entry: impl FnOnce(&mut Call<'_>) -> Status,
    frames: &mut [Option<Frame>],
    out: &mut Outbox,
) -> After {
    let mut call = Call {
        now_ns: 1,
        port: 0,
        frames,
        taken: 0,
        inside: 0,
        out,
        completed_out: 0,
        max: 64,
        wake_at_ns: 0,
    };
    let status = entry(&mut call);
    After { status, taken: call.taken, inside: call.inside, completed_out: call.completed_out }
}

/// Offers frames to the taking half.
pub fn accept(half: &mut dyn Half, frames: &mut [Option<Frame>], out: &mut Outbox) -> After {
    call(|call| half.accept(call), frames, out)
}

/// The parts of an instance that takes and does not give.
pub fn taking(made: Made) -> (Box<dyn Instance>, Box<dyn Half>) {
    assert!(made.give.is_none());
    (made.instance, made.take.unwrap())
}

/// Why it was not made.
pub fn refusal(made: Result<Made, ColdError>) -> ColdError {
    made.err().expect("the module must refuse")
}
