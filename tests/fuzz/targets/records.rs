//! The fuzz target `records`: see `src/records.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rogue_fuzz::records::check(data));
