//! Opens components and makes them [`crate::module::Module`]s, each instance in a sandbox of its own.
//!
//! Called by [`super::Loader`]. The contract is `sdk/wit/v0.1/flow.wit`.
//!
//! What holds:
//! - A component reaches nothing but what [`imports`] defines; no file, no network, no clock but the call's.
//! - Every call has a limit of processor time, every instance one of memory, every call one of what it leaves.
//! - An instance that breaks a rule, traps or uses too much is ended; a call of it that did not return has not happened.
//! - The rest of the runtime sees a module like any other.

mod cache;
mod calls;
mod compiled;
mod engine;
mod frames;
mod guest;
mod imports;
mod lent;
mod life;
mod lift;
mod limits;
mod lower;
mod module;
mod relay;
mod state;
mod v0_1;
mod words;

use std::sync::Arc;

use crate::{
    card::{Card, NAME_LIMIT},
    graph::{Found, Sandbox},
    module::{ColdError, Module},
};
use compiled::Compiled;
use guest::{Died, Guest};
use state::Home;

/// A module of a component, ready to make instances.
struct Opened {
    compiled: Compiled,
    card: Arc<Card>,
    /// The module's number in its file.
    index: u32,
    sandbox: Sandbox,
    target: Arc<str>,
    has_state: bool,
}

impl Opened {
    /// That a state is of the form that the card names: a successor is chosen by that.
    fn as_on_card(&self, state: &v0_1::State) -> Result<(), ColdError> {
        let named = self.card.state.as_ref();
        if named.is_some_and(|card| card.schema == state.schema && card.version == state.version) {
            return Ok(());
        }
        let schema = imports::cut(&state.schema, NAME_LIMIT);
        let named = named
            .map_or_else(|| "none".to_owned(), |card| format!("{} version {}", card.schema, card.version));
        Err(ColdError::Refused(format!(
            "it gives state {schema} version {}, and its card has {named}",
            state.version
        )))
    }

    fn guest(&self, home: Option<Home>) -> Result<Guest, Died> {
        Guest::new(&self.compiled, home, &self.target, &self.sandbox, &self.card)
    }
}

/// The module of a component whose bytes and cards have been checked; the error says why not, and what to do.
pub fn load(
    found: &Found,
    sandbox: &Sandbox,
    bytes: &[u8],
    content: [u8; 32],
) -> Result<Arc<dyn Module>, String> {
    let opened = Opened {
        compiled: compiled::compiled(found, sandbox, bytes, content)?,
        card: found.card.clone(),
        index: found.index,
        sandbox: *sandbox,
        target: found.card.log_target().into(),
        has_state: found.card.state.is_some(),
    };
    Ok(Arc::new(module::WasmModule(Arc::new(opened))))
}

#[cfg(test)]
mod tests;
