//! The parts of the sandbox that need no component to be tried; `tests/wasm` has the others.

mod cache;
mod lent;
