//! The engine that compiles and runs all components of this process, and the thread that counts its time.
//!
//! Used by the rest of `wasm`. What holds: there is one engine, made at the first component, with the settings that the
//! key of the cache is made of ([`super::cache`]). Its epoch counts [`TICK`]s, from which calls get their limits.

use std::{sync::OnceLock, time::Duration};

use wasmtime::{Config, Engine, WasmBacktraceDetails};

/// How long an epoch is: how finely the time of a call is looked at.
pub const TICK: Duration = Duration::from_millis(10);

/// Stack of a component, in bytes: data threads have 2 MiB.
pub const STACK: usize = 512 << 10;

/// The engine; the error says why there is none.
pub fn engine() -> Result<&'static Engine, String> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    ENGINE.get_or_init(make).as_ref().map_err(Clone::clone)
}

fn make() -> Result<Engine, String> {
    let engine = Engine::new(&config()).map_err(|why| format!("no engine for components: {why:#}"))?;
    let weak = engine.weak();
    let count = move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            // Waking early makes a limit be looked at early, which looks at the processor's time before it stops a call.
            std::thread::park_timeout(TICK);
        }
    };
    let counting = std::thread::Builder::new().name("wasm-epoch".to_owned()).spawn(count);
    counting.map_err(|why| format!("no thread to count the time of components: {why}"))?;
    Ok(engine)
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // A call costs a third with the machinery for several at once, of which there are none.
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        // Results are to be the same on every machine.
        .wasm_relaxed_simd(false)
        // The name of the function that failed is shown, places in it are not: without them compiled code is smaller.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        .native_unwind_info(false);
    config
}
