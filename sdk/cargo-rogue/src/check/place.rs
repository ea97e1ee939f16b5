//! A node for one instance, outside of any graph.

use super::Trial;
use rogue_abi::NodeRef;
use rogue_runtime::{
    host::{NodeShared, nodes},
    metrics::{Intent, NodeBook},
    module::{ColdError, Made},
    pool::Account,
};
use std::sync::Arc;

/// The node.
pub struct Place {
    account: &'static Account,
    shared: Arc<NodeShared>,
    /// The card's drop reasons: what is dropped under one is no longer held.
    reasons: Vec<(String, Intent)>,
}

impl Place {
    /// A node that has room for the module's drop reasons.
    pub fn new(trial: &Trial<'_>) -> Result<Place, Vec<String>> {
        let account = Account::open().ok_or_else(|| super::one("there is no room for a node"))?;
        let drops = trial.subject.card().drops.iter();
        let reasons: Vec<_> = drops.map(|drop| (drop.name.clone(), Intent::Asked)).collect();
        let shared = Arc::new(NodeShared::new("module", reasons.len() as u32, false, 64));
        shared.set_links(vec![1; trial.subject.card().output_count() as usize]);
        nodes::register(account, shared.clone());
        Ok(Place { account, shared, reasons })
    }

    /// Its name for the module.
    pub fn node(&self) -> NodeRef {
        self.account.node_ref()
    }

    /// An instance that lives here.
    pub fn make(&self, trial: &Trial<'_>) -> Result<Made, Vec<String>> {
        trial.at("making an instance (`new`)");
        let made = trial.subject.module.create(self.node(), &trial.subject.params_text());
        made.map_err(|error| self.wrong("`new`", &error))
    }

    /// Starts an instance.
    pub fn start(&self, trial: &Trial<'_>, made: &mut Made) -> Result<(), Vec<String>> {
        trial.at("starting it (`start`)");
        made.instance.start().map_err(|error| self.wrong("`start`", &error))
    }

    /// What a call failed with.
    pub fn wrong(&self, call: &str, error: &ColdError) -> Vec<String> {
        // The text of the panic is in the error; here it would be told twice.
        let _ = self.shared.take_fault();
        super::one(format!("{call} fails: {error}"))
    }

    /// What the module has said of a failure, if it has.
    pub fn fault(&self) -> Option<String> {
        self.shared.take_fault()
    }

    /// Stops an instance that was started.
    pub fn stop(&self, trial: &Trial<'_>, made: &mut Made) -> Result<(), Vec<String>> {
        trial.at("stopping it (`stop`)");
        made.instance.stop();
        self.fault().map_or(Ok(()), |text| Err(super::one(format!("`stop` fails: {text}"))))
    }

    /// Ends an instance.
    pub fn end(&self, trial: &Trial<'_>, made: Made) -> Result<(), Vec<String>> {
        trial.at("ending it (`drop`)");
        drop(made);
        self.fault().map_or(Ok(()), |text| Err(super::one(format!("`drop` fails: {text}"))))
    }

    /// Gives the node back: nothing is left of what its instances had.
    pub fn settle(self) -> Result<(), Vec<String>> {
        let book = NodeBook::read("module", self.account.id(), &self.reasons);
        if let Some(text) = self.fault() {
            return Err(super::one(format!("it fails: {text}")));
        }
        if book.held != 0 {
            return Err(super::one(format!("{} frames are left after its end: it leaks them", book.held)));
        }
        if book.alloc_count != 0 {
            return Err(super::one(format!(
                "{} buffers of its pool are left after its end: it leaks them",
                book.alloc_count
            )));
        }
        nodes::forget(self.account);
        self.account.close();
        Ok(())
    }
}
