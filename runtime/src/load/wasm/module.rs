//! A module of a component as the rest of the runtime sees it: like any other.
//!
//! Made by [`super::load`]. What holds: halves and cold side share one instance; they are never called at once
//! (`crate::module`), so nobody waits for its lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rogue_abi::{NodeRef, module_flags};

use super::{Opened, life::Life, state::Home, v0_1};
use crate::{
    card::{Card, Shape},
    module::{Call, ColdError, Half, Held, Instance, Interrupt, Made, Module, ParamFault, State, Status},
};

/// A module of a component.
pub struct WasmModule(pub Arc<Opened>);

impl Module for WasmModule {
    fn flags(&self) -> u64 {
        flags_of(&self.0.card)
    }

    fn check(&self, params: &str) -> Vec<ParamFault> {
        let checked = self.0.guest(None).and_then(|mut guest| guest.check(self.0.index, params));
        checked.unwrap_or_else(|died| {
            vec![(String::new(), format!("the module could not check these parameters: {}", died.text))]
        })
    }

    fn create(&self, node: NodeRef, params: &str) -> Result<Made, ColdError> {
        let home = Home::of(node).ok_or_else(|| ColdError::Refused("its node is gone".to_owned()))?;
        let life = Shared(Arc::new(Mutex::new(Life::new(self.0.clone(), home, params)?)));
        let half = || -> Option<Box<dyn Half>> { Some(Box::new(life.clone())) };
        let source = self.0.card.shape == Shape::Source;
        let (take, give) = if source { (None, half()) } else { (half(), None) };
        Ok(Made { instance: Box::new(life), take, give })
    }
}

/// The flags of the tables that a native module with this card has.
fn flags_of(card: &Card) -> u64 {
    let flags = [
        ("metadata_only", module_flags::METADATA_ONLY),
        ("stateless", module_flags::STATELESS),
        ("pure", module_flags::PURE),
    ];
    flags.iter().filter(|(name, _)| card.has(name)).fold(0, |all, (_, bit)| all | bit)
}

/// An instance as its half and its cold side have it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Life>>);

impl Shared {
    fn life(&self) -> MutexGuard<'_, Life> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Half for Shared {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        self.life().accept(call)
    }

    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        self.life().ask(call, |guest, call| guest.produce(call))
    }

    fn finish(&mut self, call: &mut Call<'_>) -> Status {
        self.life().ask(call, |guest, call| guest.finish(call))
    }
}

impl Instance for Shared {
    fn start(&mut self) -> Result<(), ColdError> {
        self.life().cold(|guest| guest.start())
    }

    fn reconfigure(&mut self, params: &str) -> Result<(), ColdError> {
        self.life().reconfigure(params)
    }

    fn snapshot(&mut self) -> Result<State, ColdError> {
        self.life().snapshot()?.map(carried).ok_or(ColdError::Unsupported)
    }

    fn restore(&mut self, state: &State) -> Result<(), ColdError> {
        let State { schema, version, bytes } = state.clone();
        self.life().restore(v0_1::State { schema, version, bytes })
    }

    fn release_held(&mut self, held: &mut Held) -> Result<(), ColdError> {
        self.life().cold(|guest| guest.release_held(held))
    }

    fn adopt(&mut self, held: &mut Held) -> Result<(), ColdError> {
        self.life().cold(|guest| guest.adopt(held))
    }

    fn interrupt(&self) -> Option<Interrupt> {
        None
    }

    fn stop(&mut self) {
        self.life().stop();
    }

    fn good_state(&mut self) -> Option<State> {
        self.life().good().map(carried)
    }
}

fn carried(state: v0_1::State) -> State {
    State { schema: state.schema, version: state.version, bytes: state.bytes }
}
