//! The fuzz target `graph`: see `src/graph.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rogue_fuzz::graph::check(data));
