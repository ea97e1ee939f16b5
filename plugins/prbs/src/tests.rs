//! Spec section 15, and the files that Rogue 6.15 wrote.

mod check;
mod files;
mod pattern;
mod source;
