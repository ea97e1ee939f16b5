//! A node without a graph, on which instances of a module follow each other, whatever they are packaged as.

use rogue_runtime::{
    graph::{Found, Sandbox},
    host::{self, NodeShared, nodes},
    load::Loader,
    metrics::{Intent, NodeBook},
    module::{ColdError, Made, Module},
    pool::{self, Account, PoolSpec},
};
use rogue_sdk::Frame;
use std::sync::Arc;

/// The node, and somebody who gives it frames.
pub struct Stage {
    pub module: Arc<dyn Module>,
    account: &'static Account,
    giver: &'static Account,
    shared: Arc<NodeShared>,
    reasons: Vec<(String, Intent)>,
}

impl Stage {
    /// A node for instances of a module.
    pub fn new(found: &Found) -> Stage {
        let account = Account::open().expect("room for a node");
        let giver = Account::open().expect("room for another");
        let reasons: Vec<_> =
            found.card.drops.iter().map(|drop| (drop.name.clone(), Intent::Asked)).collect();
        let shared = Arc::new(NodeShared::new("x", reasons.len() as u32, false, 64));
        shared.set_links(vec![1; found.card.output_count() as usize]);
        nodes::register(account, shared.clone());
        Stage { module: load(found), account, giver, shared, reasons }
    }

    /// An instance of its own module that has started.
    pub fn make(&self, params: &str) -> Result<Made, ColdError> {
        let mut made = self.create(&*self.module, params)?;
        made.instance.start()?;
        Ok(made)
    }

    /// An instance of any module, which has not started.
    pub fn create(&self, module: &dyn Module, params: &str) -> Result<Made, ColdError> {
        module.create(self.account.node_ref(), params)
    }

    /// A frame that has come to the node, with room for `room` bytes in buffers of `fixed` bytes each (0 = in one).
    pub fn frame(&self, payload: &[u8], room: u32, fixed: u32) -> Frame {
        self.giver.set_pool(PoolSpec { fixed_size: fixed, pool_size: 0 });
        let frame = pool::request_from(self.giver.id(), self.account.id(), room.max(payload.len() as u32));
        let mut frame = frame.expect("memory");
        frame.write(0, payload).expect("room");
        frame
    }

    /// Why it failed, if it has.
    pub fn fault(&self) -> Option<String> {
        self.shared.take_fault()
    }

    /// Its books, counters and readings.
    pub fn told(&self) -> (NodeBook, host::Counters, Vec<(String, String)>) {
        let book = NodeBook::read("x", self.account.id(), &self.reasons);
        (book, self.shared.counters(), self.shared.readings().into_iter().collect())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        nodes::forget(self.account);
        self.account.close();
        self.giver.close();
    }
}

/// Loads a module that was found.
pub fn load(found: &Found) -> Arc<dyn Module> {
    let loaded = Loader::new(host::table()).load(found, &Sandbox::default());
    loaded.unwrap_or_else(|error| panic!("{error}"))
}
