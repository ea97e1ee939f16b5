//! The fuzz target `zmtp`: see `src/zmtp.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rogue_fuzz::zmtp::check(data));
