//! The fuzz target `params`: see `src/params.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rogue_fuzz::params::check(data));
