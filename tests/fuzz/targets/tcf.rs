//! The fuzz target `tcf`: see `src/tcf.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rogue_fuzz::tcf::check(data));
