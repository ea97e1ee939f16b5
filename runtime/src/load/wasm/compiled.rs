//! From a component's bytes to compiled code that instances are made of.
//!
//! Called by [`super::load`]. What holds: one compilation for each content in this process, kept in the cache for the
//! next.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use wasmtime::{
    Engine,
    component::{Component, InstancePre},
};

use super::{
    cache::{self, Cache},
    calls::Exports,
    engine::engine,
    imports,
    relay::relayed,
    state::State,
};
use crate::graph::{Found, Sandbox};

/// Most bytes of a component: compiling takes a second of processor time for each MiB or more, and memory.
pub const COMPONENT_LIMIT: usize = 48 << 20;
/// From how many bytes on a person is told that compiling takes its time.
const TOLD: usize = 1 << 20;

/// Code with what it may call, of which instances are made.
pub struct Compiled {
    /// Ready to make instances of.
    pub pre: InstancePre<State>,
    /// Where its functions are.
    pub exports: Exports,
}

/// Compiled code of this process by content.
static ALL: Mutex<Option<HashMap<[u8; 32], Component>>> = Mutex::new(None);

/// Compiles a module, or finds it compiled; the error says why not, and what to do.
pub fn compiled(
    found: &Found,
    sandbox: &Sandbox,
    bytes: &[u8],
    content: [u8; 32],
) -> Result<Compiled, String> {
    let engine = engine()?;
    if bytes.len() > COMPONENT_LIMIT {
        return Err(format!(
            "it has {} MiB, more than the {} MiB that are compiled; build it in release mode, or leave out what it \
             does not need",
            bytes.len() >> 20,
            COMPONENT_LIMIT >> 20
        ));
    }
    let known = with_all(|all| all.get(&content).cloned());
    let component = match known {
        Some(component) => component,
        None => {
            let component = from_cache_or_compiled(engine, &found.file, bytes, &content)?;
            with_all(|all| all.insert(content, component.clone()));
            component
        }
    };
    let exports = Exports::of(&component, &found.card)?;
    let linker = imports::linker(engine, sandbox).map_err(|why| format!("{why:#}"))?;
    let pre = linker.instantiate_pre(&component).map_err(|why| format!("{why:#}"))?;
    Ok(Compiled { pre, exports })
}

fn with_all<T>(body: impl FnOnce(&mut HashMap<[u8; 32], Component>) -> T) -> T {
    body(ALL.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

fn from_cache_or_compiled(
    engine: &Engine,
    path: &Path,
    bytes: &[u8],
    content: &[u8; 32],
) -> Result<Component, String> {
    let cache = cache::folder().and_then(|folder| match Cache::open(engine, folder.clone()) {
        Ok(cache) => Some(cache),
        Err(error) => {
            log::debug!("{}: compiled code is not kept: {error}", folder.display());
            None
        }
    });
    if let Some(component) = cache.as_ref().and_then(|cache| cache.get(content)) {
        return Ok(component);
    }
    if bytes.len() > TOLD {
        log::info!("{}: compiling {} MiB, once on this machine", path.display(), bytes.len() >> 20);
    }
    let relayed = relayed(bytes).and_then(|bytes| Component::from_binary(engine, &bytes).ok());
    let component = relayed.map_or_else(|| Component::from_binary(engine, bytes), Ok);
    let component = component.map_err(|why| format!("it cannot be compiled: {why:#}; build it again"))?;
    if let Some(cache) = cache {
        cache.put(content, &component);
    }
    Ok(component)
}
