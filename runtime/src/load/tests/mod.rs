//! Reading, searching and naming module files, tried on libraries and components written byte by byte: no compiler
//! needed. Opening real ones is tried in the tests crate.

mod cards;
mod catalog;
mod component;
mod components;
mod error;
mod layout;
mod library;
mod search;
