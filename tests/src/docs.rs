//! The Rust examples of the documents, compiled and run as they stand.
//!
//! Read by `cargo test --doc` only. What holds: a document with Rust in it has its line here; the test `docs`
//! compares.

#[doc = include_str!("../../README.md")]
pub struct Readme;
#[doc = include_str!("../../docs/first-module.md")]
pub struct FirstModule;
#[doc = include_str!("../../docs/frames.md")]
pub struct Frames;
#[doc = include_str!("../../docs/receiving.md")]
pub struct Receiving;
#[doc = include_str!("../../docs/sending.md")]
pub struct Sending;
#[doc = include_str!("../../docs/writing-a-module.md")]
pub struct WritingAModule;
