//! What a component may call: `rogue:flow/host`, and what the graph grants.
//!
//! What holds: nothing else is defined, so a component that wants more is refused before anything of it runs. Every text
//! that comes from an instance is cut to a limit and has no control characters left when it reaches a person.

use wasmtime::{
    Engine, Result, StoreContextMut,
    component::{Linker, LinkerInstance, WasmList, WasmStr},
};

use super::{
    state::State,
    v0_1::{CounterKind, CounterRef, Level, Meta},
};
use crate::{card::NAME_LIMIT, graph::Sandbox, host, pool};

/// The interface that every component may import.
pub const HOST: &str = "rogue:flow/host@0.1.0";
/// For nodes that are granted the time of day.
pub const WALL: &str = "rogue:flow/wall@0.1.0";
/// For nodes that are granted randomness.
pub const RANDOM: &str = "rogue:flow/random@0.1.0";

/// Most bytes of a log line, of a reading, of a fault.
pub const TEXT_LIMIT: usize = 4096;
/// Most bytes of a log target.
const TARGET_LIMIT: usize = 128;

/// Defines what a node with this sandbox may call.
pub fn linker(engine: &Engine, sandbox: &Sandbox) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let mut host = linker.instance(HOST)?;
    say(&mut host)?;
    give(&mut host)?;
    count(&mut host)?;
    ask(&mut host, sandbox)?;
    if sandbox.wall {
        let now = |_: StoreContextMut<'_, State>, (): ()| Ok((host::wall_ns(),));
        linker.instance(WALL)?.func_wrap("now", now)?;
    }
    if sandbox.random {
        let next = |store: StoreContextMut<'_, State>, (): ()| {
            Ok((store.data().home.as_ref().map_or(0, |home| host::random(home.node)),))
        };
        linker.instance(RANDOM)?.func_wrap("next", next)?;
    }
    Ok(linker)
}

fn say(host: &mut LinkerInstance<'_, State>) -> Result<()> {
    host.func_wrap(
        "log",
        |mut store: StoreContextMut<'_, State>, (level, target, message): (Level, WasmStr, WasmStr)| {
            let level = match level {
                Level::Error => log::Level::Error,
                Level::Warn => log::Level::Warn,
                Level::Info => log::Level::Info,
                Level::Debug => log::Level::Debug,
                Level::Trace => log::Level::Trace,
            };
            let target = cut(&target.to_str(&store)?, TARGET_LIMIT).to_owned();
            let message = cut(&message.to_str(&store)?, TEXT_LIMIT).to_owned();
            store.data_mut().say(level, &target, &message);
            Ok(())
        },
    )?;
    host.func_wrap("panicked", |mut store: StoreContextMut<'_, State>, (message,): (WasmStr,)| {
        let said = cut(&message.to_str(&store)?, TEXT_LIMIT).to_owned();
        store.data_mut().said = Some(said);
        Ok(())
    })
}

fn give(host: &mut LinkerInstance<'_, State>) -> Result<()> {
    host.func_wrap(
        "emit",
        |mut store: StoreContextMut<'_, State>,
         (port, meta, size, payload): (u32, Meta, u32, WasmList<u8>)| {
            let mut frame = store.data_mut().make(port, meta, size, payload.len())?;
            // The one copy: from the instance's memory into the frame.
            frame.write(0, payload.as_le_slice(&store)).map_err(wasmtime::Error::new)?;
            let emitted = &mut store.data_mut().emitted;
            emitted.push(Some((frame, port)));
            Ok(((emitted.len() - 1) as u32,))
        },
    )
}

fn count(host: &mut LinkerInstance<'_, State>) -> Result<()> {
    host.func_wrap(
        "counter",
        |mut store: StoreContextMut<'_, State>, (name, kind): (WasmStr, CounterKind)| {
            let name = cut(&name.to_str(&store)?, NAME_LIMIT).to_owned();
            let kind = match kind {
                CounterKind::Event => rogue_abi::counter_kind::EVENT,
                CounterKind::Outside => rogue_abi::counter_kind::OUTSIDE,
                CounterKind::Gauge => rogue_abi::counter_kind::GAUGE,
            };
            let (id, value) = store.data_mut().counter(&name, kind)?;
            Ok((CounterRef { id, value },))
        },
    )?;
    host.func_wrap("add", |mut store: StoreContextMut<'_, State>, (id, n): (u32, u64)| {
        Ok(store.data_mut().add(id, n)?)
    })?;
    host.func_wrap("set", |mut store: StoreContextMut<'_, State>, (id, to): (u32, u64)| {
        Ok(store.data_mut().set(id, to)?)
    })?;
    host.func_wrap("publish", |mut store: StoreContextMut<'_, State>, (name, value): (WasmStr, WasmStr)| {
        let name = cut(&name.to_str(&store)?, NAME_LIMIT).to_owned();
        let value = cut(&value.to_str(&store)?, TEXT_LIMIT).to_owned();
        Ok(store.data_mut().publish(name, value)?)
    })
}

fn ask(host: &mut LinkerInstance<'_, State>, sandbox: &Sandbox) -> Result<()> {
    // Buffers of a pool are memory of the process: what a module may ask for is within its limits.
    let (largest, most) = (sandbox.output, sandbox.memory);
    host.func_wrap("set-pool", move |store: StoreContextMut<'_, State>, (fixed, kept): (u32, u32)| {
        if let Some(home) = &store.data().home {
            let fixed = fixed.min(u32::try_from(largest).unwrap_or(u32::MAX));
            let fits = u32::try_from(most / u64::from(fixed).max(1)).unwrap_or(u32::MAX);
            host::set_pool(home.node, fixed, kept.min(fits), false);
        }
        Ok(())
    })?;
    host.func_wrap("forward-requests", |store: StoreContextMut<'_, State>, (): ()| {
        if let Some(home) = &store.data().home {
            host::set_pool(home.node, 0, 0, true);
        }
        Ok(())
    })?;
    host.func_wrap("batch-max", |store: StoreContextMut<'_, State>, (frames,): (u32,)| {
        if let Some(home) = &store.data().home {
            host::want_batch(home.node, frames);
        }
        Ok(())
    })?;
    host.func_wrap("links", |store: StoreContextMut<'_, State>, (port,): (u32,)| {
        Ok((store.data().home.as_ref().map_or(0, |home| home.shared.links(port)),))
    })?;
    host.func_wrap("wake", |mut store: StoreContextMut<'_, State>, (): ()| Ok(store.data_mut().wake()?))?;
    host.func_wrap("now", |_: StoreContextMut<'_, State>, (): ()| Ok((pool::now_ns(),)))
}

/// The front of a text, at most `limit` bytes.
pub fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}
