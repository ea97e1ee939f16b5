//! The fuzz target `cards`: see `src/cards.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rogue_fuzz::cards::check(data));
