//! Rogue's pseudo-random test stream (spec section 15): [`source::PrbsSource`] makes it, [`check::PrbsCheck`]
//! checks it.
//!
//! - [`pattern`] is the layout of a frame: sequence, number of words, then the register's states.
//! - [`register`] is the shift register, one word at a time, at each width's own speed.
//!
//! What holds: every byte is as in the original, so either end may be Rogue.

mod check;
mod pattern;
mod register;
mod source;

#[cfg(test)]
mod tests;

use check::PrbsCheck;
use rogue_sdk::export_module;
use source::PrbsSource;

export_module!(PrbsSource: Source, PrbsCheck: Sink);
