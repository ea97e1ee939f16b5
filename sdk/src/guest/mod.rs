//! Frames inside a component, and what became of them: all that an exporter needs beside the calls of the WIT.
//!
//! Used by `export::wasm` and `host::wasm`, and by the tests here, natively: nothing in this folder calls the host.
//! [`slot`] and [`bytes`] are the memory, [`lent`] is that which the host writes into, [`memory`] makes frames of it, [`input`] makes a frame of what was given,
//! [`origin`] finds out whether a frame is what was given, [`batch`] turns a call's results into [`outcome`]s (with [`fate`] for each
//! frame, [`discard`] for those the host does not know), [`results`] is the list they are left in, [`counter`] the numbers that are counted here and reported.
//!
//! What holds: a payload is not copied when it comes in, nor when it leaves as it came; nothing here is shared with
//! another thread.

pub(crate) mod batch;
pub(crate) mod bytes;
pub(crate) mod counter;
mod discard;
mod fate;
pub(crate) mod input;
pub(crate) mod lent;
pub(crate) mod memory;
pub(crate) mod origin;
pub(crate) mod outcome;
pub(crate) mod results;
pub(crate) mod slot;

#[cfg(test)]
mod tests;
