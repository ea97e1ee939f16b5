//! Reading, searching and naming plugin files, tried on libraries written byte by byte: no compiler needed.
//! Opening
//! real plugins is tried in the tests crate.

mod cards;
mod catalog;
mod error;
mod layout;
mod library;
mod search;
