//! Modules in plain Rust that stand around the one under test: sources and sinks without a plugin.
//!
//! Made by [`crate::check`] and [`crate::bench`]; driven by the engine like any other module.

use rogue_abi::NodeRef;
use rogue_runtime::{
    card::{Card, PortCard, Shape},
    graph::{Found, Packaging},
    module::{Call, ColdError, Half, Made, Module, NoColdSide, ParamFault, Status},
};
use std::{path::PathBuf, sync::Arc};

/// What a half does when it is called.
pub type Body = Box<dyn FnMut(&mut Call<'_>) -> Status + Send>;

/// Makes what the one half of an instance does.
pub type Factory = Arc<dyn Fn(NodeRef) -> Body + Send + Sync>;

/// A source or a sink made of a closure.
#[derive(Clone)]
pub struct StandIn {
    card: Arc<Card>,
    make: Factory,
}

impl StandIn {
    /// A module that gives by its one output.
    pub fn source(name: &str, make: impl Fn(NodeRef) -> Body + Send + Sync + 'static) -> StandIn {
        StandIn::new(name, Shape::Source, Arc::new(make))
    }

    /// A module that takes by its one input.
    pub fn sink(name: &str, make: impl Fn(NodeRef) -> Body + Send + Sync + 'static) -> StandIn {
        StandIn::new(name, Shape::Sink, Arc::new(make))
    }

    fn new(name: &str, shape: Shape, make: Factory) -> StandIn {
        let port = |name: &str| vec![port(name)];
        let (inputs, outputs) = match shape {
            Shape::Source => (Vec::new(), port("out")),
            _ => (port("in"), Vec::new()),
        };
        let card = Card {
            card: 1,
            name: name.to_owned(),
            version: String::new(),
            about: String::new(),
            shape,
            give: None,
            inputs,
            outputs,
            params: serde_json::json!({ "type": "object", "properties": {}, "additionalProperties": false }),
            readings: Vec::new(),
            counters: Vec::new(),
            drops: Vec::new(),
            state: None,
            tolerance: String::new(),
            flags: Vec::new(),
            log: String::new(),
        };
        StandIn { card: Arc::new(card), make }
    }

    /// What a graph calls it.
    pub fn name(&self) -> &str {
        &self.card.name
    }

    /// What a catalog says of it.
    pub fn found(&self) -> Found {
        Found {
            card: self.card.clone(),
            file: PathBuf::new(),
            index: 0,
            sha256: None,
            packaging: Packaging::Native,
        }
    }
}

fn port(name: &str) -> PortCard {
    PortCard { name: name.to_owned(), about: String::new(), count: 1, optional: false }
}

impl Module for StandIn {
    fn flags(&self) -> u64 {
        0
    }

    fn check(&self, _: &str) -> Vec<ParamFault> {
        Vec::new()
    }

    fn create(&self, node: NodeRef, _: &str) -> Result<Made, ColdError> {
        let half: Option<Box<dyn Half>> = Some(Box::new(FnHalf((self.make)(node))));
        let (take, give) = if self.card.shape == Shape::Source { (None, half) } else { (half, None) };
        Ok(Made { instance: Box::new(NoColdSide), take, give })
    }
}

struct FnHalf(Body);

impl Half for FnHalf {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        (self.0)(call)
    }

    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        (self.0)(call)
    }

    fn finish(&mut self, _: &mut Call<'_>) -> Status {
        Status::Ended
    }
}
